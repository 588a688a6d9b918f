"""What only the catalog query has to get right: functions that views call, as the reader; classes of equal ACLs."""

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
