"""`store`, `conncheck history` and `conncheck diff`: what the agent remembers of real servers."""

import contextlib
import json
import os
import random
import signal
import sqlite3
import time

import pytest

from agent_lines import lines_of

pytestmark = pytest.mark.any_version


@contextlib.contextmanager
def running_agent(program, config):
    agent = program.start(["agent"], config=config)
    try:
        yield agent
        agent.send_signal(signal.SIGTERM)
        assert agent.wait(timeout=20) == 0
    finally:
        agent.kill()
        agent.communicate()


def configuration(program, url):
    connection = {"name": "shop", "url": url, "schedule": {"every": "200ms"}}
    return {"version": 1, "connections": [connection], "store": {"path": str(program.directory / "history.db")}}


def wait_for_line(agent, words):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for line in lines_of(agent, 1):
            if words in line:
                return line
    raise AssertionError(f"no line with {words!r}")


def ask(program, config, *words):
    run = program.run([*words], config=config)
    assert run.exit_code == 0, run.output
    return run.stdout


def ask_json(program, config, *words):
    return json.loads(ask(program, config, *words, "--format", "json"))


def integrity(program):
    with contextlib.closing(sqlite3.connect(program.directory / "history.db")) as store:
        return store.execute("PRAGMA integrity_check").fetchall()


def test_tells_drift_and_the_statements_that_undo_it(program, database, make_role):
    role = make_role("remembered")
    database.sql(
        "CREATE TABLE orders (id int); CREATE TABLE items (id int, note text);"
        "GRANT SELECT ON orders, items TO remembered; GRANT UPDATE (note) ON items TO remembered"
    )
    config = configuration(program, database.url(role))
    with running_agent(program, config) as agent:
        wait_for_line(agent, " shop ok ")
        then = ask_json(program, config, "history", "shop", "--at", "2100-01-01")["checks"][0]
        database.sql("GRANT SELECT, INSERT ON orders TO remembered WITH GRANT OPTION")
        wait_for_line(agent, "drift: remembered gained INSERT")
        database.sql("GRANT TRUNCATE ON orders TO remembered; REVOKE SELECT, UPDATE (note) ON items FROM remembered")
        wait_for_line(agent, "drift: remembered lost SELECT")
    since = then["started_at"]
    changes = ask_json(program, config, "diff", "shop", "--at", since)["changes"]
    second, first = sorted({change["since"] for change in changes}, reverse=True)
    assert first > since
    assert [(change["change"], change["since"]) for change in changes] == [
        ("relation_disappeared", second), ("privileges_gained", first), ("privileges_gained", second),
        ("grant_option_gained", first)]
    last = ask(program, config, "diff", "shop")
    assert "remembered gained TRUNCATE on public.orders" in last and "INSERT" not in last
    state = ask(program, config, "history", "shop", "--at", since)
    assert "shop: as recorded" in state and "As of the check at 20" in state and "connected" not in state
    statements = ask(program, config, "diff", "shop", "--at", since, "--format", "sql")
    assert "REVOKE INSERT ON TABLE public.orders FROM remembered;" in statements
    database.sql(statements)  # its comments too
    after = program.run(["check", "shop", "--format", "json"], config=config).check("shop")
    for key in ("can_read", "can_write", "privileges", "grantable", "column_privileges"):
        assert [table[key] for table in after["tables"]] == [table[key] for table in then["tables"]]
    assert "connection,role_name,change" in ask(program, config, "diff", "shop", "--format", "csv")
    runs = ask_json(program, config, "history", "shop")["runs"]
    assert [run["changes"] for run in runs] == [2, 2, 0]


def test_order_and_another_source_are_no_change(program, database, make_role):
    role = make_role("steady")
    database.sql("CREATE TABLE one (a int, b int); CREATE TABLE two (); CREATE VIEW three AS SELECT * FROM one;"
                 "GRANT SELECT, INSERT ON one, two, three TO steady; GRANT UPDATE (a, b) ON one TO steady")
    config = configuration(program, database.url(role))
    with running_agent(program, config) as agent:
        wait_for_line(agent, " shop ok ")
        database.sql("BEGIN; REVOKE ALL ON two, one FROM steady; REVOKE UPDATE (a, b) ON one FROM steady;"
                     "GRANT SELECT ON one TO PUBLIC; REVOKE SELECT ON one FROM PUBLIC;"
                     "GRANT INSERT ON two, one TO steady; GRANT UPDATE (b) ON one TO steady;"
                     "GRANT SELECT ON two, one TO steady; GRANT UPDATE (a) ON one TO steady; COMMIT")
        database.sql("CREATE EXTENSION conncheck")
        while len(ask_json(program, config, "history", "shop")["runs"]) < 2:
            lines_of(agent, 1)
    runs = ask_json(program, config, "history", "shop")["runs"]
    assert [(run["source"], run["changes"]) for run in runs] == [("extension", 0), ("catalog", 0)]
    assert "nothing has changed" in ask(program, config, "diff", "shop")


def test_killed_at_random_it_loses_at_most_the_check_in_flight(program, database, make_role):
    """More often by $CONNCHECK_KILLS; the unit tests kill what writes a hundred times."""
    config = configuration(program, database.url(make_role("mortal")))
    kills = int(os.environ.get("CONNCHECK_KILLS", "5"))
    chance = random.Random(kills)
    told = 0
    for _ in range(kills):
        agent = program.start(["agent"], config=config)
        try:
            told += len(lines_of(agent, 1))
            time.sleep(chance.random() / 4)  # somewhere between two checks, or in one
        finally:
            agent.kill()
        told += agent.communicate()[0].count(b" shop ")
        assert integrity(program) == [("ok",)]
    recorded = sum(run["checks"] for run in ask_json(program, config, "history", "shop")["runs"])
    assert told - kills <= recorded <= told + kills


def test_a_store_of_a_later_version_is_refused_and_left_alone(program, database, make_role):
    config = configuration(program, database.url(make_role("early")))
    path = program.directory / "history.db"
    with contextlib.closing(sqlite3.connect(path)) as store:
        store.executescript("CREATE TABLE schema_version (version INTEGER); INSERT INTO schema_version VALUES (1000)")
    with running_agent(program, config) as agent:
        wait_for_line(agent, " shop ")
        told = lines_of(agent, 2, stream="stderr")[1]
        assert "(newer)" in told and "version 1000" in told and "use the program of that version" in told
        lines_of(agent, 2)
    run = program.run(["history", "shop"], config=config)
    assert run.exit_code == 3 and "use the program of that version" in run.stderr
    with contextlib.closing(sqlite3.connect(path)) as store:
        assert store.execute("SELECT name FROM sqlite_master").fetchall() == [("schema_version",)]


def test_goes_on_while_the_store_is_locked(program, database, make_role):
    config = configuration(program, database.url(make_role("patient")))
    with running_agent(program, config) as agent:
        wait_for_line(agent, " shop ")
        other = sqlite3.connect(program.directory / "history.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        told = lines_of(agent, 2, stream="stderr")
        assert "cannot be written (locked)" in told[-1], told
        lines_of(agent, 3)
        other.execute("ROLLBACK")
        assert "is written again; no check is missing" in lines_of(agent, 1, stream="stderr")[0]
        other.close()
    assert integrity(program) == [("ok",)]


def test_without_a_store_there_is_no_history(program, database, make_role):
    config = configuration(program, database.url(make_role("forgotten")))
    run = program.run(["history", "shop"], config=config)
    assert run.exit_code == 3 and "there is no such file; the agent makes it" in run.stderr
    del config["store"]
    run = program.run(["diff", "shop"], config=config)
    assert run.exit_code == 3 and "keeps no history" in run.stderr
