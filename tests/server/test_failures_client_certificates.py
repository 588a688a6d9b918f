"""A server that demands a certificate of its clients."""

import pytest

from certificates import EXPIRED, Authority, give_to_server
from failures import assert_connected, assert_failed, check_one

pytestmark = pytest.mark.any_version


@pytest.fixture(scope="module")
def server(field_server):
    """Lets `app` in by its certificate alone; `other` has to show one and its password."""
    server = field_server
    (server.data / "root.crt").write_text(server.authority.certificate.read_text())
    give_to_server(server, "root.crt")
    server.other = server.create_role("other")
    server.reconfigure(
        hba=["hostssl all app 127.0.0.1/32 cert", "hostssl all other 127.0.0.1/32 scram-sha-256 clientcert=verify-ca"],
        ssl_ca_file="root.crt",
    )
    yield server
    server.reconfigure(hba=[], ssl_ca_file=None)


@pytest.fixture(scope="module")
def authority(server):
    return server.authority


@pytest.fixture
def show(program, server):
    """show(stem, …): a check as `app` with STEM.crt and STEM.key of the program's directory."""

    def run(stem=None, role=None, sslmode="require", key=None, **parameters):
        if stem:
            parameters |= {"sslcert": f"{stem}.crt", "sslkey": key or f"{stem}.key"}
        return check_one(program, server.url("postgres", role or server.role, sslmode=sslmode, **parameters))

    return run


@pytest.mark.parametrize("sslmode", ["require", "prefer", "allow"])
def test_the_right_one(program, authority, show, sslmode):
    authority.issue(["app"], program.directory, "client")
    assert_connected(show("client", sslmode=sslmode), ssl=True)


@pytest.mark.parametrize("sslmode", ["require", "prefer", "allow"])
def test_none(server, show, sslmode):
    for role in (server.role, server.other):
        assert_failed(show(role=role, sslmode=sslmode), "auth_failed", "login", "28000", hint=["sslcert", "sslkey"])


def test_tls_itself_turned_off(show):
    assert_failed(show(sslmode="disable"), "tls_required", "login", "28000", hint=["sslmode", "verify-full"])


@pytest.mark.parametrize("sslmode", ["require", "prefer"])
def test_of_another_ca(program, tmp_path, show, sslmode):
    Authority(tmp_path, "Other CA").issue(["app"], program.directory, "client")
    assert_failed(show("client", sslmode=sslmode), "tls_refused", "tls", hint=["ssl_ca_file", "sslcert"])


def test_expired(program, authority, show):
    authority.issue(["app"], program.directory, "client", EXPIRED)
    assert_failed(show("client"), "tls_refused", "tls", hint="expired", message="expired")


def test_of_somebody_else(program, authority, show):
    authority.issue(["eve"], program.directory, "client")
    assert_failed(show("client"), "auth_failed", "login", "28000", hint="pg_ident.conf", message="app")


def test_encrypted_key(program, authority, show):
    authority.issue(["app"], program.directory, "client", passphrase="open sesame")
    assert_connected(show("client", sslpassword="open sesame"), ssl=True)
    for wrong in ({}, {"sslpassword": "close sesame"}):
        result = show("client", **wrong)
        assert_failed(result, "config_error", "tls", hint="sslpassword", message="client.key")
        assert "sesame" not in str(result)


def test_a_key_that_others_can_read(program, authority, show):
    authority.issue(["app"], program.directory, "client")
    (program.directory / "client.key").chmod(0o644)
    assert_failed(show("client"), "config_error", "tls", hint="chmod 600", message="client.key")


def test_a_key_of_another_certificate(program, authority, show):
    authority.issue(["app"], program.directory, "client")
    authority.issue(["app"], program.directory, "second")
    assert_failed(show("client", key="second.key"), "config_error", "tls", hint="sslkey", message=["second.key", "mismatch"])


def test_a_certificate_that_is_none(program, authority, show):
    authority.issue(["app"], program.directory, "client")
    program.write("client.crt", "nothing of the kind\n")
    assert_failed(show("client"), "config_error", "tls", hint="sslcert", message="client.crt")
