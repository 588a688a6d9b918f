"""`conncheck explain`: what it asks of conncheck_explain() and how it shows the answer. The function itself is played
by one of the test's own, in its place in the extension."""

import json

import pytest

ANSWER = """
    CREATE OR REPLACE FUNCTION conncheck_explain(object text, privilege text, role name DEFAULT current_user,
        OUT held boolean, OUT usable boolean, OUT source text, OUT role_path text[], OUT grantor name,
        OUT grantable boolean, OUT requires_set_role boolean, OUT detail text, OUT fix text)
      RETURNS SETOF record LANGUAGE plpgsql STABLE AS $$
      BEGIN
        IF object = 'nowhere' THEN
          RAISE EXCEPTION 'relation "nowhere" does not exist' USING ERRCODE = '42P01', HINT = 'look elsewhere';
        END IF;
        IF privilege = 'SELECT' THEN
          RETURN QUERY VALUES (true, true, 'member', ARRAY[coalesce(role, current_user), 'Readers']::text[],
                               'boss'::name, true, false, 'through ' || object, NULL);
        ELSE
          RETURN QUERY VALUES (false, false, 'missing', ARRAY[]::text[], NULL::name, false, false,
                               privilege || ' is not granted; path ' || current_setting('search_path'),
                               'GRANT ' || privilege || ' ON TABLE public.orders TO app;');
        END IF;
      END $$;
    DO $$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_depend WHERE objid = 'conncheck_explain'::regproc AND deptype = 'e') THEN
        ALTER EXTENSION conncheck ADD FUNCTION conncheck_explain(text, text, name);
      END IF;
    END $$;
"""


@pytest.fixture
def app(make_role):
    return make_role("app")


@pytest.fixture
def answering(database, app):
    """A database whose conncheck_explain() gives known answers."""
    database.create_extension()
    database.sql(ANSWER)
    return database


def explain(program, database, role, *words):
    return program.run(["explain", "--url", database.url(role), *words])


def test_table_says_who_how_and_what_mends_it(program, answering, app):
    run = explain(program, answering, app, "public.orders", "read")
    assert (run.exit_code, run.stderr) == (0, "")
    assert run.stdout == (
        "app holds and can use SELECT on public.orders\n"
        '  member: app → "Readers", granted by boss, with grant option\n'
        "    through public.orders\n"
    )
    run = explain(program, answering, app, "public.orders", "write")
    assert run.exit_code == 0
    assert [line for line in run.stdout.splitlines() if not line.startswith(" ")] == [
        "app lacks INSERT on public.orders",
        "",
        "app lacks UPDATE on public.orders",
        "",
        "app lacks DELETE on public.orders",
    ]
    assert "      GRANT DELETE ON TABLE public.orders TO app;\n" in run.stdout


def test_json_has_every_column(program, answering, app):
    run = explain(program, answering, app, "table public.orders", "select", "--role", "other", "--format", "json")
    document = json.loads(run.stdout)
    assert (document["role_name"], document["object"]) == ("other", "table public.orders")
    assert document["rows"] == [
        {
            "privilege": "SELECT",
            "held": True,
            "usable": True,
            "source": "member",
            "role_path": ["other", "Readers"],
            "grantor": "boss",
            "grantable": True,
            "requires_set_role": False,
            "detail": "through table public.orders",
            "fix": None,
        }
    ]


def test_csv_has_a_line_for_each_row(program, answering, app):
    run = explain(program, answering, app, "public.orders", "write", "--format", "csv")
    header, *rows = run.stdout.splitlines()
    assert header.startswith("connection,role,object,privilege,held,usable,source,role_path,")
    assert [row.split(",")[3] for row in rows] == ["INSERT", "UPDATE", "DELETE"]


def test_a_bare_name_is_looked_up_on_the_roles_own_search_path(program, cluster, answering, app):
    with cluster.connect() as connection:
        connection.execute("ALTER ROLE app SET search_path = shop, public")
    assert "path shop, public" in explain(program, answering, app, "orders", "UPDATE").stdout


def test_names_a_configured_connection(program, answering, app):
    config = {
        "version": 1,
        "connections": [
            {
                "name": "orders",
                "host": answering.cluster.host,
                "port": answering.cluster.port,
                "database": answering.name,
                "user": "app",
                "password": app.password,
            }
        ],
    }
    run = program.run(["explain", "orders", "public.orders", "SELECT"], config=config)
    assert (run.exit_code, run.stderr) == (0, "")
    run = program.run(["explain", "public.orders", "SELECT"], config=config)
    assert run.exit_code == 3 and "NAME OBJECT PRIVILEGE" in run.stderr


def test_an_unknown_object_is_the_callers_mistake(program, answering, app):
    run = explain(program, answering, app, "nowhere", "SELECT")
    assert (run.exit_code, run.stdout) == (3, "")
    assert 'relation "nowhere" does not exist' in run.stderr and "Hint: look elsewhere" in run.stderr


def test_without_the_extension_it_says_what_to_do(program, database, app):
    run = explain(program, database, app, "public.orders", "SELECT")
    assert (run.exit_code, run.stdout) == (3, "")
    assert "CREATE EXTENSION conncheck" in run.stderr


def test_an_older_extension_wants_an_update(program, database, app):
    database.create_extension()
    database.sql("DROP EXTENSION conncheck; CREATE EXTENSION conncheck VERSION '0.1.0'")
    run = explain(program, database, app, "public.orders", "SELECT")
    assert (run.exit_code, run.stdout) == (3, "")
    assert "0.1.0" in run.stderr and "ALTER EXTENSION conncheck UPDATE" in run.stderr


def test_a_function_that_may_not_be_called(program, answering, app):
    answering.sql("REVOKE EXECUTE ON FUNCTION conncheck_explain FROM PUBLIC")
    run = explain(program, answering, app, "public.orders", "SELECT")
    assert run.exit_code == 3 and "EXECUTE" in run.stderr


def test_planted_overloads_are_never_called(program, answering, app):
    answering.sql(
        """
        CREATE FUNCTION conncheck_explain(text, text, text) RETURNS SETOF record LANGUAGE plpgsql AS
          $$ BEGIN RAISE EXCEPTION 'planted'; END $$;
        CREATE FUNCTION conncheck_explain(varchar, varchar, name) RETURNS SETOF record LANGUAGE plpgsql AS
          $$ BEGIN RAISE EXCEPTION 'planted'; END $$;
        """
    )
    assert explain(program, answering, app, "public.orders", "SELECT").exit_code == 0


def test_a_failed_connection_is_critical(program, answering, app):
    wrong = type("Login", (), {"name": "app", "password": "wrong"})()
    run = explain(program, answering, wrong, "public.orders", "SELECT")
    assert run.exit_code == 2 and "auth_failed" in run.stderr
