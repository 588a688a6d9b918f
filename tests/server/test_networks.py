"""Where no server is reached: packets that are lost, addresses without a route, names that do not resolve."""

import time

import pytest

import network
from network import Network
from program import Program

pytestmark = [pytest.mark.any_version, pytest.mark.every_case]

TIMEOUT = 2
SERVER = "192.0.2.10"
NAME_SERVER = "192.0.2.53"
DEAD_NAME_SERVER = network.FILTERED
HOSTS = f"""
{network.FILTERED} filtered half-dead
{network.FILTERED_TOO} half-dead
{SERVER} half-dead
{network.IPV6} only-ipv6 both
{SERVER} both
{network.FILTERED} no-good
{network.OWN} no-good
{network.UNREACHABLE} no-good
"""


@pytest.fixture(scope="module")
def net():
    made = Network(HOSTS, [NAME_SERVER])
    yield made
    made.close()


@pytest.fixture(scope="module")
def names(net):
    """What the name server is asked for; it knows one name."""
    asked = []

    def answer(name, is_ipv6):
        asked.append(name)
        if name == "known.example.com":
            return [] if is_ipv6 else [SERVER]
        if name == "empty.example.com":
            return []
        return 2 if name == "broken.example.com" else 3

    with net.name_server(NAME_SERVER, answer):
        yield asked


@pytest.fixture
def program(net, tmp_path):
    return Program(tmp_path, net.inside)


@pytest.fixture
def server(net, database, make_role):
    """A role and a database that are reached at SERVER:5432: (user, password, database)."""
    role = make_role("from_afar")
    database.sql("CREATE TABLE orders (id int); GRANT SELECT ON orders TO from_afar")
    return {"user": role.name, "password": role.password, "database": database.name}


@pytest.fixture(scope="module")
def forwarder(net, cluster):
    with net.forwarder(SERVER, 5432, cluster.port):
        yield


def check_all(program, *connections):
    """Checks them in one run: {name: check}."""
    defaults = {"timeout": f"{TIMEOUT}s"}
    began = time.monotonic()
    run = program.run(
        ["check", "--format", "json"],
        config={"version": 1, "defaults": defaults, "connections": list(connections)},
    )
    assert time.monotonic() - began < TIMEOUT + 3, "all at once"
    return {check["connection"]: check for check in run.report["checks"]}


def to(name, host, **more):
    return {"name": name, "host": host, "user": "app", "database": "orders", **more}


# name, address, code, what the hint says
ADDRESSES = [
    ("nothing-listens", network.OWN, "refused", "nothing listens"),
    ("filtered", network.FILTERED, "timeout", "firewall may drop"),
    ("nobody-there", network.ABSENT, "unreachable", "is that machine up"),
    ("turned-away", network.UNREACHABLE, "unreachable", "turns the packets away"),
    ("prohibited", network.PROHIBITED, "unreachable", "this machine itself forbids"),
    ("blackhole", network.BLACKHOLE, "unreachable", "this machine itself forbids"),
    ("no-route", network.ROUTELESS, "unreachable", f"no route to {network.ROUTELESS}"),
    ("no-ipv6", network.IPV6, "unreachable", "has no IPv6"),
    ("name-with-ipv6", "only-ipv6", "unreachable", "has no IPv6"),
    ("filtered-name", "filtered", "timeout", "firewall may drop"),
]


def test_addresses_that_are_not_reached(program):
    checks = check_all(program, *(to(name, host) for name, host, _, _ in ADDRESSES))
    for name, _, code, said in ADDRESSES:
        check = checks[name]
        error = check["error"]
        assert (error["code"], error["phase"]) == (code, "connect"), name
        assert said in error["hint"], name
        assert not check["connected"]
        lasts = check["duration_ms"]["total"]
        assert TIMEOUT * 1000 <= lasts < TIMEOUT * 1000 + 500 if code == "timeout" else lasts < 1500, name
        assert abs(lasts - check["duration_ms"]["connect"]) < 100, name


def test_ipv6_turned_off(tmp_path):
    without = Network()
    try:
        without.run("sh", "-c", "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6")
        program = Program(tmp_path, without.inside)
        checks = check_all(program, to("far", network.IPV6), to("near", "::1"))
    finally:
        without.close()
    for check in checks.values():
        assert (check["error"]["code"], check["error"]["phase"]) == ("unreachable", "connect")
        assert "has no IPv6" in check["error"]["hint"]
        assert check["duration_ms"]["total"] < 1500


def test_a_name_whose_first_addresses_are_dead(program, server, forwarder):
    """Each dead address gets its share of the time, and the last one what is left."""
    checks = check_all(
        program,
        to("half-dead", "half-dead", **server),
        to("both", "both", **server),
        # The same by hand: several hosts.
        to("listed", f"{network.FILTERED},{network.ABSENT},{SERVER}", **server),
        to("with-tls-asked", "half-dead", **server, sslmode="prefer"),
        to("primary", "half-dead", **server, sslmode="disable"),
    )
    for name, check in checks.items():
        assert check["status"] == "ok", (name, check["error"])
        assert check["session"]["server_address"] == f"{SERVER}:5432"
    # A quarter of the time for the first of three, a third of the rest for the second.
    assert 900 <= checks["half-dead"]["duration_ms"]["connect"] <= 1400
    assert checks["both"]["duration_ms"]["total"] < 500


def test_a_name_none_of_whose_addresses_is_good(program):
    check = check_all(program, to("no-good", "no-good"))["no-good"]
    assert (check["error"]["code"], check["error"]["phase"]) == ("refused", "connect")
    assert "nothing listens" in check["error"]["hint"]
    assert check["duration_ms"]["total"] < TIMEOUT * 1000  # a share for each
    said = check["error"]["message"].split("; ")
    for address, reason in (
        (network.FILTERED, "no answer"),
        (network.OWN, "Connection refused"),
        (network.UNREACHABLE, "No route to host"),
    ):
        assert any(f"({address}): {reason}" in each for each in said), said


def test_names(program, server, forwarder, names):
    checks = check_all(
        program,
        to("known", "known.example.com", **server),
        to("unknown", "unknown.example.com"),
        to("broken", "broken.example.com"),
        to("empty", "empty.example.com"),
    )
    assert checks["known"]["status"] == "ok"
    for name, said in (("unknown", "no such name"), ("broken", "resolv.conf"), ("empty", "no address")):
        error = checks[name]["error"]
        assert (error["code"], error["phase"]) == ("dns_failure", "resolve"), name
        assert said in error["hint"], name
        assert f"{name}.example.com" in error["message"]
        assert checks[name]["duration_ms"]["total"] < 1500
    assert {"known.example.com", "unknown.example.com", "broken.example.com"} <= set(names)


def test_a_name_server_that_never_answers(tmp_path, cluster, server):
    """It holds up the names that it is asked for, and nothing else."""
    dead = Network(f"{SERVER} in-the-hosts-file\n", [DEAD_NAME_SERVER])
    try:
        with dead.forwarder(SERVER, 5432, cluster.port):
            checks = check_all(
                Program(tmp_path, dead.inside),
                *(to(f"waits-{i}", f"db-{i}.example.com") for i in range(30)),
                to("address", SERVER, **server),
                to("known", "in-the-hosts-file", **server),
            )
    finally:
        dead.close()
    for i in range(30):
        check = checks[f"waits-{i}"]
        assert (check["error"]["code"], check["error"]["phase"]) == ("timeout", "resolve")
        assert "name server" in check["error"]["message"]
        assert "resolv.conf" in check["error"]["hint"]
        assert TIMEOUT * 1000 <= check["duration_ms"]["total"] < TIMEOUT * 1000 + 500
    for name in ("address", "known"):
        assert checks[name]["status"] == "ok", checks[name]["error"]
        assert checks[name]["duration_ms"]["total"] < 1500


def test_a_name_server_that_never_answers_holds_up_no_other_host(tmp_path, cluster, server):
    """Each host has its share of the time for being looked up, and none is looked up before its turn."""
    dead = Network(f"{SERVER} in-the-hosts-file\n", [DEAD_NAME_SERVER])
    good = {
        "address-next": f"db.example.com,{SERVER}",
        "name-next": "db.example.com,in-the-hosts-file",
        "two-before": f"db.example.com,other.example.com,{SERVER}",
        "good-first": f"{SERVER},db.example.com",
    }
    try:
        with dead.forwarder(SERVER, 5432, cluster.port):
            checks = check_all(
                Program(tmp_path, dead.inside),
                *(to(name, hosts, **server) for name, hosts in good.items()),
                to("refused-next", f"db.example.com,{network.OWN}"),
                to("none-answers", "db.example.com,other.example.com"),
            )
    finally:
        dead.close()
    for name in good:
        check = checks[name]
        assert check["status"] == "ok", (name, check["error"])
        assert check["session"]["server_address"] == f"{SERVER}:5432"
    for name, hosts in (("address-next", 2), ("name-next", 2), ("two-before", 3)):
        waited = checks[name]["duration_ms"]["resolve"]
        assert abs(waited - TIMEOUT * 1000 * (hosts - 1) / hosts) < 300, (name, waited)
    assert checks["good-first"]["duration_ms"]["total"] < 900
    error = checks["refused-next"]["error"]
    assert (error["code"], error["phase"]) == ("refused", "connect")
    assert "no answer from the name server for db.example.com within" in error["message"]
    error = checks["none-answers"]["error"]
    assert (error["code"], error["phase"]) == ("timeout", "resolve")
    assert TIMEOUT * 1000 <= checks["none-answers"]["duration_ms"]["total"] < TIMEOUT * 1000 + 500
