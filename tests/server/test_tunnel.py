"""Connections through an SSH bastion: what works, what each failure is called, and who gets through."""

import json
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

import pytest

from bastion import Bastion, ScriptedBastion, fingerprint, keygen, known_hosts_line
from certificates import Authority, turn_on_tls
from program import Program, binary

pytestmark = pytest.mark.any_version

# A whole check through a bastion on this machine takes 0.3 s; under a sanitizer and load ten times as long.
SOON_MS = 8000


@pytest.fixture(scope="module")
def bastion():
    server = Bastion()
    yield server
    server.stop()


@pytest.fixture
def start_bastion():
    servers = []

    def start(*settings):
        servers.append(Bastion(*settings))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def login(make_role):
    return make_role("tunneled")


@pytest.fixture
def way(program, bastion):
    """`tunnel` of a connection, by a key that the bastion knows."""
    return way_through(program, bastion)


def way_through(program, bastion, name="id"):
    bastion.authorize(keygen(program.directory / name))
    program.write("known_hosts", known_hosts_line(bastion.port, bastion.public_key))
    return {
        "host": "127.0.0.1",
        "port": bastion.port,
        "user": bastion.user,
        "identity_file": name,
        "known_hosts": "known_hosts",
    }


def fields(database, role, **more):
    cluster = database.cluster
    return {
        "host": "localhost",
        "port": cluster.port,
        "database": database.name,
        "user": role.name,
        "password": role.password,
        **more,
    }


def check(program, connection, *arguments, env=None):
    config = {"version": 1, "connections": [{"name": "tunneled", **connection}]}
    run = program.run(["check", "--format", "json", *arguments], config=config, env=env)
    assert run.stdout and run.exit_code <= 3, run.stderr  # a sanitizer has codes of its own
    return run.report["checks"][0]


def assert_failed(result, code, phase, message, hint, at_most_ms=SOON_MS):
    """One failure: its code and phase, and what a person is told. The parts may be several."""
    assert not result["connected"]
    error = result["error"]
    assert (error["code"], error["phase"]) == (code, phase), error
    for part in [message] if isinstance(message, str) else message:
        assert part in error["message"], error
    for part in [hint] if isinstance(hint, str) else hint:
        assert part in error["hint"], error
    assert result["duration_ms"]["total"] <= at_most_ms


def ssh_processes(port):
    """The ssh clients of a bastion's port, by their number."""
    found = []
    for directory in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (directory / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[0] == b"ssh" and str(port).encode() in words:
            found.append(int(directory.name))
    return found


def wait_until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


# --- what works


def test_key(program, database, login, bastion, way):
    database.sql("CREATE TABLE orders (id int); GRANT SELECT ON orders TO tunneled")
    result = check(program, fields(database, login, tunnel=way))
    assert result["connected"] and result["error"] is None
    assert [table["table_name"] for table in result["tables"]] == ["orders"]
    # Not the local end as if it were the server's.
    assert result["session"]["server_address"] == (
        f"localhost:{database.cluster.port} via {bastion.user}@127.0.0.1:{bastion.port}"
    )
    assert result["duration_ms"]["tunnel"] > 0
    assert result["duration_ms"]["tunnel"] <= result["duration_ms"]["total"] <= SOON_MS
    wait_until(lambda: ssh_processes(bastion.port) == [])


def test_the_server_sees_a_good_bye(program, start_cluster, bastion, way):
    cluster = start_cluster("log_connections=on", "log_disconnections=on")
    role, database = cluster.create_role("tunneled"), cluster.create_database()
    assert check(program, fields(database, role, tunnel=way))["connected"]
    log = cluster.data / "server.log"
    wait_until(lambda: "disconnection: session time" in log.read_text())
    assert "unexpected EOF" not in log.read_text()


@pytest.mark.parametrize("by", ["environment", "configuration"])
def test_agent(program, database, login, bastion, way, by):
    key, agent_socket = program.directory / "id", program.directory / "agent"
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", agent_socket], stdout=subprocess.DEVNULL)
    try:
        agents = os.environ | {"SSH_AUTH_SOCK": str(agent_socket)}
        # Its socket is there before it listens.
        wait_until(lambda: subprocess.run(["ssh-add", "-q", key], env=agents, stderr=subprocess.DEVNULL, check=False).returncode == 0)
        key.unlink()
        del way["identity_file"]
        env = {"SSH_AUTH_SOCK": str(agent_socket)} if by == "environment" else {}
        if by == "configuration":
            way["agent"] = "agent"
        assert check(program, fields(database, login, tunnel=way), env=env)["connected"]
    finally:
        agent.terminate()
        agent.wait()


def test_key_with_passphrase(program, database, login, bastion, way):
    bastion.authorize(keygen(program.directory / "encrypted", "open sesame"))
    way["identity_file"] = "encrypted"
    program.write("phrase", "open sesame\n")
    for source in ["open sesame", {"file": "phrase"}, {"env": "PHRASE"}, {"command": ["echo", "open sesame"]}]:
        connection = fields(database, login, tunnel=way | {"passphrase": source})
        assert check(program, connection, env={"PHRASE": "open sesame"})["connected"], source


def password_way(program, bastion, password):
    program.write("known_hosts", known_hosts_line(bastion.port, bastion.public_key))
    return {
        "host": "127.0.0.1",
        "port": bastion.port,
        "user": "jump",
        "known_hosts": "known_hosts",
        "password": password,
    }


@pytest.mark.parametrize("questions", [None, ["Password: "]])
def test_password(program, database, login, questions):
    with ScriptedBastion("bastion sesame", questions) as bastion:
        result = check(program, fields(database, login, tunnel=password_way(program, bastion, "bastion sesame")))
        assert result["connected"], result["error"]
        assert len(bastion.attempts) == 1


def test_several_hosts_have_a_way_each(program, start_cluster, database, login, bastion, way):
    standby_like = start_cluster("default_transaction_read_only=on")
    with standby_like.connect() as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.execute(f"CREATE ROLE tunneled LOGIN PASSWORD '{login.password}'")
        connection.execute(f"CREATE DATABASE {database.name}")
    with socket.create_server(("127.0.0.1", 0)) as free:
        closed = free.getsockname()[1]
    connection = fields(database, login, tunnel=way, target_session_attrs="read-write")
    ports = f"{closed},{standby_like.port},{database.cluster.port}"
    connection |= {"host": "localhost,localhost,127.0.0.1", "port": ports}
    result = check(program, connection)
    assert result["connected"], result["error"]
    assert result["session"]["server_address"].startswith(f"127.0.0.1:{database.cluster.port} via ")


def test_passfile_is_asked_for_the_database_not_for_the_tunnel(program, database, login, way):
    passfile = program.write("passfile", f"localhost:{database.cluster.port}:*:tunneled:{login.password}\n")
    passfile.chmod(0o600)
    connection = fields(database, login, tunnel=way, passfile="passfile")
    del connection["password"]
    assert check(program, connection)["connected"]


def test_a_service_file_with_a_socket_is_no_way_around(program, database, login, way):
    service = program.write("services", f"[local]\nhost={database.cluster.socket_directory}\nuser=tunneled\n")
    result = check(program, {"service": "local", "tunnel": way}, env={"PGSERVICEFILE": str(service)})
    assert_failed(result, "config_error", "resolve", "Unix socket", "as the bastion sees them")


def test_as_an_ordinary_user(program, database, login):
    """ssh starts the program again to ask for the password, whose memory and /proc others cannot look into."""
    nobody = pwd.getpwnam("nobody")
    as_user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    with ScriptedBastion("bastion sesame") as bastion, tempfile.TemporaryDirectory(dir="/tmp") as directory:
        copied = shutil.copy(binary(), directory)
        os.chmod(directory, 0o755)
        own = Program(directory)
        connection = fields(database, login, tunnel=password_way(own, bastion, "bastion sesame"))
        config = own.write("conncheck.yml", {"version": 1, "connections": [{"name": "tunneled", **connection}]})
        run = subprocess.run(
            [copied, "check", "--format", "json", "-c", config],
            env=own.environment(),
            stdout=subprocess.PIPE,
            **as_user,
        )
        assert json.loads(run.stdout)["checks"][0]["connected"], run.stdout


def test_two_checks_at_once(program, database, login, way):
    config = {
        "version": 1,
        "connections": [{"name": f"tunneled-{i}", **fields(database, login, tunnel=way)} for i in range(2)],
    }
    run = program.run(["check", "--format", "json"], config=config)
    for i in range(2):
        assert run.check(f"tunneled-{i}")["connected"]


def test_none_of_the_defaults(program, database, login, bastion, way):
    """`tunnel: none` goes straight, past a bastion that the other connection has to pass."""
    keys = program.write("keys", "")
    straight = fields(database, login, tunnel="none")
    config = {
        "version": 1,
        "defaults": {"tunnel": way},
        "connections": [{"name": "straight", **straight}, {"name": "by-default", **fields(database, login)}],
    }
    run = program.run(["check", "--format", "json"], config=config)
    address = {name: run.check(name)["session"]["server_address"] for name in ("straight", "by-default")}
    assert address["by-default"].endswith(f" via {bastion.user}@127.0.0.1:{bastion.port}")
    assert "via" not in address["straight"]
    assert run.check("by-default")["duration_ms"]["tunnel"] > 0
    assert run.check("straight")["duration_ms"]["tunnel"] == 0
    # Nor is the bastion asked on the way: now it would let nobody in.
    way["known_hosts"] = keys.name
    run = program.run(["check", "--format", "json"], config=config)
    assert run.check("straight")["connected"]
    assert_failed(run.check("by-default"), "host_key_mismatch", "tunnel", "is unknown", "fingerprint")


def test_a_second_bastion_behind_a_forward(program, database, login, bastion, way, start_bastion):
    """As README.md tells to do it; the second one's key is what is checked."""
    second = start_bastion()
    second.authorize((program.directory / "id.pub").read_text().strip())
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    forward = subprocess.Popen(
        ["ssh", "-F", "none", "-o", f"UserKnownHostsFile={program.directory / 'known_hosts'}", "-o", "BatchMode=yes",
         "-i", program.directory / "id", "-p", str(bastion.port), "-l", bastion.user, "-N",
         "-L", f"127.0.0.1:{port}:127.0.0.1:{second.port}", "127.0.0.1"],
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_until(lambda: not socket.socket().connect_ex(("127.0.0.1", port)))
        program.write("known_hosts", known_hosts_line(port, second.public_key))
        connection = fields(database, login, tunnel=way | {"port": port, "user": second.user})
        assert check(program, connection)["connected"]
        program.write("known_hosts", known_hosts_line(port, bastion.public_key))
        assert_failed(check(program, connection), "host_key_mismatch", "tunnel", "has changed", "fingerprint")
    finally:
        forward.terminate()
        forward.wait()


@pytest.fixture
def secure(start_cluster, tmp_path):
    """A database, a role and the CA of a server whose certificate is for db.internal."""
    cluster, authority = start_cluster(), Authority(tmp_path)
    turn_on_tls(cluster, authority, ["db.internal"])
    return cluster.create_database(), cluster.create_role("tunneled"), authority


def test_tls_verifies_the_name_of_the_database_not_of_the_tunnel(program, secure, way):
    database, role, authority = secure
    query = f"?hostaddr=127.0.0.1&sslmode=verify-full&sslrootcert={authority.certificate}"
    url = f"postgresql://tunneled:{role.password}@%s:{database.cluster.port}/{database.name}{query}"
    result = check(program, {"url": url % "db.internal", "tunnel": way})
    assert result["connected"], result["error"]
    assert result["session"]["ssl"]
    result = check(program, {"url": url % "other.internal", "tunnel": way})
    assert_failed(result, "tls_verify_failed", "tls", "other.internal", "the certificate is for another name")


def test_tls_is_not_skipped(program, database, login, way):
    result = check(program, fields(database, login, tunnel=way, sslmode="require"))
    assert_failed(result, "tls_refused", "tls", "SSL", "sslmode")


def only_with_tls(secure, way, **more):
    """A connection to a server that lets `tunneled` come with TLS alone."""
    database, role, _ = secure
    database.cluster.reconfigure(hba=["hostssl all tunneled 127.0.0.1/32 scram-sha-256"])
    return fields(database, role, tunnel=way, **more)


@pytest.mark.parametrize("mode", ["allow", "prefer", "require"])
def test_the_way_with_tls_is_found(program, secure, way, mode):
    result = check(program, only_with_tls(secure, way, sslmode=mode))
    assert result["connected"], result["error"]
    assert result["session"]["ssl"]


def test_tls_required(program, secure, bastion, way):
    log = secure[0].cluster.log
    result = check(program, only_with_tls(secure, way, sslmode="disable"))
    assert_failed(result, "tls_required", "login", "no pg_hba.conf entry", ["sslmode", "verify-full", "disable"])
    assert log.read_text().count("no pg_hba.conf entry") == 1
    assert "connection authorized: user=tunneled" not in log.read_text()
    wait_until(lambda: ssh_processes(bastion.port) == [])


@pytest.mark.parametrize("mode", ["disable", "prefer"])
def test_no_line_either_way(program, secure, way, mode):
    connection = only_with_tls(secure, way, sslmode=mode) | {"user": "nobody"}
    assert_failed(check(program, connection), "hba_rejected", "login", "no pg_hba.conf entry", "pg_hba.conf")


# --- the database's own refusals are told as such


def test_refusals_of_the_database_are_its_own(program, database, login, way):
    result = check(program, fields(database, login, tunnel=way) | {"password": "wrong"})
    assert_failed(result, "auth_failed", "login", "password authentication failed", "tunneled")
    result = check(program, fields(database, login, tunnel=way) | {"database": "nowhere"})
    assert_failed(result, "unknown_database", "login", "nowhere", "nowhere")


# --- the bastion's identity


def test_unknown_host_key(program, database, login, bastion, way):
    program.write("known_hosts", "")
    result = check(program, fields(database, login, tunnel=way))
    shown = fingerprint(bastion.host_key)
    assert_failed(
        result,
        "host_key_mismatch",
        "tunnel",
        ["is unknown", shown],
        [f"ssh-keyscan -p {bastion.port} 127.0.0.1", "fingerprint", str(program.directory / "known_hosts")],
    )
    assert "-R" not in result["error"]["hint"]


def test_changed_host_key(program, database, login, bastion, way):
    other = keygen(program.directory / "other")
    program.write("known_hosts", known_hosts_line(bastion.port, other))
    result = check(program, fields(database, login, tunnel=way))
    assert_failed(
        result,
        "host_key_mismatch",
        "tunnel",
        ["has changed", fingerprint(bastion.host_key)],
        [f"ssh-keygen -R '[127.0.0.1]:{bastion.port}'", "in between", "fingerprint"],
    )


# --- the bastion's login


def test_key_that_the_bastion_does_not_know(program, database, login, way):
    keygen(program.directory / "stranger")
    result = check(program, fields(database, login, tunnel=way | {"identity_file": "stranger"}))
    assert_failed(result, "tunnel_failed", "tunnel", "refuses the login", ["authorized_keys", "stranger"])


def test_wrong_or_missing_passphrase(program, database, login, bastion, way):
    bastion.authorize(keygen(program.directory / "encrypted", "open sesame"))
    way["identity_file"] = "encrypted"
    result = check(program, fields(database, login, tunnel=way | {"passphrase": "close sesame"}))
    assert_failed(result, "tunnel_failed", "tunnel", ["passphrase", "encrypted"], "ssh-keygen -y")
    result = check(program, fields(database, login, tunnel=way))
    assert_failed(result, "tunnel_failed", "tunnel", ["encrypted"], ["passphrase", "ssh-add"])


@pytest.mark.parametrize("methods", ["password", "keyboard-interactive", "password,keyboard-interactive"])
def test_a_refused_password_is_tried_once(program, database, login, methods):
    """Many bastions take the same password in two ways, and a client tries both."""
    with ScriptedBastion("bastion sesame", ["Password: "], methods=methods) as bastion:
        result = check(program, fields(database, login, tunnel=password_way(program, bastion, "wrong sesame")))
        assert_failed(result, "tunnel_failed", "tunnel", "refuses", "`password`")
        assert len(bastion.attempts) == 1
        assert "sesame" not in str(result)


def test_second_factor_is_named_and_gets_no_password(program, database, login):
    with ScriptedBastion("bastion sesame", ["Verification code: "]) as bastion:
        result = check(program, fields(database, login, tunnel=password_way(program, bastion, "bastion sesame")))
        assert_failed(result, "tunnel_failed", "tunnel", "Verification code", "second factor")
        assert bastion.attempts == []


def test_identity_file_that_others_can_read(program, database, login, way):
    (program.directory / "id").chmod(0o644)
    result = check(program, fields(database, login, tunnel=way))
    assert_failed(result, "config_error", "tunnel", ["others can read", "/id"], "chmod 600")


def test_what_a_bastion_says_is_not_passed_on_raw(program, database, login):
    banner = "\x1b[31mred\x07 and wrong sesame, Authenticated to nobody\r\nPermission denied (\x1b]0;title\x07).\r\n"
    with ScriptedBastion("bastion sesame", banner=banner) as bastion:
        connection = fields(database, login, tunnel=password_way(program, bastion, "wrong sesame"))
        config = {"version": 1, "connections": [{"name": "tunneled", **connection}]}
        for form in ["table", "json", "junit"]:
            run = program.run(["check", "--format", form], config=config)
            assert "\x1b" not in run.output and "\x07" not in run.output
            assert "sesame" not in run.output
            assert "tunnel_failed" in run.output


# --- the bastion cannot be reached


def test_nobody_listens(program, database, login, way):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    result = check(program, fields(database, login, tunnel=way | {"port": port}))
    assert_failed(result, "tunnel_failed", "tunnel", [f"127.0.0.1:{port}", "Connection refused"], "no SSH server listens")


def test_name_of_the_bastion(program, database, login, way):
    result = check(program, fields(database, login, tunnel=way | {"host": "bastion.invalid"}, timeout="20s"))
    assert_failed(result, "tunnel_failed", "tunnel", "bastion.invalid", ["`host` of the tunnel", "ssh_config"], 20_000)


class Listener:
    """Takes connections, and sends each `greeting`."""

    def __init__(self, greeting=b"", close=False):
        self._greeting, self._close, self._taken = greeting, close, []

    def __enter__(self):
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._take, daemon=True).start()
        return self

    def _take(self):
        while True:
            try:
                connection = self._server.accept()[0]
                connection.sendall(self._greeting)
            except OSError:
                return
            if self._close:
                connection.close()
            self._taken.append(connection)

    @property
    def connections(self):
        return len(self._taken)

    def has_heard(self):
        try:
            return bool(self._taken and self._taken[0].recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        except BlockingIOError:
            return False

    def __exit__(self, *_):
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for connection in self._taken:
            connection.close()


@pytest.mark.parametrize(
    "greeting, close",
    [(b"HTTP/1.1 400 Bad Request\r\n\r\n", True), (b"\0\xff\x16\x03garbage\n" * 50, True), (b"", True)],
)
def test_garbage(program, database, login, way, greeting, close):
    with Listener(greeting, close) as listener:
        result = check(program, fields(database, login, tunnel=way | {"port": listener.port}))
        assert_failed(result, "tunnel_failed", "tunnel", "does not answer as an SSH server does", "`host` and `port`")


def test_a_bastion_that_hangs_meets_the_deadline_and_leaves_nothing(program, database, login, way):
    with Listener() as listener:
        connection = fields(database, login, tunnel=way | {"port": listener.port}, timeout="1500ms")
        result = check(program, connection)
        assert_failed(result, "timeout", "tunnel", "says nothing within 1500ms", "is it an SSH server", 2500)
        assert result["duration_ms"]["total"] >= 1500
        assert result["duration_ms"]["tunnel"] >= 1000
        wait_until(lambda: ssh_processes(listener.port) == [], 2)


def test_ssh_does_not_outlive_a_program_that_is_killed(program, database, login, way):
    with Listener() as listener:
        connection = {"name": "tunneled", **fields(database, login, tunnel=way | {"port": listener.port})}
        process = program.start(["check"], config={"version": 1, "connections": [connection]})
        try:
            wait_until(lambda: ssh_processes(listener.port) != [])
        finally:
            process.send_signal(signal.SIGKILL)
            process.communicate()
        wait_until(lambda: ssh_processes(listener.port) == [], 2)


def test_a_password_command_that_hangs(program, database, login, way):
    way["passphrase"] = {"command": ["sleep", "60"]}
    result = check(program, fields(database, login, tunnel=way, timeout="1s"))
    assert_failed(result, "timeout", "tunnel", "password command", "by hand", 2000)


def test_no_ssh_is_installed(program, database, login, way):
    result = check(program, fields(database, login, tunnel=way), env={"PATH": str(program.directory)})
    assert_failed(result, "config_error", "tunnel", "ssh could not be started", "openssh-client")


# --- beyond the bastion


def test_forwarding_prohibited(program, database, login, start_bastion):
    way = way_through(program, start_bastion("AllowTcpForwarding no"))
    result = check(program, fields(database, login, tunnel=way))
    assert_failed(result, "tunnel_failed", "tunnel", ["forbids", str(database.cluster.port)], "AllowTcpForwarding")


def test_no_server_behind_the_bastion(program, database, login, way):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    result = check(program, fields(database, login, tunnel=way) | {"port": port})
    assert_failed(result, "refused", "connect", [f"localhost:{port}", "Connection refused"], "as seen from the bastion")


def test_the_name_of_the_database_is_looked_up_at_the_bastion(program, database, login, way):
    result = check(program, fields(database, login, tunnel=way, timeout="20s") | {"host": "db.invalid"})
    assert_failed(result, "dns_failure", "connect", "db.invalid", "looked up at the bastion", 20_000)


def test_a_server_behind_the_bastion_that_says_nothing(program, database, login, bastion, way):
    with Listener() as silent:
        connection = fields(database, login, tunnel=way, timeout="2s") | {"port": silent.port}
        result = check(program, connection)
        assert_failed(result, "timeout", "tls", f"localhost:{silent.port} answers, but", "is it PostgreSQL", 3000)
        assert result["duration_ms"]["tls"] > result["duration_ms"]["connect"]
        wait_until(lambda: ssh_processes(bastion.port) == [], 2)


def test_a_server_behind_the_bastion_that_drops_packets(program, database, login, bastion, way):
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        port = full.getsockname()[1]
        waiting = []
        for _ in range(3):  # until the kernel takes no more
            waiting.append(socket.socket())
            waiting[-1].setblocking(False)
            waiting[-1].connect_ex(("127.0.0.1", port))
        result = check(program, fields(database, login, tunnel=way, timeout="2s") | {"host": "127.0.0.1", "port": port})
        assert_failed(result, "timeout", "connect", f"no answer from 127.0.0.1:{port}", "firewall", 3000)
        assert result["duration_ms"]["connect"] > result["duration_ms"]["tunnel"]
        wait_until(lambda: ssh_processes(bastion.port) == [], 2)
        for connection in waiting:
            connection.close()


def test_a_bastion_that_goes_away(program, database, login, start_bastion):
    bastion = start_bastion()
    way = way_through(program, bastion)
    with Listener() as silent:
        connection = {"name": "tunneled", **fields(database, login, tunnel=way) | {"port": silent.port}}
        process = program.start(["check", "--format", "json"], config={"version": 1, "connections": [connection]})
        wait_until(silent.has_heard)
        bastion.cut()
        output, _ = process.communicate(timeout=60)
        result = json.loads(output)["checks"][0]
        assert_failed(result, "tunnel_failed", "tunnel", "broke", "see the log of the bastion")


# --- who gets through


def descendants(pid):
    """A process and all that it has started, while they live."""
    found = [pid]
    for each in found:
        for children in pathlib.Path(f"/proc/{each}/task").glob("*/children"):
            found += map(int, children.read_text().split())
    return found


def listening_ports(process):
    """The ports of 127.0.0.1 that a process, or one of its own, listens on."""
    inodes = set()
    for pid in descendants(process.pid):
        try:
            for descriptor in pathlib.Path(f"/proc/{pid}/fd").iterdir():
                inodes.add(os.readlink(descriptor).removeprefix("socket:[").removesuffix("]"))
        except OSError:
            pass
    ports = []
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        words = line.split()
        if words[3] == "0A" and words[9] in inodes:
            ports.append(int(words[1].split(":")[1], 16))
    return ports


def test_an_outsider_is_not_let_through(program, database, login, bastion, way):
    with Listener() as silent:
        connection = {"name": "tunneled", **fields(database, login, tunnel=way, timeout="20s") | {"port": silent.port}}
        process = program.start(["check"], config={"version": 1, "connections": [connection]})
        try:
            wait_until(lambda: listening_ports(process))
            (port,) = listening_ports(process)
            for _ in range(20):
                with socket.create_connection(("127.0.0.1", port), 5) as outsider:
                    try:
                        outsider.sendall(b"\0\0\0\x08\x04\xd2\x16\x2f")
                        assert outsider.recv(1) == b""
                    except ConnectionError:
                        pass
            assert silent.connections == 1
            assert len(ssh_processes(bastion.port)) == 1
        finally:
            process.kill()
            process.communicate()


@pytest.mark.parametrize("secret", ["password", "passphrase"])
def test_no_secret_is_in_an_argument_or_environment(program, database, login, bastion, way, secret):
    """Looked at while ssh waits for the database: it has the secret by then."""
    with ScriptedBastion("bastion-sesame") as scripted, Listener() as silent:
        if secret == "password":
            way, port = password_way(program, scripted, "bastion-sesame"), scripted.port
        else:
            bastion.authorize(keygen(program.directory / "encrypted", "bastion-sesame"))
            way, port = way | {"identity_file": "encrypted", "passphrase": "bastion-sesame"}, bastion.port
        config = fields(database, login, tunnel=way | {secret: {"env": "SECRET"}}) | {"port": silent.port}
        process = program.start(
            ["check"],
            config={"version": 1, "connections": [{"name": "tunneled", **config}]},
            env={"SECRET": "bastion-sesame"},
        )
        try:
            wait_until(silent.has_heard)
            for pid in ssh_processes(port):
                for name in ("cmdline", "environ"):
                    assert b"bastion-sesame" not in pathlib.Path(f"/proc/{pid}/{name}").read_bytes()
                assert b"CONNCHECK_ASKPASS=1" in pathlib.Path(f"/proc/{pid}/environ").read_bytes()
        finally:
            process.kill()
            process.communicate()


def test_list_shows_the_way(program, database, login, bastion, way):
    config = {"version": 1, "connections": [{"name": "tunneled", **fields(database, login, tunnel=way)}]}
    run = program.run(["list"], config=config)
    assert f" via {bastion.user}@127.0.0.1:{bastion.port}" in run.stdout
