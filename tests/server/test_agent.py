"""`conncheck agent`: checks on a schedule, until it is told to stop."""

import signal
import socket
import threading
import time

import pytest

import network
from agent_lines import lines_of

pytestmark = pytest.mark.any_version


def configuration(url, **more):
    connection = {"name": "steady", "url": url, "schedule": {"every": "500ms"}, **more}
    return {"version": 1, "connections": [connection]}


def test_repeats_and_ends_on_sigterm(program, database, make_role):
    role = make_role("scheduled")
    database.sql("CREATE TABLE orders (id int); GRANT SELECT ON orders TO scheduled")
    agent = program.start(["agent"], config=configuration(database.url(role)))
    try:
        before = lines_of(agent, 2)
        assert all(" steady ok " in line for line in before)
        database.sql("REVOKE SELECT ON orders FROM scheduled")
        deadline = time.monotonic() + 20
        while " steady warning " not in lines_of(agent, 1)[-1] and time.monotonic() < deadline:
            pass
        assert time.monotonic() < deadline
        agent.send_signal(signal.SIGTERM)
        assert agent.wait(timeout=10) == 0
    finally:
        agent.kill()
        agent.communicate()


def test_tells_what_all_rows_come_to(program, database, make_role):
    """The rows themselves do not leave the worker."""
    role = make_role("counted")
    database.sql("CREATE TABLE orders (id int); CREATE TABLE items (id int); GRANT SELECT ON orders, items TO counted;"
                 "GRANT TRUNCATE ON items TO counted")
    policy = {"require": [{"tables": ["public.*"], "privileges": ["INSERT"]}]}
    agent = program.start(["agent"], config=configuration(database.url(role), **policy))
    try:
        words = " critical ", " ms: 2 relations in 1 schema: 2 readable, 0 writable, 1 truncatable; 2 findings"
        line = lines_of(agent, 1)[0]
        assert all(part in line for part in words), line
    finally:
        agent.kill()
        agent.communicate()


def test_waits_for_the_check_under_way(program):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        url = f"postgresql://app@127.0.0.1:{port}/orders"
        agent = program.start(["agent"], config=configuration(url, timeout="2s"))
        try:
            connection, _ = silent.accept()
            agent.send_signal(signal.SIGTERM)
            assert agent.wait(timeout=10) == 0
            assert b"timeout (tls)" in agent.stdout.read()
            connection.close()
        finally:
            agent.kill()
            agent.communicate()


def test_comes_back_sooner_than_its_schedule(program, database, make_role):
    """A server that was down is found to be up within seconds, not at the next turn in ten minutes."""
    role = make_role("restarted")
    database.sql("CREATE TABLE orders (id int); GRANT SELECT ON orders TO restarted")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))  # nobody else's, and not listening yet
        url = database.url(role).replace(f":{database.cluster.port}/", f":{listener.getsockname()[1]}/")
        agent = program.start(["agent"], config=configuration(url, schedule={"every": "10m"}))
        try:
            assert " steady critical " in lines_of(agent, 1)[0]
            listener.listen()
            threading.Thread(target=network.forward, args=(listener, database.cluster.port), daemon=True).start()
            began = time.monotonic()
            assert " steady ok " in lines_of(agent, 1)[0]
            assert time.monotonic() - began < 4
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            agent.kill()
            agent.communicate()


def test_is_in_no_hurry_after_a_refused_password(program, database, make_role):
    """While what may pass is tried again, a wrong password has its turn in ten minutes."""
    make_role("in_no_hurry")
    log = database.cluster.data / "server.log"
    refused = 'password authentication failed for user "in_no_hurry"'
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        place = {"host": "127.0.0.1", "user": "in_no_hurry", "database": database.name, "password": "wrong"}
        connections = [
            {"name": "wrong-password", **place, "port": database.cluster.port},
            {"name": "down", **place, "port": unused.getsockname()[1]},
        ]
        config = {"version": 1, "defaults": {"schedule": {"every": "10m"}}, "connections": connections}
        agent = program.start(["agent"], config=config)
        try:
            lines = lines_of(agent, 3)
        finally:
            agent.kill()
            agent.communicate()
    assert sum(" wrong-password " in line for line in lines) == 1
    assert sum(" down critical " in line for line in lines) == 2
    assert log.read_text(errors="replace").count(refused) == 1
