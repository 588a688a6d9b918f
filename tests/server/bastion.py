"""SSH servers in front of a cluster: OpenSSH's own, and a scripted one for passwords."""

import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading

import paramiko

SSHD = "/usr/sbin/sshd"


def keygen(path, passphrase=""):
    """Makes a key pair; returns the public key's line."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", "", "-f", path], check=True)
    return pathlib.Path(f"{path}.pub").read_text().strip()


def fingerprint(path):
    listed = subprocess.run(["ssh-keygen", "-l", "-f", path], stdout=subprocess.PIPE, text=True, check=True)
    return listed.stdout.split()[1]


def known_hosts_line(port, public_key):
    return f"[127.0.0.1]:{port} {public_key}\n"


def server_user():
    """Not root, and not locked out by sshd as nobody is: the one that the cluster runs as."""
    return pwd.getpwnam("postgres") if os.geteuid() == 0 else pwd.getpwuid(os.getuid())


class Bastion:
    """A real sshd with keys of its own, run by an ordinary user, who is also the one to log in as. To be stopped."""

    def __init__(self, *settings):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="conncheck-bastion-", dir="/tmp"))
        self.host_key = self.directory / "host_key"
        self.public_key = keygen(self.host_key)
        self._authorized_keys = self.directory / "authorized_keys"
        self._authorized_keys.touch()
        owner = server_user()
        self.user = owner.pw_name
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        (self.directory / "sshd_config").write_text(
            "\n".join(
                [
                    f"Port {self.port}",
                    "ListenAddress 127.0.0.1",
                    f"HostKey {self.host_key}",
                    f"AuthorizedKeysFile {self._authorized_keys}",
                    "PidFile none",
                    "StrictModes no",
                    "UsePAM no",
                    "UseDNS no",
                    "PasswordAuthentication no",
                    "KbdInteractiveAuthentication no",
                    "LogLevel VERBOSE",
                    "MaxStartups 100",
                    *settings,
                    "",
                ]
            )
        )
        as_owner = {}
        if os.geteuid() == 0:
            as_owner = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
            for path in [self.directory, *self.directory.iterdir()]:
                os.chown(path, owner.pw_uid, owner.pw_gid)
        self._log = open(self.directory / "log", "wb")
        self._process = subprocess.Popen(
            [SSHD, "-D", "-e", "-f", self.directory / "sshd_config"],
            stderr=self._log,
            **as_owner,
        )
        self._wait_until_up()

    def _wait_until_up(self):
        while self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except ConnectionRefusedError:
                continue
        raise RuntimeError(f"sshd did not start: {self.log()}")

    def log(self):
        return (self.directory / "log").read_text(errors="replace")

    def authorize(self, public_key):
        with open(self._authorized_keys, "a") as file:
            file.write(public_key + "\n")

    def cut(self):
        """Ends it with every connection: each has a process of its own, or two."""
        found = [self._process.pid]
        for pid in found:
            for children in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
                found += map(int, children.read_text().split())
        for pid in found:
            os.kill(pid, signal.SIGKILL)
        self._process.wait()

    def stop(self):
        if self._process.poll() is None:
            self.cut()
        self._log.close()
        shutil.rmtree(self.directory)


class ScriptedBastion(paramiko.ServerInterface):
    """Lets in by password, or by questions, and connects to wherever it is asked to. `attempts` counts the answers it
    was given. A context."""

    def __init__(self, password, questions=None, banner=None, methods=None):
        self.password, self.questions, self.banner = password, questions, banner
        self._methods = methods or ("keyboard-interactive" if questions else "password")
        self.attempts = []
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="conncheck-bastion-", dir="/tmp"))
        self.public_key = keygen(self.directory / "host_key")
        self._key = paramiko.Ed25519Key(filename=str(self.directory / "host_key"))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._transports = []

    def __enter__(self):
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for transport in self._transports:
            transport.close()
        shutil.rmtree(self.directory)

    def _serve(self):
        while True:
            try:
                connection = self._listener.accept()[0]
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(self._key)
            self._transports.append(transport)
            transport.start_server(event=threading.Event(), server=self)

    # --- what paramiko asks

    def get_banner(self):
        return (self.banner, "en") if self.banner else (None, None)

    def get_allowed_auths(self, username):
        return self._methods

    def check_auth_password(self, username, password):
        self.attempts.append(password)
        return paramiko.AUTH_SUCCESSFUL if password == self.password else paramiko.AUTH_FAILED

    def check_auth_interactive(self, username, submethods):
        query = paramiko.InteractiveQuery("", "")
        for question in self.questions:
            query.add_prompt(question, False)
        return query

    def check_auth_interactive_response(self, responses):
        self.attempts.append(list(responses))
        return paramiko.AUTH_SUCCESSFUL if list(responses) == [self.password] else paramiko.AUTH_FAILED

    def check_channel_direct_tcpip_request(self, number, origin, destination):
        try:
            far = socket.create_connection(destination)
        except OSError:
            return paramiko.OPEN_FAILED_CONNECT_FAILED
        threading.Thread(target=self._carry, args=[far], daemon=True).start()
        return paramiko.OPEN_SUCCEEDED

    def _carry(self, far):
        channel = self._transports[-1].accept(10)
        with far:
            back = threading.Thread(target=self._pass_on, args=[far.recv, channel], daemon=True)
            back.start()
            self._pass_on(channel.recv, far)
            try:
                far.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # it has closed before
            back.join(5)

    @staticmethod
    def _pass_on(receive, to):
        try:
            while data := receive(65536):
                to.sendall(data)
            if isinstance(to, paramiko.Channel):
                to.close()
        except (OSError, EOFError):
            pass  # an end has gone
