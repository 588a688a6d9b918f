"""A copy of this tree in which the mutations are made, its builds, and its server."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys

import psycopg

TOP = pathlib.Path(__file__).resolve().parents[2]
JOBS = os.environ.get("JOBS") or str(os.cpu_count())
COPIED = ("CMakeLists.txt", "Makefile", "agent", "bench", "expected", "extension", "scripts", "sql", "tests")
NOT_COPIED = (".o", ".so", ".pyc", ".built-for")


class Broken(Exception):
    """The experiment went wrong: what came out says nothing about the tests."""


def run(command, directory, env=None):
    """Runs a command; returns (exit code, output)."""
    process = subprocess.run(
        list(map(str, command)), cwd=directory, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace", check=False,
    )
    return process.returncode, process.stdout


class Tree:
    """Built without optimization and without -Werror: a mutation may leave something unused behind."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.build = self.directory / "build"
        self.server = None

    def copy(self):
        """Only what differs, so that a copy that is kept is built anew only as far as needed."""
        files = {path.relative_to(TOP) for name in COPIED for path in [TOP / name, *(TOP / name).rglob("*")]
                 if path.is_file() and not path.name.endswith(NOT_COPIED)}
        for name in COPIED:
            for path in (self.directory / name).rglob("*"):
                if path.suffix in (".cpp", ".hpp", ".py", ".sql") and path.relative_to(self.directory) not in files:
                    path.unlink()
        for file in files:
            source, target = TOP / file, self.directory / file
            if not target.exists() or target.read_bytes() != source.read_bytes():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, target)

    def why_not_applicable(self, mutation):
        """Empty where it is applicable."""
        found = (self.directory / mutation.file).read_text().count(mutation.old)
        if found == 1:
            return ""
        return f"{mutation.name}: its text stands {found} times in {mutation.file}, not once: {mutation.old}"

    @contextlib.contextmanager
    def mutated(self, mutation):
        path = self.directory / mutation.file
        text = path.read_text()
        path.write_text(text.replace(mutation.old, mutation.new))
        try:
            yield
        finally:
            path.write_text(text)

    def _must(self, *command):
        exit_code, output = run(command, self.directory)
        if exit_code != 0:
            raise Broken(f"{' '.join(map(str, command))} failed:\n{output}")

    def configure(self):
        self._must("cmake", "-S", ".", "-B", self.build, "-DCONNCHECK_TESTS=ON", "-DCMAKE_BUILD_TYPE=Debug",
                   "-DCMAKE_CXX_FLAGS_DEBUG=-O0", "-DCONNCHECK_PRECOMPILED=ON")

    def build_program(self, *targets):
        self._must("cmake", "--build", self.build, "--parallel", JOBS, "--target", *targets)

    def build_extension(self):
        """Sessions that begin from now on load it: renamed into place, the file that others have mapped stays."""
        self._must(os.environ.get("MAKE", "make"), "--silent", "--no-print-directory", f"--jobs={JOBS}", "all")
        _, libraries = run([self.server.bin / "pg_config", "--pkglibdir"], self.directory)
        target = pathlib.Path(libraries.strip()) / "conncheck.so"
        shutil.copy(self.directory / "conncheck.so", target.with_suffix(".new"))
        os.replace(target.with_suffix(".new"), target)

    def start_server(self):
        # The module of the copy: its server is made by the copy's scripts, with the copy's extension.
        sys.path.insert(0, str(self.directory / "tests/server"))
        from cluster import Cluster

        self.server = Cluster.start()
        with self.server.connect() as connection:
            connection.execute("CREATE EXTENSION conncheck")

    def stop_server(self):
        if self.server is not None:
            self.server.stop()
            self.server = None

    def server_environment(self):
        return {
            "PGHOST": self.server.socket_directory,
            "PGPORT": str(self.server.port),
            "PGUSER": "postgres",
            "PRIVATE_BIN": str(self.server.bin),
            "PRIVATE_DATA": str(self.server.data),
            "PRIVATE_DIRECTORY": str(self.server.directory),
        }

    def names_on_server(self):
        """Its roles and databases."""
        with self.server.connect() as connection:
            return connection.execute(
                "SELECT 'role ' || rolname FROM pg_roles UNION SELECT 'database ' || datname FROM pg_database"
                " WHERE datname <> 'contrib_regression' ORDER BY 1"
            ).fetchall()

    def renew_server_unless_it_has(self, names):
        """What a test that failed left behind must not make the next one fail."""
        try:
            clean = self.names_on_server() == names
        except psycopg.Error:  # a mutation crashed it
            clean = False
        if not clean:
            self.stop_server()
            self.start_server()
