"""Endpoints that are not what they should be."""

import socket
import struct
import tempfile
import threading


class Silent:
    """A port on every loopback address that takes connections and never says a word."""

    def __enter__(self):
        self.listener = socket.create_server(("0.0.0.0", 0), backlog=65535)
        return self

    def __exit__(self, *_):
        self.listener.close()

    def connections(self, count, timeout):
        """To as many addresses, so that they are as many servers."""
        port = self.listener.getsockname()[1]
        return [
            {
                "name": f"silent-{i}",
                "url": f"postgresql://a:b@127.9.{i // 250}.{i % 250 + 1}:{port}/d",
                "timeout": timeout,
            }
            for i in range(count)
        ]


def refused(count):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    return [{"name": f"refused-{i}", "url": f"postgresql://a:b@127.0.0.1:{port}/d"} for i in range(count)]


class NameServer:
    """Answers for good-*.test with 127.0.0.1 and for nothing else. prefix() is a command under which it is asked."""

    ADDRESS = "127.0.0.53"

    def __enter__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((self.ADDRESS, 53))
        threading.Thread(target=self.serve, daemon=True).start()
        self.resolv_conf = tempfile.NamedTemporaryFile("w", prefix="resolv.conf-")
        self.resolv_conf.write(f"nameserver {self.ADDRESS}\n")
        self.resolv_conf.flush()
        return self

    def __exit__(self, *_):
        self.resolv_conf.close()
        self.socket.close()

    def prefix(self):
        mount = f'mount --bind {self.resolv_conf.name} /etc/resolv.conf && exec "$@"'
        return ["unshare", "--mount", "sh", "-c", mount, "sh"]

    def serve(self):
        while True:
            try:
                query, client = self.socket.recvfrom(512)
            except OSError:
                return
            if query[13:18] != b"good-":
                continue
            question = query[12 : query.index(b"\0", 12) + 5]
            is_ipv4 = question[-4:-2] == b"\0\1"
            header = query[:2] + struct.pack("!HHHHH", 0x8180, 1, 1 if is_ipv4 else 0, 0, 0)
            answer = struct.pack("!HHHIH4s", 0xC00C, 1, 1, 60, 4, bytes([127, 0, 0, 1])) if is_ipv4 else b""
            self.socket.sendto(header + question + answer, client)
