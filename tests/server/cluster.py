"""A throwaway Postgres with the extension installed, its databases and its login roles."""

import itertools
import os
import pathlib
import secrets
import shutil
import subprocess
import tempfile
import time
from urllib.parse import quote

import psycopg
from psycopg import sql

TOP = pathlib.Path(__file__).resolve().parents[2]
_numbers = itertools.count(1)


class Role:
    """A role of the cluster; `password` is None where it cannot log in."""

    def __init__(self, name, password):
        self.name = name
        self.password = password


class Database:
    """A database of its own for one test."""

    def __init__(self, cluster, name):
        self.cluster = cluster
        self.name = name

    def connect(self, role=None):
        """A new autocommit connection, as the superuser or as `role` with its password."""
        return self.cluster.connect(self.name, role)

    def sql(self, statements, parameters=None, role=None):
        """Runs statements and returns the rows of the last one, if it has any. Several statements take no
        parameters. `role`: the Role to log in as, default the superuser."""
        with self.connect(role) as connection:
            cursor = connection.execute(statements, parameters)
            while cursor.nextset():
                pass
            return cursor.fetchall() if cursor.description else []

    def create_extension(self, schema="public"):
        self.sql(f'CREATE EXTENSION conncheck SCHEMA "{schema}"')

    def url(self, role, **parameters):
        """The URL of this database for `role`, password and all."""
        return self.cluster.url(self.name, role, **parameters)


class Cluster:
    """A running server. Made by `Cluster.start()`, gone after `stop()`."""

    def __init__(self, directory, environment):
        self.directory = directory
        self.socket_directory = environment["PGHOST"]
        self.host = "127.0.0.1"
        self.port = int(environment["PGPORT"])
        self.bin = pathlib.Path(environment["PRIVATE_BIN"])
        self.data = pathlib.Path(environment["PRIVATE_DATA"])
        self.log = self.data / "server.log"
        self.root = os.environ.get("CONNCHECK_SERVER_ROOT", "/")  # scripts/beside-server

    @classmethod
    def start(cls, *settings):
        """Starts a server; `settings` are NAME=VALUE for postgresql.conf."""
        # Not pytest's tmp_path: the server runs as another user, and a socket's path must be short.
        directory = tempfile.mkdtemp(prefix="conncheck-server-", dir="/tmp")
        try:
            run = subprocess.run(
                # Vacuuming a catalog makes the next login read all critical ones, and wait where a test has locked one.
                [TOP / "scripts/private-server", "start", directory, "autovacuum=off", *settings],
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
        except BaseException:
            shutil.rmtree(directory, ignore_errors=True)
            raise
        return cls(directory, dict(line.split("=", 1) for line in run.stdout.splitlines()))

    def stop(self):
        subprocess.run([TOP / "scripts/private-server", "stop", self.directory], check=True)

    def as_owner(self, name, *arguments, check=True, **environment):
        """Runs one of the server's own programs (pg_ctl, …) as the user whom the server runs as."""
        user = []
        if os.geteuid() == 0:
            owner = self.data.stat()
            user = ["setpriv", f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups"]
        return subprocess.run(
            [TOP / "scripts/beside-server", *user, self.bin / name, *arguments],
            env=environment_without_libpq() | {"LC_ALL": "C.UTF-8"} | environment,
            cwd="/tmp",
            stdout=subprocess.DEVNULL,
            check=check,
        )

    def restart(self, **environment):
        """Has the server run with these variables."""
        self.as_owner("pg_ctl", "restart", f"--pgdata={self.data}", f"--log={self.log}", "--mode=fast", "--wait",
                      "--silent", f"--options=-p {self.port}", **environment)  # fmt: skip

    def reconfigure(self, hba=None, **settings):
        """Has the running server take other settings (None: the default again); `hba`: the lines of pg_hba.conf for
        all but the superuser. Sessions that begin afterwards have them."""
        if hba is not None:
            file = self.data / "pg_hba.conf"
            file.write_text("\n".join([file.read_text().splitlines()[0], *hba, ""]))
        mark = f"{next(_numbers)} %m [%p] "  # a setting that shows that they have been taken
        with self.connect() as connection:
            for name, value in {**settings, "log_line_prefix": mark}.items():
                action = sql.SQL("RESET {}") if value is None else sql.SQL("SET {} = {}")
                words = [sql.Identifier(name)] if value is None else [sql.Identifier(name), sql.Literal(value)]
                connection.execute(sql.SQL("ALTER SYSTEM ") + action.format(*words))
            connection.execute("SELECT pg_reload_conf()")
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with self.connect() as connection:
                if connection.execute("SHOW log_line_prefix").fetchone()[0] == mark:
                    return
            time.sleep(0.01)
        raise RuntimeError("the server did not take the new settings")

    def client(self, name, *arguments, database, role=None, input=None):
        """Runs one of the server's own clients (pg_dump, psql, …) and returns its output, in bytes; `role` as in
        connect()."""
        address = {"PGHOST": self.socket_directory, "PGUSER": "postgres"}
        if role is not None:
            address = {"PGHOST": self.host, "PGUSER": role.name, "PGPASSWORD": role.password}
        run = subprocess.run(
            [TOP / "scripts/beside-server", self.bin / name, *arguments],
            env=environment_without_libpq() | address | {"PGPORT": str(self.port), "PGDATABASE": database.name},
            input=input,
            stdout=subprocess.PIPE,
            check=True,
        )
        return run.stdout

    def connect(self, database="postgres", role=None):
        if role is None:
            return psycopg.connect(
                host=self.socket_directory, port=self.port, dbname=database, user="postgres", autocommit=True
            )
        return psycopg.connect(
            host=self.host,
            port=self.port,
            dbname=database,
            user=role.name,
            password=role.password,
            autocommit=True,
        )

    def create_database(self, owner=None):
        """A new, empty database, owned by the superuser or by the role named."""
        name = f"test_{next(_numbers)}"
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if owner is not None:
            statement += sql.SQL(" OWNER {}").format(sql.Identifier(owner))
        with self.connect() as connection:
            connection.execute(statement)
        return Database(self, name)

    def drop_database(self, database):
        with self.connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database.name)))

    def create_role(self, name, options="", login=True):
        """CREATE ROLE `name`; `options` is SQL: "NOINHERIT IN ROLE readers"."""
        password = secrets.token_hex(12) if login else None
        attributes = f"LOGIN PASSWORD '{password}' " if login else ""
        with self.connect() as connection:
            connection.execute(
                sql.SQL("CREATE ROLE {} ").format(sql.Identifier(name)) + sql.SQL(attributes + options)
            )
        return Role(name, password)

    def drop_role(self, role):
        """Drops a role that owns nothing any more: drop the databases first."""
        with self.connect() as connection:
            connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role.name)))

    def url(self, database, role, **parameters):
        query = "&".join(f"{key}={quote(str(value), safe='')}" for key, value in parameters.items())
        return (
            f"postgresql://{quote(role.name, safe='')}:{quote(role.password, safe='')}"
            f"@{self.host}:{self.port}/{quote(database, safe='')}" + (f"?{query}" if query else "")
        )

    @property
    def version(self):
        """The server's major version."""
        with self.connect() as connection:
            return connection.info.server_version // 10000


# Inherited, these change what libpq does.
def environment_without_libpq():
    return {key: value for key, value in os.environ.items() if not key.startswith("PG")}
