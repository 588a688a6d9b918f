"""conncheck_explain against the listing, the server's own functions, and its own fixes."""

import pytest
from psycopg import errors

from loaded_catalogs import existing, loaded

PREDEFINED = ["pg_read_all_data", "pg_write_all_data"]
RELATION_PRIVILEGES = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"]


@pytest.fixture(scope="module")
def every_rule(cluster):
    """The catalog in which every rule decides somewhere, with more types of objects: (database, roles)."""
    with loaded(cluster, "every_rule") as (database, roles):
        add_other_objects(database)
        yield database, roles
        database.sql("REVOKE CREATE ON TABLESPACE pg_default FROM er_lost")


def add_other_objects(database):
    database.sql(
        """
        CREATE SEQUENCE open.counter; GRANT USAGE ON SEQUENCE open.counter TO er_group;
        GRANT SELECT, UPDATE ON SEQUENCE open.counter TO er_direct WITH GRANT OPTION;
        CREATE FUNCTION open.closed_f(integer, "char") RETURNS int LANGUAGE sql AS 'SELECT 1';
        REVOKE ALL ON FUNCTION open.closed_f FROM PUBLIC; GRANT EXECUTE ON FUNCTION open.closed_f TO er_middle;
        CREATE TYPE open."Odd type" AS ENUM ('a'); REVOKE ALL ON TYPE open."Odd type" FROM PUBLIC;
        GRANT USAGE ON TYPE open."Odd type" TO er_columns;
        CREATE FOREIGN DATA WRAPPER er_wrapper; GRANT USAGE ON FOREIGN DATA WRAPPER er_wrapper TO er_direct;
        CREATE SERVER er_server FOREIGN DATA WRAPPER er_wrapper; GRANT USAGE ON FOREIGN SERVER er_server TO er_group;
        REVOKE ALL ON LANGUAGE plpgsql FROM PUBLIC; GRANT USAGE ON LANGUAGE plpgsql TO er_lost;
        GRANT CREATE ON TABLESPACE pg_default TO er_lost;
        """
    )


def test_relations_are_explained_as_they_are_listed(every_rule):
    """Held by an explanation: in the privileges of the listing, or by column there."""
    database, roles = every_rule
    wrong = database.sql(
        """
        SELECT role_name, schema_name, table_name, privilege, listed, explained
        FROM unnest(%s::name[]) r, conncheck_permissions(r, include_invisible => true),
          unnest(%s::text[]) privilege,
          LATERAL (SELECT bool_or(held) AS held, bool_or(grantable AND held) AS may_grant
                   FROM conncheck_explain(format('table %%I.%%I', schema_name, table_name), privilege, r)) e,
          LATERAL (VALUES (privilege = ANY (privileges) OR column_privileges ? privilege, e.held),
                          (privilege = ANY (grantable),
                           e.may_grant AND privilege = ANY (privileges))) v (listed, explained)
        WHERE listed IS TRUE <> explained
        """,
        [[*roles, "public", *existing(database, *PREDEFINED), "postgres"], RELATION_PRIVILEGES],
    )
    assert wrong == []


ASKED = {
    "database": ["CREATE", "CONNECT", "TEMPORARY"],
    "schema": ["CREATE", "USAGE"],
    "sequence": ["SELECT", "UPDATE", "USAGE"],
    "function": ["EXECUTE"],
    "type": ["USAGE"],
    "language": ["USAGE"],
    "foreign_data_wrapper": ["USAGE"],
    "server": ["USAGE"],
    "tablespace": ["CREATE"],
}
OBJECTS = {
    "database": "SELECT oid, 'database ' || quote_ident(datname) FROM pg_database",
    "schema": "SELECT oid, 'schema ' || quote_ident(nspname) FROM pg_namespace WHERE nspname !~ '^pg_t'",
    "sequence": "SELECT oid, 'sequence ' || oid::regclass FROM pg_class WHERE relkind = 'S'",
    "function": "SELECT oid, 'routine ' || (pg_identify_object('pg_proc'::regclass, oid, 0)).identity FROM pg_proc"
    " WHERE oid > 16383 OR proacl IS NOT NULL",
    "type": "SELECT oid, 'type ' || (pg_identify_object('pg_type'::regclass, oid, 0)).identity FROM pg_type"
    " WHERE typtype IN ('e', 'd', 'b') AND typelem = 0 AND (oid > 16383 OR typnamespace = 11)",
    "language": "SELECT oid, 'language ' || lanname FROM pg_language",
    "foreign_data_wrapper": "SELECT oid, 'foreign-data wrapper ' || fdwname FROM pg_foreign_data_wrapper",
    "server": "SELECT oid, 'foreign server ' || srvname FROM pg_foreign_server",
    "tablespace": "SELECT oid, 'tablespace ' || spcname FROM pg_tablespace",
}


@pytest.mark.parametrize("kind", OBJECTS)
def test_other_objects_are_explained_as_the_server_judges(every_rule, kind):
    database, roles = every_rule
    rows = database.sql(
        f"""
        SELECT r, identity, privilege, h, explained
        FROM unnest(%s::name[]) r, ({OBJECTS[kind]}) o (oid, identity), unnest(%s::text[]) privilege,
          LATERAL (SELECT bool_or(held) FROM conncheck_explain(identity, privilege, r)) e (explained),
          has_{kind}_privilege(r, o.oid, privilege) h
        """,
        [[*roles, *existing(database, *PREDEFINED)], ASKED[kind]],
    )
    assert len(rows) > len(roles)
    assert [row for row in rows if row[3] != row[4]] == []


def test_columns_are_explained_as_the_server_judges(every_rule):
    database, roles = every_rule
    rows = database.sql(
        """
        SELECT r, identity, privilege, h, explained
        FROM unnest(%s::name[]) r, pg_attribute a JOIN pg_class c ON c.oid = attrelid,
          pg_identify_object('pg_class'::regclass, c.oid, attnum),
          unnest('{SELECT,INSERT,UPDATE,REFERENCES}'::text[]) privilege,
          LATERAL (SELECT bool_or(held) FROM conncheck_explain('column ' || identity, privilege, r)) e (explained),
          has_column_privilege(r, c.oid, attnum, privilege) h
        WHERE relname LIKE 'columns%%' AND NOT attisdropped
        """,
        [[*roles, *existing(database, *PREDEFINED), "public"]],
    )
    assert len(rows) > 1000
    assert [row for row in rows if row[3] != row[4]] == []


def test_memberships_are_explained_as_the_server_judges(every_rule):
    database, roles = every_rule
    words = ["MEMBER", "USAGE"]
    rows = database.sql(
        """
        SELECT r, other, word, pg_has_role(r, other, word), bool_or(held)
        FROM unnest(%s::name[]) r, unnest(%s::name[]) other, unnest(%s::text[]) word,
          conncheck_explain(format('role %%I', other), word, r)
        GROUP BY 1, 2, 3
        """,
        [roles, [*roles, *existing(database, *PREDEFINED, "pg_database_owner", "pg_monitor")], words],
    )
    assert [row for row in rows if row[3] != row[4]] == []


MENDABLE = {
    # what a grant cannot change: what takes no such statement, row security, foreign keys, endless views
    "relation": "SELECT 'table ' || (pg_identify_object('pg_class'::regclass, c.oid, 0)).identity FROM pg_class c JOIN"
    " pg_namespace n ON n.oid = relnamespace WHERE nspname IN ('open', 'closed', 'odd \"schema\".x')"
    " AND relkind IN ('r', 'v', 'm', 'p', 'f')",
    **{kind: f"SELECT identity FROM ({query}) o (oid, identity)" for kind, query in OBJECTS.items()},
}


@pytest.mark.parametrize("kind", MENDABLE)
def test_fixes_mend(every_rule, kind):
    """What is not usable and could be becomes so by all of its fixes, run by a superuser."""
    database, _ = every_rule
    mended = 0
    objects = [row[0] for row in database.sql(MENDABLE[kind])]
    if kind in ("type", "function"):
        objects = [name for name in objects if "open." in name]
    with database.connect() as connection:
        for name in objects:
            for privilege in ASKED.get(kind, RELATION_PRIVILEGES):
                for role in ["er_stranger", "er_noinherit", 'er "odd" \\ name']:
                    call = (
                        "SELECT usable, source, fix, detail FROM conncheck_explain(%s, %s, %s::text)",
                        [name, privilege, role],
                    )
                    rows = connection.execute(*call).fetchall()
                    if any(row[0] for row in rows):
                        continue
                    lacking = [row for row in rows if row[1] in ("missing", "obstacle")]
                    assert lacking, (name, privilege, role)
                    if any(row[2] is None for row in lacking):
                        continue
                    with connection.transaction(force_rollback=True):
                        for row in lacking:
                            connection.execute(row[2])
                        after = connection.execute(*call).fetchall()
                        assert any(row[0] for row in after), (name, privilege, role, lacking, after)
                    mended += 1
    assert mended > 0


def test_membership_fixes_mend(every_rule):
    database, _ = every_rule
    with database.connect() as connection:
        for word in ("MEMBER", "USAGE"):
            for role in ("er_noinherit", "er_below_noinherit", "er_stranger"):
                call = ("SELECT held, fix FROM conncheck_explain('role er_group', %s, %s)", [word, role])
                with connection.transaction(force_rollback=True):
                    for _, fix in connection.execute(*call).fetchall():
                        if fix is not None:
                            connection.execute(fix)
                    assert connection.execute(*call).fetchall()[0][0], (word, role)


def test_usable_is_what_an_insert_shows(every_rule):
    """An INSERT that leaves everything to defaults: the sequence, the default's function, the view's base."""
    database, _ = every_rule
    with database.connect() as connection, connection.transaction(force_rollback=True):
        connection.execute(
            """
            CREATE FUNCTION open.secret() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
            REVOKE ALL ON FUNCTION open.secret FROM PUBLIC;
            CREATE FUNCTION open.pure(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN 1; END';
            REVOKE ALL ON FUNCTION open.pure FROM PUBLIC;
            CREATE TABLE open.with_serial (id serial, a int);
            CREATE TABLE open.with_identity (id int GENERATED ALWAYS AS IDENTITY, a int);
            CREATE TABLE open.with_function (id int DEFAULT open.secret(), a int);
            CREATE TABLE open.with_generated (a int, g int GENERATED ALWAYS AS (open.pure(a)) STORED);
            CREATE TABLE open.with_check (a int CHECK (open.pure(a) > 0));
            CREATE TABLE open.with_index (a int);
            CREATE INDEX ON open.with_index (open.pure(a));
            CREATE TABLE open.with_partial_index (a int);
            CREATE INDEX ON open.with_partial_index (a) WHERE open.pure(a) > 0;
            CREATE VIEW open.over_serial AS SELECT * FROM open.with_serial;
            CREATE TABLE open.with_rls (a int); ALTER TABLE open.with_rls ENABLE ROW LEVEL SECURITY;
            CREATE TABLE open.with_policy (a int); ALTER TABLE open.with_policy ENABLE ROW LEVEL SECURITY;
            CREATE POLICY p ON open.with_policy TO er_group USING (true);
            CREATE TABLE open.with_other_policy (a int); ALTER TABLE open.with_other_policy ENABLE ROW LEVEL SECURITY;
            CREATE POLICY p ON open.with_other_policy FOR SELECT USING (true);
            CREATE POLICY q ON open.with_other_policy AS RESTRICTIVE USING (true);
            GRANT INSERT ON ALL TABLES IN SCHEMA open TO er_deep, er_stranger;
            """
        )
        tables = [
            row[0]
            for row in connection.execute(
                "SELECT relname FROM pg_class WHERE relname ~ '^over_serial|^with_' AND relkind IN ('r', 'v')"
                " ORDER BY 1"
            )
        ]
        assert len(tables) > 10
        for role in ("er_deep", "er_stranger"):
            for table in tables:
                explained = connection.execute(
                    "SELECT bool_or(usable) FROM conncheck_explain(%s, 'INSERT', %s)", [f"open.{table}", role]
                ).fetchone()[0]
                connection.execute(f"SET LOCAL ROLE {role}")
                try:
                    with connection.transaction(force_rollback=True):
                        connection.execute(f"INSERT INTO open.{table} (a) VALUES (1)")
                    passes = True
                except errors.InsufficientPrivilege:
                    passes = False
                connection.execute("RESET ROLE")
                assert explained == passes, (table, role)


@pytest.fixture
def installed(database):
    database.create_extension()
    return database


def test_many_memberships_end_quickly(cluster):
    """24 roles in 12 layers, each a member of both above it, and a role in 500 groups: each role is read once."""
    statements = ["CREATE ROLE ex_0_0", "CREATE ROLE ex_0_1"]
    for layer in range(1, 13):
        for number in range(2):
            statements.append(f"CREATE ROLE ex_{layer}_{number} IN ROLE ex_{layer - 1}_0, ex_{layer - 1}_1")
    groups = [f"ex_group_{i}" for i in range(500)]
    statements += [f"CREATE ROLE {group}" for group in groups]
    statements.append(f"CREATE ROLE ex_many IN ROLE {', '.join(groups)}")
    statements.append(f"CREATE TABLE t (a int); GRANT SELECT ON t TO ex_0_0, {', '.join(groups)}")
    database = cluster.create_database()
    try:
        database.create_extension()
        database.sql("; ".join(statements))
        with database.connect() as connection:
            connection.execute("SET statement_timeout = '20s'")
            rows = connection.execute("SELECT role_path FROM conncheck_explain('t', 'SELECT', 'ex_12_1')").fetchall()
            assert [len(row[0]) for row in rows] == [13]
            rows = connection.execute("SELECT role_path FROM conncheck_explain('t', 'SELECT', 'ex_many')").fetchall()
            assert len(rows) == 500
    finally:
        cluster.drop_database(database)
        with cluster.connect() as connection:
            for (role,) in connection.execute(r"SELECT rolname FROM pg_roles WHERE rolname LIKE 'ex\_%'").fetchall():
                connection.execute(f"DROP ROLE {role}")


def test_no_lock_is_waited_for(installed):
    installed.sql(
        "CREATE TABLE held (a serial PRIMARY KEY); CREATE TABLE other (a int REFERENCES held); CREATE VIEW over_held"
        " AS SELECT * FROM held; ALTER TABLE held ENABLE ROW LEVEL SECURITY"
    )
    calls = [
        f"SELECT * FROM conncheck_explain('{name}', '{privilege}', 'pg_monitor')"
        for name in ("held", "over_held", "column held.a", "sequence held_a_seq")
        for privilege in (["SELECT", "INSERT", "UPDATE"] if "seq" not in name else ["SELECT", "UPDATE"])
    ] + ["SELECT * FROM conncheck_explain('held', 'TRUNCATE')"]
    with installed.connect() as holder, installed.connect() as caller:
        before = [caller.execute(call).fetchall() for call in calls]
        caller.execute("SET statement_timeout = '20s'")
        with holder.transaction():
            holder.execute("LOCK held, other, over_held IN ACCESS EXCLUSIVE MODE")
            assert [caller.execute(call).fetchall() for call in calls] == before


def test_names_of_any_bytes_are_only_names(installed):
    """Nothing of a name is run, and what is printed for it resolves to it."""
    names = ['a"b', "a.b", "select", "a b; DROP TABLE t", "Ü", "a''b", "(", "a\\b"]
    for name in names:
        quoted = '"' + name.replace('"', '""') + '"'
        installed.sql(
            f"CREATE SCHEMA {quoted}; CREATE TABLE {quoted}.{quoted} ({quoted} int); CREATE DOMAIN {quoted}.d AS int;"
            f"CREATE FUNCTION {quoted}.{quoted}({quoted}.d, text) RETURNS int LANGUAGE sql AS 'SELECT 1'"
        )
    for quote_all in ("off", "on"):
        with installed.connect() as connection:
            connection.execute(f"SET quote_all_identifiers = {quote_all}")
            identities = [
                row[0]
                for row in connection.execute(
                    "SELECT object_type || ' ' || identity"
                    " FROM conncheck_objects(object_types => '{schema,table,type,routine}')"
                    " WHERE schema_name <> 'public' OR object_type = 'schema'"
                )
            ]
            assert len(identities) > 4 * len(names)
            for identity in identities:
                privilege = {"schema": "USAGE", "table": "SELECT", "type": "USAGE", "routine": "EXECUTE"}
                rows = connection.execute(
                    "SELECT held FROM conncheck_explain(%s, %s)", [identity, privilege[identity.split()[0]]]
                ).fetchall()
                assert rows and rows[0][0], identity
