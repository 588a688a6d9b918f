"""A server on which random catalogs are made, asked about and dropped again."""

import collections
import dataclasses
import pathlib
import sys
import tempfile

from psycopg import sql

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "server"))

from catalog import PREPARED  # noqa: E402
from cluster import Cluster, Database  # noqa: E402
from comparison import Comparison  # noqa: E402
from exercised import exercised  # noqa: E402
from program import Program  # noqa: E402

# Some of what is generated is meant to be refused: a cycle of memberships, a grant by somebody who may not, a change
# of what something else depends on. Anything else would be a mistake of the generator, and would test nothing.
REFUSALS = {
    "0LP01": "a cycle, or an impossible grantor",
    "42501": "lacks the right to do it",
    "2BP01": "something depends on it",
    "42703": "the column was dropped",
    "42P16": "a column of a partition key, or inherited",
}
# Each statement by itself, as its role; returns those that were refused.
MAKE = """
    CREATE FUNCTION pg_temp.make(statements text[], roles text[], OUT number int, OUT state text, OUT message text)
    RETURNS SETOF record LANGUAGE plpgsql AS $$
    BEGIN
      FOR at IN 1 .. cardinality(statements) LOOP
        BEGIN
          IF roles[at] IS NOT NULL THEN
            PERFORM set_config('role', roles[at], true);
          END IF;
          EXECUTE statements[at];
          PERFORM set_config('role', 'none', true);
        EXCEPTION WHEN OTHERS THEN
          number := at;
          state := SQLSTATE;
          message := SQLERRM;
          RETURN NEXT;
        END;
      END LOOP;
    END $$
"""


@dataclasses.dataclass(frozen=True)
class Refusal:
    """A statement that the server refused."""

    statement: object
    sqlstate: str
    message: str


@dataclasses.dataclass(frozen=True)
class Outcome:
    differences: list
    counts: collections.Counter  # of what was compared
    exercised: collections.Counter
    refused: list  # of Refusal
    undecided: dict  # relation: a try that says nothing of permissions

    def refusals(self):
        """How many for each SQLSTATE."""
        return collections.Counter(refusal.sqlstate for refusal in self.refused)

    def unexpected_refusals(self):
        return [refusal for refusal in self.refused if refusal.sqlstate not in REFUSALS]


class RandomServer:
    """Use it in a `with`: the server is gone afterwards."""

    TEMPLATE = "random_template"
    ASKED_TWICE = 6  # of the roles: the catalog query takes several times as long as all the rest

    def __enter__(self):
        self._cluster = Cluster.start()
        self._made, self._template = [], None
        try:
            self._auditor = self._role("random_auditor", "SUPERUSER")
            self._role("remote", "LOGIN PASSWORD 'remote'", login=False)
            self.version = self._cluster.version
            self._template = Database(self._cluster, self.TEMPLATE)
            self._cluster.connect().execute(f"CREATE DATABASE {self.TEMPLATE}").connection.close()
            for statement in PREPARED:
                self._template.sql(statement)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self._template is not None:
            self._cluster.drop_database(self._template)
        for role in self._made:
            self._cluster.drop_role(role)
        self._cluster.stop()

    def _role(self, *options, **more):
        self._made.append(self._cluster.create_role(*options, **more))
        return self._made[-1]

    def compare(self, name, roles, statements, asked=None):
        """Executes the statements in a database of this name, and asks about all of it as each of the roles, or as
        those that are `asked`."""
        database = Database(self._cluster, name)
        with self._cluster.connect() as connection:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(self.TEMPLATE)))
        try:
            refused = self._make(database, statements)
            with database.connect() as connection:
                occurring = exercised(connection, self.version, roles)
            with tempfile.TemporaryDirectory(prefix="conncheck-differential-") as directory:
                audited = self._among_existing(roles if asked is None else asked)
                comparison = Comparison(Program(directory), database, self._auditor, audited,
                                        audited[: self.ASKED_TWICE])
                differences = comparison.differences() + comparison.further_differences(self.version)
                return Outcome(differences, comparison.counts, occurring, refused, comparison.undecided)
        finally:
            self._cluster.drop_database(database)
            self._drop_roles(roles)

    def _make(self, database, statements):
        with database.connect() as connection:
            connection.execute(MAKE)
            refused = connection.execute(
                "SELECT number, state, message FROM pg_temp.make(%s, %s)",
                [[statement.text for statement in statements], [statement.role for statement in statements]],
            ).fetchall()
            self._let_foreign_servers_be_this_one(connection)
        return [Refusal(statements[number - 1], state, message) for number, state, message in refused]

    def _let_foreign_servers_be_this_one(self, connection):
        """So that whoever has a user mapping gets a connection."""
        servers = connection.execute(
            "SELECT srvname FROM pg_foreign_server v JOIN pg_foreign_data_wrapper w ON w.oid = v.srvfdw"
            " WHERE fdwname = 'postgres_fdw'"
        ).fetchall()
        for (server,) in servers:
            connection.execute(
                sql.SQL("ALTER SERVER {} OPTIONS (SET host {}, SET port {}, ADD dbname 'postgres')").format(
                    sql.Identifier(server), self._cluster.host, str(self._cluster.port)
                )
            )

    def _among_existing(self, roles):
        with self._cluster.connect() as connection:
            existing = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles").fetchall()}
        return [role for role in roles if role in existing]

    def _drop_roles(self, roles):
        """In one statement, because they may have granted each other to each other."""
        if existing := self._among_existing(roles):
            names = sql.SQL(", ").join(map(sql.Identifier, existing))
            with self._cluster.connect() as connection:
                connection.execute(sql.SQL("DROP ROLE {}").format(names))
