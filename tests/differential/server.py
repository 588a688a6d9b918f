"""A server on which random catalogs are made, asked about and dropped again."""

import collections
import dataclasses
import pathlib
import sys
import tempfile

import psycopg
from psycopg import sql

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "server"))

from cluster import Cluster, Database  # noqa: E402
from comparison import Comparison  # noqa: E402
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


@dataclasses.dataclass(frozen=True)
class Outcome:
    differences: list
    compared: int  # relations, each as one role
    refused: list  # (statement, error)
    not_judged: dict  # relation: error of a try that says nothing of permissions

    def refusals(self):
        """How many for each SQLSTATE."""
        return collections.Counter(error.sqlstate for _, error in self.refused)

    def unexpected_refusals(self):
        return [(statement, error) for statement, error in self.refused if error.sqlstate not in REFUSALS]


class RandomServer:
    """Use it in a `with`: the server is gone afterwards."""

    def __enter__(self):
        self._cluster = Cluster.start()
        try:
            self._auditor = self._cluster.create_role("random_auditor", "SUPERUSER")
            self._remote = self._cluster.create_role("remote", "LOGIN PASSWORD 'remote'", login=False)
            self.version = self._cluster.version
        except BaseException:
            self._cluster.stop()
            raise
        return self

    def __exit__(self, *_):
        for role in (self._auditor, self._remote):
            self._cluster.drop_role(role)
        self._cluster.stop()

    def compare(self, name, roles, statements, asked=None):
        """Executes the statements in a database of this name, and asks about all of it as each of the roles, or as
        those that are `asked`."""
        database = Database(self._cluster, name)
        with self._cluster.connect() as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            refused = self._make(database, statements)
            database.create_extension()
            self._let_foreign_servers_be_this_one(database)
            with tempfile.TemporaryDirectory(prefix="conncheck-differential-") as directory:
                audited = self._among_existing(roles if asked is None else asked)
                comparison = Comparison(Program(directory), database, self._auditor, audited)
                differences = list(comparison.differences())
                return Outcome(differences, comparison.compared, refused, comparison.refused)
        finally:
            self._cluster.drop_database(database)
            self._drop_roles(roles)

    @staticmethod
    def _make(database, statements):
        refused = []
        with database.connect() as connection:
            for statement in statements:
                try:
                    if statement.role is not None:
                        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(statement.role)))
                    connection.execute(statement.text)
                except psycopg.Error as error:
                    refused.append((statement, error))
                if statement.role is not None:
                    connection.execute("RESET ROLE")
        return refused

    def _let_foreign_servers_be_this_one(self, database):
        """So that whoever has a user mapping gets a connection."""
        with database.connect() as connection:
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
