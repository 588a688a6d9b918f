"""Every way to say where a server is, and what is shown of it."""

import socket

import pytest

from failures import assert_connected, assert_failed, check_one

pytestmark = pytest.mark.any_version


@pytest.fixture(scope="module")
def server(field_server):
    field_server.reconfigure(
        hba=["host all all 127.0.0.1/32 scram-sha-256", "host all all ::1/128 scram-sha-256", "local all app scram-sha-256"]
    )
    return field_server


def user(server):
    return f"app:{server.role.password}"


def test_ipv6(program, server):
    ways = [
        {"url": f"postgresql://{user(server)}@[::1]:{server.port}/postgres"},
        {"host": "::1", "port": server.port, "user": "app", "password": server.role.password, "database": "postgres"},
        {"url": f"postgresql://{user(server)}@/postgres?host=db.internal&hostaddr=::1&port={server.port}"},
    ]
    for way in ways:
        session = assert_connected(check_one(program, **way), ssl=True)
        assert session["server_address"] == f"[::1]:{server.port}"


def test_unix_socket(program, server):
    directory = server.socket_directory
    encoded = directory.replace("/", "%2F")
    ways = [
        {"url": f"postgresql://{user(server)}@{encoded}:{server.port}/postgres"},
        {"url": f"postgresql://{user(server)}@/postgres?host={directory}&port={server.port}"},
        {"host": directory, "port": server.port, "user": "app", "password": server.role.password, "database": "postgres"},
    ]
    for way in ways:
        session = assert_connected(check_one(program, **way), ssl=False)
        assert session["server_address"] == f"{directory}/.s.PGSQL.{server.port}"


def test_a_unix_socket_that_is_not_there(program, server):
    result = check_one(program, f"postgresql://{user(server)}@/postgres?host={program.directory}&port={server.port}")
    assert_failed(result, "refused", "connect", hint="socket directory", message="No such file or directory")


def test_a_unix_socket_whose_server_lets_nobody_in(program, server):
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as first:
        listener.bind(str(program.directory / ".s.PGSQL.5432"))
        listener.listen(0)
        first.connect(str(program.directory / ".s.PGSQL.5432"))
        result = check_one(program, f"postgresql://{user(server)}@/postgres?host={program.directory}")
    assert_failed(result, "unreachable", "connect", hint="overrun")


def free_port():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return unused.getsockname()[1]


def test_several_hosts(program, server):
    dead = free_port()
    ways = [
        {"url": f"postgresql://{user(server)}@127.0.0.1:{dead},[::1]:{server.port}/postgres"},
        {"url": f"postgresql://{user(server)}@no-such-host.invalid:5432,127.0.0.1:{server.port}/postgres"},
        {"url": f"postgresql://{user(server)}@%2Fnowhere:{dead},localhost:{server.port}/postgres"},
        {"host": "127.0.0.1,127.0.0.1", "port": f"{dead},{server.port}", "user": "app",
         "password": server.role.password, "database": "postgres"},
    ]  # fmt: skip
    for way in ways:
        session = assert_connected(check_one(program, **way))
        assert session["server_address"].endswith(f":{server.port}")


def test_several_hosts_and_none_answers(program, server):
    first, second = free_port(), free_port()
    result = check_one(program, f"postgresql://{user(server)}@127.0.0.1:{first},[::1]:{second}/postgres")
    assert_failed(
        result, "refused", "connect", hint="listens",
        message=[f"127.0.0.1:{first}: Connection refused", f"[::1]:{second}: Connection refused"],
    )  # fmt: skip


def test_a_name_that_does_not_exist_among_several_hosts(program, server):
    dead = free_port()
    result = check_one(program, f"postgresql://{user(server)}@no-such-host.invalid:1,localhost:{dead}/postgres")
    assert_failed(
        result, "refused", "connect",
        message=["no-such-host.invalid:1: the name", f"localhost:{dead} (127.0.0.1): Connection refused"],
    )  # fmt: skip
    result = check_one(program, f"postgresql://{user(server)}@no-such-host.invalid:1,nor-this.invalid:2/postgres")
    assert_failed(
        result, "dns_failure", "resolve", hint="name servers",
        message=["no-such-host.invalid:1:", "nor-this.invalid:2:"],
    )  # fmt: skip


def test_several_hosts_with_a_passfile(program, server):
    dead = free_port()
    lines = [f"127.0.0.1:{dead}:*:app:wrong", f"::1:{server.port}:*:app:{server.role.password}"]
    program.write("pgpass", "\n".join(lines) + "\n").chmod(0o600)
    place = {"host": "127.0.0.1,::1", "port": f"{dead},{server.port}", "user": "app", "database": "postgres"}
    assert_connected(check_one(program, **place, passfile="pgpass"))


def test_service_file_with_several_hosts(program, server):
    service = program.write(
        "services",
        f"[shop]\nhost=127.0.0.1,::1\nport={free_port()},{server.port}\ndbname=postgres\nuser=app\n"
        f"password={server.role.password}\noptions=-c default_transaction_read_only=on\n",
    )
    session = assert_connected(check_one(program, service="shop", env={"PGSERVICEFILE": str(service)}))
    assert session["server_address"] == f"[::1]:{server.port}"
    assert session["read_only"]
    result = check_one(program, service="other", env={"PGSERVICEFILE": str(service)})
    assert_failed(result, "config_error", "resolve", message='"other" not found')


def test_options(program, server):
    place = {"host": "127.0.0.1", "port": server.port, "user": "app", "password": server.role.password}
    options = "-c default_transaction_read_only=on"
    assert assert_connected(check_one(program, **place, database="postgres", options=options))["read_only"]
    assert assert_connected(check_one(program, server.url("postgres", server.role, options=options)))["read_only"]
    assert not assert_connected(check_one(program, **place, database="postgres"))["read_only"]


def test_database_of_the_users_name(program, server):
    place = {"host": "127.0.0.1", "port": server.port, "user": "app", "password": server.role.password}
    assert_failed(check_one(program, **place), "unknown_database", "login", "3D000", hint="database app")
