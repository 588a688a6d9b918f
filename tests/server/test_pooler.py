"""Through PgBouncer in transaction mode: nothing that it refuses, nothing left behind, and failures by their names."""

import contextlib
import threading

import psycopg
import pytest

from certificates import Authority
from pooler import Pooler
from processes import eventually
from wire_recorder import WireRecorder

pytestmark = pytest.mark.any_version


@pytest.fixture(scope="module")
def shop(cluster):
    """A database with one table, and a role that reads it: (database, role)."""
    role = cluster.create_role("pooled")
    database = cluster.create_database()
    database.sql("CREATE TABLE orders (id int); GRANT SELECT ON orders TO pooled")
    yield database, role
    cluster.drop_database(database)
    cluster.drop_role(role)


@contextlib.contextmanager
def pooler_for(shop, **settings):
    database, role = shop
    pooler = Pooler(database.cluster, role, **settings)
    try:
        yield pooler
    finally:
        pooler.stop()


@pytest.fixture(scope="module")
def pooler(shop):
    with pooler_for(shop) as made:
        yield made


def url_to(port, shop, **parameters):
    database, role = shop
    return database.url(role, **parameters).replace(f":{database.cluster.port}/", f":{port}/")


def check(program, url, *arguments, **more):
    config = {"version": 1, "connections": [{"name": "pooled", "url": url, "timeout": "5s", **more}]}
    return program.run(["check", "--format", "json", *arguments], config=config).report["checks"][0]


@pytest.mark.parametrize("with_extension", [False, True])
def test_asks_in_one_transaction_and_leaves_nothing(program, shop, pooler, with_extension):
    database, role = shop
    if with_extension:
        database.create_extension()
    state = "SELECT pg_backend_pid(), (SELECT count(*) FROM pg_prepared_statements), "
    # PgBouncer itself sees to the application's name.
    state += "(SELECT array_agg(name || setting) FROM pg_settings WHERE source = 'session' AND name NOT LIKE 'app%')"
    with psycopg.connect(url_to(pooler.port, shop), autocommit=True, prepare_threshold=None) as other:
        before = other.execute(state).fetchone()
        with WireRecorder(pooler.port) as recorder:
            result = check(program, url_to(recorder.port, shop), "--role", "pooled")
        # In the pool, where the server still shows whom it worked for last.
        name = "SELECT application_name FROM pg_stat_activity WHERE pid = %s"
        assert database.sql(name, [before[0]]) == [("conncheck",)]
        after = other.execute(state).fetchone()
    assert result["status"] == "ok", result["error"]
    assert result["source"] == ("extension" if with_extension else "catalog")
    assert recorder.connections == 1
    assert recorder.round_trips <= 3
    assert set(recorder.startup) == {"user", "database", "application_name", "client_encoding"}
    assert recorder.startup["application_name"] == "conncheck"
    assert [name for name, _ in recorder.parsed if name] == []
    assert [names for names in recorder.bound if names != (b"", b"")] == []
    words = [statement.split()[0].upper() for _, statement in recorder.parsed]
    assert words[0] == "BEGIN" and words[-1] in ("ROLLBACK", "COMMIT")
    assert not {"BEGIN", "ROLLBACK", "COMMIT", "SET", "PREPARE", "LISTEN"} & set(words[1:-1])
    # The same server connection, in the state in which it was: it was given back, not dropped.
    assert after == before


# What is asked for, what PgBouncer says, what that is called, what the hint says.
def refusals(shop, port):
    database, role = shop
    url = url_to(port, shop)
    return {
        "wrong-password": (url.replace(role.password, "wrong"), "auth_failed", "does not know"),
        "unknown-user": (url.replace("//pooled", "//nobody_here"), "auth_failed", "does not know"),
        "unknown-here": (url.replace(f"/{database.name}", "/unlisted"), "unknown_database", "[databases]"),
        "unknown-there": (url.replace(f"/{database.name}", "/elsewhere"), "unknown_database", "behind the pooler"),
        "server-down": (url.replace(f"/{database.name}", "/down"), "unreachable", "server behind it"),
        "options": (url + "?options=-c%20geqo%3Doff", "protocol_error", "`options` too"),
        "no-tls": (url + "?sslmode=require", "tls_refused", "TLS"),
    }


def test_refusals_have_their_names(program, shop):
    database, role = shop
    here = f"host=127.0.0.1 port={database.cluster.port}"
    databases = f"{database.name} = {here}\nelsewhere = {here} dbname=no_such\ndown = host=127.0.0.1 port=1"
    with pooler_for(shop, databases=databases, server_login_retry=1, query_wait_timeout=2) as pooler:
        expected = refusals(shop, pooler.port)
        connections = [{"name": name, "url": case[0], "timeout": "6s"} for name, case in expected.items()]
        run = program.run(["check", "--format", "json"], config={"version": 1, "connections": connections})
        again = check(program, expected["server-down"][0])["error"]  # PgBouncer knows by now
    assert again["code"] == "unreachable", again
    for name, (_, code, said) in expected.items():
        error = run.check(name)["error"]
        assert error["code"] == code, (name, error)
        assert said in error["hint"], (name, error)
        assert error["phase"] == ("tls" if name == "no-tls" else "login")
        assert run.check(name)["duration_ms"]["total"] < 5000
    assert role.password not in run.output


def test_a_pool_without_a_free_connection(program, shop):
    with pooler_for(shop, query_wait_timeout=1) as pooler:
        url = url_to(pooler.port, shop)
        with psycopg.connect(url) as holder:
            holder.execute("SELECT 1")  # a transaction, and so the only server connection
            result = check(program, url)
    error = result["error"]
    assert (error["code"], error["phase"], error["sqlstate"]) == ("too_many_connections", "query", "08P01")
    assert "pool is full" in error["hint"]
    assert 900 <= result["duration_ms"]["query"] <= result["duration_ms"]["total"] < 5000


def test_a_pooler_that_takes_no_more_clients(program, shop):
    with pooler_for(shop, max_client_conn=1) as pooler:
        url = url_to(pooler.port, shop)
        with psycopg.connect(url, autocommit=True):
            error = check(program, url)["error"]
    assert (error["code"], error["phase"]) == ("too_many_connections", "login")
    assert "raise its limits" in error["hint"]


def test_a_server_connection_that_is_lost(program, shop):
    """The server ends the session while the pooler waits for its answer."""
    database, role = shop
    kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'pooled' AND wait_event_type = 'Lock'"
    with pooler_for(shop) as pooler, database.connect() as locker:
        assert check(program, url_to(pooler.port, shop))["connected"]  # there is a server connection now
        locker.autocommit = False
        locker.execute("LOCK pg_catalog.pg_class IN ACCESS EXCLUSIVE MODE")
        results = []
        checking = threading.Thread(target=lambda: results.append(check(program, url_to(pooler.port, shop))))
        checking.start()
        with database.cluster.connect() as other:
            while checking.is_alive() and not other.execute(kill).fetchall():
                pass
        checking.join()
        locker.rollback()
    # As the server said it; PgBouncer adds that its connection crashed.
    error = results[0]["error"]
    assert (error["code"], error["phase"], error["sqlstate"]) == ("connection_lost", "query", "57P01"), error
    assert "pg_terminate_backend" in error["hint"]
    assert "terminating connection" in results[0]["error"]["message"]


def test_a_check_that_times_out_leaves_no_query_running(program, shop):
    """The pooler keeps the server connection of a client that has gone, and whatever runs there."""
    database, role = shop
    at_work = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'pooled' AND state <> 'idle'"
    with pooler_for(shop) as pooler, database.connect() as locker, database.cluster.connect() as other:
        locker.autocommit = False
        locker.execute("LOCK pg_catalog.pg_rewrite IN ACCESS EXCLUSIVE MODE")
        result = check(program, url_to(pooler.port, shop), timeout="1s")
        eventually(lambda: other.execute(at_work).fetchone() == (0,))
        locker.rollback()
    error = result["error"]
    assert (error["code"], error["phase"]) == ("query_timeout", "query"), error
    assert "timeout" in error["hint"]
    assert 900 <= result["duration_ms"]["total"] < 3000


@pytest.fixture(scope="module")
def encrypted(shop, tmp_path_factory):
    """A pooler that demands TLS, with a certificate for localhost; and its CA."""
    directory = tmp_path_factory.mktemp("authority")
    authority = Authority(directory)
    authority.issue(["localhost"], directory)
    settings = {
        "client_tls_sslmode": "require",
        "client_tls_key_file": "{directory}/server.key",
        "client_tls_cert_file": "{directory}/server.crt",
    }
    with pooler_for(shop, files=[directory / "server.key", directory / "server.crt"], **settings) as made:
        yield made, authority


def test_tls_towards_the_pooler(program, shop, encrypted, tmp_path):
    pooler, authority = encrypted
    other = Authority(tmp_path, "Other CA")
    url = url_to(pooler.port, shop).replace("127.0.0.1", "localhost")
    verified = {"sslmode": "verify-full", "sslrootcert": str(authority.certificate)}
    connections = {
        "verified": {"url": url, **verified},
        "without": {"url": url, "sslmode": "disable"},
        "other-ca": {"url": url, **verified, "sslrootcert": str(other.certificate)},
        "other-name": {"url": url.replace("localhost", "127.0.0.1"), **verified},
        "binding": {"url": url, "sslmode": "require", "channel_binding": "require"},
    }
    config = {"version": 1, "connections": [{"name": name, **more} for name, more in connections.items()]}
    run = program.run(["check", "--format", "json"], config=config)
    assert run.check("verified")["status"] == "ok", run.check("verified")["error"]
    assert run.check("verified")["session"]["ssl"]
    expected = {
        "without": "tls_required",
        "other-ca": "tls_verify_failed",
        "other-name": "tls_verify_failed",
        "binding": "auth_failed",
    }
    for name, code in expected.items():
        error = run.check(name)["error"]
        assert error["code"] == code, (name, error)
        assert error["hint"]


def test_statement_mode_is_named(program, shop):
    with pooler_for(shop, pool_mode="statement") as pooler:
        error = check(program, url_to(pooler.port, shop))["error"]
    assert (error["code"], error["phase"]) == ("query_failed", "query"), error
    assert "pool_mode = transaction" in error["hint"]


def test_the_poolers_console_is_no_database(program, shop):
    database, role = shop
    with pooler_for(shop) as closed, pooler_for(shop, admin_users=role.name) as open_to_role:
        for pooler, code in [(closed, "connect_denied"), (open_to_role, "query_failed")]:
            url = url_to(pooler.port, shop).replace(f"/{database.name}", "/pgbouncer")
            error = check(program, url)["error"]
            assert error["code"] == code and "own console" in error["hint"], error


def test_another_database_than_asked_for_is_told(program, shop):
    database, _ = shop
    lines = f"alias = host=127.0.0.1 port={database.cluster.port} dbname={database.name}"
    with pooler_for(shop, databases=lines) as pooler:
        led = check(program, url_to(pooler.port, shop).replace(f"/{database.name}", "/alias"))
    assert led["connected"] and led["session"]["database_name"] == database.name
    assert any("asks for alias" in note for note in led["notes"]), led["notes"]
