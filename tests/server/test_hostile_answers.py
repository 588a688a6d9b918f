"""A server answers in good order, and what it says cannot be: never taken for an answer, in particular not for a no."""

import contextlib

import pytest

import hostile
from hostile import BOUND, PARSED, READY, HostileServer, message
from hostile_checks import connection_to

pytestmark = pytest.mark.any_version

SESSION_VALUES = [b"app", b"app", b"orders", b"15.0", b"150000", b"f", b"f", b"f", b"f", b"[]", None, None, b"f"]
ROW_VALUES = [b"app", b"s", b"t", b"table", b"t", b"t", b"t", b'["SELECT"]', b"[]", None, b"app", b"none", b"[]"]
COLUMNS = PARSED + BOUND + hostile.row_description(13)


def complete(tag):
    return message(b"C", tag + b"\0")


def session(place, value):
    """A server that says `value` in one column of the session's row."""
    values = [value if i == place else usual for i, usual in enumerate(SESSION_VALUES)]

    def script(peer):
        peer.login()
        peer.round_trip()
        peer.send(hostile.BEGUN + COLUMNS + hostile.row(values) + complete(b"SELECT 1") + hostile.CONTENTS + READY)
        answer_all(peer, COLUMNS + complete(b"SELECT 0"))

    return script


def answer_all(peer, answer):
    """The same answer to every statement of the next round trip."""
    statements = peer.round_trip()
    peer.send(answer * len(statements) + READY)
    peer.wait_for_the_end()


def permissions(answer):
    """A server that answers each question about permissions so."""

    def script(peer):
        peer.login()
        peer.round_trip()
        peer.send(hostile.SESSION)
        answer_all(peer, answer)

    return script


def relation(place, value):
    values = [value if i == place else usual for i, usual in enumerate(ROW_VALUES)]
    return permissions(COLUMNS + hostile.row(values) + complete(b"SELECT 1"))


# name: script, a word of the message
SERVERS = {
    "no-role": (session(0, b""), "who is logged in"),
    "no-database": (session(2, None), "who is logged in"),
    "text-for-a-number": (session(4, b"fifteen"), "number"),
    "text-for-a-boolean": (session(5, b"\x1b[31myes"), "yes or no"),
    "object-for-an-array": (session(9, b'{"a": 1}'), "JSON"),
    "rows-that-did-not-come": (permissions(COLUMNS + complete(b"SELECT 5")), "number of rows"),
    "rows-too-many": (permissions(
        COLUMNS + hostile.row(ROW_VALUES) * 2 + complete(b"SELECT 1")), "number of rows"),
    "no-rows-at-all": (permissions(PARSED + BOUND + message(b"n") + complete(b"SELECT 0")), "no rows"),
    "can-read-perhaps": (relation(4, b"perhaps"), "yes or no"),
    "privileges-by-number": (relation(7, b"[1, 2]"), "JSON"),
    "columns-in-a-list": (relation(9, b'["SELECT"]'), "JSON"),
}  # fmt: skip


def test_what_cannot_be_is_no_answer(program):
    with contextlib.ExitStack() as stack:
        servers = {name: stack.enter_context(HostileServer(script)) for name, (script, _) in SERVERS.items()}
        connections = [connection_to(server, name) for name, server in servers.items()]
        run = program.run(["check", "--format", "json"], config={"version": 1, "connections": connections})
    assert run.exit_code == 2
    for name, (_, word) in SERVERS.items():
        error = run.check(name)["error"]
        assert error and (error["code"], error["phase"]) == ("protocol_error", "query"), (name, error)
        assert word in error["message"], (name, error)


def test_parameters_without_end_hold_up_nobody(program):
    """libpq's time for them grows with the square of their number; and it takes apart in one go what its buffer holds,
    which a large row has made large."""
    block = b"".join(hostile.parameter(f"a{number}", "b") for number in range(1_200_000))
    values = [b"15" * 2_000_000 if i == 3 else usual for i, usual in enumerate(SESSION_VALUES)]

    def floods_the_login(peer):
        peer.startup()
        peer.send(message(b"R", b"\0\0\0\0") + block)

    def floods_a_query(peer):
        peer.login()
        peer.round_trip()
        peer.send(block)
        peer.wait_for_the_end()

    def floods_after_a_large_row(peer):
        peer.login()
        peer.round_trip()
        peer.send(hostile.BEGUN + COLUMNS + hostile.row(values) + block)
        peer.wait_for_the_end()

    def is_well(peer):
        peer.login()
        peer.round_trip()
        peer.send(hostile.SESSION)
        answer_all(peer, COLUMNS + complete(b"SELECT 0"))

    floods = {"flood-login": floods_the_login, "flood-query": floods_a_query, "flood-row": floods_after_a_large_row}
    with contextlib.ExitStack() as stack:
        scripts = floods | {f"well-{i}": is_well for i in range(6)}
        servers = {name: stack.enter_context(HostileServer(script)) for name, script in scripts.items()}
        # Longer than the machine's load may hold them up: that it is not the deadline which ends them.
        connections = [{**connection_to(server, name), "timeout": "30s"} for name, server in servers.items()]
        run = program.run(["check", "--format", "json"], config={"version": 1, "connections": connections})
    for check in run.report["checks"]:
        error = check["error"]
        if check["connection"] in floods:
            assert error["code"] == "protocol_error", error
            assert "beside its answer" in error["message"] or "larger than any" in error["message"], error
        else:
            assert check["connected"] and error is None, error


SILENT = {
    "no-fields": message(b"E", b"\0"),
    "no-text": hostile.error(b"", b"XX000", b"FATAL"),
    "no-message": hostile.fields(b"E", [(b"S", b"FATAL"), (b"C", b"28P01")]),
}


def test_a_refusal_without_words_is_told_as_that(program):
    def refuses(answer):
        def script(peer):
            peer.startup()
            peer.send(answer)

        return script

    with contextlib.ExitStack() as stack:
        servers = {name: stack.enter_context(HostileServer(refuses(answer))) for name, answer in SILENT.items()}
        connections = [connection_to(server, name) for name, server in servers.items()]
        run = program.run(["check", "--format", "json"], config={"version": 1, "connections": connections})
    for name in SILENT:
        assert run.check(name)["error"]["message"] == "the server gives no reason", name
