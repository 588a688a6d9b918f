"""Time and memory of a query, as a client sees them."""

import pathlib
import statistics
import threading
import time

# Runs of the slowest take their time: fewer of them, but never fewer than these.
FEWEST, MOST, SECONDS = 2, 9, 8


class Failed(Exception):
    """The server refused a query."""


def fetch(connection, query):
    """Runs the query and takes in all of its rows, as libpq does for every client; what a language's driver makes of
    them is not measured. Returns (seconds, rows)."""
    started = time.perf_counter()
    result = connection.pgconn.exec_(query.encode())
    duration = time.perf_counter() - started
    if result.error_message:
        raise Failed(result.error_message.decode(errors="replace"))
    rows = result.ntuples
    result.clear()
    return duration, rows


def median(run, fewest=FEWEST, most=MOST, seconds=SECONDS):
    """Repeats run(), which returns seconds, and returns the median in milliseconds."""
    durations = []
    while len(durations) < fewest or (len(durations) < most and sum(durations) < seconds):
        durations.append(run())
    return statistics.median(durations) * 1000


def cold(connect, role, query):
    """In a new session, with empty caches."""
    with connect(role) as connection:
        return fetch(connection, query)[0]


def measure(connect, role, query):
    """Returns (median cold, median warm, rows)."""
    with connect(role) as connection:
        rows = fetch(connection, query)[1]
        warm = median(lambda: fetch(connection, query)[0])
    return median(lambda: cold(connect, role, query)), warm, rows


def anonymous_memory(pid):
    """What the process has for itself, in kB; shared buffers are not in it."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1])
    raise Failed(f"process {pid}: no RssAnon")


def peak_memory(connect, role, query):
    """The most that a new backend has for itself while it answers, above what it had when idle; in MB."""
    with connect(role) as connection:
        pid = connection.info.backend_pid
        idle = anonymous_memory(pid)
        seen, answered = [idle], threading.Event()

        def watch():
            while not answered.wait(0.001):
                seen.append(anonymous_memory(pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            fetch(connection, query)
        finally:
            answered.set()
            watcher.join()
        seen.append(anonymous_memory(pid))
    return (max(seen) - idle) / 1024
