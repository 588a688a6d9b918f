"""What answers is no honest server: each check ends in time, says what is wrong, and harms nobody else."""

import contextlib
import json
import socket
import struct
import threading

import pytest

import hostile
from hostile import HostileServer, message
from hostile_checks import MEMORY_LIMIT_KB, TIMEOUT, connection_to, run_and_measure, sanitized

pytestmark = [pytest.mark.any_version, pytest.mark.every_case]


def closes_at_once(peer):
    pass


def sends_garbage(peer):
    peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n\x00\xff\x1b[31m")


def declines_tls_then_garbage(peer):
    peer.read(8)
    peer.send(b"N")
    peer.read(8)
    peer.send(b"\xff\x1b[2J" * 100)


def ends_within_the_tls_handshake(peer):
    peer.read(8)
    peer.send(b"S")
    peer.read(5)


def garbage_for_a_tls_handshake(peer):
    peer.read(8)
    peer.send(b"S")
    peer.read(5)
    peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 10)
    peer.wait_for_the_end()


def asks_for_absurd_hashing(peer):
    peer.ask_for_hashing(iterations=20_000_000)
    peer.wait_for_the_end()


def never_answers_a_query(peer):
    peer.login()
    peer.wait_for_the_end()


def drops_in_the_middle_of_a_result(peer):
    peer.login()
    peer.round_trip()
    peer.send(hostile.BEGUN + hostile.PARSED + hostile.BOUND + hostile.row_description(13))
    peer.send(hostile.SESSION_ROW[:20])


def drops_after_the_session(peer):
    peer.login()
    peer.round_trip()
    peer.send(hostile.SESSION)
    peer.round_trip()
    peer.send(hostile.PARSED + hostile.BOUND + hostile.row_description(13))


def sends_rows_without_end(peer):
    peer.login()
    peer.round_trip()
    peer.send(hostile.SESSION)
    peer.round_trip()
    peer.send(hostile.PARSED + hostile.BOUND + hostile.row_description(13))
    peer.send_without_end(hostile.row([b"app", b"s", b"t", b"table"] + [None] * 9))


def sends_a_message_of_a_gigabyte(peer):
    peer.login()
    peer.round_trip()
    peer.send(hostile.BEGUN + hostile.PARSED + hostile.BOUND + hostile.row_description(13))
    peer.send(b"D" + struct.pack("!I", 1 << 30))
    peer.send_without_end(b"x")


def announces_a_gigabyte(peer):
    peer.login()
    peer.round_trip()
    peer.send(b"D" + struct.pack("!I", 1 << 30))
    peer.wait_for_the_end()


def floods_notices_at_login(peer):
    peer.startup()
    peer.send(message(b"R", struct.pack("!I", 0)))
    peer.send_without_end(hostile.fields(b"N", [(b"S", b"NOTICE"), (b"C", b"00000"), (b"M", b"boo")]))


def floods_notices_in_a_query(peer):
    peer.login()
    peer.send_without_end(hostile.fields(b"N", [(b"S", b"NOTICE"), (b"C", b"00000"), (b"M", b"\x1b[31m")]))


def floods_notifications(peer):
    peer.login()
    peer.send_without_end(message(b"A", struct.pack("!I", 1) + b"c\0p\0"))


def floods_parameters_at_login(peer):
    peer.startup()
    peer.send(message(b"R", struct.pack("!I", 0)))
    number = 0
    while True:
        names = range(number, number + 500)
        peer.send(b"".join(hostile.parameter(f"p{name}", "x" * 50) for name in names))
        number += 500


def refuses_with_a_nasty_text(peer):
    peer.startup()
    text = b"\x1b[31mred\x1b]0;title\x07 \xff\xfe\nsecond line \xe2\x80\xae\r"
    peer.send(hostile.error(text, b"28P01", b"FATAL"))


def refuses_with_a_long_text(peer):
    peer.startup()
    peer.send(hostile.error(b"x" * 28000, b"28P01", b"FATAL"))


def fails_the_query_with_a_nasty_text(peer):
    peer.login()
    peer.round_trip()
    peer.send(hostile.error(b"\x1b[31mred\nline\xff\x9b" * 1000, b"XX000") + hostile.READY)
    peer.wait_for_the_end()


def fails_the_query_with_a_nasty_code(peer):
    peer.login()
    peer.round_trip()
    peer.send(hostile.error(b"text", b"\x1b[31m") + hostile.READY)
    peer.wait_for_the_end()


def answers_a_byte_at_a_time_for_ever(peer):
    peer.startup()
    slow = threading.Event()
    for byte in hostile.LOGGED_IN * 1000:
        peer.send(bytes([byte]))
        slow.wait(0.1)


def begins_a_copy(peer):
    peer.login()
    peer.round_trip()
    peer.send(hostile.PARSED + hostile.BOUND + message(b"G", b"\0\0\0"))
    peer.wait_for_the_end()


def answers_nothing_but_ready(peer):
    peer.login()
    while True:
        peer.round_trip()
        peer.send(hostile.READY)


def answers_more_than_was_asked(peer):
    peer.login()
    peer.round_trip()
    peer.send_without_end(hostile.ANSWERED + message(b"C", b"SELECT 0\0"))


def sends_another_number_of_columns(peer):
    peer.login()
    peer.round_trip()
    peer.send(hostile.BEGUN + hostile.PARSED + hostile.BOUND + hostile.row_description(1))
    peer.send(hostile.row([b"x"]) + message(b"C", b"SELECT 1\0") + hostile.READY)
    peer.wait_for_the_end()


def sends_what_is_no_json(peer):
    peer.login()
    peer.round_trip()
    peer.send(hostile.SESSION.replace(b"\0\0\0\2[]", b"\0\0\0\2[["))
    peer.wait_for_the_end()


def sends_json_that_is_deep(peer):
    peer.login()
    peer.round_trip()
    values = [b"app", b"app", b"orders", b"15.0", b"150000"] + [b"f"] * 4 + [b"[" * 1_000_000, None, None, b"f"]
    session = hostile.row(values) + message(b"C", b"SELECT 1\0")
    peer.send(hostile.BEGUN + hostile.PARSED + hostile.BOUND + hostile.row_description(13) + session + hostile.READY)
    peer.wait_for_the_end()


# script, connected, codes, phases
CASES = [
    (closes_at_once, False, {"connection_lost"}, {"tls", "connect", "login"}),
    (sends_garbage, False, {"protocol_error"}, {"tls"}),
    (declines_tls_then_garbage, False, {"protocol_error"}, {"login"}),
    (ends_within_the_tls_handshake, False, {"tls_refused", "connection_lost", "protocol_error"}, {"tls", "login"}),
    (garbage_for_a_tls_handshake, False, {"tls_refused", "connection_lost", "protocol_error"}, {"tls", "login"}),
    (asks_for_absurd_hashing, False, {"timeout"}, {"login"}),
    (never_answers_a_query, True, {"query_timeout"}, {"query"}),
    (drops_in_the_middle_of_a_result, True, {"connection_lost"}, {"query"}),
    (drops_after_the_session, True, {"connection_lost"}, {"query"}),
    (sends_rows_without_end, True, {"protocol_error", "query_timeout"}, {"query"}),
    (sends_a_message_of_a_gigabyte, True, {"protocol_error"}, {"query"}),
    # Under sanitizers the mere room for it takes more CPU time than what a server says may.
    (announces_a_gigabyte, True, {"query_timeout", "protocol_error"} if sanitized() else {"query_timeout"}, {"query"}),
    (floods_notices_at_login, False, {"protocol_error", "timeout"}, {"login"}),
    (floods_notices_in_a_query, True, {"protocol_error", "query_timeout"}, {"query"}),
    (floods_notifications, True, {"protocol_error", "query_timeout"}, {"query"}),
    (floods_parameters_at_login, False, {"protocol_error"}, {"login"}),
    (refuses_with_a_nasty_text, False, {"auth_failed"}, {"login"}),
    (refuses_with_a_long_text, False, {"auth_failed"}, {"login"}),
    (fails_the_query_with_a_nasty_text, True, {"query_failed"}, {"query"}),
    (fails_the_query_with_a_nasty_code, True, {"protocol_error"}, {"query"}),
    (answers_a_byte_at_a_time_for_ever, False, {"timeout"}, {"login"}),
    (begins_a_copy, True, {"protocol_error"}, {"query"}),
    (answers_nothing_but_ready, True, {"protocol_error"}, {"query"}),
    (answers_more_than_was_asked, True, {"protocol_error", "connection_lost"}, {"query"}),
    (sends_another_number_of_columns, True, {"protocol_error"}, {"query"}),
    (sends_what_is_no_json, True, {"protocol_error"}, {"query"}),
    (sends_json_that_is_deep, True, {"protocol_error"}, {"query"}),
]


@pytest.mark.parametrize("script, connected, codes, phases", CASES, ids=[case[0].__name__ for case in CASES])
def test_hostile(program, healthy, script, connected, codes, phases):
    with HostileServer(script) as server:
        config = {"version": 1, "connections": [connection_to(server), healthy]}
        exit_code, output, seconds, memory = run_and_measure(program, ["check", "--format", "json"], config)
    checks = {check["connection"]: check for check in json.loads(output.decode("utf-8"))["checks"]}
    check = checks["hostile"]
    assert check["connected"] == connected
    assert check["error"]["code"] in codes, check["error"]
    assert check["error"]["phase"] in phases, check["error"]
    assert check["error"]["hint"]
    assert len(check["error"]["message"]) < 10000
    lateness = 10 if sanitized() and script is sends_a_message_of_a_gigabyte else 1
    assert check["duration_ms"]["total"] <= (TIMEOUT + lateness) * 1000
    assert seconds < TIMEOUT + lateness + 3
    assert exit_code == 2
    assert checks["healthy"]["status"] == "ok"
    assert checks["healthy"]["duration_ms"]["total"] < TIMEOUT * 1000
    # A single message is libpq's to the last byte, up to the gigabyte that the protocol allows.
    assert sanitized() or script is sends_a_message_of_a_gigabyte or memory < MEMORY_LIMIT_KB


FLOODS = [sends_a_message_of_a_gigabyte, floods_notices_at_login, floods_parameters_at_login]


def test_floods_over_a_unix_socket(program):
    with contextlib.ExitStack() as stack:
        connections = []
        for number, script in enumerate(FLOODS):
            directory = program.directory / str(number)
            directory.mkdir()
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(str(directory / ".s.PGSQL.5432"))
            listener.listen()
            stack.enter_context(HostileServer(script, listener))
            connections.append({"name": f"flood-{number}", "url": f"postgresql://app@/orders?host={directory}"})
        config = {"version": 1, "defaults": {"timeout": f"{TIMEOUT}s"}, "connections": connections}
        _, output, _, memory = run_and_measure(program, ["check", "--format", "json"], config)
    for check in json.loads(output)["checks"]:
        error = check["error"]
        is_slow = sanitized() and (error["code"] == "query_timeout" or "beside its answer" in error["message"])
        assert is_slow or (error["code"] == "protocol_error" and "larger than any" in error["message"]), error
    assert sanitized() or memory < MEMORY_LIMIT_KB


NASTY = [refuses_with_a_nasty_text, fails_the_query_with_a_nasty_text, fails_the_query_with_a_nasty_code, sends_garbage]


@pytest.mark.parametrize("form", ["table", "csv", "markdown", "junit", "json"])
def test_no_control_character_of_a_server_is_printed(program, form):
    servers = [HostileServer(script) for script in NASTY]
    connections = [connection_to(server, f"nasty-{i}") for i, server in enumerate(servers)]
    run = program.run(["check", "--format", form], config={"version": 1, "connections": connections})
    for server in servers:
        with server:
            pass
    assert run.exit_code == 2
    bad = {c for c in run.output if (ord(c) < 32 and c != "\n") or 0x7F <= ord(c) < 0xA0 or c == "\u202e"}
    assert not bad
    assert "sesame" not in run.output


def test_a_server_that_echoes_the_password_does_not_make_it_shown(program):
    def echoes(peer):
        peer.startup()
        peer.send(message(b"R", struct.pack("!I", 3)))
        kind, length = struct.unpack("!cI", peer.read(5))
        assert kind == b"p"
        password = peer.read(length - 4).rstrip(b"\0")
        peer.send(hostile.error(b"wrong: " + password, b"28P01", b"FATAL"))

    with HostileServer(echoes) as server:
        place = {"host": "127.0.0.1", "port": server.port, "user": "app", "database": "orders"}
        passfile = program.write("pgpass", f"127.0.0.1:{server.port}:*:app:from-passfile\n")
        passfile.chmod(0o600)
        service = program.write("services", "[odd]\npassword=from-service\n")
        connections = [
            {"name": "by-url", "url": f"postgresql://app:p%40ss%22%27%5C%C3%A9@127.0.0.1:{server.port}/orders"},
            {"name": "by-text", **place, "password": "p@ss\"'\\é%41"},
            {"name": "by-passfile", **place, "passfile": "pgpass"},
            {"name": "by-service", **place, "service": "odd"},
        ]
        env = {"PGSERVICEFILE": str(service)}
        for form in ["json", "table", "csv"]:
            config = {"version": 1, "connections": connections}
            run = program.run(["check", "--format", form], config=config, env=env)
            assert run.exit_code == 2
            for secret in ["p@ss", "from-passfile", "from-service", "p%40ss", "é"]:
                assert secret not in run.output
            assert "wrong: ***" in run.output
