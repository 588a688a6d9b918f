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


# What the reader may not execute, or the views' owner not read, stands in a column of a view. Where no other view reads
# that column, the planner drops it, and what is left can be read. COLUMNS: name: (query, whether the reader may read all
# of it).
COLUMN_FUNCTIONS = """
    CREATE SCHEMA fc;
    GRANT USAGE ON SCHEMA fc TO PUBLIC;
    CREATE TABLE fc.base (id int, name text);
    CREATE FUNCTION fc.f(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
    CREATE FUNCTION fc.varies(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
    CREATE FUNCTION fc.several(int) RETURNS SETOF int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN; END';
    CREATE AGGREGATE fc.total(int) (SFUNC = int4pl, STYPE = int);
    REVOKE EXECUTE ON FUNCTION fc.f, fc.varies, fc.several, fc.total FROM PUBLIC;
    CREATE TABLE fc.secret (id int);
    CREATE TABLE fc.asks (id int);
    ALTER TABLE fc.asks ENABLE ROW LEVEL SECURITY;
    CREATE POLICY p ON fc.asks USING (id IN (SELECT s.id FROM fc.secret s));
    CREATE VIEW fc.b AS SELECT id, name, fc.f(id) AS f FROM fc.base;
    CREATE VIEW fc.barrier WITH (security_barrier) AS SELECT id, fc.f(id) AS f FROM fc.base;
"""
COLUMNS = {
    "without_it": ("SELECT id, name FROM fc.b", True),
    "with_it": ("SELECT name, f FROM fc.b", False),
    "passed_on": ("SELECT * FROM fc.b", False),
    "three_layers": ("SELECT id FROM fc.passed_on", True),
    "three_layers_with_it": ("SELECT f FROM fc.passed_on", False),
    "renamed": ("SELECT f AS id, id AS f, id AS own FROM fc.passed_on", False),
    "over_renamed": ("SELECT f, own FROM fc.renamed", True),
    "over_renamed_with_it": ("SELECT id FROM fc.renamed", False),
    "over_over_renamed": ("SELECT own FROM (SELECT * FROM fc.over_renamed) r", True),
    "computed": ("SELECT id, f + 1 AS g, f AS f FROM fc.b", False),
    "over_computed": ("SELECT id FROM fc.computed", True),
    "over_computed_with_it": ("SELECT g FROM fc.computed", False),
    "used_twice": ("SELECT id, f AS f FROM fc.b WHERE f > 0", False),
    "over_used_twice": ("SELECT id FROM fc.used_twice", False),
    "in_where": ("SELECT id FROM fc.b WHERE f > 0", False),
    "distinct": ("SELECT DISTINCT id, f FROM fc.b", False),
    "over_distinct": ("SELECT id FROM fc.distinct", False),
    "distinct_itself": ("SELECT DISTINCT id, fc.f(id) AS f FROM fc.base", False),
    "over_distinct_itself": ("SELECT id FROM fc.distinct_itself", False),
    "united": ("SELECT id, f FROM fc.b UNION SELECT id, id FROM fc.base", False),
    "over_united": ("SELECT id FROM fc.united", False),
    "united_without": ("SELECT id FROM fc.b UNION SELECT id FROM fc.base", True),
    "ordered": ("SELECT id, f FROM fc.b ORDER BY f", False),
    "over_ordered": ("SELECT id FROM fc.ordered", False),
    "ordered_unseen": ("SELECT id FROM fc.b ORDER BY f", False),
    "ordered_by_another": ("SELECT id, f FROM fc.b ORDER BY id", False),
    "over_ordered_by_another": ("SELECT id FROM fc.ordered_by_another", True),
    "varying": ("SELECT id, fc.varies(id) AS v FROM fc.base", False),
    "over_varying": ("SELECT id FROM fc.varying", False),
    "varying_beside": ("SELECT id, fc.f(id) AS f, random() AS r FROM fc.base", False),
    "over_varying_beside": ("SELECT id, r FROM fc.varying_beside", True),
    "varying_with": ("SELECT id, fc.f(id) * random() AS r FROM fc.base", False),
    "over_varying_with": ("SELECT id FROM fc.varying_with", False),
    "varying_above": ("SELECT id, f * random() AS r FROM fc.b", False),
    "over_varying_above": ("SELECT id FROM fc.varying_above", False),
    "sets": ("SELECT id, fc.several(id) AS s FROM fc.base", False),
    "over_sets": ("SELECT id FROM fc.sets", False),
    "set_above": ("SELECT id, generate_series(1, f) AS s FROM fc.b", False),
    "over_set_above": ("SELECT id FROM fc.set_above", False),
    "aggregated": ("SELECT max(f) AS m, count(*) AS n FROM fc.b", False),
    "over_aggregated": ("SELECT n FROM fc.aggregated", True),
    "by_aggregate": ("SELECT fc.total(id) AS t, count(*) AS n FROM fc.base", False),
    "over_by_aggregate": ("SELECT n FROM fc.by_aggregate", True),
    "over_by_aggregate_with_it": ("SELECT t FROM fc.by_aggregate", False),
    "grouped": ("SELECT id, max(fc.f(id)) AS m FROM fc.base GROUP BY id", False),
    "over_grouped": ("SELECT id FROM fc.grouped", True),
    "grouped_by_it": ("SELECT f, count(*) AS n FROM fc.b GROUP BY f", False),
    "over_grouped_by_it": ("SELECT n FROM fc.grouped_by_it", False),
    "grouped_by_call": ("SELECT fc.f(id) AS f, count(*) AS n FROM fc.base GROUP BY fc.f(id)", False),
    "over_grouped_by_call": ("SELECT n FROM fc.grouped_by_call", False),
    "having": ("SELECT id FROM fc.b GROUP BY id HAVING max(f) > 0", False),
    "filtered": ("SELECT id, count(*) FILTER (WHERE f > 0) AS n FROM fc.b GROUP BY id", False),
    "over_filtered": ("SELECT id FROM fc.filtered", True),
    "over_window": ("SELECT id, sum(f) OVER (ORDER BY id) AS s FROM fc.b", False),
    "over_over_window": ("SELECT id FROM fc.over_window", True),
    "windowed_by_it": ("SELECT id, count(*) OVER (ORDER BY f) AS s FROM fc.b", False),
    "over_windowed_by_it": ("SELECT id FROM fc.windowed_by_it", False),
    "limited": ("SELECT id, f FROM fc.b LIMIT 5", False),
    "over_limited": ("SELECT id FROM fc.limited", True),
    "limited_by_it": ("SELECT id FROM fc.base LIMIT (SELECT max(f) FROM fc.b)", False),
    "over_barrier": ("SELECT id FROM fc.barrier", True),
    "over_barrier_with_it": ("SELECT f FROM fc.barrier", False),
    "whole_row": ("SELECT id, b AS whole FROM fc.b b", False),
    "over_whole_row": ("SELECT id FROM fc.whole_row", True),
    "over_whole_row_with_it": ("SELECT whole IS NULL AS n FROM fc.whole_row", False),
    "whole_row_in_where": ("SELECT id FROM fc.b b WHERE b IS NOT NULL", False),
    "subquery": ("SELECT id, (SELECT fc.f(t.id) FROM fc.base t LIMIT 1) AS s FROM fc.base", False),
    "over_subquery": ("SELECT id FROM fc.subquery", True),
    "subquery_reads": ("SELECT id, (SELECT max(f) FROM fc.b) AS m FROM fc.base", False),
    "over_subquery_reads": ("SELECT id FROM fc.subquery_reads", True),
    "subquery_refers": ("SELECT id, (SELECT max(t.id) FROM fc.base t WHERE t.id = b.f) AS s FROM fc.b", False),
    "over_subquery_refers": ("SELECT id FROM fc.subquery_refers", True),
    "subquery_in_where": ("SELECT id FROM fc.b WHERE EXISTS (SELECT FROM fc.base t WHERE t.id = b.f)", False),
    "exists": ("SELECT id FROM fc.base WHERE EXISTS (SELECT FROM fc.b)", True),
    "is_in": ("SELECT id FROM fc.base WHERE id IN (SELECT id FROM fc.b)", True),
    "is_in_it": ("SELECT id FROM fc.base WHERE id IN (SELECT f FROM fc.b)", False),
    "joined": ("SELECT x.id, y.f FROM fc.b x JOIN fc.b y ON x.id = y.id", False),
    "over_joined": ("SELECT id FROM fc.joined", True),
    "joined_left": ("SELECT t.id, b.f FROM fc.base t LEFT JOIN fc.b ON t.id = b.id", False),
    "over_joined_left": ("SELECT id FROM fc.joined_left", True),
    "joined_unread": ("SELECT t.id FROM fc.base t LEFT JOIN fc.b USING (id, name)", True),
    "joined_by_it": ("SELECT id FROM fc.b JOIN (SELECT 1 AS f) o USING (f)", False),
    "joined_fully": ("SELECT x.name FROM fc.b x FULL JOIN (SELECT 1 AS f) o USING (f)", False),
    "in_join_condition": ("SELECT t.id FROM fc.base t LEFT JOIN fc.b ON t.id = b.f", False),
    "named_join_in_where": ("SELECT j.name FROM (fc.b x CROSS JOIN (SELECT 1 AS one) o) AS j WHERE j.f > 0", False),
    "over_named_join_in_where": ("SELECT name FROM fc.named_join_in_where", False),
    "named_join": ("SELECT j.f AS a, (SELECT max(t.id) FROM fc.base t) AS m FROM (fc.b x CROSS JOIN fc.base o) AS"
                   " j (a, b, f, c, d) WHERE j.f > 0", False),
    "over_named_join": ("SELECT m FROM fc.named_join", False),
    "locking_beneath": ("SELECT id, fc.f(id) AS f FROM fc.base FOR UPDATE", False),
    "denied": ("SELECT id, (SELECT max(s.id) FROM fc.secret s) AS m FROM fc.base", False),
    "over_denied": ("SELECT id FROM fc.denied", True),
    "over_denied_with_it": ("SELECT m FROM fc.denied", False),
    "over_over_denied": ("SELECT * FROM fc.over_denied", True),
    "denied_whole": ("SELECT s.id FROM fc.secret s", False),
    "denied_beneath": ("SELECT id, ARRAY(SELECT d.id FROM fc.denied_whole d) AS m FROM fc.base", False),
    "over_denied_beneath": ("SELECT id FROM fc.denied_beneath", True),
    "denied_column_beneath": ("SELECT id, ARRAY(SELECT d.m FROM fc.denied d) AS m FROM fc.base", False),
    "over_denied_column_beneath": ("SELECT id FROM fc.denied_column_beneath", True),
    "permitted_column_beneath": ("SELECT id, ARRAY(SELECT d.id FROM fc.denied d) AS m FROM fc.base", True),
    "denied_and_ordered": ("SELECT id, (SELECT max(s.id) FROM fc.secret s) AS m FROM fc.base ORDER BY 2", False),
    "over_denied_and_ordered": ("SELECT id FROM fc.denied_and_ordered", False),
    "denied_and_varying": ("SELECT id, (SELECT random() FROM fc.secret s) AS m FROM fc.base", False),
    "over_denied_and_varying": ("SELECT id FROM fc.denied_and_varying", False),
    "denied_in_from": ("SELECT b.id, s.m FROM fc.base b, (SELECT max(id) AS m FROM fc.secret) s", False),
    "over_denied_in_from": ("SELECT id FROM fc.denied_in_from", False),
    "denied_join": ("SELECT b.id, s.id AS m FROM fc.base b LEFT JOIN fc.secret s ON false", False),
    "over_denied_join": ("SELECT id FROM fc.denied_join", False),
    "denied_twice": ("SELECT id, (SELECT max(s.id) FROM fc.secret s) AS m FROM fc.base"
                     " WHERE EXISTS (SELECT FROM fc.secret)", False),
    "over_denied_twice": ("SELECT id FROM fc.denied_twice", False),
    "denied_by_policy": ("SELECT id, (SELECT max(a.id) FROM fc.asks a) AS m FROM fc.base", False),
    "over_denied_by_policy": ("SELECT id FROM fc.denied_by_policy", True),
    ":resjunk": ('SELECT id AS ":resjunk", f AS ":override" FROM fc.b', False),
    "over_syntax": ('SELECT ":resjunk" FROM fc.":resjunk"', True),
    "over_syntax_with_it": ('SELECT ":override" FROM fc.":resjunk"', False),
}


def test_what_a_column_calls_is_asked_for_where_the_column_is_read(program, database, make_role):
    reader, _ = make_role("fc_reader"), make_role("fc_owner", login=False)
    database.sql(COLUMN_FUNCTIONS)
    for name, (query, _) in COLUMNS.items():
        database.sql(f'CREATE VIEW fc."{name}" AS {query}; ALTER VIEW fc."{name}" OWNER TO fc_owner')
    database.sql("GRANT SELECT ON ALL TABLES IN SCHEMA fc TO fc_reader, fc_owner; REVOKE ALL ON fc.secret FROM fc_owner")
    database.create_extension()
    tried = {table: verdict.read for (_, table), verdict in attempts(database, reader.name).items()}
    by_extension = dict(database.sql("SELECT table_name, can_read FROM conncheck_permissions('fc_reader')"))
    by_catalog = {row["table_name"]: row["can_read"] for row in audited_tables(program, database, reader)}
    assert by_extension == tried
    assert by_catalog == tried
    assert {name: tried[name] for name in COLUMNS} == {name: readable for name, (_, readable) in COLUMNS.items()}


# What the condition of a view that is written reads: name: (query, whether the writer may write).
WRITTEN_WHERE = {
    "exists": ("SELECT id, name FROM fc.base WHERE EXISTS (SELECT FROM fc.b)", True),
    "exists_where": ("SELECT id, name FROM fc.base WHERE EXISTS (SELECT FROM fc.b o WHERE o.id > 0)", True),
    "exists_where_it": ("SELECT id, name FROM fc.base WHERE EXISTS (SELECT FROM fc.b o WHERE o.f > 0)", False),
    "counted": ("SELECT id, name FROM fc.base WHERE id < (SELECT count(o.id) FROM fc.b o)", True),
    "counted_with_it": ("SELECT id, name FROM fc.base WHERE id < (SELECT count(o.f) FROM fc.b o)", False),
    "whole": ("SELECT id, name FROM fc.base WHERE id < (SELECT count(o) FROM fc.b o)", False),
    "denied_unread": ("SELECT id, name FROM fc.base WHERE EXISTS (SELECT FROM fc.denied o WHERE o.id > 0)", True),
    "denied_read": ("SELECT id, name FROM fc.base WHERE EXISTS (SELECT FROM fc.denied o WHERE o.m > 0)", False),
    "over": ("SELECT id FROM fc.b WHERE id > 3", True),
    "over_it": ("SELECT id FROM fc.b WHERE f > 3", False),
    "over_whole": ("SELECT id FROM fc.b WHERE b IS NOT NULL", False),
    "correlated": ("SELECT id FROM fc.b WHERE EXISTS (SELECT FROM fc.base x WHERE x.id = b.id)", True),
    "correlated_it": ("SELECT id FROM fc.b WHERE EXISTS (SELECT FROM fc.base x WHERE x.id = b.f)", False),
    "correlated_deep": ("SELECT id FROM fc.b WHERE EXISTS (SELECT FROM fc.base x WHERE x.id IN (SELECT b.f FROM fc.base))", False),
    "correlated_denied": ("SELECT id FROM fc.denied d WHERE EXISTS (SELECT FROM fc.base x WHERE x.id = d.m)", False),
    "over_denied": ("SELECT id FROM fc.denied d WHERE d.m > 3", False),
}


def test_a_condition_of_a_view_that_is_written_reads_some_columns(program, database, make_role):
    writer, _ = make_role("fc_writer"), make_role("fc_owner", login=False)
    database.sql(COLUMN_FUNCTIONS)
    database.sql("CREATE VIEW fc.denied AS SELECT id, (SELECT max(s.id) FROM fc.secret s) AS m FROM fc.base;"
                 "ALTER VIEW fc.denied OWNER TO fc_owner; GRANT ALL ON fc.base TO fc_owner")
    for name, (query, _) in WRITTEN_WHERE.items():
        database.sql(f"CREATE VIEW fc.{name} AS {query}; GRANT ALL ON fc.{name} TO fc_writer")
    tried = {table: verdict.write for (_, table), verdict in attempts(database, writer.name).items()}
    database.create_extension()
    assert {row["table_name"]: row["can_write"] for row in audited_tables(program, database, writer)} == {
        name: tried[name] for name in WRITTEN_WHERE}
    assert dict(database.sql("SELECT table_name, can_write FROM conncheck_permissions('fc_writer', 'fc')")) == {
        name: tried[name] for name in WRITTEN_WHERE}
    assert {name: tried[name] for name in WRITTEN_WHERE} == {name: writable for name, (_, writable) in WRITTEN_WHERE.items()}


# Before the planner looks for what has to run, the rewriter has put views and policies into the subquery of the column.
VARYING_BENEATH = {
    "varies": "SELECT id, random() AS r FROM fc.base",
    "over_varies": "SELECT id FROM fc.varies",
    "fixed": "SELECT id, lower(name) AS l FROM fc.base",
    "by_view": "SELECT id, (SELECT max(s.id) FROM fc.secret s, fc.varies) AS m FROM fc.base",
    "by_view_over_view": "SELECT id, (SELECT fc.f(o.id) FROM fc.over_varies o LIMIT 1) AS m FROM fc.base",
    "by_policy": "SELECT id, (SELECT max(fc.f(a.id)) FROM fc.asks_randomly a) AS m FROM fc.base",
    "by_none": "SELECT id, (SELECT max(s.id) FROM fc.secret s, fc.fixed) AS m FROM fc.base",
}


def test_a_column_is_kept_for_what_varies_far_beneath(program, database, make_role):
    reader, _ = make_role("fc_reader"), make_role("fc_owner", login=False)
    database.sql(COLUMN_FUNCTIONS)
    database.sql(
        """
        CREATE TABLE fc.asks_randomly (id int);
        ALTER TABLE fc.asks_randomly ENABLE ROW LEVEL SECURITY;
        CREATE POLICY p ON fc.asks_randomly USING (random() < 1);
        GRANT SELECT ON fc.base, fc.asks_randomly TO fc_owner
        """
    )
    for name, query in VARYING_BENEATH.items():
        database.sql(f"CREATE VIEW fc.{name} AS {query}; CREATE VIEW fc.id_{name} AS SELECT id FROM fc.{name}")
        database.sql(f"ALTER VIEW fc.{name} OWNER TO fc_owner; ALTER VIEW fc.id_{name} OWNER TO fc_owner")
    database.sql("GRANT SELECT ON ALL TABLES IN SCHEMA fc TO fc_reader")
    tried = {table: verdict.read for (_, table), verdict in attempts(database, reader.name).items()}
    database.create_extension()
    assert {row["table_name"]: row["can_read"] for row in audited_tables(program, database, reader)} == tried
    assert dict(database.sql("SELECT table_name, can_read FROM conncheck_permissions('fc_reader', 'fc')")) == tried
    assert {name: tried[f"id_{name}"] for name in VARYING_BENEATH if name.startswith("by")} == {
        "by_view": False, "by_view_over_view": False, "by_policy": False, "by_none": True
    }


# The planner drops these as well, but that the stored text alone does not say: the catalog query answers no.
UNTOLD = {
    "distinct_on": ("SELECT DISTINCT ON (id) id, f FROM fc.b", "id"),
    "united_all": ("SELECT id, fc.f(id) FROM fc.base UNION ALL SELECT id, id FROM fc.base", "id"),
    "with_query": ("WITH c AS (SELECT * FROM fc.b) SELECT c.id FROM c", "id"),
    "subquery_in_from": ("SELECT s.id FROM (SELECT * FROM fc.b) s", "id"),
    "lateral": ("SELECT b.id, l.f FROM fc.b, LATERAL (SELECT b.f) l", "id"),
    "named_join": ("SELECT j.id, j.f FROM (fc.b CROSS JOIN (SELECT 1 AS one) o) AS j", "id"),
    "locking": ("SELECT id FROM fc.b FOR UPDATE", "id"),
    "exists_with_it": ("SELECT id FROM fc.base WHERE EXISTS (SELECT f FROM fc.b)", "id"),
}


def test_where_the_text_does_not_tell_what_is_dropped_the_catalog_query_says_no(program, database, make_role):
    reader = make_role("fc_reader")
    database.sql(COLUMN_FUNCTIONS)
    for name, (query, columns) in UNTOLD.items():
        database.sql(f"CREATE VIEW fc.{name}_beneath AS {query}; CREATE VIEW fc.{name} AS SELECT {columns} FROM fc.{name}_beneath")
        database.sql(f"GRANT SELECT ON fc.{name} TO fc_reader")
    database.create_extension()
    tried = attempts(database, reader.name)
    assert {name for name in UNTOLD if tried["fc", name].read} == set(UNTOLD)
    assert dict(database.sql("SELECT table_name, can_read FROM conncheck_permissions('fc_reader')")) == dict.fromkeys(UNTOLD, True)
    assert {
        row["table_name"]: (row["can_read"], row["blocked_by"]) for row in audited_tables(program, database, reader)
    } == dict.fromkeys(UNTOLD, (False, ["function execute"]))


# What is asked depends on what the catalogs hold at all. Each is the only one of its kind in a database, and takes
# something away from t: name: (statements, can_read, can_write, blocked_by).
ALONE = {
    "nothing": ("CREATE TABLE t (id int)", True, True, []),
    "view": ("CREATE TABLE u (id int); REVOKE ALL ON u FROM al_owner; CREATE VIEW t AS SELECT id FROM u; ALTER VIEW t OWNER TO"
             " al_owner", False, False, ["underlying relation"]),
    "rule": ("CREATE TABLE t (id int); ALTER TABLE t OWNER TO al_owner; CREATE TABLE u (id int); CREATE RULE r AS ON INSERT TO t"
             " DO ALSO INSERT INTO u VALUES (1)", True, False, ["underlying relation"]),
    "policy": ("CREATE TABLE t (id int); ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (al(id))",
               False, False, ["function execute"]),
    "foreign table": ("CREATE EXTENSION postgres_fdw; CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw;"
                      " CREATE FOREIGN TABLE t (id int) SERVER s", False, False, ["user mapping"]),
    "check": ("CREATE TABLE t (id int CHECK (al(id)))", True, False, ["function execute"]),
    "trigger": ("CREATE TABLE t (id int); CREATE FUNCTION fired() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
                " CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW WHEN (al(NEW.id)) EXECUTE FUNCTION fired()",
                True, False, ["function execute"]),
    "index": ("CREATE TABLE t (id int); ALTER FUNCTION al IMMUTABLE; CREATE INDEX ON t (al(id))", True, False, ["function execute"]),
}


@pytest.mark.parametrize("name", ALONE)
def test_the_one_thing_that_a_catalog_holds_is_asked_about(program, database, make_role, name):
    reader, _ = make_role("al_reader"), make_role("al_owner", login=False)
    statements, *verdict = ALONE[name]
    database.sql(
        f"""
        CREATE FUNCTION al(int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
        REVOKE EXECUTE ON FUNCTION al FROM PUBLIC;
        GRANT USAGE, CREATE ON SCHEMA public TO al_owner;
        {statements};
        GRANT ALL ON t TO al_reader
        """
    )
    database.create_extension()
    asked = "SELECT can_read, can_write, blocked_by FROM conncheck_permissions('al_reader') WHERE table_name = 't'"
    assert database.sql(asked) == [tuple(verdict)]
    database.sql("DROP EXTENSION conncheck")
    (row,) = (row for row in audited_tables(program, database, reader) if row["table_name"] == "t")
    assert [row["can_read"], row["can_write"], row["blocked_by"]] == verdict


@pytest.mark.parametrize("hidden", ["pg_policy", "pg_constraint", "pg_rewrite"])
def test_the_extension_answers_where_catalogs_are_hidden(program, database, make_role, hidden):
    reader = make_role("hi_reader")
    database.sql(f"CREATE TABLE t (id int); GRANT SELECT ON t TO hi_reader; REVOKE SELECT ON pg_catalog.{hidden} FROM PUBLIC")
    database.create_extension()
    run = program.run(["check", "--url", database.url(reader), "--format", "json"])
    (check,) = run.report["checks"]
    assert (check["source"], check["error"], [row["can_read"] for row in check["tables"]]) == ("extension", None, [True])
