"""One connection checked, and what its failure must be called."""

import time

# Far less than the deadline of a check: what fails, fails at once.
AT_ONCE_SECONDS = 8


def check_one(program, url=None, *arguments, env=None, **keys):
    """(exit code, the JSON report's check) of one connection, defined by its URL, by keys of the YAML, or both."""
    connection = {"name": "one-connection", **({"url": url} if url else {}), **keys}
    began = time.monotonic()
    run = program.run(
        ["check", "--format", "json", *arguments], config={"version": 1, "connections": [connection]}, env=env
    )
    assert time.monotonic() - began < AT_ONCE_SECONDS or "timeout" in keys, run.output
    (check,) = run.report["checks"]
    assert_durations(check)
    return run.exit_code, check


def assert_durations(check):
    spent = dict(check["duration_ms"])
    total = spent.pop("total")
    assert all(0 <= duration <= total for duration in spent.values()), check["duration_ms"]
    assert total - len(spent) - 1 <= sum(spent.values()) <= total, check["duration_ms"]
    failed = check["error"] and check["error"]["phase"]
    phases = ["resolve", "tunnel", "connect", "tls", "login", "query"]
    if failed and not check["connected"]:
        assert all(spent[phase] == 0 for phase in phases if phase == "query"), check["duration_ms"]


def assert_failed(result, code, phase, sqlstate=None, hint=(), message=(), connected=False):
    """`hint`, `message`: words that must be in it, one or several."""
    exit_code, check = result
    error = check["error"]
    assert error is not None, check["session"]
    assert (error["code"], error["phase"], error["sqlstate"]) == (code, phase, sqlstate), error
    for word in [hint] if isinstance(hint, str) else hint:
        assert word in error["hint"], error
    for word in [message] if isinstance(message, str) else message:
        assert word in error["message"], error
    assert error["hint"] and error["message"] and "\n" not in error["message"]
    assert check["connected"] == connected
    assert check["status"] == ("unknown" if code == "config_error" else "critical")
    assert exit_code == (3 if code == "config_error" else 2)


def assert_connected(result, ssl=None):
    _, check = result
    assert check["connected"] and check["error"] is None, check["error"]
    session = check["session"]
    if ssl is not None:
        assert session["ssl"] == ssl
        assert session["ssl_version"] == ("TLSv1.3" if ssl else None), session
    return session
