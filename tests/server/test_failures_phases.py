"""A connection that is dropped, or that takes its time, in each of its phases."""

import struct
import threading

import pytest

import hostile
from failures import assert_failed, check_one
from hostile import HostileServer, message

pytestmark = pytest.mark.any_version

SLOW_MS = 250


def asks_for_the_password(peer):
    peer.startup()
    peer.send(message(b"R", struct.pack("!I", 3)))
    peer.read(1)
    peer.read(struct.unpack("!I", peer.read(4))[0] - 4)


def drops_at_once(peer):
    pass


def drops_after_the_question_for_tls(peer):
    peer.read(8)


def drops_within_the_tls_handshake(peer):
    peer.read(8)
    peer.send(b"S")
    peer.read(5)


def drops_after_the_startup_packet(peer):
    peer.startup()


def drops_after_the_password(peer):
    asks_for_the_password(peer)


def drops_after_authentication(peer):
    peer.startup()
    peer.send(message(b"R", struct.pack("!I", 0)) + hostile.parameter("server_version", "15.0"))


def drops_after_the_question(peer):
    peer.login()
    peer.round_trip()


DROPS = [
    (drops_at_once, "tls"),
    (drops_after_the_question_for_tls, "tls"),
    (drops_within_the_tls_handshake, "tls"),
    (drops_after_the_startup_packet, "login"),
    (drops_after_the_password, "login"),
    (drops_after_authentication, "login"),
    (drops_after_the_question, "query"),
]


def url(server, **parameters):
    query = "&".join(f"{key}={value}" for key, value in parameters.items())
    return f"postgresql://app:sesame@127.0.0.1:{server.port}/orders?{query}"


@pytest.mark.parametrize("script, phase", DROPS, ids=[case[0].__name__ for case in DROPS])
def test_dropped(program, script, phase):
    connections = []

    def counted(peer):
        connections.append(peer)
        script(peer)

    with HostileServer(counted) as server:
        mode = "require" if script is drops_within_the_tls_handshake else "prefer"
        result = check_one(program, url(server, sslmode=mode))
    assert_failed(result, "connection_lost", phase, hint="log", connected=phase == "query")
    assert len(connections) == 1  # a password may have been refused


def slow_everywhere(peer):
    pause = threading.Event()
    peer.read(8)
    pause.wait(SLOW_MS / 1000)
    peer.send(b"N")
    peer.startup()
    pause.wait(2 * SLOW_MS / 1000)
    peer.send(hostile.LOGGED_IN)
    peer.round_trip()
    pause.wait(3 * SLOW_MS / 1000)
    peer.send(hostile.error(b"no", b"XX000") + hostile.READY)
    peer.wait_for_the_end()


def test_durations(program):
    place = {"host": "127.0.0.1", "user": "app", "database": "orders"}
    with HostileServer(slow_everywhere) as server:
        command = ["sh", "-c", f"sleep {SLOW_MS / 1000}; echo sesame"]
        result = check_one(program, **place, port=server.port, password={"command": command})
    assert_failed(result, "query_failed", "query", "XX000", hint="log", connected=True)
    spent = result[1]["duration_ms"]
    for phase, expected in {"resolve": 1, "tls": 1, "login": 2, "query": 3}.items():
        assert spent[phase] >= expected * SLOW_MS - 5, spent
    assert spent["tunnel"] == 0 and spent["total"] < 5000, spent
