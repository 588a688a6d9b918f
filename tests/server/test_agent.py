"""`conncheck agent`: checks on a schedule, until it is told to stop."""

import select
import signal
import time


def lines_of(process, count, seconds=30):
    """The first `count` lines that the agent prints."""
    deadline = time.monotonic() + seconds
    text = b""
    while text.count(b"\n") < count:
        ready, _, _ = select.select([process.stdout], [], [], max(0, deadline - time.monotonic()))
        assert ready, f"only this within {seconds} s: {text!r}"
        text += process.stdout.read1()
    return text.decode().splitlines()


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


def test_waits_for_the_check_under_way(program):
    import socket

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


def test_refuses_a_schedule_that_it_cannot_keep(program):
    config = configuration("postgresql://app@127.0.0.1/orders", schedule={"cron": "0 6 * * 1-5"})
    run = program.run(["agent"], config=config)
    assert run.exit_code == 3
    assert "cron" in run.stderr
