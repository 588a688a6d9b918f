"""sslmode allow and prefer, and disable where TLS is demanded: which second try is made, and which never."""

import pytest

from cluster import Role
from failures import assert_connected, assert_failed, check_one

pytestmark = pytest.mark.any_version


@pytest.fixture(scope="module")
def server(field_server):
    """Roles by the way in which pg_hba.conf lets them come."""
    ways = ("any", "with_tls", "without_tls", "no")
    field_server.roles = {name: field_server.create_role(f"{name}_way") for name in ways}
    field_server.reconfigure(
        hba=[
            "host all any_way 127.0.0.1/32 scram-sha-256",
            "hostssl all with_tls_way 127.0.0.1/32 scram-sha-256",
            "hostnossl all without_tls_way 127.0.0.1/32 scram-sha-256",
        ]
    )
    return field_server


@pytest.fixture
def logged(server):
    """What the server logs during the test: logged(words) counts."""
    since = len(server.log.read_text())
    return lambda words: server.log.read_text()[since:].count(words)


def url(server, way, password=None, **parameters):
    role = server.roles[way]
    return server.url("postgres", Role(role.name, password or role.password), **parameters)


WRONG = "password authentication failed"
ENTRY = "no pg_hba.conf entry"


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require"])
@pytest.mark.parametrize("way", ["any", "with_tls", "without_tls"])
def test_a_refused_password_is_never_tried_again(program, server, logged, way, mode):
    check_one(program, url(server, way, "wrong", sslmode=mode))
    gets_to_password = (way, mode) not in {("with_tls", "disable"), ("without_tls", "require")}
    assert logged(WRONG) == (1 if gets_to_password else 0)


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require"])
def test_other_refusals_are_not_asked_for_twice(program, server, logged, mode):
    result = check_one(program, server.url("no_such_database", server.roles["any"], sslmode=mode))
    assert_failed(result, "unknown_database", "login", "3D000")
    assert logged("connection received") == 1


@pytest.mark.parametrize(
    "way, mode, ssl",
    [("any", "allow", False), ("any", "prefer", True), ("with_tls", "allow", True), ("with_tls", "prefer", True),
     ("without_tls", "allow", False), ("without_tls", "prefer", False)],
)  # fmt: skip
def test_the_other_way_is_found(program, server, way, mode, ssl):
    assert_connected(check_one(program, url(server, way, sslmode=mode)), ssl=ssl)


def test_tls_required(program, server, logged):
    result = check_one(program, url(server, "with_tls", sslmode="disable"))
    assert_failed(result, "tls_required", "login", "28000", hint=["sslmode", "verify-full", "disable"], message=ENTRY)
    assert (logged("connection received"), logged(ENTRY), logged(WRONG), logged("connection authorized")) == (2, 1, 0, 0)


def test_tls_required_is_found_without_a_password(program, server, logged):
    result = check_one(program, url(server, "with_tls", "wrong", sslmode="disable"))
    assert_failed(result, "tls_required", "login", "28000")
    assert logged(WRONG) == 0


def test_tls_is_refused_to_who_must_come_without(program, server, logged):
    result = check_one(program, url(server, "without_tls", sslmode="require"))
    assert_failed(result, "hba_rejected", "login", "28000", hint="with TLS (type hostssl)")
    assert logged("connection received") == 1


@pytest.mark.parametrize("mode, connections", [("disable", 2), ("allow", 2), ("prefer", 2), ("require", 1)])
def test_no_line_either_way(program, server, logged, mode, connections):
    result = check_one(program, url(server, "no", sslmode=mode))
    assert_failed(result, "hba_rejected", "login", "28000", hint="pg_hba.conf")
    assert logged("connection received") == connections


def test_prefer_goes_on_without_tls_where_the_versions_do_not_meet(program, server):
    server.reconfigure(ssl_min_protocol_version="TLSv1.3")
    old = {"sslmode": "prefer", "ssl_max_protocol_version": "TLSv1.2"}
    try:
        assert_connected(result := check_one(program, url(server, "any", **old)), ssl=False)
        assert "not encrypted: TLS failed" in result[1]["notes"][0]
        # What stands in the way is TLS, not that pg_hba.conf has no line for those who come without.
        result = check_one(program, url(server, "with_tls", **old))
    finally:
        server.reconfigure(ssl_min_protocol_version=None)
    assert_failed(result, "tls_refused", "tls", hint="ssl_min_protocol_version")
