"""The program needs no rights of its own."""

import json
import os
import shutil
import subprocess
import tempfile

import pytest

from program import binary

pytestmark = pytest.mark.any_version

NOBODY = 65534


def test_anybody_can_run_it(database, make_role):
    role = make_role("plain")
    database.sql("CREATE TABLE orders (id int); GRANT SELECT ON orders TO plain")
    with tempfile.TemporaryDirectory(prefix="conncheck-nobody-", dir="/tmp") as directory:
        os.chmod(directory, 0o755)  # the tests' own directories are closed to others
        command = [shutil.copy(binary(), directory), "check", "--format", "json", "--url", database.url(role)]
        # No home, nothing that it may write; LeakSanitizer would need the right to trace it.
        environment = {"PATH": "/usr/bin:/bin", "ASAN_OPTIONS": "detect_leaks=0", "TMPDIR": "/nonexistent"}
        as_nobody = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        run = subprocess.run(command, env=environment, cwd="/", capture_output=True, timeout=120, check=False, **as_nobody)
    assert run.stderr == b""
    check = json.loads(run.stdout)["checks"][0]
    assert check["error"] is None
    assert [table["table_name"] for table in check["tables"]] == ["orders"]
