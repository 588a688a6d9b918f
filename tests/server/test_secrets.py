"""Secrets: files that others can read, systemd's credentials, core dumps."""

import os
import pathlib
import pwd
import shutil
import socket
import stat
import subprocess
import tempfile

import pytest

from processes import children
from program import Program, binary

pytestmark = pytest.mark.any_version


@pytest.fixture
def open_program():
    """As `program`, in a directory that everybody may enter: pytest's own are closed."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="conncheck-test-", dir="/tmp"))
    directory.chmod(0o755)
    yield Program(directory)
    shutil.rmtree(directory)


def configuration(**more):
    return {"version": 1, "connections": [{"name": "orders", "host": "127.0.0.1", "port": 1, "user": "app", **more}]}


def warnings(run):
    return [line for line in run.stderr.splitlines() if "can read it" in line]


SECRETS = [
    {"password": "sesame"},
    {"sslpassword": "sesame"},
    {"tunnel": {"host": "bastion", "password": "sesame"}},
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("command", [["check"], ["validate"], ["list"]])
def test_a_configuration_with_a_secret_that_others_can_read(open_program, secret, command):
    path = open_program.write("conncheck.yml", configuration(**secret))
    path.chmod(0o644)
    run = open_program.run(command, config=path)
    (warning,) = warnings(run)
    assert warning.startswith(f"{path}:") and ": warning: " in warning
    assert warning.endswith(f"chmod 600 {path}")
    assert "every user" in warning and "sesame" not in run.output
    if command != ["check"]:
        assert run.exit_code == 0
    path.chmod(0o640)
    assert "its group" in warnings(open_program.run(command, config=path))[0]
    subprocess.run(["sh", "-c", warning.rpartition(": ")[2]], check=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert warnings(open_program.run(command, config=path)) == []


def test_a_url_with_a_password_is_a_secret_and_one_without_is_none(open_program):
    for url, count in [("postgresql://app:sesame@h/db", 1), ("postgresql://app@h/db?password=sesame", 1),
                       ("postgresql://app@h/db", 0), ("postgresql://app:${SESAME}@h/db", 0)]:  # fmt: skip
        path = open_program.write("conncheck.yml", {"version": 1, "connections": [{"name": "orders", "url": url}]})
        path.chmod(0o644)
        run = open_program.run(["validate"], config=path, env={"SESAME": "sesame"})
        assert run.exit_code == 0, run.stderr
        assert len(warnings(run)) == count, url


def test_no_warning_without_a_secret(open_program):
    for source in [{"env": "SESAME"}, "${SESAME}", {"command": ["cat", "x"]}]:
        path = open_program.write("conncheck.yml", configuration(password=source))
        path.chmod(0o644)
        assert warnings(open_program.run(["validate"], config=path, env={"SESAME": "sesame"})) == []


def test_password_and_identity_files_that_others_can_read(open_program):
    for name in ("pass word", "id", "phrase"):
        open_program.write(name, "sesame\n").chmod(0o644)
    tunnel = {"host": "bastion", "identity_file": "id", "passphrase": {"file": "phrase"}}
    config = configuration(password={"file": "pass word"}, tunnel=tunnel)
    path = open_program.write("conncheck.yml", config)
    run = open_program.run(["validate"], config=path)
    told = warnings(run)
    assert len(told) == 3
    for name in ("'{}/pass word'", "{}/id", "{}/phrase"):
        assert any(line.endswith("chmod 600 " + name.format(open_program.directory)) for line in told), name
    for name in ("pass word", "id", "phrase"):
        (open_program.directory / name).chmod(0o600)
    assert warnings(open_program.run(["validate"], config=path)) == []


def test_a_closed_directory_protects_its_files(open_program):
    path = open_program.write("conncheck.yml", configuration(password="sesame"))
    path.chmod(0o644)
    open_program.directory.chmod(0o700)
    assert warnings(open_program.run(["validate"], config=path)) == []


def test_systemd_credential(open_program, cluster, make_database, make_role):
    role, database = make_role("credited"), make_database()
    directory = open_program.directory / "credentials"
    directory.mkdir(mode=0o700)
    (directory / "orders-password").write_text(role.password + "\n")
    config = configuration(password={"credential": "orders-password"})
    config["connections"][0] |= {"port": cluster.port, "user": role.name, "database": database.name}
    env = {"CREDENTIALS_DIRECTORY": str(directory)}
    assert open_program.run(["check", "--format", "json"], config=config, env=env).check("orders")["connected"]
    run = open_program.run(["check"], config=config)
    assert run.exit_code == 3
    assert "LoadCredential=" in run.stderr and "CREDENTIALS_DIRECTORY" in run.stderr
    for name, said in [("other", "LoadCredential="), ("../orders-password", "not a path")]:
        config["connections"][0]["password"] = {"credential": name}
        run = open_program.run(["check"], config=config, env=env)
        assert run.exit_code == 3 and said in run.stderr


def test_no_core_dump_holds_a_secret(silent_port):
    """A process that the kernel dumps belongs to its user in /proc; one that it does not, to root."""
    nobody = pwd.getpwnam("nobody")
    as_user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    # A copy: another user may not be let in where the build is.
    with tempfile.TemporaryDirectory(dir="/tmp") as directory:
        program = shutil.copy(binary(), directory)
        os.chmod(directory, 0o755)
        process = subprocess.Popen(
            [program, "check", "--url", f"postgresql://app:sesame@127.0.0.1:{silent_port()}/orders"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **as_user,
        )  # fmt: skip
        try:
            silent_port.taken()
            workers = children(process.pid)  # which hold the passwords, too
            assert workers
            for pid in [process.pid, *workers]:
                assert os.stat(f"/proc/{pid}/environ").st_uid == 0
                limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
                (line,) = [line for line in limits.splitlines() if line.startswith("Max core file size")]
                assert line.split()[4:6] == ["0", "0"]
        finally:
            process.kill()
            process.communicate()


@pytest.fixture
def silent_port():
    """A listener that never answers; .taken() waits for a connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)
        kept = []

        def port():
            return server.getsockname()[1]

        port.taken = lambda: kept.append(server.accept()[0])
        yield port
        for connection in kept:
            connection.close()
