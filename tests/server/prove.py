"""Runs `check --prove` and reads what it says."""


def prove(program, url, *arguments):
    """(exit code, the JSON report's only check) of `check --prove`."""
    run = program.run(["check", "--url", url, "--format", "json", "--prove", *arguments])
    check = run.report["checks"][0]
    assert check["error"] is None, check["error"]
    return run.exit_code, check


def findings(check, rule):
    return [finding for finding in check["findings"] if finding["rule"] == rule]


def asked(check):
    """What the note says of the statements that were tried; None if nothing was."""
    return next((note for note in check["notes"] if note.startswith("Proof: the server was asked about")), None)
