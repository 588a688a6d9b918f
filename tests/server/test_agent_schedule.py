"""When `conncheck agent` checks, and how many at once: cron, maintenance windows, limits."""

import contextlib
import datetime
import re
import select
import signal
import socket
import struct
import time

import pytest

from agent_lines import lines_of

pytestmark = pytest.mark.any_version


@contextlib.contextmanager
def running(program, config, env=None):
    agent = program.start(["agent"], config=config, env=env)
    try:
        yield agent
    finally:
        agent.kill()
        agent.communicate()


@pytest.fixture
def listener():
    """A server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as made:
        made.settimeout(20)
        yield made


def connection(name, listener, **more):
    return {"name": name, "url": f"postgresql://app@127.0.0.1:{listener.getsockname()[1]}/orders", **more}


def nobody_comes(*listeners, seconds=0.4):
    return not select.select(listeners, [], [], seconds)[0]


def zone_file(offset):
    """A time zone of its own, `offset` seconds before UTC, as RFC 8536 has it."""
    kind = struct.pack(">iBB", offset, 0, 0) + b"TST\0"
    header = b"TZif2" + bytes(15) + struct.pack(">6I", 0, 0, 0, 0, 1, 4)
    return header + kind + header + kind + b"\n\n"


def test_cron_begins_its_check_with_the_minute(program, listener):
    """A zone whose minutes begin in two seconds: no test waits for one of UTC's."""
    begins = (int(time.time()) + 2) % 60
    program.write("zones/Test/Zone", zone_file(60 - begins if begins else 0))
    config = {"version": 1, "connections": [
        connection("minutely", listener, timeout="500ms", schedule={"cron": "* * * * *", "timezone": "Test/Zone"})
    ]}
    with running(program, config, env={"TZDIR": str(program.directory / "zones")}) as agent:
        line = lines_of(agent, 1)[0]
    started = datetime.datetime.fromisoformat(line.split()[0].removesuffix("Z"))
    assert " minutely critical " in line
    assert started.second == begins
    assert started.microsecond < 900_000


def test_under_maintenance_nothing_is_checked(program, listener):
    """One window that ends two seconds from now, for all, and one that goes on, for a tag."""
    now = datetime.datetime.now(datetime.timezone.utc)
    began = now - datetime.timedelta(minutes=1)
    length = int(now.timestamp()) - int(began.timestamp()) // 60 * 60 + 3
    cron = f"{began.minute} {began.hour} * * *"
    config = {
        "version": 1,
        "connections": [
            connection("shop", listener, timeout="500ms", schedule={"every": "10m"}),
            connection("billing", listener, timeout="500ms", schedule={"every": "10m"}, tags={"team": "billing"}),
        ],
        "maintenance": [
            {"cron": cron, "for": f"{length}s"},
            {"cron": cron, "for": "2h", "tags": {"team": "billing"}},
        ],
    }
    with running(program, config) as agent:
        told = lines_of(agent, 3, stream="stderr")
        assert nobody_comes(listener)
        line = lines_of(agent, 1)[0]
        told += lines_of(agent, 1, stream="stderr")
        assert " shop critical " in line
        listener.accept()[0].close()
        assert nobody_comes(listener)  # billing is not checked
        agent.send_signal(signal.SIGTERM)
        assert agent.wait(timeout=10) == 0
    assert re.search(r"conncheck\.yml:\d+: maintenance until \S+Z: connections are not checked", told[0])
    assert "connections with its tags are not checked" in told[1]
    assert told[-1].endswith("maintenance has ended")
    ended = re.search(r"until (\S+)Z", told[0])[1]
    assert ended <= line.split()[0]


@pytest.mark.parametrize("limit", [{"max_checks": 2}, {"max_checks_per_host": 2}])
def test_no_more_checks_at_once_than_the_limit(program, listener, limit):
    """Of three checks, the third waits for one to end, on whatever port of the host."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        config = {
            "version": 1,
            "defaults": {"schedule": {"every": "10m"}, "timeout": "30s"},
            "agents": limit,
            "connections": [connection("one", listener), connection("two", other), connection("three", listener)],
        }
        with running(program, config) as agent:
            taken = []
            while len(taken) < 2:
                ready, _, _ = select.select([listener, other], [], [], 20)
                assert ready
                taken += [each.accept()[0] for each in ready]
            assert nobody_comes(listener, other)
            taken[0].close()
            assert not nobody_comes(listener, other, seconds=20)
            assert len(lines_of(agent, 1)) == 1
        for each in taken:
            each.close()


def test_a_limit_of_one_leaves_room_for_what_is_slow(program, listener):
    """Checks that took two seconds have three quarters of the places: of one, too."""
    config = {"version": 1, "agents": {"max_checks": 1}, "connections": [
        connection("slow", listener, timeout="2s", schedule={"every": "100ms"})
    ]}
    with running(program, config) as agent:
        assert len(lines_of(agent, 2)) == 2


def test_validate_knows_zones_and_times(program):
    connections = [
        {"name": "unknown", "host": "db", "schedule": {"cron": "0 6 * * *", "timezone": "Europe/Atlantis"}},
        {"name": "never", "host": "db", "schedule": {"cron": "0 6 30 2 *"}},
    ]
    run = program.run(["validate"], config={"version": 1, "connections": connections})
    assert run.exit_code == 3
    assert re.search(r"conncheck\.yml:\d+:\d+: error: `timezone` .*Europe/Atlantis", run.output)
    assert "never due" in run.output


def test_validate_says_of_no_schedule_that_it_has_no_effect(program):
    config = {
        "version": 1,
        "connections": [
            {"name": "shop", "host": "db", "schedule": {"cron": "@daily", "timezone": "America/New_York"}}
        ],
        "maintenance": [{"cron": "0 2 * * sun", "for": "2h"}],
        "agents": {"max_checks": 32, "max_checks_per_host": 4},
    }
    run = program.run(["validate"], config=config)
    assert run.exit_code == 0
    assert "no effect" not in run.output


def test_the_agent_warns_of_what_keeps_a_compute_awake(program, listener):
    config = {"version": 1, "connections": [
        connection("neon", listener, provider="neon", schedule={"cron": "*/5 * * * *"})
    ]}
    with running(program, config) as agent:
        assert "keeps a Neon compute from being suspended" in lines_of(agent, 1, stream="stderr")[0]
