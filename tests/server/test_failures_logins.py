"""Logins that a server refuses."""

import pytest

from cluster import Role
from failures import assert_connected, assert_failed, check_one


@pytest.fixture(scope="module")
def server(field_server):
    field_server.reconfigure(
        hba=[
            "host all by_md5 127.0.0.1/32 md5",
            "host all rejected 127.0.0.1/32 reject",
            "host all unlisted 127.0.0.2/32 trust",
            "host all trusted,ghost 127.0.0.1/32 trust",
            "host all in_the_open 127.0.0.1/32 password",
            "host all by_ldap 127.0.0.1/32 ldap ldapserver=127.0.0.1 ldapport=1 ldapprefix=cn=",  # nobody listens there
            "host all by_gss 127.0.0.1/32 gss",
            "local all app peer",
            "host all app,sleeper,limited,full,nobody,expired 127.0.0.1/32 scram-sha-256",
        ]
    )
    return field_server


@pytest.fixture
def role(server):
    """role(name, options): a role for one test."""
    made = []

    def make(name, options="", login=True):
        made.append(server.create_role(name, options, login))
        return made[-1]

    yield make
    for each in made:
        server.drop_role(each)


def refused_logins(server, since):
    return server.log.read_text()[since:].count("password authentication failed")


@pytest.mark.parametrize("name", ["app", "by_md5", "in_the_open"])
def test_wrong_password(program, server, role, name):
    if name != "app":
        role(name)
    since = len(server.log.read_text())
    result = check_one(program, server.url("postgres", Role(name, "wrong")))
    assert_failed(result, "auth_failed", "login", "28P01", hint=["password", name, "does not exist", "VALID UNTIL"])
    assert refused_logins(server, since) == 1


def test_md5_that_is_right(program, server, role):
    with server.connect() as connection:
        connection.execute("SET password_encryption = 'md5'")
        connection.execute("CREATE ROLE by_md5 LOGIN PASSWORD 'sesame'")
    try:
        assert_connected(check_one(program, server.url("postgres", Role("by_md5", "sesame"))))
        result = check_one(program, server.url("postgres", Role("by_md5", "wrong")))
        assert_failed(result, "auth_failed", "login", "28P01", hint="password")
        result = check_one(program, server.url("postgres", Role("by_md5", "sesame"), channel_binding="require"))
        assert_failed(result, "auth_failed", "login", hint=["TLS", "scram-sha-256"])
    finally:
        server.drop_role(Role("by_md5", None))


def test_expired_password(program, server, role):
    expired = role("expired", "VALID UNTIL '2020-01-01'")
    assert_failed(check_one(program, server.url("postgres", expired)), "auth_failed", "login", "28P01", hint="VALID UNTIL")


def test_no_password(program, server):
    place = {"host": server.host, "port": server.port, "user": "app", "database": "postgres"}
    assert_failed(check_one(program, **place), "auth_failed", "login", hint=["password:", ".pgpass", "0600"])
    passfile = program.write("pgpass", f"*:*:*:app:{server.role.password}\n")
    passfile.chmod(0o644)  # libpq leaves it alone, and says so to the terminal only
    assert_failed(check_one(program, **place, passfile="pgpass"), "auth_failed", "login", hint="0600")


@pytest.mark.parametrize("mode", ["allow", "prefer"])
def test_a_password_that_is_checked_elsewhere_is_sent_once(program, server, role, mode):
    since = len(server.log.read_text())
    result = check_one(program, server.url("postgres", role("by_ldap"), sslmode=mode))
    assert_failed(result, "auth_failed", "login", "28000", hint=["password", "by_ldap", "LDAP"], message="LDAP")
    assert server.log.read_text()[since:].count("LDAP authentication failed") == 1


def test_no_kerberos_ticket(program, server, role):
    result = check_one(program, server.url("postgres", role("by_gss")))
    assert_failed(result, "auth_failed", "login", hint=["Kerberos", "kinit"])


def test_role_that_does_not_exist(program, server):
    # The server hides it behind a question for a password.
    assert_failed(
        check_one(program, server.url("postgres", Role("nobody", "sesame"))),
        "auth_failed", "login", "28P01", hint=["nobody", "does not exist"],
    )  # fmt: skip
    assert_failed(
        check_one(program, server.url("postgres", Role("ghost", "sesame"))),
        "unknown_role", "login", "28000", hint=["ghost", "CREATE ROLE"],
    )  # fmt: skip


def test_nologin(program, server, role):
    sleeper = role("sleeper", "NOLOGIN PASSWORD 'sesame'", login=False)
    sleeper.password = "sesame"
    result = check_one(program, server.url("postgres", sleeper))
    assert_failed(result, "login_denied", "login", "28000", hint=["sleeper", "ALTER ROLE", "LOGIN"])


@pytest.mark.parametrize("name", ["rejected", "unlisted"])
@pytest.mark.parametrize("mode", ["disable", "allow", "prefer"])
def test_no_line_in_pg_hba_conf(program, server, name, mode):
    result = check_one(program, server.url("postgres", Role(name, "sesame"), sslmode=mode))
    assert_failed(result, "hba_rejected", "login", "28000", hint=["pg_hba.conf", name, "postgres", "pg_reload_conf"])


def test_no_line_for_the_unix_socket(program, server):
    address = f"postgresql:///postgres?host={server.socket_directory}&port={server.port}"
    for mode in ("prefer", "disable"):
        result = check_one(program, f"{address}&user=nobody&sslmode={mode}")
        assert_failed(result, "hba_rejected", "login", "28000", hint=["pg_hba.conf", "local"])


def test_peer(program, server):
    result = check_one(program, f"postgresql:///postgres?host={server.socket_directory}&port={server.port}&user=app")
    assert_failed(result, "auth_failed", "login", "28000", hint=["peer", "pg_ident.conf", "app"])


def test_database_that_does_not_exist(program, server):
    result = check_one(program, server.url("no_such_database", server.role))
    assert_failed(result, "unknown_database", "login", "3D000", hint="no_such_database")


def test_database_that_may_not_be_entered(program, server):
    database = server.create_database()
    database.sql(f"REVOKE CONNECT ON DATABASE {database.name} FROM PUBLIC")
    result = check_one(program, database.url(server.role))
    assert_failed(result, "connect_denied", "login", "42501", hint=["GRANT CONNECT", "app", database.name])
    result = check_one(program, server.url("template0", server.role))
    assert_failed(result, "connect_denied", "login", "55000", hint="ALLOW_CONNECTIONS")
    server.drop_database(database)


def test_session_setting_that_the_server_refuses(program, server):
    refused = {"no_such_setting=1": "42704", "work_mem=much": "22023", "log_statement=all": "42501"}
    for setting, sqlstate in refused.items():
        result = check_one(program, server.url("postgres", server.role, options=f"-c {setting}"))
        assert_failed(result, "config_error", "login", sqlstate, hint="options")


def test_too_many_connections(program, server, role):
    limited = role("limited", "CONNECTION LIMIT 0")
    result = check_one(program, server.url("postgres", limited))
    assert_failed(result, "too_many_connections", "login", "53300", hint=["role limited", "ALTER ROLE"])
    database = server.create_database()
    with server.connect() as connection:
        connection.execute(f"ALTER DATABASE {database.name} CONNECTION LIMIT 0")
    result = check_one(program, database.url(server.role))
    assert_failed(result, "too_many_connections", "login", "53300", hint=[database.name, "ALTER DATABASE"])
    server.drop_database(database)
    sessions = [server.connect() for _ in range(9)]  # the reserved ones are left
    try:
        result = check_one(program, server.url("postgres", server.role))
        assert_failed(result, "too_many_connections", "login", "53300", hint=["max_connections", "pg_stat_activity"])
        sessions += [server.connect() for _ in range(3)]
        result = check_one(program, server.url("postgres", server.role))
        assert_failed(result, "too_many_connections", "login", "53300", hint="max_connections")
    finally:
        for session in sessions:
            session.close()
