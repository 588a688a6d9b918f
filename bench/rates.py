"""Connections a second: log in, ask, log out, 16 at a time."""

import os
import pathlib
import re
import resource
import statistics
import subprocess
import tempfile
import time

import server as throwaway
import usage

AT_A_TIME, CONNECTIONS, REPETITIONS = 16, 400, 3
TABLES = (1, 1000)
GO_SOURCES = pathlib.Path("/usr/share/gocode")


def environment(server):
    return os.environ | {
        "PGHOST": "127.0.0.1", "PGPORT": server.port, "PGUSER": throwaway.ROLE, "PGPASSWORD": throwaway.PASSWORD,
        "PGDATABASE": "postgres",
    }


def own_statements(bench):
    """What the program asks, with its parameters filled in: one script for all."""
    url = bench.server.url(0)
    run = lambda: subprocess.run([bench.program, "check", "--url", url], stdout=subprocess.DEVNULL, check=False)
    statements = []
    messages = re.split(r"^(?=[A-Z]+:  )", bench.server.logged_statements(run), flags=re.M)
    for text, detail in zip(messages, [*messages[1:], ""]):
        if not text.startswith("LOG:  execute <unnamed>: "):
            continue
        statement = text.removeprefix("LOG:  execute <unnamed>: ")
        values = dict(re.findall(r"\$(\d+) = ('(?:[^']|'')*'|NULL)", detail)) if detail.startswith("DETAIL:") else {}
        for number in sorted(values, key=int, reverse=True):
            statement = statement.replace(f"${number}", values[number])
        statements.append(statement.replace("\n\t", "\n").strip())
    if not any("conncheck_permissions" in statement for statement in statements):
        raise RuntimeError("the program's statements are not in the server's log")
    return statements


def seconds(command, **options):
    started = time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, **options)
    return time.monotonic() - started


def cpu_times(bench, before=(0, 0)):
    """Seconds of CPU time since `before`, of clients that have ended and of the server. What else the machine does
    changes them less than it changes rates."""
    client = resource.getrusage(resource.RUSAGE_CHILDREN)
    return client.ru_utime + client.ru_stime - before[0], bench.server.cpu_seconds() - before[1]


def pgbench(bench, script, directory, threads):
    """A thread waits for each login, so there are as many at a time as threads."""
    path = directory / "script.sql"
    path.write_text(script)
    command = [bench.server.bin / "pgbench", "-n", "-C", "-c", str(AT_A_TIME), "-j", str(threads), "-f", path]
    return seconds([*command, "-t", str(CONNECTIONS // AT_A_TIME)], env=environment(bench.server))


def psql(bench, script, directory):
    path = directory / "script.sql"
    path.write_text(script)
    line = f"seq {CONNECTIONS} | xargs -P{AT_A_TIME} -I@ {bench.server.bin}/psql -XqAt -o /dev/null -f {path}"
    return seconds(["sh", "-c", line], env=environment(bench.server))


def build_pgx(directory):
    """The peer in Go, or None where Debian's packages are not installed."""
    if not (GO_SOURCES / "src/github.com/jackc/pgx").is_dir():
        return None
    program = directory / "pgx"
    source = pathlib.Path(__file__).with_name("pgx.go")
    go = os.environ | {"GO111MODULE": "off", "GOPATH": str(GO_SOURCES), "GOCACHE": str(directory / "go-cache")}
    run = subprocess.run(["go", "build", "-o", program, source], env=go, check=False)
    return program if run.returncode == 0 else None


def pgx(bench, program, script, directory):
    path = directory / "script.sql"
    path.write_text(script)
    return seconds([program, str(CONNECTIONS), str(AT_A_TIME), path], env=environment(bench.server))


def conncheck(bench):
    """The agent, from its start to the last result: like the peers it keeps and prints no rows. Returns (seconds, MB)."""
    connections = [connection | {"schedule": {"every": "1d"}, "timeout": "60s"} for connection in bench.healthy(CONNECTIONS)]
    command = bench.command("agent", connections)
    started = time.monotonic()
    agent = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        lines = [agent.stdout.readline() for _ in range(CONNECTIONS)]
        taken, memory = time.monotonic() - started, usage.memory(agent.pid)["pss"]
    finally:
        agent.terminate()
        agent.communicate(timeout=60)
    if failed := [line for line in lines if " ok " not in line]:
        raise RuntimeError(f"{len(failed)} checks are not ok: {failed[0]}")
    return taken, memory


def create_tables(bench, count):
    """So many in all, as long as nothing takes any away."""
    bench.server.sql("".join(f"CREATE TABLE IF NOT EXISTS t{i} (id int, name text);" for i in range(count))
                     + f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {throwaway.ROLE}")


def compare(bench):
    with tempfile.TemporaryDirectory(prefix="conncheck-rates-") as name:
        directory = pathlib.Path(name)
        program = build_pgx(directory)
        for wanted in TABLES:
            create_tables(bench, wanted)
            compare_with(bench, directory, program, wanted)


def compare_with(bench, directory, program, tables):
    statements = own_statements(bench)
    script = "".join(statement + ";\n" for statement in statements)
    peers = {
        "pgbench -C -j 2": lambda text: pgbench(bench, text, directory, 2),
        f"pgbench -C -j {AT_A_TIME}": lambda text: pgbench(bench, text, directory, AT_A_TIME),
        "xargs -P16 psql": lambda text: psql(bench, text, directory),
    }
    if program:
        peers["Go's pgx"] = lambda text: pgx(bench, program, text, directory)
    runs = {"conncheck": []} | {name: [] for name in peers}
    memory, cpu = [], {name: [] for name in runs}
    for _ in range(REPETITIONS):
        before = cpu_times(bench)
        taken, megabytes = conncheck(bench)
        cpu["conncheck"].append(cpu_times(bench, before))
        runs["conncheck"].append(taken)
        memory.append(megabytes)
        for name, run in peers.items():
            before = cpu_times(bench)
            runs[name].append(run(script))
            cpu[name].append(cpu_times(bench, before))
    own = CONNECTIONS / statistics.median(runs["conncheck"])
    print(f"\n{tables} tables, {CONNECTIONS} connections, {AT_A_TIME} at a time, the program's own statements "
          f"(conncheck agent: {statistics.median(memory):.0f} MB)")
    for name, taken in runs.items():
        rate = CONNECTIONS / statistics.median(taken)
        client, server = (statistics.median(times) / CONNECTIONS * 1000 for times in zip(*cpu[name]))
        print(f"  {name:<16}{rate:>8.1f} a second{own / rate:>8.2f}      CPU time for each: {client:.1f} ms, "
              f"{server:.1f} by the server")
    print("  `select 1`: " + ", ".join(f"{name} {CONNECTIONS / run('SELECT 1;'):.0f} a second" for name, run in peers.items()))
    if not program:
        print("  Go's pgx: not measured, golang-go and golang-github-jackc-pgx-v4-dev are not installed")
