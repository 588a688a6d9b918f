"""PgBouncer in transaction mode, before a cluster."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile

PROGRAM = "/usr/sbin/pgbouncer"


class Pooler:
    """One server connection for each database and role; `port` is where it listens. To be stopped.

    `databases` are the lines of that section, the settings those of PgBouncer; a file in `files` is copied to its
    directory, and {directory} stands for that in a setting."""

    def __init__(self, cluster, *roles, databases=None, files=(), **settings):
        self.directory = tempfile.mkdtemp(prefix="conncheck-pooler-", dir="/tmp")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._write("users", "".join(f'"{role.name}" "{role.password}"\n' for role in roles))
        for file in files:
            shutil.copy(file, self.directory)
        defaults = {"auth_type": "scram-sha-256", "auth_file": "{directory}/users", "pool_mode": "transaction",
                    "default_pool_size": 1}  # fmt: skip
        lines = [f"{name} = {value}".format(directory=self.directory) for name, value in (defaults | settings).items()]
        configuration = self._write(
            "pgbouncer.ini",
            f"[databases]\n{databases or f'* = host=127.0.0.1 port={cluster.port}'}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\n"
            + "\n".join(lines) + "\n",
        )
        as_owner = {}
        if os.geteuid() == 0:  # which it refuses
            nobody = pwd.getpwnam("nobody")
            as_owner = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            for name in (".", *os.listdir(self.directory)):
                os.chown(os.path.join(self.directory, name), nobody.pw_uid, nobody.pw_gid)
        self._process = subprocess.Popen([PROGRAM, configuration], stderr=subprocess.PIPE, text=True, **as_owner)
        self._wait_until_up()

    def _write(self, name, content):
        path = os.path.join(self.directory, name)
        with open(path, "w") as file:
            file.write(content)
        return path

    def _wait_until_up(self):
        for line in self._process.stderr:
            if "process up" in line:
                return
        raise RuntimeError("pgbouncer did not start")

    def stop(self):
        self._process.terminate()
        self._process.communicate()
        shutil.rmtree(self.directory)
