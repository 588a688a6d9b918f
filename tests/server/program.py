"""Runs the program under test and keeps everything that it said."""

import dataclasses
import json
import os
import pathlib
import subprocess

from cluster import TOP, environment_without_libpq

# A check has a deadline of its own; a run that takes this long hangs.
HANGS_AFTER_SECONDS = 120


@dataclasses.dataclass(frozen=True)
class Run:
    """One finished run."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def output(self):
        return self.stdout + self.stderr

    @property
    def report(self):
        """Standard output as JSON (`--format json`)."""
        return json.loads(self.stdout)

    def check(self, connection):
        """The JSON report's check of one connection."""
        return next(check for check in self.report["checks"] if check["connection"] == connection)


def binary():
    """$CONNCHECK, or what `make agent` built."""
    path = pathlib.Path(os.environ.get("CONNCHECK") or TOP / "build/conncheck").absolute()
    if not path.exists():
        raise RuntimeError(f"{path} is not there: run `make agent`, or set CONNCHECK")
    return path


class Program:
    """conncheck, with a directory for the configurations of one test."""

    def __init__(self, directory, inside=()):
        """`inside`: words to put before the command, that run it elsewhere (Network.inside)."""
        self.directory = pathlib.Path(directory)
        self.inside = list(inside)

    def write(self, name, content):
        """Writes a file for a run: text, bytes, or anything that JSON (and so YAML) can hold."""
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content, indent=2))
        return path

    def environment(self, variables=None):
        environment = environment_without_libpq()
        environment.pop("CONNCHECK_CONFIG", None)
        environment["HOME"] = str(self.directory)
        return environment | (variables or {})

    def run(self, arguments, config=None, env=None, input=None):
        """Runs `conncheck ARGUMENTS…`. `config` becomes conncheck.yml and is passed with -c: a dict, text,
        bytes, or the path of a file or directory that is there already. `env` adds variables."""
        process = self.start(arguments, config, env, stdin=subprocess.PIPE)
        try:
            stdout, stderr = process.communicate(input, timeout=HANGS_AFTER_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
        return Run(process.returncode, stdout.decode(errors="replace"), stderr.decode(errors="replace"))

    def start(self, arguments, config=None, env=None, **options):
        """Starts a run without waiting for its end: a subprocess.Popen with pipes of bytes."""
        command = [*self.inside, binary(), *map(str, arguments)]
        if config is not None:
            path = config if isinstance(config, pathlib.Path) else self.write("conncheck.yml", config)
            command += ["-c", path]
        return subprocess.Popen(
            command,
            env=self.environment(env),
            cwd=self.directory,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **options,
        )
