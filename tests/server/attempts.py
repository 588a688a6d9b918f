"""The truth about permissions: every statement tried on the server, as the role in question.

EXPLAIN of SELECT, INSERT, UPDATE and DELETE runs the permission check without executing anything; TRUNCATE is run
and rolled back. That a foreign server has no user mapping shows only when a statement is executed: those that pass can
be, in a form that finds no row and makes none."""

import dataclasses

from psycopg import sql

PASSED = "PASSD"
DENIED = "42501"
NO_DIVISOR = "22012"
GENERATED = "428C9"  # the column is
MISWORDED = ("42601", GENERATED)  # a syntax error, which up to 13 a generated column is, too
# The relation's kind or definition refuses the statement, for whatever role: its kind, definition (a view that leads back
# to itself), a user mapping; its state or that of what a rule or a partition leads to (a matview without content, a view
# that takes no rows).
REFUSED = ("55000", "42809", "42P17", "42704")
# A publication refuses an UPDATE or DELETE in these words, after the server's consent: no replica identity, or one without
# what the publication's condition names.
NOT_IDENTIFIED = (("55000", "replica identity"), ("42P10", "cannot update table"), ("42P10", "cannot delete from table"))
# A write that the relation does not have, or ON CONFLICT without a unique index that finds one. To a read that says
# nothing of permissions: the server lacks something.
REFUSED_WRITE = ("0A000", "42P10")
# What comes after the permission check of TRUNCATE: the foreign key of a table, the server behind a foreign one.
CONSENTED = {"r": ("0A000",), "p": ("0A000",), "f": ("08001", "2F003", "42P01", "3F000")}
# What comes after the check where EXPLAIN has passed: a matview is empty, a foreign server has no such table.
CONSENTED_AFTER_EXPLAIN = ("55000", "42P01", "3F000")
# What comes after the permission checks where rows are written: a constraint does not take them.
NOT_TAKEN = ("23000", "23502", "23503", "23505", "23514", "23P01")

# In one call, as the current role: any number of statements, of each what came of it; all of them are undone.
TRY = """
    CREATE FUNCTION pg_temp.try(statements text[], OUT state text, OUT message text) RETURNS SETOF record
    LANGUAGE plpgsql AS $$
    DECLARE
      statement text;
    BEGIN
      FOREACH statement IN ARRAY statements LOOP
        BEGIN
          EXECUTE statement;
          RAISE EXCEPTION USING ERRCODE = 'PASSD';
        EXCEPTION WHEN OTHERS THEN
          state := SQLSTATE;
          message := SQLERRM;
          RETURN NEXT;
        END;
      END LOOP;
    END $$;
    GRANT EXECUTE ON FUNCTION pg_temp.try TO PUBLIC
"""


class Undecided(Exception):
    """The server neither consented nor refused: the statement failed for another reason."""

    def __init__(self, statement, sqlstate, message):
        super().__init__(f"{sqlstate}: {message}")
        self.statement, self.sqlstate = statement, sqlstate


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What conncheck claims, or what a try shows, of one relation."""

    read: bool
    write: bool
    truncate: bool


NOTHING = Verdict(False, False, False)


class Relation:
    """One that conncheck speaks of, and the statements that try it. `columns`: those that can be written; `generated`: one
    that takes DEFAULT only, if there is one."""

    def __init__(self, schema, table, kind, columns, generated):
        self.key = schema, table
        self.kind = kind
        self.columns = columns
        self.generated = generated
        self.is_fixed = False  # a view of which no column can be updated
        self._name = f"{_quoted(schema)}.{_quoted(table)}"
        self.select = f"EXPLAIN SELECT * FROM {self._name}"
        self.select_nothing = f"SELECT * FROM {self._name} LIMIT 0"
        self.truncate = f"TRUNCATE {self._name}"
        self.divided_by_update = f"SELECT 1 / has_table_privilege({_literal(self._name)}, 'UPDATE')::int"

    def explained(self, columns):
        """INSERT, UPDATE and DELETE on these columns."""
        names, defaults = ", ".join(map(_quoted, columns)), ", ".join(["DEFAULT"] * len(columns))
        values = f"({names}) VALUES ({defaults})" if columns else "DEFAULT VALUES"
        yield f"EXPLAIN INSERT INTO {self._name} {values}"
        if columns:
            yield f"EXPLAIN UPDATE {self._name} SET {_assignments(columns)}"
        yield f"EXPLAIN DELETE FROM {self._name}"

    def executed(self, columns):
        """The same, finding no row and making none. The planner must not see that, or it drops what is asked for mappings."""
        if columns:
            names, nulls = ", ".join(map(_quoted, columns)), ", ".join(["NULL"] * len(columns))
            yield f"INSERT INTO {self._name} ({names}) OVERRIDING SYSTEM VALUE SELECT {nulls} WHERE (SELECT false)"
            yield f"UPDATE {self._name} SET {_assignments(columns)} WHERE (SELECT false)"
        yield f"DELETE FROM {self._name} WHERE (SELECT false)"

    def written(self, columns):
        """The same, done to rows: in every column a NULL, no default."""
        names, nulls = ", ".join(map(_quoted, columns)), ", ".join(["NULL"] * len(columns))
        yield f"INSERT INTO {self._name} ({names}) VALUES ({nulls})"
        yield f"UPDATE {self._name} SET " + ", ".join(f"{_quoted(name)} = NULL" for name in columns)
        yield f"DELETE FROM {self._name}"

    def update_default(self, column):
        return f"EXPLAIN UPDATE {self._name} SET {_assignments([column])}"

    def insert_default(self, column):
        return f"EXPLAIN INSERT INTO {self._name} ({_quoted(column)}) VALUES (DEFAULT)"


def _quoted(name):
    return '"' + name.replace('"', '""') + '"'


def _literal(text):
    return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def _assignments(columns):
    return ", ".join(f"{_quoted(name)} = DEFAULT" for name in columns)


class Tries:
    """Tries on one connection, made as a superuser; then as whatever role it has become."""

    def __init__(self, connection):
        self._connection = connection
        connection.execute(TRY)

    def become(self, role_name):
        self._connection.execute("RESET SESSION AUTHORIZATION")
        self._connection.execute(sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(role_name)))

    def relations(self):
        """[Relation, …] of the database. As a superuser."""
        found = self._connection.execute(
            """
            SELECT n.nspname, c.relname, c.relkind,
                   array(SELECT a.attname FROM pg_attribute a
                         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
                           AND (c.relkind <> 'v' OR pg_column_is_updatable(c.oid, a.attnum, true))
                         ORDER BY a.attnum),
                   (SELECT min(a.attname) FROM pg_attribute a
                    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated <> '')
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
              AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%'
              AND n.nspname NOT LIKE 'pg\\_temp%'
            ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
            """
        ).fetchall()
        found = [Relation(*row) for row in found]
        views = [relation for relation in found if relation.kind == "v"]
        for _ in self.together([_find_written(view) for view in views]):
            pass
        return found

    def of(self, statements):
        """[(SQLSTATE, message), …]"""
        return self._connection.execute("SELECT state, message FROM pg_temp.try(%s)", [statements]).fetchall()

    def verdict(self, query, parameters):
        """What a query for can_read, can_write and can_truncate of one relation says."""
        return Verdict(*self._connection.execute(query, parameters).fetchone())

    def plan(self, relation):
        """Lines of EXPLAIN, of a read of all its columns."""
        return [line for (line,) in self._connection.execute(relation.select).fetchall()]

    def together(self, judgements):
        """[what each judgement returns, or its Undecided]. A judgement is a generator: it yields statements and is
        sent what came of them; all that are asked at once are tried in one call."""
        results = [None] * len(judgements)
        answers = dict.fromkeys(range(len(judgements)))
        while answers:
            asked = {}
            for number, answer in answers.items():
                try:
                    asked[number] = judgements[number].send(answer)
                except StopIteration as end:
                    results[number] = end.value
                except Undecided as why:
                    results[number] = why
            if not asked:
                break
            outcomes = iter(self.of([statement for statements in asked.values() for statement in statements]))
            answers = {number: [next(outcomes) for _ in statements] for number, statements in asked.items()}
        return results


def _find_written(view):
    """What the server says only if asked by a statement: which columns are but made updatable by a rule or trigger for
    UPDATE, and whether all are fixed (what is generated takes no value, and through a view even DEFAULT is one)."""
    outcomes = yield [view.insert_default(column) for column in view.columns]
    view.columns = [column for column, (state, _) in zip(view.columns, outcomes) if state != "0A000"]
    outcomes = yield [view.update_default(column) for column in view.columns]
    view.is_fixed = all(state in MISWORDED for state, _ in outcomes)


def _passed(statement, outcome, also=(), refused=()):
    """Whether the server let the role do it; errors in `also` come after its consent, those in `refused` instead of it."""
    state, message = outcome
    if state == PASSED or state in also:
        return True
    is_published = any(state == each and words in message for each, words in NOT_IDENTIFIED)
    if state == DENIED or (state in REFUSED or state in refused) and not is_published:
        return False
    raise Undecided(statement, state, message)


def _all_pass(statements_for, columns, also=(), refused=()):
    """Whether INSERT, UPDATE and DELETE, as `statements_for` words them, pass for these columns. A view may show one
    column of its table twice, or one that is generated there."""
    statements = list(statements_for(columns))
    outcomes = yield statements
    by_one = [[column] for column in columns] if len(columns) > 1 else [[]]
    for statement, outcome in zip(statements, outcomes):
        if outcome[0] in MISWORDED and outcome[0] not in refused and columns:
            for fewer in by_one:
                if not (yield from _all_pass(statements_for, fewer, also, refused)):
                    return False
            return True
        # What names no column meets a generated one in what a rule does.
        if not _passed(statement, outcome, also, refused if columns else (*refused, *MISWORDED)):
            return False
    return True


def _updates(relation):
    """Without a column that takes values no UPDATE can be worded: a view takes none, of a table the server is asked. To
    DEFAULT a generated column can be set: that shows what rules make of it."""
    if relation.kind == "v":
        return not relation.is_fixed
    if relation.columns:
        return True
    (outcome,) = yield [relation.divided_by_update]
    if outcome[0] == NO_DIVISOR or not _passed(relation.divided_by_update, outcome):
        return False
    if relation.generated is None or relation.kind == "f":
        return True
    return (yield from _one_passes(relation.update_default(relation.generated), refused=REFUSED_WRITE))


def _one_passes(statement, also=(), refused=()):
    (outcome,) = yield [statement]
    return _passed(statement, outcome, also, refused)


def judgement(relation, execute=False):
    """A generator for Tries.together(): the server's verdict for the current role on one relation. `execute`: what
    EXPLAIN lets pass is executed, too."""
    read = yield from _one_passes(relation.select)
    # The columns of a table are known: only in what a rule does can it meet a generated one.
    refused = REFUSED_WRITE if relation.kind == "v" else (*REFUSED_WRITE, *MISWORDED)
    write = relation.kind != "m" and (yield from _updates(relation))
    write = write and (yield from _all_pass(relation.explained, relation.columns, refused=refused))
    if execute and read:
        read = yield from _one_passes(relation.select_nothing, CONSENTED_AFTER_EXPLAIN)
    if execute and write:
        write = yield from _all_pass(relation.executed, relation.columns, CONSENTED_AFTER_EXPLAIN, refused)
    truncate = relation.kind in CONSENTED and (
        yield from _one_passes(relation.truncate, CONSENTED[relation.kind], REFUSED_WRITE))
    return Verdict(read, write, truncate)


def attempts(database, role_name):
    """{(schema, table): Verdict} over every relation of the database, tried as the role."""
    with database.connect() as connection:
        tries = Tries(connection)
        found = tries.relations()
        tries.become(role_name)
        verdicts = tries.together([judgement(relation) for relation in found])
    for verdict in verdicts:
        if isinstance(verdict, Undecided):
            raise verdict
    return {relation.key: verdict for relation, verdict in zip(found, verdicts)}


def with_rows_written(database, role_name, tried):
    """The same verdicts, but that writes are done to rows instead of explained: in every column a NULL, no default.
    Where no policy of row security stands in the way: that is the same error."""
    with database.connect() as connection:
        tries = Tries(connection)
        found = tries.relations()
        tries.become(role_name)
        # A partition that takes no such row has called what it calls before it says so.
        written = tries.together([_all_pass(relation.written, relation.columns, NOT_TAKEN) for relation in found])
    for verdict in written:
        if isinstance(verdict, Undecided):
            raise verdict
    return {
        relation.key: dataclasses.replace(tried[relation.key], write=write) for relation, write in zip(found, written)
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
