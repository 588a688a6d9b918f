"""A proxy that passes PostgreSQL's protocol on and keeps what the client sends."""

import socket
import struct
import threading

SSL_REQUEST = 80877103


class WireRecorder:
    """Listens at `port` for connections to a local port. Of the last one: `startup`, its parameters, and `messages`,
    pairs of a message's letter and its body."""

    def __init__(self, target):
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.connections = 0

    def __enter__(self):
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with near, socket.create_connection(("127.0.0.1", self._target)) as far:
                threading.Thread(target=_pass_on, args=(far, near), daemon=True).start()
                self._record(near, far)

    def _record(self, near, far):
        self.startup, self.messages = {}, []
        reader = near.makefile("rb")
        while not self.startup:
            packet = reader.read(4)
            packet += reader.read(struct.unpack("!I", packet)[0] - 4)
            if struct.unpack("!I", packet[4:8])[0] != SSL_REQUEST:
                words = packet[8:].rstrip(b"\0").decode().split("\0")
                self.startup = dict(zip(words[::2], words[1::2]))
            far.sendall(packet)
        while kind := reader.read(1):
            length = reader.read(4)
            body = reader.read(struct.unpack("!I", length)[0] - 4)
            self.messages.append((kind.decode(), body))
            far.sendall(kind + length + body)

    @property
    def round_trips(self):
        return sum(kind in "SQ" for kind, _ in self.messages)

    @property
    def parsed(self):
        """(statement's name, its text) of each Parse."""
        return [tuple(body.decode().split("\0")[:2]) for kind, body in self.messages if kind == "P"]

    @property
    def bound(self):
        """(portal's name, statement's name) of each Bind."""
        return [tuple(body.split(b"\0")[:2]) for kind, body in self.messages if kind == "B"]


def _pass_on(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
