"""Runs of the program against servers that do harm, and what a run may take."""

import os
import time

TIMEOUT = 2
# libpq reads on within one call while the peer is faster: the limit can be passed by what comes meanwhile.
MEMORY_LIMIT_KB = 700 * 1024


def connection_to(server, name="hostile"):
    return {
        "name": name,
        "url": f"postgresql://app:sesame@127.0.0.1:{server.port}/orders",
        "timeout": f"{TIMEOUT}s",
    }


def run_and_measure(program, arguments, config):
    """(exit code, standard output, seconds, peak memory in kB) of a run."""
    began = time.monotonic()
    process = program.start(arguments, config=config)
    output = process.stdout.read()
    process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.communicate()
    return process.returncode, output, time.monotonic() - began, usage.ru_maxrss


def sanitized():
    """An instrumented program needs memory for its instruments, and time: libpq takes in a gigabyte in one call."""
    return "CONNCHECK_SANITIZED" in os.environ
