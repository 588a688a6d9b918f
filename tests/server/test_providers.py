"""Neon and Supabase: their URLs as the dashboards show them, what their proxies say, and what is peculiar to them.

The hosts' names are real ones, which lead to servers of this machine in a network of the test's own.
"""

import ssl

import pytest

import hostile
import network
from certificates import Authority, turn_on_tls
from cluster import Cluster
from hostile import HostileServer
from network import Network
from pooler import Pooler
from program import Program

pytestmark = pytest.mark.any_version

ENDPOINT = "ep-cool-darkness-123456"
NEON = f"{ENDPOINT}.us-east-2.aws.neon.tech"
NEON_POOLED = f"{ENDPOINT}-pooler.us-east-2.aws.neon.tech"
NEON_PROXY = "ep-without-server-654321.us-east-2.aws.neon.tech"
PROJECT = "abcdefghijklmnopqrst"
SUPABASE = f"db.{PROJECT}.supabase.co"
SUPABASE_POOLER = "aws-0-eu-central-1.pooler.supabase.com"
SERVER, POOLER, PROXY = "192.0.2.10", "192.0.2.11", "192.0.2.12"
HOSTS = f"""
{SERVER} {NEON} {NEON_POOLED}
{POOLER} {SUPABASE_POOLER}
{PROXY} {NEON_PROXY}
{network.IPV6} {SUPABASE}
{network.OWN} db.banned.supabase.co
{network.FILTERED} ep-sleeping-123456.eu-west-2.aws.neon.tech
"""


@pytest.fixture(scope="module")
def net():
    made = Network(HOSTS)
    yield made
    made.close()


@pytest.fixture
def program(net, tmp_path):
    return Program(tmp_path, net.inside)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def encrypted(net, authority):
    """A server with TLS, at Neon's names, and PgBouncer before it at Supabase's; yields {user: password}."""
    cluster = Cluster.start()
    try:
        turn_on_tls(cluster, authority, [NEON, NEON_POOLED])
        roles = [cluster.create_role("neondb_owner"), cluster.create_role(f"postgres.{PROJECT}")]
        with cluster.connect() as connection:
            connection.execute("CREATE DATABASE neondb")
        with cluster.connect("neondb") as connection:
            connection.execute("CREATE TABLE orders (id int); GRANT SELECT ON orders TO PUBLIC")
        pooler = Pooler(
            cluster,
            *roles,
            databases=f"postgres = host=127.0.0.1 port={cluster.port} dbname=neondb",
            files=[cluster.data / "server.key", cluster.data / "server.crt"],
            client_tls_sslmode="allow",
            client_tls_key_file="{directory}/server.key",
            client_tls_cert_file="{directory}/server.crt",
        )
        try:
            with (
                net.forwarder(SERVER, 5432, cluster.port),
                net.forwarder(POOLER, 5432, pooler.port),
                net.forwarder(POOLER, 6543, pooler.port, is_known=True),
            ):
                yield {role.name: role.password for role in roles}
        finally:
            pooler.stop()
    finally:
        cluster.stop()


def check_all(program, connections):
    config = {"version": 1, "connections": [{"name": name, "timeout": "4s", **more} for name, more in connections.items()]}
    run = program.run(["check", "--format", "json"], config=config)
    return {check["connection"]: check for check in run.report["checks"]}


def test_urls_of_the_dashboards_work(program, encrypted, authority):
    neon = f"postgresql://neondb_owner:{encrypted['neondb_owner']}@"
    user = f"postgres.{PROJECT}"
    supabase = f"postgresql://{user}:{encrypted[user]}@{SUPABASE_POOLER}"
    as_shown = "?sslmode=require&channel_binding=require"
    verified = f"?sslmode=verify-full&sslrootcert={authority.certificate}"
    checks = check_all(
        program,
        {
            "neon-direct": {"url": f"{neon}{NEON}/neondb{as_shown}"},
            "neon-pooled": {"url": f"{neon}{NEON_POOLED}/neondb{as_shown}"},
            "neon-verified": {"url": f"{neon}{NEON}/neondb{verified}&channel_binding=require"},
            "neon-by-provider": {"url": f"{neon}{NEON}/neondb", "provider": "neon"},
            "supabase-session": {"url": f"{supabase}:5432/postgres"},
            "supabase-transaction": {"url": f"{supabase}:6543/postgres"},
            "supabase-by-provider": {"url": f"{supabase}:6543/postgres", "provider": "supabase"},
        },
    )
    for name, check in checks.items():
        assert check["status"] == "ok", (name, check["error"])
        assert check["session"]["ssl"], name
        assert check["summary"]["readable"] == 1


def test_a_provider_never_goes_without_tls(program, net, cluster, make_role, authority):
    """libpq's default would; a server without TLS is in the place of the provider's."""
    authority_file = str(authority.certificate)
    role = make_role("unencrypted")
    place = {"host": "192.0.2.20", "user": role.name, "password": role.password, "database": "postgres"}
    with net.forwarder("192.0.2.20", 5432, cluster.port):
        checks = check_all(
            program,
            {
                "postgres": place,
                "neon": {**place, "provider": "neon"},
                "supabase": {**place, "provider": "supabase"},
                "as-asked": {**place, "provider": "neon", "sslmode": "verify-full", "sslrootcert": authority_file},
            },
        )
    assert checks["postgres"]["connected"]
    for name in ("neon", "supabase", "as-asked"):
        assert not checks[name]["connected"]
        assert (checks[name]["error"]["code"], checks[name]["error"]["phase"]) == ("tls_refused", "tls")
        assert "TLS" in checks[name]["error"]["hint"]


def test_a_host_with_an_ipv6_address_only(program):
    url = f"postgresql://postgres:x@{SUPABASE}:5432/postgres"
    error = check_all(program, {"direct": {"url": url}})["direct"]["error"]
    assert (error["code"], error["phase"]) == ("unreachable", "connect")
    for said in ("IPv6", "pooler", f"postgres.{PROJECT}", "IPv4 add-on"):
        assert said in error["hint"]


def test_what_is_peculiar_to_a_provider(program, encrypted):
    verify = "?sslmode=verify-full"
    checks = check_all(
        program,
        {
            "neon-ca": {"url": f"postgresql://neondb_owner:x@{NEON}/neondb{verify}"},
            "supabase-ca": {"url": f"postgresql://postgres.{PROJECT}:x@{SUPABASE_POOLER}/postgres{verify}"},
            "banned": {"url": "postgresql://postgres:x@db.banned.supabase.co/postgres"},
            "sleeping": {"url": "postgresql://app:x@ep-sleeping-123456.eu-west-2.aws.neon.tech/neondb", "timeout": "1s"},
        },
    )
    expected = {
        "neon-ca": ("tls_verify_failed", "tls", "public CA"),
        "supabase-ca": ("tls_verify_failed", "tls", "SSL configuration"),
        "banned": ("refused", "connect", "Network bans"),
        "sleeping": ("timeout", "connect", "wake up"),
    }
    for name, (code, phase, said) in expected.items():
        error = checks[name]["error"]
        assert (error["code"], error["phase"]) == (code, phase), (name, error)
        assert said in error["hint"], (name, error)
        assert checks[name]["duration_ms"]["total"] < 4000
    assert checks["sleeping"]["duration_ms"]["connect"] >= 900


# As written in the sources of Neon's proxy and of Supabase's pooler (Supavisor): SQLSTATE, text; code, hint.
REFUSALS = [
    (b"XX000", "Tenant or user not found", "unknown_role", "ROLE.PROJECTREF"),
    (b"XX000", "(ENOTFOUND) tenant/user postgres.abc not found", "unknown_role", "ROLE.PROJECTREF"),
    (b"XX000", "(ENOIDENTIFIER) no tenant identifier provided (external_id or sni_hostname required)", "unknown_role",
     "ROLE.PROJECTREF"),
    (b"XX000", 'Authentication error, reason: "Invalid format for user or db_name"', "unknown_role", "dashboard"),
    (b"XX000", "(ECIRCUITBREAKER) too many authentication failures, new connections are temporarily blocked",
     "auth_failed", "wait"),
    (b"28P01", 'password authentication failed for user "postgres"', "auth_failed", "password of app"),
    (b"XX000", "SSL connection is required", "tls_required", "sslmode"),
    (b"XX000", "Address not in tenant allow_list: {1, 2, 3, 4}", "hba_rejected", "allow list"),
    (b"XX000", "MaxClientsInSessionMode: max clients reached - in Session mode max clients are limited to pool_size",
     "too_many_connections", "6543"),
    (b"XX000", "(EMAXCONNSESSION) max clients reached in session mode - max clients are limited to pool_size: 15",
     "too_many_connections", "6543"),
    (b"XX000", "Max client connections reached", "too_many_connections", "pooler"),
    (b"XX000", "Unable to check out process from the pool due to timeout", "too_many_connections", "pooler"),
    (b"08006", "connection failure during authentication", "connection_lost", "log"),
    (b"XX000", "Endpoint ID is not specified. Either please upgrade the postgres client library (libpq) for SNI support"
     " or pass the endpoint ID (first part of the domain name) as a parameter: '?options=endpoint%3D<endpoint-id>'."
     " See more at https://neon.tech/sni", "unknown_database", "endpoint%3D"),
    (b"XX000", "Inconsistent project name inferred from SNI ('a') and project option ('b').", "unknown_database",
     "options"),
    (b"XX000", "connection is insecure (try using `sslmode=require`)", "tls_required", "sslmode"),
    (b"XX000", "password authentication failed for user 'app'", "auth_failed", "password of app"),
    (b"XX000", "This IP address 192.0.2.1 is not allowed to connect to this endpoint. Please add it to the allowed list"
     " in the Neon console. Make sure to check for IPv4 or IPv6 addresses.", "hba_rejected", "allow list"),
    (b"XX000", "The endpoint has been disabled. Enable it using Neon API and retry.", "connect_denied", "console"),
    (b"XX000", "The requested endpoint could not be found, or you don't have access to it. Please check the provided ID"
     " and try again.", "unknown_database", "console"),
    (b"XX000", "Too many connections to this endpoint. Please try again later.", "too_many_connections", "pooler"),
    (b"XX000", "Couldn't connect to compute node", "starting_up", "waking up"),
    (b"08P01", "unsupported startup parameter in options: search_path", "protocol_error", "`options`"),
    (b"08P01", "unsupported startup parameter: statement_timeout", "protocol_error", "leave it out"),
]  # fmt: skip


def test_refusals_of_their_proxies(program):
    def refusing(state, text):
        def script(peer):
            peer.startup()
            peer.send(hostile.error(text.encode(), state, b"FATAL"))

        return script

    # Not in the network of its own: loopback is each network's own.
    outside = Program(program.directory)
    servers = [HostileServer(refusing(state, text)) for state, text, _, _ in REFUSALS]
    checks = check_all(
        outside,
        {f"case-{i}": {"url": f"postgresql://app:sesame@127.0.0.1:{server.port}/db"} for i, server in enumerate(servers)},
    )
    for server in servers:
        with server:
            pass
    for i, (_, text, code, said) in enumerate(REFUSALS):
        error = checks[f"case-{i}"]["error"]
        assert error["code"] == code, (text, error)
        assert said in error["hint"], (text, error)
        assert error["message"] == text
        assert error["phase"] == "login"


def test_neon_is_told_the_endpoint(program, net, authority, tmp_path):
    """By the name in TLS; where there is none, by `options`, which is passed on as it is written."""
    authority.issue([NEON_PROXY], tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.crt", tmp_path / "server.key")
    names, startups = [], []
    context.sni_callback = lambda _, name, __: names.append(name)

    def proxy(peer):
        startup = peer.startup_with_tls(context)
        if startup is None:
            peer.send(hostile.error(b"connection is insecure (try using `sslmode=require`)"))
            return
        startups.append(startup)
        is_told = names[-1] or b"endpoint=" in startup or b"project=" in startup
        text = "password authentication failed for user 'app'" if is_told else REFUSALS[13][1]
        peer.send(hostile.error(text.encode()))

    net.add_address(PROXY)
    with HostileServer(proxy, net.listen(PROXY, 5432)):
        expected = {
            f"{NEON_PROXY}/neondb?sslmode=require": "auth_failed",
            f"{PROXY}/neondb?sslmode=require": "unknown_database",
            f"{NEON_PROXY}/neondb?sslmode=require&sslsni=0": "unknown_database",
            f"{PROXY}/neondb?sslmode=require&options=endpoint%3D{ENDPOINT}": "auth_failed",
            f"{PROXY}/neondb?sslmode=require&options=project%3D{ENDPOINT}": "auth_failed",
            f"{NEON_PROXY}/neondb?sslmode=disable": "tls_required",
        }
        for place, code in expected.items():
            error = check_all(program, {"neon": {"url": f"postgresql://app:x@{place}"}})["neon"]["error"]
            assert error["code"] == code, (place, error)
            if code == "unknown_database":
                assert "SNI" in error["hint"] and "options=endpoint%3D" in error["hint"]
    assert names[0] == NEON_PROXY
    assert f"options\0endpoint={ENDPOINT}\0".encode() in startups[3]


def test_urls_of_other_drivers_are_refused_with_the_cure(program):
    url = f"postgresql://postgres.{PROJECT}:sesame@{SUPABASE_POOLER}:6543/postgres?pgbouncer=true&connection_limit=1"
    run = program.run(["check", "--url", url])
    assert run.exit_code == 3
    assert "`pgbouncer`, `connection_limit`, which are Prisma's" in run.stderr
    assert "sesame" not in run.output


def test_validate_warns_of_what_a_provider_makes_of_it(program):
    connections = [
        {"name": "neon", "url": f"postgresql://app@{NEON}/neondb", "schedule": {"every": "1m"}},
        {"name": "supabase", "url": f"postgresql://postgres@{SUPABASE_POOLER}:6543/postgres"},
    ]
    run = program.run(["validate"], config={"version": 1, "connections": connections})
    assert run.exit_code == 0
    assert "keeps a Neon compute from being suspended" in run.output
    assert "ROLE.PROJECTREF" in run.output
