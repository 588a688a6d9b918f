"""A server that speaks German: what it means is told by SQLSTATE and source, not by words."""

import pathlib

import pytest

from certificates import Authority, turn_on_tls
from cluster import Cluster, Role
from failures import assert_failed, check_one
from processes import eventually


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Cluster.start("max_connections=10", "superuser_reserved_connections=3")
    # gettext goes by $LANGUAGE in every locale but C (and, since glibc 2.39, C.UTF-8); its catalogs are looked for
    # beside the server's binary.
    shares = pathlib.Path(server.directory, "tree/usr/share")
    (shares / "locale").symlink_to("/usr/share/locale")
    server.restart(LANGUAGE="de")
    turn_on_tls(server, Authority(tmp_path_factory.mktemp("authority")), ["localhost"])
    server.role = server.create_role("app")
    with server.connect() as connection:
        connection.execute("CREATE ROLE sleeper NOLOGIN PASSWORD 'x'; CREATE ROLE limited LOGIN CONNECTION LIMIT 0")
        connection.execute("CREATE DATABASE closed")
        connection.execute("REVOKE CONNECT ON DATABASE closed FROM PUBLIC")
    server.reconfigure(
        hba=[
            "hostssl all encrypted 127.0.0.1/32 scram-sha-256",
            "hostssl all certified 127.0.0.1/32 cert",
            "host all app 127.0.0.1/32 scram-sha-256",
            "host all sleeper,limited,ghost 127.0.0.1/32 trust",
        ],
        ssl_ca_file="server.crt",
    )
    yield server
    server.stop()


CASES = [
    ("app", {"password": "wrong"}, "auth_failed", "28P01", "VALID UNTIL"),
    ("ghost", {}, "unknown_role", "28000", "CREATE ROLE"),
    ("sleeper", {}, "login_denied", "28000", "LOGIN"),
    ("nobody", {}, "hba_rejected", "28000", "pg_hba.conf"),
    ("nobody", {"sslmode": "disable"}, "hba_rejected", "28000", "pg_hba.conf"),
    ("encrypted", {"sslmode": "disable"}, "tls_required", "28000", "sslmode"),
    ("certified", {}, "auth_failed", "28000", "sslcert"),
    ("app", {"database": "no_such_database"}, "unknown_database", "3D000", "no_such_database"),
    ("app", {"database": "closed"}, "connect_denied", "42501", "GRANT CONNECT"),
    ("app", {"database": "template0"}, "connect_denied", "55000", "ALLOW_CONNECTIONS"),
    ("limited", {}, "too_many_connections", "53300", "ALTER ROLE"),
    ("app", {"options": "-c no_such_setting=1"}, "config_error", "42704", "options"),
]


def is_german(server, text):
    """Newer systems would need a locale, and some installations leave the translations out."""
    if server.version > 15:
        return True
    catalogs = list(pathlib.Path(server.root, "usr/share/locale/de/LC_MESSAGES").glob("postgres-*.mo"))
    return not catalogs or any(word in text for word in ("existiert", "Rolle", "Datenbank", "Passwort", "Verbindung"))


@pytest.mark.parametrize("user, asked, code, sqlstate, hint", CASES, ids=[f"{c[0]}-{c[2]}" for c in CASES])
def test_refusal(program, server, user, asked, code, sqlstate, hint):
    password = server.role.password if user == "app" else "x"
    role = Role(user, asked.get("password", password))
    parameters = {key: value for key, value in asked.items() if key in ("sslmode", "options")}
    result = check_one(program, server.url(asked.get("database", "postgres"), role, **parameters))
    assert_failed(result, code, "login", sqlstate, hint=hint)
    assert is_german(server, result[1]["error"]["message"]) or code == "config_error", result


def test_too_many_and_shutting_down(program, server):
    sessions = [server.connect() for _ in range(10)]
    result = check_one(program, server.url("postgres", server.role))
    assert_failed(result, "too_many_connections", "login", "53300", hint="max_connections")
    for session in sessions[1:]:
        session.close()
    server.as_owner("pg_ctl", "stop", f"--pgdata={server.data}", "--mode=smart", "--no-wait", "--silent")
    result = eventually(
        lambda: (seen := check_one(program, server.url("postgres", server.role)))[1]["error"]
        and seen[1]["error"]["sqlstate"] == "57P03"
        and seen
    )
    assert_failed(result, "shutting_down", "login", "57P03", hint="when it is back")
    sessions[0].close()
