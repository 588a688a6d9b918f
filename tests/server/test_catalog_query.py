"""What only the catalog query has to get right: functions that views call, as the reader; classes of equal ACLs."""

import psycopg
import pytest

from attempts import attempts

FUNCTIONS = """
    CREATE SCHEMA cq;
    GRANT USAGE ON SCHEMA cq TO PUBLIC;
    CREATE TABLE cq.base (id int, name text);
    CREATE FUNCTION cq.f(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
    CREATE FUNCTION cq.same(int, text) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
    CREATE OPERATOR cq.=== (FUNCTION = cq.same, LEFTARG = int, RIGHTARG = text);
    CREATE AGGREGATE cq.total(int) (SFUNC = int4pl, STYPE = int);
    REVOKE EXECUTE ON FUNCTION cq.f, cq.same, cq.total FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION cq.f, cq.same, cq.total TO cq_caller;
    CREATE VIEW cq.in_column AS SELECT cq.f(id) FROM cq.base;
    CREATE VIEW cq.by_operator AS SELECT id FROM cq.base WHERE id OPERATOR(cq.===) name;
    CREATE VIEW cq.by_any AS SELECT id FROM cq.base WHERE id OPERATOR(cq.===) ANY (ARRAY[name]);
    CREATE VIEW cq.aggregated AS SELECT cq.total(id) FROM cq.base;
    CREATE VIEW cq.over_window AS SELECT cq.total(id) OVER () FROM cq.base;
    CREATE VIEW cq.beneath AS SELECT * FROM cq.by_operator;
    CREATE VIEW cq.built_in AS SELECT pg_read_file('x');
    CREATE VIEW cq.of_the_system AS SELECT * FROM pg_shmem_allocations;
    CREATE VIEW cq.calls_free AS SELECT lower(name) FROM cq.base;
    CREATE VIEW cq.looks_like_a_call AS SELECT name AS "funcid 1" FROM cq.base WHERE name <> ' :funcid 1 ';
    GRANT SELECT ON ALL TABLES IN SCHEMA cq TO cq_caller, cq_guest;
"""
NOT_FOR_GUESTS = {"in_column", "by_operator", "by_any", "aggregated", "over_window", "beneath", "built_in", "of_the_system"}


def audited_tables(program, database, role):
    run = program.run(["check", "--url", database.url(role), "--format", "json", "--no-extension"])
    return run.report["checks"][0]["tables"]


def test_a_view_is_readable_only_with_execute_on_what_it_calls(program, database, make_role):
    roles = [make_role("cq_caller"), make_role("cq_guest")]
    database.sql(FUNCTIONS)
    blocked = {}
    for role in roles:
        tried = attempts(database, role.name)
        tables = audited_tables(program, database, role)
        assert {row["table_name"]: row["can_read"] for row in tables} == {
            table: verdict.read for (_, table), verdict in tried.items()
        }
        blocked[role.name] = {row["table_name"] for row in tables if row["blocked_by"] == ["function execute"]}
    assert blocked == {"cq_caller": {"built_in", "of_the_system"}, "cq_guest": NOT_FOR_GUESTS}


def test_equal_acls_of_different_owners_and_kinds_are_told_apart(program, database, make_role):
    roles = [make_role(name) for name in ("cq_caller", "cq_guest")]
    database.sql(
        """
        CREATE TABLE of_superuser (id int);
        CREATE TABLE of_caller (id int);
        CREATE TABLE empty_acl (id int);
        CREATE TABLE columns_of_superuser (id int, other int);
        CREATE TABLE columns_of_caller (id int, other int);
        GRANT SELECT (id) ON columns_of_superuser, columns_of_caller TO cq_guest;
        ALTER TABLE of_caller OWNER TO cq_caller;
        ALTER TABLE columns_of_caller OWNER TO cq_caller;
        ALTER TABLE empty_acl OWNER TO cq_caller;
        REVOKE ALL ON empty_acl FROM cq_caller;
        """
    )
    caller, guest = (
        {row["table_name"]: (row["privileges"], row["column_privileges"]) for row in audited_tables(program, database, role)}
        for role in roles
    )
    assert set(caller) == {"of_caller", "columns_of_caller"}
    by_column = ([], {"SELECT": ["id"]})
    assert guest == {"columns_of_superuser": by_column, "columns_of_caller": by_column}


RULES = {
    "also_nothing": ("UPDATE", "DO ALSO NOTHING"),
    "also_nothing_where": ("UPDATE", "WHERE old.a > 1 DO ALSO NOTHING"),
    "instead_nothing": ("UPDATE", "DO INSTEAD NOTHING"),
    "also": ("UPDATE", "DO ALSO INSERT INTO ru.log VALUES (1)"),
    "also_by_select": ("UPDATE", "DO ALSO INSERT INTO ru.log SELECT 1"),
    "also_twice": ("UPDATE", "DO ALSO (INSERT INTO ru.log VALUES (1); INSERT INTO ru.log VALUES (2))"),
    "also_twice_old": ("UPDATE", "DO ALSO (INSERT INTO ru.log VALUES (1); INSERT INTO ru.log VALUES (old.a))"),
    "old": ("UPDATE", "DO ALSO INSERT INTO ru.log VALUES (old.a)"),
    "new": ("UPDATE", "DO ALSO INSERT INTO ru.log VALUES (new.a)"),
    "whole_row": ("UPDATE", "DO ALSO INSERT INTO ru.log SELECT 1 WHERE old IS NULL"),
    "where_old": ("UPDATE", "WHERE old.a > 1 DO ALSO INSERT INTO ru.log VALUES (1)"),
    "where_new": ("UPDATE", "WHERE new.a > 1 DO ALSO INSERT INTO ru.log VALUES (1)"),
    "where_exists": ("UPDATE", "WHERE EXISTS (SELECT FROM ru.log l WHERE l.a = old.a) DO ALSO INSERT INTO ru.log VALUES (1)"),
    "reads_itself": ("UPDATE", "DO ALSO INSERT INTO ru.log SELECT count(*) FROM ru.reads_itself"),
    "reads_itself_within": ("UPDATE", "DO ALSO INSERT INTO ru.log VALUES ((SELECT count(*) FROM ru.reads_itself_within old))"),
    "deleting": ("DELETE", "DO ALSO INSERT INTO ru.log VALUES (1)"),
    "deleting_old": ("DELETE", "DO ALSO INSERT INTO ru.log VALUES (old.a)"),
    "inserting": ("INSERT", "DO ALSO INSERT INTO ru.log VALUES (new.a)"),
    "inserting_twice": ("INSERT", "DO ALSO (INSERT INTO ru.log VALUES (1); INSERT INTO ru.log VALUES (new.a))"),
    "inserting_reads_itself": ("INSERT", "DO ALSO INSERT INTO ru.log SELECT count(*) FROM ru.inserting_reads_itself"),
    "{RTEPERMISSIONINFO :relid 1 ": ("UPDATE", "DO ALSO NOTHING"),
}
PASSING = {
    "also_nothing",
    "also_nothing_where",
    "instead_nothing",
    "also",
    "also_by_select",
    "also_twice",
    "deleting",
    "inserting",
    "inserting_twice",
    "{RTEPERMISSIONINFO :relid 1 ",
}


@pytest.mark.parametrize("revoked", [False, True], ids=["owner", "owner_without_select"])
def test_a_rule_reads_its_view_only_where_it_asks_for_rows(program, database, make_role, revoked):
    """The views' owner may write what lies beneath, but not read it."""
    writer, _ = make_role("ru_writer"), make_role("ru_owner")
    database.sql(
        """
        CREATE SCHEMA ru;
        GRANT USAGE ON SCHEMA ru TO PUBLIC;
        CREATE TABLE ru.base (a int);
        CREATE TABLE ru.log (a int);
        GRANT INSERT, UPDATE, DELETE ON ru.base TO ru_owner;
        GRANT SELECT, INSERT ON ru.log TO ru_owner;
        """
    )
    for name, (event, rule) in RULES.items():
        view = f'ru."{name}"'
        database.sql(
            f"""
            CREATE VIEW {view} AS SELECT a FROM ru.base;
            CREATE RULE r AS ON {event} TO {view} {rule};
            GRANT ALL ON {view} TO ru_writer;
            ALTER VIEW {view} OWNER TO ru_owner;
            """
        )
        if revoked:
            database.sql(f"REVOKE SELECT ON {view} FROM ru_owner")
    tried = attempts(database, writer.name)
    listed = {row["table_name"]: row["can_write"] for row in audited_tables(program, database, writer)}
    assert listed == {table: tried["ru", table].write for table in RULES}
    if not revoked:
        assert {table for table, can_write in listed.items() if can_write} == PASSING


FOREIGN = """
    CREATE EXTENSION postgres_fdw;
    CREATE EXTENSION file_fdw;
    CREATE SCHEMA cq;
    GRANT USAGE, CREATE ON SCHEMA cq TO PUBLIC;
    CREATE SERVER remote FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '/nonexistent', dbname 'x');
    CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
    CREATE USER MAPPING FOR cq_caller SERVER remote OPTIONS (user 'x', password 'x');
    CREATE TABLE cq.partitioned (a int) PARTITION BY RANGE (a);
    CREATE TABLE cq.near PARTITION OF cq.partitioned FOR VALUES FROM (0) TO (10);
    CREATE TABLE cq.inner PARTITION OF cq.partitioned FOR VALUES FROM (10) TO (30) PARTITION BY RANGE (a);
    CREATE FOREIGN TABLE cq.far PARTITION OF cq.inner FOR VALUES FROM (10) TO (20) SERVER remote;
    CREATE TABLE cq.file_parent (a int);
    CREATE FOREIGN TABLE cq.file_child () INHERITS (cq.file_parent) SERVER files OPTIONS (filename '/nonexistent');
    GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA cq TO cq_caller, cq_guest;
    SET ROLE cq_guest;
    CREATE VIEW cq.of_guest AS SELECT * FROM cq.partitioned;
    SET ROLE cq_caller;
    CREATE VIEW cq.of_caller AS SELECT * FROM cq.partitioned;
    RESET ROLE;
    GRANT SELECT, INSERT, UPDATE, DELETE ON cq.of_guest, cq.of_caller TO cq_caller, cq_guest;
"""


def test_parents_of_foreign_tables_need_a_user_mapping(program, database, make_role):
    """What the server says of a missing mapping is 42704, when the statement runs. It is the view's owner who needs it.
    INSERT is routed elsewhere, so that UPDATE and DELETE are what is lacking. TRUNCATE goes down to all of them."""
    roles = {name: make_role(name) for name in ("cq_caller", "cq_guest")}
    database.sql(FOREIGN)
    database.create_extension()
    unmapped = {"cq_caller": {"of_guest"}, "cq_guest": {"far", "inner", "partitioned", "of_guest"}}
    for name, role in roles.items():
        tables = audited_tables(program, database, role)
        run = program.run(["check", "--url", database.url(role), "--format", "json"])
        assert run.report["checks"][0]["source"] == "extension"
        assert run.report["checks"][0]["tables"] == tables
        assert {row["table_name"] for row in tables if not row["can_read"]} == unmapped[name]
        truncatable = {row["table_name"] for row in tables if row["can_truncate"]}
        if name == "cq_guest":
            assert truncatable == {"near"}
        assert "file_parent" not in truncatable
        for table in sorted({row["table_name"] for row in tables} - {"file_child", "file_parent"}):
            with database.connect(role) as connection:
                try:
                    connection.execute(f"SELECT * FROM cq.{table}")
                    said = "passes"
                except psycopg.Error as error:
                    said = error.sqlstate
            assert (said == "42704") == (table in unmapped[name]), table
