"""What a user gets wrong: exit code 3, every mistake with its place in one run, and never a password."""

import os
import pathlib
import re
import socket
import subprocess
import time

import pytest

from program import binary

pytestmark = [pytest.mark.any_version, pytest.mark.every_case]

SECRET = "hunter2-correct-horse"

MANY_MISTAKES = f"""\
version: 1
connections:
  - name: unknown-key
    host: db.example.com
    databse: shop
  - name: twice
    host: db.example.com
    password: {SECRET}
  - name: twice
    host: db.example.com
  - name: bad-port
    host: db.example.com
    port: 99999
  - name: url-and-host
    url: postgresql://app:{SECRET}@db.example.com/shop
    host: db.example.com
  - name: unset-variable
    host: db.example.com
    user: ${{CONNCHECK_TEST_UNSET}}
"""


def place(run, file, line):
    """The messages for one line of a file; each names a column too."""
    return re.findall(rf"^.*{re.escape(str(file))}:{line}:[1-9]\d*: (.+)$", run.output, re.MULTILINE)


@pytest.mark.parametrize("command", ["check", "validate"])
def test_every_mistake_is_named_with_its_place_in_one_run(run_conncheck, program, command):
    run = run_conncheck([command], MANY_MISTAKES)
    assert run.exit_code == 3, run.output
    file = program.directory / "conncheck.yml"
    expected = {5: "databse", 9: "twice", 13: "port", 16: "url", 19: "CONNCHECK_TEST_UNSET"}
    for line, word in expected.items():
        assert any(word in message for message in place(run, file, line)), (line, run.output)
    assert SECRET not in run.output


@pytest.mark.parametrize("command", ["check", "validate"])
def test_mistakes_of_all_files_of_a_directory_come_in_one_run(run_conncheck, program, command):
    first = program.write("conf/a.yml", "version: 1\nconnections:\n  - {name: A, host: db.example.com}\n")
    second = program.write("conf/b.yaml", "version: 1\nconnections:\n  - {name: b, hots: db.example.com}\n")
    run = run_conncheck([command], program.directory / "conf")
    assert run.exit_code == 3, run.output
    assert place(run, first, 3)
    assert place(run, second, 3)


def test_a_name_may_be_used_once_in_all_files(run_conncheck, program):
    program.write("conf/a.yml", "version: 1\nconnections:\n  - {name: same, host: a.example.com}\n")
    second = program.write("conf/b.yml", "version: 1\nconnections:\n  - {name: same, host: b.example.com}\n")
    run = run_conncheck(["validate"], program.directory / "conf")
    assert run.exit_code == 3
    assert any("same" in message for message in place(run, second, 3)), run.output


@pytest.mark.parametrize(
    "text", ["connections: [", "version: 1\nconnections:\n\t- name: a\n", "{a: b: c}", '"unfinished'],
    ids=["open list", "tab", "two colons", "open quote"],
)
def test_what_is_not_yaml_is_refused_with_its_place(run_conncheck, program, text):
    run = run_conncheck(["check"], text)
    assert run.exit_code == 3
    assert re.search(rf"{re.escape(str(program.directory))}/conncheck\.yml:\d+:\d+: \S", run.output), run.output


@pytest.mark.parametrize("content", [b"\x00\x01\x02\x03", b"\xff\xfe\x00v", b"", b"just words"],
                         ids=["NUL", "UTF-16", "empty", "a word"])
def test_what_is_no_configuration_is_refused(run_conncheck, program, content):
    run = run_conncheck(["check"], content)
    assert run.exit_code == 3
    assert str(program.directory / "conncheck.yml") in run.output


def test_a_file_of_10_mb_is_refused_fast(run_conncheck, program):
    line = "# nothing but a comment, over and over again\n"
    file = program.write("conncheck.yml", line * (10_000_000 // len(line) + 1))
    started = time.monotonic()
    run = run_conncheck(["check"], file)
    assert run.exit_code == 3
    assert str(file) in run.output
    assert len(run.output) < 2000
    assert time.monotonic() - started < 10


def test_a_missing_file_is_named(run_conncheck, program):
    run = run_conncheck(["check"], program.directory / "nothing-here.yml")
    assert run.exit_code == 3
    assert "nothing-here.yml" in run.output


# /proc/self/mem exists, and reading it fails even for root.
@pytest.mark.parametrize("path", ["/proc/self/mem", "/dev/zero"])
def test_an_unreadable_file_is_named(run_conncheck, path):
    run = run_conncheck(["check"], pathlib.Path(path))
    assert run.exit_code == 3
    assert path in run.output


def test_a_file_that_cannot_be_read_hides_no_mistake_of_another(run_conncheck, program):
    (program.directory / "conf").mkdir()
    (program.directory / "conf/a.yml").symlink_to("gone.yml")
    second = program.write("conf/b.yml", "version: 1\nconnections:\n  - {name: b, hots: db.example.com}\n")
    run = run_conncheck(["validate"], program.directory / "conf")
    assert run.exit_code == 3
    assert "a.yml" in run.output
    assert place(run, second, 3), run.output


def test_a_directory_without_files_is_named(run_conncheck, program):
    program.write("conf/README.txt", "no configuration")
    run = run_conncheck(["check"], program.directory / "conf")
    assert run.exit_code == 3
    assert str(program.directory / "conf") in run.output


def test_a_message_says_what_was_probably_meant(run_conncheck, program):
    run = run_conncheck(["validate"], MANY_MISTAKES)
    assert any("database" in message for message in place(run, program.directory / "conncheck.yml", 5))


@pytest.mark.parametrize(
    "arguments",
    [["--no-such-option"], ["no-such-command"], ["check", "--format", "xml"], ["check", "--url", "http://example.com"],
     ["check", "--url", f"postgresql://app:{SECRET}@localhost:port/shop"], ["check", "--require", "fly"]],
    ids=["option", "command", "format", "url", "port in url", "privilege"],
)
def test_bad_usage_is_exit_code_3(run_conncheck, arguments):
    run = run_conncheck(arguments)
    assert run.exit_code == 3, run.output
    assert run.stdout == ""
    assert run.stderr.strip()
    assert SECRET not in run.output


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", f"postgresql://app:{SECRET}@localhost/shop"],
        ["check", f"host=localhost password={SECRET}"],
        ["check", "-c", f"postgresql://app:{SECRET}@localhost/shop"],
        ["check", "--ur", f"postgresql://app:{SECRET}@localhost/shop"],
        ["chek", f"--url=postgresql://app:{SECRET}@localhost/shop"],
        ["check", "--format", f"postgresql://app:{SECRET}@localhost/shop"],
        ["check", f"--url=postgresql://app:{SECRET}%zz@localhost/shop"],
        ["list", f"postgresql://localhost/shop?user=app&password={SECRET}"],
    ],
    ids=["name", "keywords", "file", "abbreviated", "command typo", "format", "percent", "list"],
)
def test_a_url_in_the_wrong_place_is_not_repeated(run_conncheck, arguments):
    run = run_conncheck(arguments)
    assert run.exit_code == 3, run.output
    assert run.stderr.strip()
    assert SECRET not in run.output


def test_a_url_as_name_is_told_of_the_option(run_conncheck):
    assert "--url" in run_conncheck(["check", "postgresql://localhost/shop"]).stderr


@pytest.mark.parametrize("arguments", [["list"], ["validate"], ["check"], ["--help"]], ids=" ".join)
def test_output_that_cannot_be_written_is_no_success(program, arguments):
    config = None if arguments[0].startswith("-") else {"version": 1, "connections": [{"name": "one", "host": "a"}]}
    path = [] if config is None else ["-c", program.write("conncheck.yml", config)]
    with open("/dev/full", "w") as full:
        run = subprocess.run([binary(), *arguments, *path], stdout=full, stderr=subprocess.PIPE, check=False)
    assert run.returncode == 3
    assert run.stderr


def test_a_name_that_is_not_in_the_file_is_bad_usage(run_conncheck):
    run = run_conncheck(["check", "there"], {"version": 1, "connections": [{"name": "here", "host": "127.0.0.1"}]})
    assert run.exit_code == 3
    assert "there" in run.stderr
    assert "here" in run.stderr


# --- passwords -----------------------------------------------------------------------------------------------


def command_lines():
    """The command line of every process that can be seen."""
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            yield pathlib.Path("/proc", process, "cmdline").read_bytes()
        except OSError:
            continue  # it has ended


def every_way_to_give_a_password(program, port):
    password_file = program.write("password", SECRET + "\n")
    place = {"host": "127.0.0.1", "port": port, "database": "shop", "user": "app", "timeout": "3s"}
    return {
        "version": 1,
        "connections": [
            {"name": "by-url", "url": f"postgresql://app:{SECRET}@127.0.0.1:{port}/shop", "timeout": "3s"},
            {"name": "by-query", "url": f"postgresql://127.0.0.1:{port}/shop?user=app&password={SECRET}", "timeout": "3s"},
            {"name": "by-text", **place, "password": SECRET},
            {"name": "by-env", **place, "password": {"env": "APP_PASSWORD"}},
            {"name": "by-expansion", **place, "password": "${APP_PASSWORD}"},
            {"name": "by-file", **place, "password": {"file": str(password_file)}},
            {"name": "by-command", **place, "password": {"command": ["cat", str(password_file)]}},
        ],
    }


@pytest.mark.parametrize("arguments", [["list"], ["validate"]], ids=" ".join)
def test_no_password_is_shown_of_the_configuration(run_conncheck, program, arguments):
    run = run_conncheck(arguments, every_way_to_give_a_password(program, 5432), {"APP_PASSWORD": SECRET})
    assert run.exit_code == 0, run.output
    assert SECRET not in run.output


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_no_password_is_shown_of_a_refused_login(cluster, run_conncheck, program, form):
    config = every_way_to_give_a_password(program, cluster.port)
    run = run_conncheck(["check", "--format", form], config, {"APP_PASSWORD": SECRET})
    assert run.exit_code == 2, run.output
    assert SECRET not in run.output
    if form == "json":
        assert {check["error"]["code"] for check in run.report["checks"]} == {"auth_failed"}


def test_no_password_is_in_the_process_list_while_checks_run(program):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        # Accepts, and never says a word: the checks run until their deadline.
        config = every_way_to_give_a_password(program, silent.getsockname()[1])
        process = program.start(["check"], config, {"APP_PASSWORD": SECRET})
        looks = 0
        while process.poll() is None:
            assert not [line for line in command_lines() if SECRET.encode() in line]
            looks += 1
        stdout, stderr = process.communicate()
    assert looks > 10
    assert process.returncode == 2
    assert SECRET.encode() not in stdout + stderr


# What follows the host in a URL, or the whole of it: a word of the message.
URLS = {
    "?sslmode=verify-full&connect_timeout=2&sslmode=disable": "`sslmode` twice",
    "?connect_timeout=soon": "`connect_timeout`",
    "?replication=database": "`replication`",
    f"postgresql://app:{SECRET}@https://db.example.com/shop": "second ://",
    f"host=db.example.com dbname=shop password={SECRET}": "keywords",
    "postgresql://postgres.ref:[YOUR-PASSWORD]@db.example.com:6543/postgres": "placeholder",
}


def test_mistakes_in_a_url(run_conncheck):
    for url, word in URLS.items():
        whole = url if not url.startswith("?") else f"postgresql://app:{SECRET}@db.example.com/shop{url}"
        run = run_conncheck(["check", "--url", whole])
        assert run.exit_code == 3 and word in run.stderr, (url, run.output)
        assert SECRET not in run.output


def test_a_services_mistake_ends_with_its_line(run_conncheck, program):
    services = program.write("services", "[shop]\nhost=127.0.0.1\nnosuch=1\n")
    config = {"version": 1, "connections": [{"name": "shop", "service": "shop"}]}
    error = run_conncheck(["check", "--format", "json"], config, {"PGSERVICEFILE": str(services)}).check("shop")["error"]
    assert error["code"] == "config_error" and error["message"].endswith("line 3"), error
