"""The suites whose tests are to notice mutations. Each runs those named and returns the names of the tests that failed."""

import json
import os
import re
import sys
import xml.etree.ElementTree

from tree import Broken, run


def _name(case):
    """Of GoogleTest "Acl.NullIsTheOwnersDefault", of pytest the function's name."""
    suite = case.get("classname", "")
    return case.get("name") if "." in suite else f"{suite}.{case.get('name')}"


def _failed_in_junit(report, exit_code, output):
    """Failed tests. One that could not even be run (an error, a crash) is no test that caught anything."""
    try:
        cases = list(xml.etree.ElementTree.parse(report).iter("testcase"))
    except (OSError, xml.etree.ElementTree.ParseError):
        raise Broken(f"no report, exit code {exit_code}:\n{output}") from None
    finally:
        report.unlink(missing_ok=True)
    if any(case.find("error") is not None for case in cases) or not cases:
        raise Broken(f"a test could not be run:\n{output}")
    failed = [_name(case) for case in cases if case.find("failure") is not None]
    if bool(failed) != (exit_code != 0):
        raise Broken(f"exit code {exit_code}, failed tests: {failed}\n{output}")
    return failed


def unit(tree, names):
    tree.build_program("unit_tests")
    report = tree.directory / "unit.xml"
    command = [tree.build / "unit_tests", "--gtest_brief=1", f"--gtest_filter={':'.join(names)}",
               f"--gtest_output=xml:{report}"]
    exit_code, output = run(command, tree.directory)
    return _failed_in_junit(report, exit_code, output)


def _must_still_answer(tree, source):
    """A mutation is to give wrong verdicts, not errors: those every test would catch."""
    tree.build_program("conncheck")
    url = f"postgresql:///postgres?host={tree.server.socket_directory}&port={tree.server.port}&user=postgres"
    option = ["--no-extension"] if source == "catalog" else []
    command = [tree.build / "conncheck", "check", "--url", url, "--format", "json", *option]
    _, output = run([*command, "--role", "public", "--role", "postgres"], tree.directory)
    check = json.loads(output)["checks"][0]
    if check["error"] is not None or check["source"] != source:
        raise Broken(f"the {source} does not answer any more: {check['source']}, {check['error']}")


def pg_regress(tree, names):
    tree.build_extension()
    _must_still_answer(tree, "extension")
    exit_code, output = run(
        [os.environ.get("MAKE", "make"), "--silent", "--no-print-directory", "installcheck",
         f"REGRESS={' '.join(names)}"],
        tree.directory,
        env=os.environ | tree.server_environment(),
    )
    # Of before Postgres 16 ("test a ... FAILED") and since ("not ok 1 - a").
    failed = re.findall(r"^(?:test| {4,})\s*(\S+)\s+\.\.\. (?:FAILED|failed)", output, re.MULTILINE)
    failed += re.findall(r"^not ok \d+\s+[-+] (\S+)", output, re.MULTILINE)
    if bool(failed) != (exit_code != 0) or "test process exited" in output or "terminated by signal" in output:
        raise Broken(f"exit code {exit_code}, failed tests: {failed}\n{output}")
    return failed


def _verdicts(tree, source, catalogs):
    """By each test of test_verdicts.py on these catalogs; the first that fails is enough."""
    tree.build_extension()
    _must_still_answer(tree, source)
    report = tree.directory / "verdicts.xml"
    folders = os.pathsep.join(str(tree.directory / "tests" / name) for name in ("mutations", "server"))
    environment = {"CONNCHECK": str(tree.build / "conncheck"), "PYTHONPATH": folders}
    command = [sys.executable, "-B", "-m", "pytest", "-p", "no:cacheprovider", "-p", "one_server", "-q", "--tb=line"]
    command += ["-x", f"--junit-xml={report}", "-k", f"{source} and ({' or '.join(catalogs)})", "tests/server/test_verdicts.py"]
    exit_code, output = run(command, tree.directory, env=os.environ | tree.server_environment() | environment)
    return _failed_in_junit(report, exit_code, output)


def differential(tree, _):
    """The seed by which it was noticed; the further ones are not tried then."""
    tree.build_extension()
    for source in ("extension", "catalog"):
        _must_still_answer(tree, source)
    folders = os.pathsep.join(str(tree.directory / "tests" / name) for name in ("mutations", "server"))
    environment = {"CONNCHECK": str(tree.build / "conncheck"), "PYTHONPATH": folders}
    program = "import one_server, runpy; one_server.pytest_configure(); runpy.run_path('run', run_name='__main__')"
    exit_code, output = run(
        [sys.executable, "-B", "-c", program, "--first-failure"], tree.directory / "tests/differential",
        env=os.environ | tree.server_environment() | environment,
    )
    failed = re.findall(r"^FAILED  (seed \d+)", output, re.MULTILINE)
    if bool(failed) != (exit_code != 0) or "no answer" in output:
        raise Broken(f"exit code {exit_code}, failed seeds: {failed}\n{output}")
    return failed


SUITES = {
    "differential": differential,
    "unit": unit,
    "pg_regress": pg_regress,
    "verdicts of the extension": lambda tree, names: _verdicts(tree, "extension", names),
    "verdicts of the catalog query": lambda tree, names: _verdicts(tree, "catalog", names),
}
