"""Checks run in worker processes: what happens to one check, or to one process, happens to no other."""

import json
import os
import resource
import signal
import struct
import subprocess
import threading

import pytest

import hostile
from hostile import HostileServer, message
from processes import children, eventually, is_running
from program import binary

pytestmark = pytest.mark.any_version

HEALTHY = 50


@pytest.fixture
def login(database, make_role):
    role = make_role("tested")
    database.sql("CREATE TABLE orders (id int); GRANT SELECT ON orders TO tested")
    return role


def healthy_connections(database, login, count=HEALTHY):
    # Planning the catalog query keeps the server busy, and the machine may be: what is timed here is not the server.
    database.create_extension()
    url = database.url(login)
    return [{"name": f"healthy-{number}", "url": url, "timeout": "60s"} for number in range(count)]


def connection_to(server, name="hostile", timeout="20s"):
    return {"name": name, "url": f"postgresql://app:sesame@127.0.0.1:{server.port}/orders", "timeout": timeout}


def start_check(program, *connections):
    return program.start(["check", "--format", "json"], config={"version": 1, "connections": connections})


def checks_of(process):
    output, _ = process.communicate(timeout=100)
    return {check["connection"]: check for check in json.loads(output)["checks"]}


class Counted:
    """A script for a hostile server, its connections counted."""

    def __init__(self, script):
        self.script = script
        self.connections = 0
        self.reached = threading.Event()

    def __call__(self, peer):
        self.connections += 1
        self.script(peer)
        self.reached.set()
        peer.wait_for_the_end()


def asks_for_the_password(peer):
    peer.startup()
    peer.send(message(b"R", struct.pack("!I", 3)))
    peer.read(1)
    peer.read(struct.unpack("!I", peer.read(4))[0] - 4)


def is_told_of_the_hashing(check):
    return check["error"] is not None and "SCRAM iterations" in check["error"]["hint"]


@pytest.mark.parametrize("hostile_ones", [1, 5])
def test_absurd_hashing_disturbs_nobody(program, database, login, hostile_ones):
    script = Counted(lambda peer: peer.ask_for_hashing(iterations=500_000_000))  # five minutes, where nobody ends it
    with HostileServer(script) as server:
        hostiles = [connection_to(server, f"hostile-{number}", "6s") for number in range(hostile_ones)]
        process = start_check(program, *hostiles, *healthy_connections(database, login))
        checks = checks_of(process)
        connections = script.connections
        if not any(map(is_told_of_the_hashing, checks.values())):
            # A machine under load had not the quarter of a second of CPU time for it that shows the cause.
            alone = checks_of(start_check(program, connection_to(server, timeout="40s")))
            assert is_told_of_the_hashing(alone["hostile"]), alone["hostile"]["error"]
    for number in range(HEALTHY):
        assert checks[f"healthy-{number}"]["status"] == "ok", checks[f"healthy-{number}"]["error"]
    for number in range(hostile_ones):
        check = checks[f"hostile-{number}"]
        assert (check["error"]["code"], check["error"]["phase"]) == ("timeout", "login")
        assert check["duration_ms"]["total"] < 15_000
    assert connections == hostile_ones


def test_hashing_that_ends_in_time_is_no_failure(program, start_cluster):
    cluster = start_cluster()
    if cluster.version < 16:
        # A verifier with more iterations than this version would make itself.
        import base64
        import hashlib
        import hmac

        salt, iterations = b"0123456789abcdef", 300_000
        salted = hashlib.pbkdf2_hmac("sha256", b"sesame", salt, iterations)
        stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
        parts = [base64.b64encode(part).decode() for part in (salt, stored, hmac.digest(salted, b"Server Key", "sha256"))]
        verifier = f"SCRAM-SHA-256${iterations}:{parts[0]}${parts[1]}:{parts[2]}"
        statement = f"CREATE ROLE hashed LOGIN PASSWORD '{verifier}'"
    else:
        statement = "SET scram_iterations = 300000; CREATE ROLE hashed LOGIN PASSWORD 'sesame'"
    with cluster.connect() as connection:
        connection.execute(statement)
    url = f"postgresql://hashed:sesame@127.0.0.1:{cluster.port}/postgres"
    run = program.run(["check", "--format", "json", "--url", url])
    assert run.check("url")["connected"], run.check("url")["error"]


def test_a_crash_of_a_worker_is_reported_for_none_but_its_cause(program, database, login):
    """Checks under way elsewhere are made again; what had sent its password is not."""
    silent = Counted(lambda peer: peer.startup())
    asking = Counted(asks_for_the_password)
    healthy = healthy_connections(database, login, 2)
    with HostileServer(silent) as before_login, HostileServer(asking) as in_login:
        with database.connect() as blocker, blocker.transaction():
            blocker.execute("LOCK pg_extension IN ACCESS EXCLUSIVE MODE")
            process = start_check(
                program,
                connection_to(in_login, "in-login", "4s"),
                connection_to(before_login, "waiting", "4s"),
                *healthy,
            )
            assert asking.reached.wait(10) and silent.reached.wait(10)
            eventually(lambda: sessions(database, login) == 2)
            workers = children(process.pid)
            for worker in workers:
                os.kill(worker, signal.SIGKILL)  # as when memory runs out
            eventually(lambda: not any(map(is_running, workers)))
        checks = checks_of(process)
    assert checks["healthy-0"]["status"] == "ok", checks["healthy-0"]["error"]
    assert checks["healthy-1"]["status"] == "ok", checks["healthy-1"]["error"]
    assert asking.connections == 1
    interrupted = checks["in-login"]["error"]
    assert (interrupted["code"], interrupted["phase"]) == ("config_error", "login")
    assert "signal 9" in interrupted["message"]
    assert "password" in interrupted["hint"]


def sessions(database, role):
    query = "SELECT count(*) FROM pg_stat_activity WHERE usename = %s AND wait_event_type = 'Lock'"
    with database.cluster.connect() as connection:
        return connection.execute(query, [role.name]).fetchone()[0]


def test_a_worker_that_does_not_go_on_is_replaced(program, database, login):
    with database.connect() as blocker, blocker.transaction():
        blocker.execute("LOCK pg_extension IN ACCESS EXCLUSIVE MODE")
        connection = {"name": "stopped", "url": database.url(login), "timeout": "20s"}
        process = start_check(program, connection)
        eventually(lambda: sessions(database, login) == 1)
        worker = children(process.pid)[0]
        os.kill(worker, signal.SIGSTOP)
        eventually(lambda: not is_running(worker), seconds=30)
    check = checks_of(process)["stopped"]
    assert check["status"] == "ok", check["error"]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda how: how.name)
def test_nothing_is_left_of_a_program_that_is_ended(program, database, login, how):
    script = Counted(lambda peer: peer.ask_for_hashing(iterations=20_000_000))
    with HostileServer(script) as server, database.connect() as blocker, blocker.transaction():
        blocker.execute("LOCK pg_extension IN ACCESS EXCLUSIVE MODE")
        process = start_check(
            program, connection_to(server), {"name": "slow", "url": database.url(login), "timeout": "60s"}
        )
        assert script.reached.wait(10)
        eventually(lambda: sessions(database, login) == 1)
        workers = children(process.pid)
        assert workers
        process.send_signal(how)
        process.wait(timeout=10)
        eventually(lambda: not any(map(is_running, workers)), seconds=5)
        if database.cluster.version >= 14:
            # The query still waits for the lock: the server itself notices that the client has gone.
            eventually(lambda: sessions(database, login) == 0)
    assert process.returncode == -how
    process.communicate()


def test_a_password_command_ends_with_the_program(program, tmp_path):
    pid_file = tmp_path / "pid"
    command = ["sh", "-c", f"echo $$ >{pid_file}.new; mv {pid_file}.new {pid_file}; exec sleep 60"]
    process = start_check(
        program, {"name": "asking", "host": "127.0.0.1", "user": "app", "password": {"command": command}, "timeout": "60s"}
    )
    eventually(pid_file.exists)
    pid = int(pid_file.read_text())
    assert is_running(pid)
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=10)
    eventually(lambda: not is_running(pid), seconds=5)
    process.communicate()


def test_secrets_are_not_seen_in_workers(program):
    script = Counted(lambda peer: peer.startup())
    with HostileServer(script) as server:
        process = start_check(program, connection_to(server, timeout="3s"))
        assert script.reached.wait(10)
        for worker in children(process.pid):
            for place in ("cmdline", "environ"):
                with open(f"/proc/{worker}/{place}", "rb") as file:
                    assert b"sesame" not in file.read()
        checks_of(process)


def test_the_workers_command_is_not_for_people(program):
    run = program.run(["checks-worker"])
    assert run.exit_code == 3
    assert "started by conncheck itself" in run.stderr


def test_reports_are_not_kept_in_memory(program, database, login):
    """Each is text as soon as it is there, and what does not fit into a few megabytes waits in a file."""
    relations, fewer, more = 1000, 4, 44
    database.create_extension()
    database.sql(
        f"DO $$ BEGIN FOR i IN 1..{relations} LOOP EXECUTE format('CREATE VIEW v%s AS SELECT 1 AS c', i); END LOOP; END $$;"
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO tested"
    )

    def run(count, **options):
        """Returns (what was printed, the most memory that the program or one of its workers had)."""
        connections = [{"name": f"number-{number}", "url": database.url(login)} for number in range(count)]
        # AddressSanitizer keeps what is freed, to see its use.
        sanitizer = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"
        config = {"version": 1, "connections": connections}
        environment = {"ASAN_OPTIONS": sanitizer}
        process = program.start(["check", "--format", "json"], config=config, env=environment, **options)
        with process.stdout as stdout, process.stderr:
            output = stdout.read()
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
        return output, usage.ru_maxrss * 1024

    (small, least), (large, most) = run(fewer), run(more)
    checks = json.loads(large)["checks"]
    assert [check["connection"] for check in checks] == [f"number-{number}" for number in range(more)]
    assert {len(check["tables"]) for check in checks} == {relations + 1}
    assert most - least < len(large) - len(small)

    limit = 1 << 20  # no room for the file
    unfiled, _ = run(more, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    assert [check["connection"] for check in json.loads(unfiled)["checks"]] == [check["connection"] for check in checks]


def test_a_large_report_comes_through_whole(program, database, login):
    count = 20_000
    database.sql(
        f"DO $$ BEGIN FOR i IN 1..{count} LOOP EXECUTE format('CREATE VIEW public.v%s AS SELECT 1 AS c', i);"
        " IF i % 1000 = 0 THEN COMMIT; END IF; END LOOP; END $$"
    )
    database.sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO tested")
    config = {"version": 1, "connections": [{"name": "large", "url": database.url(login), "timeout": "100s"}]}
    run = program.run(["check", "--format", "json"], config=config)
    assert run.check("large")["error"] is None
    assert run.check("large")["summary"]["tables"] == count + 1
    assert len(run.check("large")["tables"]) == count + 1


def test_a_login_does_not_look_for_its_digest_each_time():
    """libpq is to find our HMAC_Init_ex, however program and libraries are linked: half of a login's CPU time."""
    environment = os.environ | {"LD_DEBUG": "bindings", "LD_BIND_NOW": "1"}
    run = subprocess.run([binary(), "version"], env=environment, capture_output=True, text=True, check=True)
    bound = [line for line in run.stderr.splitlines() if "`HMAC_Init_ex'" in line and "libpq.so" in line]
    assert bound and all(f" to {binary()} [0]:" in line for line in bound), bound
