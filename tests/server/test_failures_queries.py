"""The login succeeds, and the questions do not."""

import json

import psycopg
import pytest

from failures import assert_connected, assert_failed, check_one
from processes import eventually

DENIED = [
    "REVOKE SELECT ON pg_catalog.pg_class FROM PUBLIC; REVOKE USAGE ON SCHEMA information_schema FROM PUBLIC",
    "REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) FROM PUBLIC;"
    "REVOKE SELECT ON information_schema.table_privileges FROM PUBLIC",
    "REVOKE USAGE ON SCHEMA pg_catalog FROM PUBLIC; REVOKE USAGE ON SCHEMA information_schema FROM PUBLIC",
]


@pytest.fixture
def login(make_role):
    return make_role("asking")


@pytest.mark.parametrize("revoke", DENIED, ids=["relation", "function", "schema"])
def test_denied(program, database, login, revoke):
    database.sql(revoke)
    result = check_one(program, database.url(login))
    assert_failed(result, "query_denied", "query", "42501", hint="GRANT", message="permission denied", connected=True)


@pytest.fixture
def locked_catalog(database):
    """A catalog that every check reads is locked while the test runs."""
    database.sql("CREATE TABLE orders (id int); CREATE VIEW seen AS SELECT * FROM orders;"
                 "GRANT SELECT ON orders, seen TO PUBLIC")  # fmt: skip
    with psycopg.connect(host=database.cluster.socket_directory, port=database.cluster.port, dbname=database.name,
                         user="postgres") as connection:  # fmt: skip
        connection.execute("LOCK TABLE pg_catalog.pg_rewrite IN ACCESS EXCLUSIVE MODE")
        yield connection
        connection.rollback()


def waiting(database, role):
    """The server process in which the check waits for the lock, once it does."""
    with database.cluster.connect() as connection:
        row = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE usename = %s AND wait_event_type = 'Lock'", [role.name]
        ).fetchone()
    return row and row[0]


RUNGS = {
    "catalog": "SELECT",
    "information_schema": "REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) FROM PUBLIC",
}


@pytest.mark.parametrize("rung", RUNGS)
def test_our_own_deadline(program, database, login, locked_catalog, rung):
    database.sql(RUNGS[rung])
    result = check_one(program, database.url(login), timeout="1s")
    sqlstate = result[1]["error"]["sqlstate"]
    assert sqlstate in (None, "57014")  # the server and the program have the same deadline
    assert_failed(result, "query_timeout", "query", sqlstate, hint="timeout", connected=True)
    assert 500 <= result[1]["duration_ms"]["query"] <= result[1]["duration_ms"]["total"] < 3000
    eventually(lambda: not waiting(database, login))  # nothing is left running


@pytest.mark.parametrize("setting, sqlstate", [("lock_timeout", "55P03"), ("statement_timeout", None)])
def test_a_timeout_of_the_role(program, database, login, locked_catalog, setting, sqlstate):
    database.sql(f"ALTER ROLE asking SET {setting} = '200ms'")
    result = check_one(program, database.url(login), timeout="1s")
    if setting == "statement_timeout":  # the check's own takes its place
        sqlstate = result[1]["error"]["sqlstate"]
        assert_failed(result, "query_timeout", "query", sqlstate, hint="timeout", connected=True)
        assert result[1]["duration_ms"]["query"] >= 500
    else:
        assert_failed(result, "query_timeout", "query", sqlstate, hint="ALTER ROLE", connected=True)


def start(program, database, login):
    connections = [{"name": "one-connection", "url": database.url(login), "timeout": "20s"}]
    return program.start(["check", "--format", "json"], config={"version": 1, "connections": connections})


@pytest.mark.parametrize(
    "function, code, sqlstate, hint",
    [
        ("pg_terminate_backend", "connection_lost", "57P01", ["pg_terminate_backend", "shut down"]),
        ("pg_cancel_backend", "query_failed", "57014", "pg_cancel_backend"),
    ],
)
def test_an_administrator_steps_in(program, database, login, locked_catalog, function, code, sqlstate, hint):
    process = start(program, database, login)
    pid = eventually(lambda: waiting(database, login))
    database.sql(f"SELECT {function}({pid})")
    output, _ = process.communicate(timeout=20)
    (check,) = json.loads(output)["checks"]
    assert_failed((process.returncode, check), code, "query", sqlstate, hint=hint, connected=True)
    assert check["duration_ms"]["total"] < 10000


def test_nothing_of_it_without_a_lock(program, database, login):
    assert_connected(check_one(program, database.url(login)))
