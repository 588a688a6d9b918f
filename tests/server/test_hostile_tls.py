"""What answers does harm by TLS itself: what it makes the client compute, and what it sends below the protocol."""

import base64
import json
import socket
import ssl
import struct
import time

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

import hostile
from certificates import self_signed
from hostile import HostileServer
from hostile_checks import MEMORY_LIMIT_KB, TIMEOUT, connection_to, run_and_measure, sanitized
from tls_records import HANDSHAKE, RENEGOTIATE, TICKET, Records, RecordsOfTls12, keep_server_random, server_context

pytestmark = [pytest.mark.any_version, pytest.mark.every_case]


def write_absurd_group(path):
    """Parameters for Diffie-Hellman in the largest group that OpenSSL takes. The server's own share is short; a
    client, who is not told so, computes for seconds."""

    def integer(number):
        return der(b"\x02", number.to_bytes(number.bit_length() // 8 + 1, "big"))

    def der(kind, body):
        return kind + b"\x82" + struct.pack("!H", len(body)) + body

    modulus = (1 << 9999) + 12345678901  # a prime would not make it any slower
    encoded = base64.encodebytes(der(b"\x30", integer(modulus) + integer(2) + integer(512))).decode()
    path.write_text(f"-----BEGIN DH PARAMETERS-----\n{encoded}-----END DH PARAMETERS-----\n")


@pytest.mark.parametrize("others", [False, True], ids=["alone", "before another host"])
def test_a_key_exchange_that_takes_seconds_keeps_no_deadline_from_being_met(program, healthy, others):
    self_signed(["localhost"], program.directory, key=rsa.generate_private_key(65537, 2048))
    write_absurd_group(program.directory / "group.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(program.directory / "server.crt", program.directory / "server.key")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("DHE-RSA-AES256-GCM-SHA384")
    context.load_dh_params(program.directory / "group.pem")

    def script(peer):
        peer.startup_with_tls(context)
        peer.wait_for_the_end()

    with HostileServer(script) as server:
        absurd = connection_to(server)
        if others:  # each has its share of the time
            absurd["url"] = healthy["url"].replace("@", f"@127.0.0.1:{server.port},")
        absurd["url"] += "?sslmode=prefer"
        began = time.monotonic()
        config = {"version": 1, "connections": [absurd, healthy]}
        run = program.run(["check", "--format", "json"], config=config)
    assert time.monotonic() - began < TIMEOUT + 2
    assert run.check("healthy")["status"] == "ok"
    check = run.check("hostile")
    assert check["duration_ms"]["total"] <= (TIMEOUT + 1) * 1000
    if others:
        assert check["status"] == "ok", check["error"]
    else:
        # A fast machine may be through with it, and then waits for the server.
        assert check["error"]["code"] == "timeout" and check["error"]["phase"] in ("tls", "login")


def session_tickets(records):
    return records.record(TICKET * 700, HANDSHAKE)  # many to a record: the client has more work than this server


def key_updates(records):
    return b"".join(records.updated() for _ in range(100))


def renegotiations(records):
    return records.record(RENEGOTIATE * 4000, HANDSHAKE)


@pytest.mark.parametrize("flood", [session_tickets, key_updates, renegotiations])
def test_floods_that_are_no_data_of_the_protocol(program, healthy, flood):
    self_signed(["localhost"], program.directory)

    def server(name, is_logged_in):
        secrets = program.directory / f"secrets-{name}"
        version = ssl.TLSVersion.TLSv1_2 if flood is renegotiations else ssl.TLSVersion.TLSv1_3
        context = server_context(program.directory / "server.crt", program.directory / "server.key", secrets, version)
        randoms = keep_server_random(context)

        def script(peer):
            peer.startup_with_tls(context)
            if flood is renegotiations:
                records = RecordsOfTls12(peer.connection, secrets, randoms[-1])
            else:
                records = Records(peer.connection, secrets)

            def send(data):
                socket.socket.sendall(peer.connection, data)  # past the library

            if is_logged_in:
                send(records.record(hostile.LOGGED_IN))
                peer.round_trip()
            while True:
                send(flood(records))

        return HostileServer(script)

    with server("login", False) as at_login, server("query", True) as in_a_query:
        floods = [connection_to(at_login, "login"), connection_to(in_a_query, "query")]
        config = {"version": 1, "connections": [*floods, healthy]}
        _, output, seconds, memory = run_and_measure(program, ["check", "--format", "json"], config)
    checks = {check["connection"]: check for check in json.loads(output)["checks"]}
    for phase, timed_out in [("login", "timeout"), ("query", "query_timeout")]:
        error = checks[phase]["error"]
        assert error["code"] in ("protocol_error", timed_out) and error["phase"] == phase, error
        assert "hashing" not in error["message"] and "process" not in error["message"], error
        assert 0 < checks[phase]["duration_ms"]["total"] <= (TIMEOUT + 1) * 1000
    assert checks["healthy"]["status"] == "ok"
    assert checks["healthy"]["duration_ms"]["total"] < TIMEOUT * 1000
    assert seconds < TIMEOUT + 3
    assert sanitized() or memory < MEMORY_LIMIT_KB


def test_requests_for_another_handshake_within_the_first(program, healthy):
    def script(peer):
        peer.read(8)  # the request for TLS
        peer.send(b"S")
        peer.read(5)
        peer.send_without_end(struct.pack("!BHH", HANDSHAKE, 0x0303, len(RENEGOTIATE) * 4000) + RENEGOTIATE * 4000)

    with HostileServer(script) as server:
        config = {"version": 1, "connections": [connection_to(server), healthy]}
        _, output, seconds, memory = run_and_measure(program, ["check", "--format", "json"], config)
    checks = {check["connection"]: check for check in json.loads(output)["checks"]}
    hostile_check, healthy_check = checks["hostile"], checks["healthy"]
    # More bytes than a login has are one fault, too long a login the other: how much comes in time, the machine decides.
    assert hostile_check["error"]["code"] in ("protocol_error", "timeout"), hostile_check["error"]
    assert hostile_check["error"]["phase"] == "tls"
    assert 0 < hostile_check["duration_ms"]["total"] <= (TIMEOUT + 1) * 1000
    assert healthy_check["status"] == "ok" and healthy_check["duration_ms"]["total"] < TIMEOUT * 1000
    assert seconds < TIMEOUT + 3
    assert sanitized() or memory < MEMORY_LIMIT_KB
