"""How connections are defined and made: what works, and what each failure is called."""

import json
import os
import pathlib
import resource
import socket
import threading
import time

import pytest


@pytest.fixture
def login(make_role):
    return make_role("connecting")


def check_one(program, connection, *arguments, env=None):
    config = {"version": 1, "connections": [{"name": "one-connection", **connection}]}
    run = program.run(["check", "--format", "json", *arguments], config=config, env=env)
    return run, run.report["checks"][0]


def fields(database, role, **more):
    cluster = database.cluster
    return {"host": cluster.host, "port": cluster.port, "database": database.name, "user": role.name, **more}


@pytest.mark.any_version
def test_url(program, database, login):
    run, check = check_one(program, {"url": database.url(login)})
    assert check["connected"]
    assert check["session"]["role_name"] == login.name
    assert check["session"]["server_address"] == f"127.0.0.1:{database.cluster.port}"
    assert run.exit_code == 1  # nothing is there to be seen


@pytest.mark.any_version
def test_host_fields_and_name_resolution(program, database, login):
    connection = fields(database, login, password=login.password) | {"host": "localhost"}
    assert check_one(program, connection)[1]["connected"]


@pytest.mark.any_version
def test_password_from_environment_file_and_command(program, database, login):
    (program.directory / "secret").write_text(login.password + "\n")
    sources = [
        {"env": "THE_PASSWORD"},
        {"file": "secret"},
        {"file": str(program.directory / "secret")},
        {"command": ["cat", str(program.directory / "secret")]},
    ]
    for source in sources:
        _, check = check_one(
            program, fields(database, login, password=source), env={"THE_PASSWORD": login.password}
        )
        assert check["connected"], source


@pytest.mark.any_version
@pytest.mark.parametrize(
    "command, said",
    [
        (["/does/not/exist"], "could not be started"),
        (["sh", "-c", "echo sesame-half; exit 7"], "exit code 7"),
        (["true"], "first line is empty"),
        (["sh", "-c", "exec yes sesame-half"], "without end"),
    ],
)
def test_password_command_that_fails(program, database, login, command, said):
    run, check = check_one(program, fields(database, login, password={"command": command}))
    assert check["error"]["code"] == "config_error"
    assert said in check["error"]["message"]
    assert "sesame-half" not in run.output
    assert run.exit_code == 3


@pytest.mark.any_version
def test_password_command_that_hangs_is_ended_with_its_children(program, database, login):
    marker = f"61{os.getpid()}"
    connection = fields(database, login, password={"command": ["sh", "-c", f"sleep {marker} & wait"]}, timeout="1s")
    began = time.monotonic()
    _, check = check_one(program, connection)
    assert time.monotonic() - began < 5
    assert check["error"]["code"] == "timeout"
    assert "password command" in check["error"]["message"]
    # A killed process shows its command line until the kernel gets round to it.
    deadline = time.monotonic() + 5
    while any(f"sleep\0{marker}" in line for line in command_lines()) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert time.monotonic() < deadline


def command_lines():
    for process in os.listdir("/proc"):
        if process.isdigit():
            try:
                with open(f"/proc/{process}/cmdline") as file:
                    yield file.read()
            except OSError:
                pass


@pytest.mark.any_version
def test_passfile_and_service(program, database, login):
    cluster = database.cluster
    passfile = program.write("pgpass", f"{cluster.host}:{cluster.port}:*:{login.name}:{login.password}\n")
    passfile.chmod(0o600)
    assert check_one(program, fields(database, login, passfile="pgpass"))[1]["connected"]
    service = program.write(
        "services",
        f"[shop]\nhost={cluster.host}\nport={cluster.port}\ndbname={database.name}\nuser={login.name}\n"
        f"password={login.password}\n",
    )
    _, check = check_one(program, {"service": "shop"}, env={"PGSERVICEFILE": str(service)})
    assert check["connected"]
    assert check["session"]["configured_user"] == login.name


@pytest.mark.any_version
def test_inherited_variables_do_not_change_what_is_tested(program, database, login):
    env = {"PGHOST": "/nowhere", "PGHOSTADDR": "127.0.0.9", "PGOPTIONS": "-c role=postgres", "PGSSLMODE": "require"}
    assert check_one(program, {"url": database.url(login)}, env=env)[1]["connected"]


def test_wrong_password(program, database, login):
    run, check = check_one(program, fields(database, login, password="not-the-password"))
    assert not check["connected"]
    assert (check["error"]["code"], check["error"]["phase"], check["error"]["sqlstate"]) == (
        "auth_failed", "login", "28P01",
    )
    assert "not-the-password" not in run.output
    assert run.exit_code == 2


def test_failures_have_their_names(program, database, make_role, login):
    no_login = make_role("no_login", login=False)
    no_login.password = "x"
    database.sql("ALTER ROLE no_login PASSWORD 'x'")
    denied = make_role("no_connect")
    limited = make_role("limited", "CONNECTION LIMIT 0")
    database.sql(f"REVOKE CONNECT ON DATABASE {database.name} FROM PUBLIC")
    database.sql(f"GRANT CONNECT ON DATABASE {database.name} TO connecting, no_login, limited")
    expected = {
        "login_denied": database.url(no_login),
        "unknown_database": database.cluster.url("no_such_database", login),
        "connect_denied": database.url(denied),
        "too_many_connections": database.url(limited),
        "tls_refused": database.url(login, sslmode="require"),
    }
    for code, url in expected.items():
        run, check = check_one(program, {"url": url})
        assert check["error"]["code"] == code
        assert check["error"]["hint"]
        assert run.exit_code == 2


@pytest.mark.any_version
def test_nobody_listens(program):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        _, check = check_one(program, {"host": "127.0.0.1", "port": port, "user": "app", "database": "orders"})
    assert (check["error"]["code"], check["error"]["phase"]) == ("refused", "connect")


@pytest.mark.any_version
def test_name_that_does_not_exist(program):
    _, check = check_one(program, {"host": "no-such-host.invalid", "user": "app"})
    assert (check["error"]["code"], check["error"]["phase"]) == ("dns_failure", "resolve")


@pytest.fixture
def silent_listener():
    """Takes connections and never says a word; yields its port."""
    with socket.create_server(("127.0.0.1", 0), backlog=200) as server:
        taken = []

        def take():
            while True:
                try:
                    taken.append(server.accept()[0])
                except OSError:
                    return

        threading.Thread(target=take, daemon=True).start()
        yield server.getsockname()[1]
        for connection in taken:
            connection.close()
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.any_version
def test_silent_server_meets_the_deadline_and_delays_nobody(program, database, login, silent_listener):
    silent = {"host": "127.0.0.1", "port": silent_listener, "user": "app", "timeout": "1500ms"}
    connections = [{"name": f"silent-{i}", **silent} for i in range(20)]
    connections.append({"name": "healthy", "url": database.url(login)})
    began = time.monotonic()
    run = program.run(["check", "--format", "json"], config={"version": 1, "connections": connections})
    assert time.monotonic() - began < 10
    assert run.check("healthy")["connected"]
    assert run.check("healthy")["duration_ms"]["total"] < 1500
    for i in range(20):
        check = run.check(f"silent-{i}")
        assert check["error"]["code"] == "timeout"
        assert 1500 <= check["duration_ms"]["total"] < 4000


@pytest.mark.any_version
@pytest.mark.parametrize("joined", [False, True])
def test_a_password_on_the_command_line_is_not_in_the_process_list(program, silent_listener, joined):
    url = f"postgresql://app:sesame@127.0.0.1:{silent_listener}/orders?connect_timeout=2"
    process = program.start(["check", f"--url={url}"] if joined else ["check", "--url", url])
    cmdline = pathlib.Path(f"/proc/{process.pid}/cmdline")
    try:
        # Until the program has begun, the system shows nothing, and then what it was started with.
        deadline = time.monotonic() + 5
        shown = cmdline.read_text()
        while ("check" not in shown or "sesame" in shown) and time.monotonic() < deadline:
            time.sleep(0.01)
            shown = cmdline.read_text()
        assert "check" in shown
        assert "sesame" not in shown
        assert process.poll() is None
    finally:
        process.kill()
        process.communicate()


def test_query_that_takes_too_long_ends_on_the_server_too(program, database, login):
    database.sql("CREATE TABLE busy (id int)")
    with database.connect() as blocker:
        # Whatever reads pg_class waits, as behind a VACUUM FULL of the catalog.
        with blocker.transaction():
            blocker.execute("LOCK pg_class IN ACCESS EXCLUSIVE MODE")
            _, check = check_one(program, {"url": database.url(login), "timeout": "1500ms"})
            assert check["error"]["code"] in ("query_timeout", "timeout")
            deadline = time.monotonic() + 10
            while "connecting" in sessions(database.cluster) and time.monotonic() < deadline:
                time.sleep(0.05)
            assert "connecting" not in sessions(database.cluster)


def sessions(cluster):
    with cluster.connect() as connection:
        rows = connection.execute("SELECT usename FROM pg_stat_activity WHERE usename IS NOT NULL").fetchall()
    return [row[0] for row in rows]


def test_require_flag_and_roles(program, database, make_role, login):
    make_role("audited", login=False)
    database.sql("CREATE TABLE orders (id int); GRANT SELECT ON orders TO audited")
    run, check = check_one(program, {"url": database.url(login)}, "--role", "audited", "--require", "read,write")
    assert check["findings"] == []
    finding = check["roles"][0]["findings"][0]
    assert (finding["rule"], finding["missing"]) == ("require", ["INSERT", "UPDATE", "DELETE"])
    assert run.exit_code == 2
    database.sql(finding["fix"])
    run, check = check_one(program, {"url": database.url(login)}, "--role", "audited", "--require", "read,write")
    assert run.exit_code == 0


def test_role_that_does_not_exist(program, database, login):
    run, check = check_one(program, {"url": database.url(login)}, "--role", "nobody_of_this_name")
    assert [finding["rule"] for finding in check["findings"]] == ["unknown_role"]
    assert run.exit_code == 2


def test_login_that_becomes_another_role(program, database, make_role, login):
    make_role("other_self", login=False)
    database.sql("GRANT other_self TO connecting; ALTER ROLE connecting SET role = 'other_self'")
    database.sql("CREATE TABLE orders (id int)")
    _, check = check_one(program, {"url": database.url(login)})
    assert check["session"]["role_name"] == "other_self"
    assert check["session"]["session_user_name"] == "connecting"
    assert check["tables"] == []


def test_set_role_reaches_more(program, database, make_role):
    make_role("powerful", login=False)
    role = make_role("may_become", "NOINHERIT IN ROLE powerful")
    database.sql("CREATE TABLE orders (id int); GRANT SELECT ON orders TO powerful; CREATE TABLE own (id int);"
                 "GRANT SELECT ON own TO may_become")
    _, check = check_one(program, {"url": database.url(role)})
    assert check["session"]["can_set_role"] == ["powerful"]
    assert [finding["rule"] for finding in check["findings"]] == ["set_role_reaches_more"]


@pytest.mark.any_version
def test_unix_socket_never_passes_for_tls(program, database, login):
    url = f"postgresql:///{database.name}?host={database.cluster.socket_directory}&port={database.cluster.port}"
    _, check = check_one(program, {"url": f"{url}&user={login.name}&sslmode=verify-full"})
    assert not check["connected"]


@pytest.mark.any_version
def test_tunnel_is_never_bypassed(program, database, login):
    connection = fields(database, login, password=login.password)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    connection["tunnel"] = {"host": "127.0.0.1", "port": port, "user": "jump"}
    _, check = check_one(program, connection)
    assert not check["connected"]
    assert (check["error"]["code"], check["error"]["phase"]) == ("tunnel_failed", "tunnel")


@pytest.mark.any_version
def test_few_open_files_make_fewer_checks_at_once_and_no_wrong_result(program, database, login):
    database.sql("CREATE TABLE orders (id int); GRANT SELECT ON orders TO connecting")
    connections = [{"name": f"connection-{i}", "url": database.url(login)} for i in range(100)]
    process = program.start(
        ["check", "--format", "json"],
        config={"version": 1, "connections": connections},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)),
    )
    output, _ = process.communicate()
    assert [check["error"] for check in json.loads(output)["checks"]] == [None] * 100
    assert process.returncode == 0


def test_a_server_with_few_connections_is_not_overrun(program, start_cluster):
    cluster = start_cluster("max_connections=20")
    role = cluster.create_role("many")
    database = cluster.create_database()
    database.sql("CREATE TABLE orders (id int)")
    connections = [{"name": f"connection-{i}", "url": database.url(role)} for i in range(300)]
    run = program.run(["check", "--format", "json"], config={"version": 1, "connections": connections})
    errors = [check["error"]["code"] for check in run.report["checks"] if check["error"]]
    assert set(errors) <= {"too_many_connections"}  # sessions that have not quite ended count, too
    assert len(errors) < 30
