"""Fixtures: one server for the session, a database and roles for each test, and the program."""

import pytest

from certificates import Authority, turn_on_tls
from cluster import Cluster
from loaded_catalogs import loaded
from program import Program


def pytest_addoption(parser):
    parser.addoption(
        "--first-of-each",
        choices=["file", "test"],
        help="run the first test of each file, or each test with the first of its parameters (but see every_case)",
    )


@pytest.hookimpl(trylast=True)  # of what -m and -k leave
def pytest_collection_modifyitems(config, items):
    each = config.getoption("first_of_each")
    if each is None:
        return
    first = {}
    for item in items:
        if each == "file":
            what = item.path
        elif item.get_closest_marker("every_case"):
            what = item.nodeid
        else:
            what = (item.path, item.originalname)
        first.setdefault(what, item)
    kept = list(first.values())
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "every_case: each of its parameters takes the program another way: --first-of-each=test leaves none out"
    )
    config.addinivalue_line(
        "markers",
        "any_version: what is tested does not depend on the server's version (its peers are scripted, or Postgres is"
        " a bystander): the matrix leaves it out",
    )


@pytest.fixture(scope="session")
def cluster():
    """A server with the extension installed (not created), shared by all tests of the session."""
    server = Cluster.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def field_server(tmp_path_factory):
    """A server with TLS, on IPv6 too, with few connections and the login role `role`; each module says whom it lets
    in: reconfigure(hba=[…])."""
    server = Cluster.start("listen_addresses=127.0.0.1,::1", "max_connections=12", "log_connections=on")
    server.authority = Authority(tmp_path_factory.mktemp("authority"))
    turn_on_tls(server, server.authority, ["localhost", "127.0.0.1"])
    server.role = server.create_role("app")
    yield server
    server.stop()


@pytest.fixture
def start_cluster():
    """Starts further servers, for tests that stop, fill or reconfigure one: start_cluster("ssl=on")."""
    servers = []

    def start(*settings):
        servers.append(Cluster.start(*settings))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def make_role(cluster):
    """Creates roles that are dropped at the end: make_role("reader", "IN ROLE readers", login=False)."""
    roles = []

    def make(name, options="", login=True):
        roles.append(cluster.create_role(name, options, login))
        return roles[-1]

    yield make
    for role in reversed(roles):
        cluster.drop_role(role)


# Asks for make_role so that databases go before the roles that own something in them.
@pytest.fixture
def make_database(cluster, make_role):
    """Creates databases that are dropped at the end: make_database(owner="shop_owner")."""
    databases = []

    def make(owner=None):
        databases.append(cluster.create_database(owner))
        return databases[-1]

    yield make
    for database in databases:
        cluster.drop_database(database)


@pytest.fixture
def database(make_database):
    """A new, empty database."""
    return make_database()


@pytest.fixture
def healthy(database, make_role):
    """A connection with nothing wrong, to be checked beside others."""
    role = make_role("healthy_reader")
    database.sql("CREATE TABLE orders (id int); GRANT SELECT ON orders TO healthy_reader")
    return {"name": "healthy", "url": database.url(role)}


@pytest.fixture(scope="module")
def catalog(cluster, request):
    """One of tests/server/catalogs, by indirect parametrization: (database, names of its roles)."""
    with loaded(cluster, request.param) as contents:
        yield contents


@pytest.fixture(scope="module")
def every_rule(cluster):
    """The catalog in which every rule decides somewhere: (database, names of its roles)."""
    with loaded(cluster, "every_rule") as contents:
        yield contents


@pytest.fixture
def program(tmp_path):
    """The program under test, and a directory for its configuration."""
    return Program(tmp_path)


@pytest.fixture
def run_conncheck(program):
    """run_conncheck(arguments, config=None, env=None) -> Run(exit_code, stdout, stderr, report)"""
    return program.run
