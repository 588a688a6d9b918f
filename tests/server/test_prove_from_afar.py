"""--prove through what stands between program and server: distance, and PgBouncer in transaction mode."""

import psycopg
import pytest

from pooler import Pooler
from prove import asked, prove
from slow_proxy import SlowProxy

pytestmark = pytest.mark.any_version

ALL_ASKED = "Proof: the server was asked about 4000 statements on 1000 relations"


@pytest.fixture(scope="module")
def thousand_tables(cluster):
    """A thousand tables, half of them writable by `app`; yields (database, app)."""
    app = cluster.create_role("app")
    database = cluster.create_database()
    database.sql(
        """
        DO $$ BEGIN
          FOR i IN 1..1000 LOOP
            EXECUTE format('CREATE TABLE t%s (id int, a text, b int)', i);
            EXECUTE format('GRANT SELECT%s ON t%s TO app', CASE i % 2 WHEN 0 THEN ', INSERT, UPDATE, DELETE' END, i);
            IF i % 500 = 0 THEN COMMIT; END IF;
          END LOOP;
        END $$
        """
    )
    yield database, app
    cluster.drop_database(database)
    cluster.drop_role(app)


@pytest.fixture
def pooler(thousand_tables):
    database, app = thousand_tables
    pooler = Pooler(database.cluster, app)
    yield pooler
    pooler.stop()


def url_through(port, database, role):
    return database.url(role).replace(f":{database.cluster.port}/", f":{port}/")


def test_a_thousand_tables_15_ms_away(program, thousand_tables):
    """A round trip for each statement would take two minutes; the check has ten seconds."""
    database, app = thousand_tables
    with SlowProxy(database.cluster.port, 0.015) as proxy:
        exit_code, check = prove(program, url_through(proxy.port, database, app))
    assert asked(check) == ALL_ASKED
    assert (exit_code, check["findings"]) == (0, [])


def test_a_thousand_tables_through_pgbouncer(program, thousand_tables, pooler):
    """And the one server connection is given back as it was."""
    database, app = thousand_tables
    url = url_through(pooler.port, database, app)
    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
        state = "SELECT pg_backend_pid(), current_setting('lock_timeout'), current_setting('search_path'),"
        state += " current_setting('transaction_read_only'), (SELECT count(*) FROM pg_prepared_statements)"
        before = connection.execute(state).fetchall()
        exit_code, check = prove(program, url)
        assert connection.execute(state).fetchall() == before
    assert asked(check) == ALL_ASKED
    assert (exit_code, check["findings"]) == (0, [])


def test_a_thousand_tables_through_pgbouncer_15_ms_away(program, thousand_tables, pooler):
    database, app = thousand_tables
    with SlowProxy(pooler.port, 0.015) as proxy:
        exit_code, check = prove(program, url_through(proxy.port, database, app))
    assert asked(check) == ALL_ASKED
    assert (exit_code, check["findings"]) == (0, [])
