"""A throwaway server with one role that logs in by SCRAM."""

import os
import pathlib
import shutil
import subprocess
import tempfile

import usage

TOP = pathlib.Path(__file__).resolve().parents[1]
ROLE, PASSWORD = "bench_login", "bench"


class Server:
    def __enter__(self):
        # Not under $TMPDIR: the server runs as another user, and a socket's path must be short.
        self.directory = tempfile.mkdtemp(prefix="conncheck-bench-", dir="/tmp")
        command = [TOP / "scripts/private-server", "start", self.directory, "max_connections=200", "log_line_prefix="]
        try:
            output = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
        except BaseException:
            shutil.rmtree(self.directory, ignore_errors=True)
            raise
        self.environment = dict(line.split("=", 1) for line in output.splitlines())
        self.port = self.environment["PGPORT"]
        self.log = pathlib.Path(self.environment["PRIVATE_DATA"]) / "server.log"
        self.bin = pathlib.Path(self.environment["PRIVATE_BIN"])
        # Without the extension, planning the catalog query would take longer than all else.
        self.sql(f"CREATE EXTENSION conncheck; CREATE ROLE {ROLE} LOGIN PASSWORD '{PASSWORD}'")
        return self

    def __exit__(self, *_):
        subprocess.run([TOP / "scripts/private-server", "stop", self.directory], check=False)

    def connect(self):
        import psycopg

        return psycopg.connect(
            host=self.environment["PGHOST"], port=self.port, user="postgres", dbname="postgres", autocommit=True
        )

    def sql(self, statements):
        with self.connect() as connection:
            connection.execute(statements)

    def cpu_seconds(self):
        """Of all processes of the server, those that have ended included."""
        postmaster = int((self.log.parent / "postmaster.pid").read_text().split()[0])
        ticks = 0
        for process in usage.tree(postmaster):
            try:
                fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            ticks += sum(int(field) for field in fields[11:15])  # its own, and those of children that it has reaped
        return ticks / os.sysconf("SC_CLK_TCK")

    def url(self, number):
        """By one of two names for this machine: no server gets more than eight connections at a time from a run, and
        the peers get sixteen."""
        host = ("127.0.0.1", "localhost")[number % 2]
        return f"postgresql://{ROLE}:{PASSWORD}@{host}:{self.port}/postgres"

    def wrong_password(self, number):
        url = self.url(0).replace(f":{PASSWORD}@", ":wrong@")
        return {"name": f"wrong-{number}", "url": url}

    def logged_statements(self, run):
        """The statements that the role sends while run() goes on."""
        self.sql(f"ALTER ROLE {ROLE} SET log_statement = 'all'")
        begin = self.log.stat().st_size
        run()
        self.sql(f"ALTER ROLE {ROLE} RESET log_statement")
        return self.log.read_bytes()[begin:].decode(errors="replace")
