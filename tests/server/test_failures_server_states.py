"""A server that starts, recovers, shuts down, or is a standby."""

import shutil
import socket

import psycopg
import pytest

from certificates import give_to_server
from cluster import Cluster
from failures import assert_connected, assert_failed, check_one
from processes import eventually


class Standby(Cluster):
    """A copy of a cluster that stays in recovery: it has no primary to follow."""

    def __init__(self, primary, data, *settings):
        self.__dict__.update(primary.__dict__)
        self.port, self.data, self.log = free_port(), data, data / "server.log"
        (data / "standby.signal").touch()
        with open(data / "postgresql.conf", "a") as file:
            file.write("".join(f"{line}\n" for line in settings))
        give_to_server(self, "standby.signal")

    def start_up(self, *options):
        self.as_owner("pg_ctl", "start", f"--pgdata={self.data}", f"--log={self.log}", "--silent",
                      f"--options=-p {self.port}", *options)  # fmt: skip
        return self

    def shut_down(self, mode="immediate", *options, check=False):
        self.as_owner("pg_ctl", "stop", f"--pgdata={self.data}", f"--mode={mode}", "--silent", *options, check=check)


def free_port():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return unused.getsockname()[1]


@pytest.fixture(scope="module")
def primary():
    server = Cluster.start()
    server.role = server.create_role("app")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def make_standby(primary):
    """make_standby(name, settings…): of the primary as it was when the module began; not started."""
    base = primary.data.parent / "base"
    primary.as_owner("pg_ctl", "stop", f"--pgdata={primary.data}", "--mode=fast", "--wait", "--silent")
    shutil.copytree(primary.data, base, ignore=shutil.ignore_patterns("postmaster.*", "server.log"))
    primary.as_owner("pg_ctl", "start", f"--pgdata={primary.data}", f"--log={primary.log}", "--wait", "--silent",
                     f"--options=-p {primary.port}")  # fmt: skip
    standbys = []

    def make(name, *settings):
        data = primary.data.parent / name
        shutil.copytree(base, data)
        data.chmod(0o700)
        standbys.append(Standby(primary, data, *settings))
        own(primary, data)
        return standbys[-1]

    yield make
    for standby in standbys:
        standby.shut_down()


def own(primary, data):
    owner = primary.data.stat()
    for path in [data, *data.rglob("*")]:
        shutil.chown(path, owner.st_uid, owner.st_gid)


@pytest.fixture(scope="module")
def standby(make_standby):
    return make_standby("standby").start_up("--wait")


def url(server, **parameters):
    return server.url("postgres", server.role, **parameters)


def several(servers, **parameters):
    hosts = ",".join(f"127.0.0.1:{server.port}" for server in servers)
    return url(servers[0], **parameters).replace(f"127.0.0.1:{servers[0].port}", hosts)


class Nobody:
    """Where a server could be, and none listens."""

    host = "127.0.0.1"

    def __init__(self, instead_of):
        self.port, self.role, self._other = free_port(), instead_of.role, instead_of

    def url(self, *arguments, **parameters):
        return self._other.url(*arguments, **parameters).replace(f":{self._other.port}/", f":{self.port}/")


def address(server):
    return f"127.0.0.1:{server.port}"


def test_starting_up(program, primary, make_standby):
    """Held in recovery by a restore_command that waits for a file."""
    gate = primary.data.parent / "gate"
    standby = make_standby("starting", f"restore_command = 'while [ ! -e {gate} ]; do sleep 0.02; done; false'")
    standby.start_up("--no-wait")
    try:
        eventually(lambda: "57P03" in (refusal(standby) or ""))
        result = check_one(program, url(standby))
        assert_failed(result, "starting_up", "login", "57P03", hint="try again")
        # libpq goes on to the next host there.
        assert_failed(
            check_one(program, several([standby, Nobody(standby)])), "starting_up", "login", "57P03",
            message=[address(standby), "Connection refused"],
        )  # fmt: skip
    finally:
        gate.touch()
    eventually(lambda: refusal(standby) is None)
    assert_connected(check_one(program, url(standby)))
    standby.shut_down()


def refusal(server):
    """What a login is refused with, None if it is not."""
    try:
        server.connect("postgres", server.role).close()
    except psycopg.OperationalError as error:
        # psycopg has no SQLSTATE of a failed login.
        text = str(error)
        return "57P03" if "starting up" in text or "not yet accepting" in text else text
    return None


def test_a_standby_that_takes_no_connections(program, primary, make_standby):
    standby = make_standby("cold", "hot_standby = off").start_up("--no-wait")
    if primary.version >= 14:  # 13 says that it is starting up, for ever
        eventually(lambda: "is not accepting connections" in (refusal(standby) or ""))
        assert_failed(check_one(program, url(standby)), "starting_up", "login", "57P03", hint="hot_standby")
    standby.shut_down()


def test_shutting_down(program, make_standby):
    """A smart shutdown waits for a session that is still there."""
    standby = make_standby("leaving").start_up("--wait")
    with standby.connect("postgres", standby.role) as session:
        standby.shut_down("smart", "--no-wait", check=True)
        eventually(lambda: "shutting down" in (refusal(standby) or ""))
        result = check_one(program, url(standby))
        assert_failed(result, "shutting_down", "login", "57P03", hint="when it is back")
        session.execute("SELECT 1")
    eventually(lambda: "refused" in (refusal(standby) or ""))
    assert_failed(check_one(program, url(standby)), "refused", "connect", hint="running")


def test_a_standby_says_that_it_is_one(program, standby):
    session = assert_connected(result := check_one(program, url(standby)))
    assert session["in_recovery"]
    assert "read_only" in [finding["rule"] for finding in result[1]["findings"]]


FITS = {"any": "ps", "read-write": "p", "primary": "p", "read-only": "s", "standby": "s", "prefer-standby": "ps"}


@pytest.mark.parametrize("wanted", FITS)
def test_what_target_session_attrs_asks_for(program, primary, standby, wanted):
    for letter, server, other in (("p", primary, "standby"), ("s", standby, "primary")):
        result = check_one(program, url(server, target_session_attrs=wanted))
        if letter in FITS[wanted]:
            assert assert_connected(result)["in_recovery"] == (letter == "s")
        else:
            assert_failed(result, "target_session_mismatch", "login", hint=["target_session_attrs", other, "`host`"])


@pytest.mark.parametrize("wanted", FITS)
def test_the_host_that_fits_is_found(program, primary, standby, wanted):
    for order in ([primary, standby], [standby, primary]):
        result = check_one(program, several(order, target_session_attrs=wanted))
        if wanted == "any":
            expected = order[0]
        else:
            expected = primary if FITS[wanted] == "p" else standby
        assert assert_connected(result)["server_address"] == address(expected)


def test_no_standby_to_be_preferred(program, primary):
    result = check_one(program, several([primary, Nobody(primary)], target_session_attrs="prefer-standby"))
    assert assert_connected(result)["server_address"] == address(primary)


def test_a_session_that_is_read_only_by_default(program, primary):
    with primary.connect() as connection:
        connection.execute("CREATE ROLE reader LOGIN PASSWORD 'sesame'; ALTER ROLE reader SET default_transaction_read_only = on")
    reader = type(primary.role)("reader", "sesame")
    assert assert_connected(check_one(program, primary.url("postgres", reader)))["read_only"]
    result = check_one(program, primary.url("postgres", reader, target_session_attrs="read-write"))
    assert_failed(result, "target_session_mismatch", "login", hint="default_transaction_read_only")


def test_none_of_the_hosts_fits(program, standby):
    nobody = Nobody(standby)
    result = check_one(program, several([nobody, standby], target_session_attrs="primary"))
    assert_failed(
        result, "target_session_mismatch", "login", hint="primary",
        message=[f"{address(standby)}: server is in hot standby mode", f"{address(nobody)}: Connection refused"],
    )  # fmt: skip


def test_a_refused_password_is_not_tried_on_the_next_host(program, primary, standby):
    for order in ([primary, standby], [standby, primary]):
        since = [len(server.log.read_text()) for server in order]
        result = check_one(program, several(order).replace(primary.role.password, "wrong"))
        assert_failed(result, "auth_failed", "login", "28P01")
        counts = [
            server.log.read_text()[begin:].count("password authentication failed")
            for server, begin in zip(order, since)
        ]
        assert counts == [1, 0]


def test_a_silent_host_leaves_time_for_the_next(program, primary):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        hosts = f"127.0.0.1:{port},127.0.0.1:{primary.port}"
        result = check_one(program, url(primary).replace(f"127.0.0.1:{primary.port}", hosts), timeout="2s")
        assert assert_connected(result)["server_address"] == address(primary)
        assert result[1]["duration_ms"]["total"] >= 900
        result = check_one(program, url(primary, connect_timeout=2).replace(str(primary.port), str(port)), timeout="9s")
        assert 1900 <= result[1]["duration_ms"]["total"] < 6000
        assert_failed(result, "timeout", "tls", hint="PostgreSQL", message="2s")
