"""The truth about permissions: every statement tried on the server, as the role in question.

EXPLAIN of SELECT, INSERT, UPDATE and DELETE runs the permission check without executing anything; TRUNCATE is run
and rolled back. That a foreign server has no user mapping shows only when a statement is executed: those that pass can
be, in a form that finds no row and makes none."""

import dataclasses

import psycopg
from psycopg import errors, sql

# The relation's kind or definition refuses the statement, for whatever role.
REFUSED = (
    errors.ObjectNotInPrerequisiteState,
    errors.WrongObjectType,
    errors.FeatureNotSupported,
    errors.InvalidObjectDefinition,
    errors.UndefinedObject,  # a user mapping
)
# What comes after the permission check of TRUNCATE: the foreign key of a table, the server behind a foreign one.
CONSENTED = {
    "r": errors.FeatureNotSupported,
    "p": errors.FeatureNotSupported,
    "f": (errors.lookup("08001"), errors.lookup("2F003"), errors.UndefinedTable, errors.InvalidSchemaName),
}
# What comes after the check where EXPLAIN has passed: a matview is empty, a foreign server has no such table.
CONSENTED_AFTER_EXPLAIN = (errors.ObjectNotInPrerequisiteState, errors.UndefinedTable, errors.InvalidSchemaName)


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What conncheck claims, or what a try shows, of one relation."""

    read: bool
    write: bool
    truncate: bool


NOTHING = Verdict(False, False, False)


def relations(connection):
    """Every relation that conncheck speaks of: (schema, table, kind, columns to write). As a superuser."""
    found = connection.execute(
        """
        SELECT n.nspname, c.relname, c.relkind,
               array(SELECT a.attname FROM pg_attribute a
                     WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
                       AND (c.relkind <> 'v' OR pg_column_is_updatable(c.oid, a.attnum, true))
                     ORDER BY a.attnum)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
          AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%'
          AND n.nspname NOT LIKE 'pg\\_temp%'
        ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
        """
    ).fetchall()
    return [
        (schema, table, kind, _insertable(connection, schema, table, columns) if kind == "v" else columns)
        for schema, table, kind, columns in found
    ]


def _insertable(connection, schema, table, columns):
    """Without those that only a rule or trigger for UPDATE makes updatable: the server does not say which."""

    def takes(column):
        insert = sql.SQL("EXPLAIN INSERT INTO {} ({}) VALUES (DEFAULT)")
        try:
            with connection.transaction(force_rollback=True):
                connection.execute(insert.format(sql.Identifier(schema, table), sql.Identifier(column)))
        except errors.FeatureNotSupported:
            return False
        except psycopg.Error:
            return True
        return True

    return [column for column in columns if takes(column)]


def _passes(connection, statement, also=()):
    """Whether the server lets the current role do it; errors of the classes in `also` come after its consent."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement)
        return True
    except errors.InsufficientPrivilege:
        return False
    except also:
        return True
    except REFUSED:
        return False


def _passes_for(connection, statements, relation, columns, also=()):
    """Whether INSERT, UPDATE and DELETE, as `statements` words them, pass for these columns. A view may show one column
    of its table twice, or one that is generated there."""
    try:
        return all(_passes(connection, statement, also) for statement in statements(relation, columns))
    except (errors.SyntaxError, errors.GeneratedAlways):
        if len(columns) == 1:
            return _passes_for(connection, statements, relation, [], also)
        return all(_passes_for(connection, statements, relation, [column], also) for column in columns)


def _assignments(columns):
    return sql.SQL(", ").join(sql.SQL("{} = DEFAULT").format(sql.Identifier(name)) for name in columns)


def _explained(relation, columns):
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    defaults = sql.SQL(", ").join([sql.DEFAULT] * len(columns))
    insert = sql.SQL("EXPLAIN INSERT INTO {} ({}) VALUES ({})").format(relation, names, defaults)
    if not columns:
        insert = sql.SQL("EXPLAIN INSERT INTO {} DEFAULT VALUES").format(relation)
    yield insert
    if columns:
        yield sql.SQL("EXPLAIN UPDATE {} SET {}").format(relation, _assignments(columns))
    yield sql.SQL("EXPLAIN DELETE FROM {}").format(relation)


def _executed(relation, columns):
    if columns:
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        nulls = sql.SQL(", ").join([sql.NULL] * len(columns))
        yield sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} WHERE false").format(relation, names, nulls)
        yield sql.SQL("UPDATE {} SET {} WHERE false").format(relation, _assignments(columns))
    yield sql.SQL("DELETE FROM {} WHERE false").format(relation)


def _updates(connection, schema, table, kind, columns):
    """Without a column that takes values no UPDATE can be worded: a view takes none, of a table the server is asked."""
    if columns:
        return True
    if kind == "v":
        return False
    name = sql.Identifier(schema, table).as_string(connection)
    try:
        with connection.transaction(force_rollback=True):
            return connection.execute("SELECT has_table_privilege(%s, 'UPDATE')", [name]).fetchone()[0]
    except errors.InsufficientPrivilege:  # not even the schema is open
        return False


def attempt(connection, schema, table, kind, columns, execute=False):
    """The server's verdict for the current role of `connection` on one relation. `execute`: what EXPLAIN lets pass is
    executed, too."""
    relation = sql.Identifier(schema, table)
    read = _passes(connection, sql.SQL("EXPLAIN SELECT * FROM {}").format(relation))
    write = kind != "m" and _updates(connection, schema, table, kind, columns)
    write = write and _passes_for(connection, _explained, relation, columns)
    if execute and read:
        read = _passes(connection, sql.SQL("SELECT * FROM {} LIMIT 0").format(relation), also=CONSENTED_AFTER_EXPLAIN)
    if execute and write:
        write = _passes_for(connection, _executed, relation, columns, CONSENTED_AFTER_EXPLAIN)
    truncate = kind in CONSENTED and _passes(
        connection, sql.SQL("TRUNCATE {}").format(relation), also=CONSENTED[kind]
    )
    return Verdict(read, write, truncate)


def attempts(database, role_name):
    """{(schema, table): Verdict} over every relation of the database, tried as the role."""
    with database.connect() as connection:
        found = relations(connection)
        connection.execute(sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(role_name)))
        return {
            (schema, table): attempt(connection, schema, table, kind, columns)
            for schema, table, kind, columns in found
        }


def _written(relation, columns):
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    nulls = sql.SQL(", ").join([sql.NULL] * len(columns))
    assignments = sql.SQL(", ").join(sql.SQL("{} = NULL").format(sql.Identifier(name)) for name in columns)
    yield sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(relation, names, nulls)
    yield sql.SQL("UPDATE {} SET {}").format(relation, assignments)
    yield sql.SQL("DELETE FROM {}").format(relation)


def with_rows_written(database, role_name, tried):
    """The same verdicts, but that writes are done to rows instead of explained: in every column a NULL, no default.
    Where no policy of row security stands in the way: that is the same error."""
    with database.connect() as connection:
        found = relations(connection)
        connection.execute(sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(role_name)))
        # A partition that takes no such row has called what it calls before it says so.
        return {
            (schema, table): dataclasses.replace(
                tried[schema, table],
                write=_passes_for(
                    connection, _written, sql.Identifier(schema, table), columns, also=errors.IntegrityError
                ),
            )
            for schema, table, _, columns in found
        }


def claims(tables):
    """{(schema, table): Verdict} of a JSON report's `tables`."""
    return {
        (row["schema_name"], row["table_name"]): Verdict(row["can_read"], row["can_write"], row["can_truncate"])
        for row in tables
    }


def differences(claimed, tried):
    """What conncheck gets wrong, in words; a relation that it does not list counts as not accessible."""
    return [
        f"{schema}.{table}: claimed {claimed.get((schema, table), NOTHING)}, tried {truth}"
        for (schema, table), truth in tried.items()
        if claimed.get((schema, table), NOTHING) != truth
    ] + [f"{schema}.{table}: does not exist" for schema, table in claimed if (schema, table) not in tried]
