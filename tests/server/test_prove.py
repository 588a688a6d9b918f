"""--prove: the verdicts held against the server's own permission check, safely and from afar."""

import pytest

from prove import asked, findings, prove


def powerful(version):
    """The roles of every_rule that are superusers or hold a predefined role, as far as the version has it."""
    roles = {"er_super", "er_below_super"}
    if version >= 14:
        roles |= {"er_reads_all", "er_writes_all", "er_writes_all_and_more"}
    if version >= 17:
        roles |= {"er_maintains_all"}
    return roles


@pytest.fixture
def let_log_in(cluster):
    """Gives a role a password; returns it as one that can log in."""
    def let(name):
        role = type("Login", (), {"name": name, "password": "of-" + str(abs(hash(name)))})()
        quoted = '"' + name.replace('"', '""') + '"'
        with cluster.connect() as connection:
            connection.execute(f"ALTER ROLE {quoted} LOGIN PASSWORD '{role.password}'")
        return role

    return let


@pytest.mark.parametrize("arguments", [[], ["--no-extension"]], ids=["extension", "catalog"])
def test_server_agrees_with_every_verdict(program, every_rule, let_log_in, arguments):
    database, roles = every_rule
    wrong, tried = {}, 0
    for role in roles:
        login = let_log_in(role)
        unsafe = ["--prove-unsafe"] if role in powerful(database.cluster.version) else []
        _, check = prove(program, database.url(login), *arguments, *unsafe)
        found = [f for f in check["findings"] if f["rule"] in ("verdict_differs", "refused_for_another_reason")]
        if found or asked(check) is None:
            wrong[role] = [finding["message"] for finding in found]
        tried += len(check["tables"])
    assert not wrong
    assert tried > 10 * len(roles)


def test_refuses_for_powerful_roles(program, every_rule, let_log_in):
    database, _ = every_rule
    for role in powerful(database.cluster.version):
        exit_code, check = prove(program, database.url(let_log_in(role)))
        assert [finding["severity"] for finding in findings(check, "not_proved")] == ["warning"]
        assert "--prove-unsafe" in findings(check, "not_proved")[0]["message"]
        assert asked(check) is None and check["tables"]
        assert exit_code == 1


def test_refuses_where_the_session_user_is_powerful(program, cluster, database, make_role):
    """A function can RESET ROLE."""
    make_role("modest", login=False)
    login = make_role("mighty", "SUPERUSER")
    with cluster.connect() as connection:
        connection.execute("ALTER ROLE mighty SET role = modest")
    _, check = prove(program, database.url(login))
    assert check["session"]["role_name"] == "modest"
    assert "mighty is a superuser" in findings(check, "not_proved")[0]["message"]


def test_database_owner_is_an_ordinary_role(program, make_role, make_database):
    owner = make_role("shop_owner")
    database = make_database(owner="shop_owner")
    database.sql("CREATE TABLE public.t (a int)", role=owner)
    exit_code, check = prove(program, database.url(owner))
    assert asked(check) == "Proof: the server was asked about 4 statements on 1 relation"
    assert exit_code == 0


def test_a_wrong_verdict_is_found(program, database, make_role):
    """The extension is made to lie: about what may be read in `readable` and `secret`, and written in `written`."""
    app = make_role("app")
    database.create_extension()
    database.sql(
        """
        CREATE TABLE readable (a int); GRANT SELECT ON readable TO app;
        CREATE TABLE secret (a int); GRANT INSERT ON secret TO app;
        CREATE TABLE written (a int); GRANT INSERT, UPDATE, DELETE ON written TO app;
        CREATE TABLE claimed (a int); GRANT DELETE ON claimed TO app;
        ALTER FUNCTION conncheck_permissions RENAME TO honest;
        CREATE FUNCTION conncheck_permissions(
            role name, schema_pattern text, table_pattern text, include_system boolean, include_invisible boolean)
          RETURNS TABLE (role_name name, schema_name name, table_name name, kind text, can_read boolean,
            can_write boolean, can_truncate boolean, privileges text[], grantable text[], column_privileges jsonb,
            owner name, row_security text, blocked_by text[])
          LANGUAGE sql STABLE AS $$
            SELECT h.role_name, h.schema_name, h.table_name, h.kind,
                   h.can_read <> (h.table_name IN ('readable', 'secret')),
                   h.can_write <> (h.table_name IN ('written', 'claimed')), h.can_truncate, h.privileges,
                   h.grantable, h.column_privileges, h.owner, h.row_security, h.blocked_by
            FROM public.honest($1, $2, $3, $4, $5) h $$;
        ALTER EXTENSION conncheck DROP FUNCTION honest;
        ALTER EXTENSION conncheck ADD FUNCTION conncheck_permissions(name, text, text, boolean, boolean);
        """
    )
    exit_code, check = prove(program, database.url(app))
    assert check["source"] == "extension"
    found = {(f["table_name"], *f["missing"]): f for f in findings(check, "verdict_differs")}
    assert set(found) == {
        ("readable", "SELECT"),
        ("secret", "SELECT"),
        ("written", "INSERT", "UPDATE", "DELETE"),
        ("claimed", "INSERT"),
        ("claimed", "UPDATE"),
    }
    assert all(finding["severity"] == "critical" for finding in found.values())
    assert found["readable", "SELECT"]["message"] == (
        "The catalogs deny app SELECT on public.readable, and the server allows it"
    )
    assert found["secret", "SELECT"]["message"] == (
        "The catalogs allow app SELECT on public.secret, and the server denies it:"
        " permission denied for table secret (42501)"
    )
    assert exit_code == 2
    run = program.run(["check", "--url", database.url(app), "--prove"])
    assert "verdict_differs" in run.stdout and run.exit_code == 2
    assert prove(program, database.url(app), "--no-extension")[0] == 0


@pytest.fixture
def hostile_functions(cluster, database, make_role):
    """A view, a policy, a column default and an index whose functions leave a trace through a connection of their
    own and then try to write. Yields (database, the names of those that ran and what writing came to)."""
    tracer = make_role("tracer")
    database.sql(
        """
        CREATE EXTENSION dblink;
        CREATE TABLE trace (what text, came_to text); GRANT INSERT ON trace TO tracer;
        CREATE TABLE written (what text); GRANT ALL ON written TO PUBLIC;
        CREATE SEQUENCE counted; GRANT ALL ON SEQUENCE counted TO PUBLIC;
        """
    )
    database.sql(
        f"""
        CREATE FUNCTION leave_trace(what text) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
          DECLARE
            came_to text := '';
            attempt text;
          BEGIN
            FOREACH attempt IN ARRAY ARRAY[
              'INSERT INTO public.written VALUES (''x'')', 'SELECT nextval(''public.counted'')',
              'CREATE TABLE public.created (a int)', 'SET TRANSACTION READ WRITE'] LOOP
              BEGIN
                EXECUTE attempt;
                came_to := came_to || attempt || ' passed; ';
              EXCEPTION WHEN OTHERS THEN NULL;
              END;
            END LOOP;
            PERFORM public.dblink_exec(
              'host=127.0.0.1 port={cluster.port} dbname={database.name} user=tracer password={tracer.password}',
              format('INSERT INTO public.trace VALUES (%L, %L)', what, came_to));
            RETURN 1;
          END $$;
        CREATE VIEW by_view AS SELECT 1 AS a WHERE leave_trace('view') = 1;
        CREATE TABLE by_policy (a int);
        ALTER TABLE by_policy ENABLE ROW LEVEL SECURITY;
        CREATE POLICY p ON by_policy USING (leave_trace('policy') = 1);
        CREATE TABLE by_default (a int DEFAULT leave_trace('default'));
        CREATE TABLE by_index (a int);
        CREATE INDEX ON by_index ((a + leave_trace('index')));
        TRUNCATE trace, written; ALTER SEQUENCE counted RESTART; DROP TABLE IF EXISTS created;
        GRANT SELECT, INSERT, UPDATE, DELETE ON by_view, by_policy, by_default, by_index TO PUBLIC;
        """
    )

    def traces():
        return {tuple(row) for row in database.sql("SELECT DISTINCT what, came_to FROM trace")}

    return database, traces


@pytest.mark.parametrize(
    "options",
    ["SUPERUSER", "IN ROLE pg_read_all_stats", "IN ROLE pg_execute_server_program", "NOINHERIT IN ROLE pg_monitor"],
)
def test_hostile_functions_do_not_run_for_the_powerful(program, hostile_functions, make_role, options):
    database, traces = hostile_functions
    login = make_role("mighty", options)
    _, check = prove(program, database.url(login))
    assert len(findings(check, "not_proved")) == 1
    assert traces() == set()


def test_hostile_functions_cannot_write_through_an_ordinary_role(program, hostile_functions, make_role):
    database, traces = hostile_functions
    database.sql("GRANT CREATE ON SCHEMA public TO PUBLIC")
    _, check = prove(program, database.url(make_role("app")))
    assert findings(check, "verdict_differs") == []
    assert {what for what, _ in traces()} == {"view", "policy", "default", "index"}  # or this would show nothing
    assert {came_to for _, came_to in traces()} == {""}
    assert database.sql("SELECT count(*), (SELECT is_called FROM counted) FROM written") == [(0, False)]
    assert database.sql("SELECT to_regclass('public.created')") == [(None,)]


def test_unsafe_runs_for_a_superuser(program, hostile_functions, make_role):
    """What the refusal saves from; it would otherwise be tested against nothing."""
    database, traces = hostile_functions
    _, check = prove(program, database.url(make_role("mighty", "SUPERUSER")), "--prove-unsafe")
    assert findings(check, "not_proved") == []
    assert {what for what, _ in traces()} >= {"view", "default", "index"}  # no policy applies to a superuser


def test_what_explain_cannot_show_is_counted(program, database, make_role):
    app = make_role("app")
    database.sql(
        """
        CREATE TABLE numbered (id serial PRIMARY KEY, a int);
        CREATE TABLE referring (id int REFERENCES numbered);
        CREATE TABLE filtered (a int); ALTER TABLE filtered ENABLE ROW LEVEL SECURITY;
        CREATE TABLE routed (a int) PARTITION BY LIST (a);
        CREATE EXTENSION postgres_fdw; CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw;
        CREATE FOREIGN TABLE far_away (a int) SERVER far;
        CREATE VIEW over_far_away AS SELECT * FROM far_away;
        GRANT ALL ON numbered, referring, filtered, routed, far_away, over_far_away TO app;
        """
    )
    exit_code, check = prove(program, database.url(app))
    assert findings(check, "verdict_differs") == []
    note = next(note for note in check["notes"] if note.startswith("Not provable by EXPLAIN: "))
    assert note == (
        "Not provable by EXPLAIN: TRUNCATE (6 relations), the rows that row security lets pass (1 relation),"
        " sequences behind defaults (1 relation), user mappings (1 relation), foreign keys (2 relations),"
        " the partition that a row goes to (1 relation)"
    )
    assert exit_code == 0


def test_other_refusals_are_never_denials(program, database, make_role):
    """A lock, a table without replica identity; what is not updatable agrees with its verdict."""
    app = make_role("app")
    database.sql(
        """
        CREATE TABLE free (a int); CREATE TABLE held (a int); CREATE TABLE published (a int);
        CREATE PUBLICATION p FOR TABLE published;
        CREATE VIEW counting AS SELECT count(*) FROM free; CREATE MATERIALIZED VIEW stored AS SELECT 1 AS a;
        CREATE VIEW partly AS SELECT a, a AS again, a + 1 AS next FROM free;
        GRANT ALL ON free, held, published, counting, stored, partly TO app;
        """
    )
    with database.connect() as other:
        other.execute("BEGIN; LOCK held IN ACCESS EXCLUSIVE MODE")
        exit_code, check = prove(program, database.url(app), "--no-extension")
        other.execute("ROLLBACK")
    assert findings(check, "verdict_differs") == []
    refused = {(f["table_name"], *f["missing"]): f["message"] for f in findings(check, "refused_for_another_reason")}
    assert set(refused) == {
        ("held", "SELECT", "INSERT", "UPDATE", "DELETE"),
        ("published", "UPDATE"),
        ("published", "DELETE"),
    }
    assert "(55P03)" in refused["held", "SELECT", "INSERT", "UPDATE", "DELETE"]
    assert "(55000)" in refused["published", "UPDATE"]
    assert exit_code == 1


def test_what_there_is_no_time_for_is_said(program, database, make_role):
    """A hundred locked tables would take 40 s: the permissions are reported all the same, before the deadline."""
    app = make_role("app")
    database.sql("CREATE SCHEMA held; GRANT USAGE ON SCHEMA held TO app")
    for i in range(100):
        database.sql(f"CREATE TABLE held.t{i} (a int); GRANT SELECT ON held.t{i} TO app")
    url, _, password = database.url(app), None, app.password
    config = {
        "version": 1,
        "connections": [
            {"name": "held", "url": url.replace(f":{password}", ""), "password": password, "timeout": "2s"}
        ],
    }
    with database.connect() as other:
        other.execute("BEGIN")
        for i in range(100):
            other.execute(f"LOCK held.t{i} IN ACCESS EXCLUSIVE MODE")
        run = program.run(["check", "held", "--prove", "--no-extension", "--format", "json"], config=config)
        other.execute("ROLLBACK")
    check = run.check("held")
    assert check["error"] is None
    assert len(check["tables"]) == 100
    assert "timeout was near" in findings(check, "not_proved")[0]["message"]
    assert findings(check, "verdict_differs") == []
    assert run.exit_code == 1


def test_names_of_any_sort(program, database, make_role):
    app = make_role("app")
    database.sql(
        '''
        CREATE SCHEMA "s"".'; DROP"; GRANT USAGE ON SCHEMA "s"".'; DROP" TO app;
        CREATE TABLE "s"".'; DROP"."t$1 \\ ""é""" ("c"";" int, "select" int GENERATED ALWAYS AS IDENTITY,
          g int GENERATED ALWAYS AS (1) STORED);
        CREATE TABLE nothing ();
        GRANT SELECT, INSERT, UPDATE, DELETE ON nothing, "s"".'; DROP"."t$1 \\ ""é""" TO app;
        '''
    )
    exit_code, check = prove(program, database.url(app))
    assert asked(check) == "Proof: the server was asked about 7 statements on 2 relations"
    assert (exit_code, check["findings"]) == (0, [])


def test_audited_roles_are_not_proved(program, database, make_role):
    make_role("other", login=False)
    app = make_role("app")
    database.sql("CREATE TABLE t (a int); GRANT SELECT ON t TO app, other")
    _, check = prove(program, database.url(app), "--role", "other")
    assert any("login's own role" in note for note in check["notes"])
    assert check["roles"][0]["findings"] == []
