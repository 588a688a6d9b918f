"""A network of a test's own, in which packets are lost and names do not resolve. Nothing of it leaves the machine.

Linux namespaces: they go with the process that holds them, which ends with its standard input.
"""

import contextlib
import os
import pathlib
import socket
import struct
import subprocess
import sys
import tempfile
import threading

# Addresses for documentation: nobody's.
OWN = "192.0.2.1"  # this machine's: what no server was started on refuses
FILTERED = "192.0.2.2"  # packets to it are lost without a word
FILTERED_TOO = "192.0.2.3"
ABSENT = "192.0.2.99"  # nobody answers for it on the wire
UNREACHABLE = "198.51.100.5"  # a route says so
PROHIBITED = "198.51.100.6"
BLACKHOLE = "198.51.100.7"
ROUTELESS = "203.0.113.5"
IPV6 = "2001:db8::5"  # there is no route for IPv6

SETUP = f"""
set -e
mount --bind "$1/resolv.conf" /etc/resolv.conf
mount --bind "$1/hosts" /etc/hosts
mount --bind "$1/nsswitch.conf" /etc/nsswitch.conf
ip link set lo up
ip link add near type veth peer name far
ip link set near up
ip link set far up
ip address add {OWN}/24 dev near
for address in {FILTERED} {FILTERED_TOO}; do
  ip neighbour add "$address" lladdr 02:00:00:00:00:66 dev near nud permanent
done
echo 100 >/proc/sys/net/ipv4/neigh/near/retrans_time_ms
ip route add unreachable {UNREACHABLE}
ip route add prohibit {PROHIBITED}
ip route add blackhole {BLACKHOLE}
echo ready
exec cat
"""

# Run inside: makes a socket and hands it out. A socket stays in the network in which it was made.
HAND_OUT = """
import socket, sys
address, port, kind, handle = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
made = socket.socket(socket.AF_INET, getattr(socket, kind))
made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
made.bind((address, port))
if kind == "SOCK_STREAM":
    made.listen(50)
with socket.socket(fileno=handle) as out:
    socket.send_fds(out, [b"x"], [made.fileno()])
"""


class Network:
    """Made by `Network(hosts, nameservers)`: the text of /etc/hosts, and the addresses of name servers."""

    def __init__(self, hosts="", nameservers=()):
        self._directory = tempfile.TemporaryDirectory(prefix="conncheck-network-", dir="/tmp")
        directory = pathlib.Path(self._directory.name)
        (directory / "hosts").write_text("127.0.0.1 localhost\n" + hosts)
        (directory / "resolv.conf").write_text("".join(f"nameserver {address}\n" for address in nameservers))
        (directory / "nsswitch.conf").write_text("hosts: files dns\npasswd: files\ngroup: files\n")
        self._as_root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        command = ["unshare", *self._as_root, "--net", "--mount", "sh", "-c", SETUP, "network", directory]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        if self._process.stdout.readline() != "ready\n":
            reason = self._process.communicate()[1].strip()
            self._directory.cleanup()
            raise RuntimeError(f"no network namespace can be made here (iproute2 and root, or user namespaces): {reason}")

    def close(self):
        self._process.communicate("")
        self._directory.cleanup()

    @property
    def inside(self):
        """What to put before a command so that it runs in this network, in the same directory."""
        user = ["--user", "--preserve-credentials"] if self._as_root else []
        enter = ["nsenter", f"--target={self._process.pid}", *user, "--net", "--mount", "--root"]
        return [*enter, "sh", "-c", 'cd "$0" && exec "$@"', os.getcwd()]

    def run(self, *command):
        subprocess.run([*self.inside, *command], check=True)

    def add_address(self, address):
        """One more address of this machine's, that looks like any other one of the network: an address that is its
        own source would come first among those of a name."""
        self.run("ip", "address", "add", f"{address}/32", "dev", "lo")
        self.run("ip", "route", "change", "table", "local", "local", address, "dev", "lo", "src", OWN)

    def listen(self, address, port):
        """A listening socket in this network, for this process."""
        return self._socket(address, port, "SOCK_STREAM")

    def _socket(self, address, port, kind):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            maker = [*self.inside, sys.executable, "-c", HAND_OUT, address, str(port), kind, str(theirs.fileno())]
            subprocess.run(maker, check=True, pass_fds=[theirs.fileno()])
            _, descriptors, _, _ = socket.recv_fds(ours, 1, 1)
        return socket.socket(fileno=descriptors[0])

    @contextlib.contextmanager
    def forwarder(self, address, port, target, is_known=False):
        """Takes connections at an address of this network, a new one if it is not known, to a port of the machine's."""
        if not is_known:
            self.add_address(address)
        with self.listen(address, port) as listener:
            threading.Thread(target=forward, args=(listener, target), daemon=True).start()
            yield
            listener.shutdown(socket.SHUT_RDWR)

    @contextlib.contextmanager
    def name_server(self, address, answer):
        """Answers each question as `answer(name, is_ipv6)` says: addresses, or the number of an error (3: no such
        name; 2: the server failed)."""
        self.add_address(address)
        with self._socket(address, 53, "SOCK_DGRAM") as wire:
            threading.Thread(target=_answer_names, args=(wire, answer), daemon=True).start()
            yield
            with contextlib.suppress(OSError):  # it is not connected, and wakes all the same
                wire.shutdown(socket.SHUT_RDWR)


def forward(listener, target):
    """Takes connections to a port of this machine's, until the listener is shut down."""
    while True:
        try:
            near, _ = listener.accept()
        except OSError:
            return
        far = socket.create_connection(("127.0.0.1", target))
        for a, b in ((near, far), (far, near)):
            threading.Thread(target=_pass_on, args=(a, b), daemon=True).start()


def _pass_on(source, sink):
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)


def _answer_names(wire, answer):
    while True:
        try:
            question, sender = wire.recvfrom(4096)
        except OSError:
            return
        if not question:
            return
        with contextlib.suppress(OSError):
            wire.sendto(_answer(question, answer), sender)


def _answer(question, answer):
    labels, at = [], 12
    while question[at]:
        labels.append(question[at + 1 : at + 1 + question[at]].decode())
        at += 1 + question[at]
    asked = question[12 : at + 5]
    is_ipv6 = struct.unpack("!H", question[at + 1 : at + 3])[0] == 28
    result = answer(".".join(labels), is_ipv6)
    error, addresses = (result, []) if isinstance(result, int) else (0, result)
    family = socket.AF_INET6 if is_ipv6 else socket.AF_INET
    records = b""
    for address in addresses:
        data = socket.inet_pton(family, address)
        records += b"\xc0\x0c" + struct.pack("!HHIH", 28 if is_ipv6 else 1, 1, 60, len(data)) + data
    header = question[:2] + struct.pack("!HHHHH", 0x8580 | error, 1, len(addresses), 0, 0)
    return header + asked + records
