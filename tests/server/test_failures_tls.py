"""TLS: what is negotiated in each sslmode, and what is wrong with a server's certificate."""

import os
import select
import socket
import ssl
import struct

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from certificates import EXPIRED, NOT_YET, Authority, give_to_server, self_signed
from failures import assert_connected, assert_failed, check_one
from hostile import SSL_REQUEST, HostileServer

pytestmark = pytest.mark.any_version

MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]


@pytest.fixture(scope="module")
def server(field_server):
    field_server.reconfigure(hba=["host all all 127.0.0.1/32 scram-sha-256"])
    return field_server


@pytest.fixture(scope="module")
def authority(server):
    return server.authority


@pytest.fixture
def other_certificate(server):
    """other_certificate(issue): the server has the certificate that `issue` writes, for one test."""

    def give(issue):
        result = issue(server.data, "other")
        give_to_server(server, "other.key", "other.crt")
        server.reconfigure(ssl_cert_file="other.crt", ssl_key_file="other.key")
        return result

    yield give
    server.reconfigure(ssl_cert_file=None, ssl_key_file=None)


def url(server, host="localhost", **parameters):
    return server.url("postgres", server.role, **{"hostaddr": "127.0.0.1", **parameters}).replace(
        f"@{server.host}:", f"@{host}:"
    )


@pytest.mark.parametrize("mode", MODES)
def test_a_server_with_tls(program, server, authority, mode):
    result = check_one(program, url(server, sslmode=mode, sslrootcert=authority.certificate))
    assert_connected(result, ssl=mode not in ("disable", "allow"))
    assert result[1]["duration_ms"]["tls"] >= 0


@pytest.mark.parametrize("mode", MODES)
def test_a_server_without_tls(program, cluster, make_role, authority, mode):
    role = make_role("without_tls")
    result = check_one(program, cluster.url("postgres", role, sslmode=mode, sslrootcert=authority.certificate))
    if mode in ("disable", "allow", "prefer"):
        assert_connected(result, ssl=False)
    else:
        assert_failed(result, "tls_refused", "tls", hint=["postgresql.conf", "sslmode"])


def test_tls_with_the_server_by_its_address(program, server, authority):
    assert_connected(
        check_one(program, url(server, "127.0.0.1", sslmode="verify-full", sslrootcert=authority.certificate)), ssl=True
    )


def test_no_name_to_compare_the_certificate_with(program, server, authority):
    place = url(server, sslmode="verify-full", sslrootcert=authority.certificate).replace(f"@localhost:{server.port}/", "@/")
    result = check_one(program, f"{place}&port={server.port}")
    assert_failed(result, "config_error", "tls", hint="beside hostaddr", message="host name")


def test_another_ca(program, server, tmp_path):
    other = Authority(tmp_path, "Other CA")
    for mode in ("verify-ca", "verify-full", "require", "prefer"):  # with a CA named, the last two verify, too
        result = check_one(program, url(server, sslmode=mode, sslrootcert=other.certificate))
        assert_failed(result, "tls_verify_failed", "tls", hint="sslrootcert", message="certificate verify failed")


def test_another_ca_with_which_tls_comes_second(program, server, tmp_path):
    other = Authority(tmp_path, "Other CA")
    server.reconfigure(hba=["hostssl all all 127.0.0.1/32 scram-sha-256"])
    try:
        result = check_one(program, url(server, sslmode="allow", sslrootcert=other.certificate))
    finally:
        server.reconfigure(hba=["host all all 127.0.0.1/32 scram-sha-256"])
    assert_failed(result, "tls_verify_failed", "tls", hint="sslrootcert")


@pytest.mark.parametrize("mode", ["verify-ca", "verify-full"])
def test_no_ca(program, server, mode):
    result = check_one(program, url(server, sslmode=mode))
    assert_failed(result, "tls_verify_failed", "tls", hint="sslrootcert", message="root.crt")


@pytest.mark.parametrize("mode", MODES[1:])
@pytest.mark.parametrize("keyword", ["sslrootcert", "sslcrl", "sslcert", "sslkey"])
def test_a_file_that_is_not_there_is_not_passed_over(program, server, mode, keyword):
    result = check_one(program, url(server, sslmode=mode, **{keyword: "missing.pem"}))
    assert_failed(result, "config_error", "resolve", hint="give the path", message=[keyword, "missing.pem"])


def test_a_pipe_is_not_waited_for(program, server):
    os.mkfifo(program.directory / "pipe.pem")
    for keyword in ("sslrootcert", "sslcert"):
        result = check_one(program, url(server, sslmode="require", **{keyword: program.directory / "pipe.pem"}))
        assert_failed(result, "config_error", "resolve", message=[keyword, "pipe"])


def test_a_ca_file_without_certificate(program, server):
    path = program.write("empty.pem", "no certificate\n")
    result = check_one(program, url(server, sslmode="verify-full", sslrootcert=path))
    assert_failed(result, "tls_verify_failed", "tls", hint="sslrootcert")


def test_another_host_name(program, server, authority, other_certificate):
    other_certificate(lambda data, stem: authority.issue(["db.example.com"], data, stem))
    result = check_one(program, url(server, sslmode="verify-full", sslrootcert=authority.certificate))
    assert_failed(result, "tls_verify_failed", "tls", hint="another name", message=["db.example.com", "localhost"])
    # verify-ca does not ask for the name.
    assert_connected(check_one(program, url(server, sslmode="verify-ca", sslrootcert=authority.certificate)), ssl=True)


@pytest.mark.parametrize(
    "valid, words, hint", [(EXPIRED, "has expired", "renew"), (NOT_YET, "not yet valid", "clock")]
)
@pytest.mark.parametrize("mode", ["verify-full", "prefer"])
def test_the_time_of_a_certificate(program, server, authority, other_certificate, mode, valid, words, hint):
    other_certificate(lambda data, stem: authority.issue(["localhost"], data, stem, valid))
    result = check_one(program, url(server, sslmode=mode, sslrootcert=authority.certificate))
    assert_failed(result, "tls_verify_failed", "tls", hint=hint, message=words)


def test_self_signed(program, server, authority, other_certificate):
    other_certificate(lambda data, stem: self_signed(["localhost"], data, stem))
    result = check_one(program, url(server, sslmode="verify-full", sslrootcert=authority.certificate))
    assert_failed(result, "tls_verify_failed", "tls", hint="self-signed", message="self")
    copy = program.write("server.crt", (server.data / "other.crt").read_text())
    assert_connected(check_one(program, url(server, sslmode="verify-full", sslrootcert=copy)), ssl=True)


def test_revoked(program, server, authority, other_certificate):
    certificate = other_certificate(lambda data, stem: authority.issue(["localhost"], data, stem))
    verified = {"sslmode": "verify-full", "sslrootcert": authority.certificate}
    assert_connected(check_one(program, url(server, **verified, sslcrl=authority.revoke())), ssl=True)
    result = check_one(program, url(server, **verified, sslcrl=authority.revoke(certificate)))
    assert_failed(result, "tls_verify_failed", "tls", hint="replace", message="revoked")


def test_versions_that_do_not_meet(program, server, authority):
    server.reconfigure(ssl_min_protocol_version="TLSv1.3")
    try:
        result = check_one(program, url(server, sslmode="require", ssl_max_protocol_version="TLSv1.2"))
    finally:
        server.reconfigure(ssl_min_protocol_version=None)
    assert_failed(result, "tls_refused", "tls", hint="ssl_min_protocol_version")


def test_channel_binding(program, server, cluster, make_role, authority):
    bound = {"channel_binding": "require"}
    assert_connected(check_one(program, url(server, sslmode="require", **bound)), ssl=True)
    for mode in ("prefer", "allow"):
        result = check_one(program, cluster.url("postgres", make_role(f"bound_{mode}"), sslmode=mode, **bound))
        assert_failed(result, "tls_refused", "tls", hint="ssl")
    server.reconfigure(hba=["host all all 127.0.0.1/32 password"])
    try:
        result = check_one(program, url(server, sslmode="require", **bound))
    finally:
        server.reconfigure(hba=["host all all 127.0.0.1/32 scram-sha-256"])
    assert_failed(result, "auth_failed", "login", hint="scram-sha-256")


def ends_tls_before(server, directory):
    """A script for a peer between: it has TLS, and a certificate of its own, on either side."""
    shown, asked = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    shown.load_cert_chain(directory / "proxy.crt", directory / "proxy.key")
    asked.check_hostname, asked.verify_mode = False, ssl.CERT_NONE

    def script(peer):
        startup = peer.startup_with_tls(shown)
        with socket.create_connection(("127.0.0.1", server.port)) as plain:
            plain.sendall(struct.pack("!II", 8, SSL_REQUEST))
            plain.recv(1)
            with asked.wrap_socket(plain) as far:
                far.sendall(struct.pack("!I", len(startup) + 4) + startup)
                near = peer.connection
                while True:
                    ready = [end for end in (near, far) if end.pending()] or select.select([near, far], [], [])[0]
                    for end in ready:
                        data = end.recv(65536)
                        if not data:
                            return
                        (far if end is near else near).sendall(data)

    return script


@pytest.mark.parametrize("binding", ["prefer", "require"])
def test_somebody_ends_tls_in_between(program, server, binding):
    self_signed(["localhost"], program.directory, "proxy")
    with HostileServer(ends_tls_before(server, program.directory)) as between:
        place = url(server, sslmode="require").replace(f":{server.port}/", f":{between.port}/")
        result = check_one(program, f"{place}&channel_binding={binding}")
        assert_failed(result, "tls_verify_failed", "tls", "28000", hint=["TLS ends before", "channel_binding"])
        # Where a proxy is meant to be there.
        assert_connected(check_one(program, f"{place}&channel_binding=disable"), ssl=True)


def test_a_unix_socket_has_no_tls(program, server):
    place = f"host={server.socket_directory}&port={server.port}&user=app"
    for mode in MODES[3:]:
        result = check_one(program, f"postgresql:///postgres?{place}&sslmode={mode}")
        assert_failed(result, "tls_refused", "tls", hint="Unix socket")


@pytest.mark.parametrize("mode", MODES[3:])
def test_a_unix_socket_is_left_out_where_another_host_has_tls(program, server, authority, mode):
    def check(directory, port):
        hosts = f"{str(directory).replace('/', '%2F')}:{server.port},localhost:{port}"
        parameters = f"sslmode={mode}&sslrootcert={authority.certificate}"
        return check_one(program, f"postgresql://app:{server.role.password}@{hosts}/postgres?{parameters}")

    for directory in ["/nowhere", server.socket_directory]:
        assert_connected(check(directory, server.port), ssl=True)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        result = check(server.socket_directory, unused.getsockname()[1])
    assert_failed(result, "refused", "connect", hint="listens", message=["localhost:", f"sslmode {mode} asks for TLS"])


def test_the_systems_authorities_are_never_left_out(program, server):
    """libpq 16 verifies by them; to an older one `system` is a file that is not there, and it goes on without."""
    for parameters in [{}, {"sslmode": "require"}, {"sslmode": "verify-full"}]:
        result = check_one(program, url(server, sslrootcert="system", **parameters))
        assert result[1]["error"]["code"] in ("config_error", "tls_verify_failed", "protocol_error"), result
        assert not result[1]["connected"]


def test_a_certificate_for_clients(program, server, authority, other_certificate):
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    other_certificate(lambda *place: authority.issue(["localhost"], *place, extensions=[purpose]))
    result = check_one(program, url(server, sslmode="verify-full", sslrootcert=authority.certificate))
    assert_failed(result, "tls_verify_failed", "tls", hint="not one for servers", message="purpose")


def test_a_certificate_whose_name_ends_before_it_ends(program, server, authority, other_certificate):
    other_certificate(lambda *place: authority.issue(["localhost\0.evil.example"], *place))
    result = check_one(program, url(server, sslmode="verify-full", sslrootcert=authority.certificate))
    assert_failed(result, "tls_verify_failed", "tls", hint="deceive")


def test_tls_that_is_closed_in_the_login(program, authority, tmp_path):
    authority.issue(["localhost"], tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.crt", tmp_path / "server.key")

    def closes(peer):
        peer.startup_with_tls(context)
        peer.connection.unwrap()

    with HostileServer(closes) as hostile:
        result = check_one(program, f"postgresql://app:x@127.0.0.1:{hostile.port}/orders?sslmode=require")
    assert_failed(result, "connection_lost", "login", hint="within TLS")
