"""Servers that speak PostgreSQL's protocol up to a point, and then do harm. No Postgres is needed."""

import socket
import struct
import threading

SSL_REQUEST = 80877103
SASL, SASL_CONTINUE = 10, 11


def message(kind, body=b""):
    return kind + struct.pack("!I", len(body) + 4) + body


def parameter(name, value):
    return message(b"S", name.encode() + b"\0" + value.encode() + b"\0")


def fields(kind, values):
    """An ErrorResponse or NoticeResponse."""
    return message(kind, b"".join(key + value + b"\0" for key, value in values) + b"\0")


def error(text, sqlstate=b"XX000", severity=b"ERROR"):
    return fields(b"E", [(b"S", severity), (b"V", severity), (b"C", sqlstate), (b"M", text)])


def row_description(count):
    column = b"c\0" + struct.pack("!IhIhih", 0, 0, 25, -1, -1, 0)
    return message(b"T", struct.pack("!h", count) + column * count)


def row(values):
    body = struct.pack("!h", len(values))
    for value in values:
        body += struct.pack("!i", -1) if value is None else struct.pack("!i", len(value)) + value
    return message(b"D", body)


PARSED = message(b"1")
BOUND = message(b"2")
READY = message(b"Z", b"I")
ANSWERED = PARSED + BOUND + message(b"n")
LOGGED_IN = message(b"R", struct.pack("!I", 0)) + parameter("server_version", "15.0") + READY
# The first round trip: BEGIN, the settings, then the session's row.
BEGUN = (
    ANSWERED
    + message(b"C", b"BEGIN\0")
    + PARSED
    + BOUND
    + row_description(3)
    + row([b"1s", b"pg_catalog", b"off"])
    + message(b"C", b"SELECT 1\0")
)
SESSION_ROW = row(
    [b"app", b"app", b"orders", b"15.0", b"150000", b"f", b"f", b"f", b"f", b"[]", None, None, b"f"]
)
ONE_ROW = message(b"C", b"SELECT 1\0")
# What the catalogs hold: nothing.
CONTENTS = PARSED + BOUND + row_description(3) + row([b"f", b"f", b"f"]) + ONE_ROW
SESSION = BEGUN + PARSED + BOUND + row_description(13) + SESSION_ROW + ONE_ROW + CONTENTS + READY


class Peer:
    """The server's end of one connection."""

    def __init__(self, connection):
        self.connection = connection

    def read(self, count):
        data = b""
        while len(data) < count:
            part = self.connection.recv(count - len(data))
            if not part:
                raise ConnectionError
            data += part
        return data

    def startup(self):
        """The start-up packet, TLS declined."""
        while True:
            length = struct.unpack("!I", self.read(4))[0]
            body = self.read(length - 4)
            if struct.unpack("!I", body[:4])[0] != SSL_REQUEST:
                return body
            self.send(b"N")

    def startup_with_tls(self, context):
        """The start-up packet, TLS accepted: `context` is an ssl.SSLContext. None if none was asked for."""
        length = struct.unpack("!I", self.read(4))[0]
        body = self.read(length - 4)
        if struct.unpack("!I", body[:4])[0] != SSL_REQUEST:
            return None
        self.send(b"S")
        self.connection = context.wrap_socket(self.connection, server_side=True)
        return self.read(struct.unpack("!I", self.read(4))[0] - 4)

    def login(self):
        self.startup()
        self.send(LOGGED_IN)

    def ask_for_hashing(self, iterations):
        """SCRAM up to the number of iterations that the client is asked for."""
        self.startup()
        self.send(message(b"R", struct.pack("!I", SASL) + b"SCRAM-SHA-256\0\0"))
        self.read(1)
        response = self.read(struct.unpack("!I", self.read(4))[0] - 4)
        nonce = response.rsplit(b"r=", 1)[1]
        first = b"r=" + nonce + b"more,s=c2FsdHNhbHRzYWx0c2FsdA==,i=%d" % iterations
        self.send(message(b"R", struct.pack("!I", SASL_CONTINUE) + first))

    def round_trip(self):
        """Everything that the client sends until its Sync; the texts of the statements in it."""
        statements = []
        while True:
            kind = self.read(1)
            body = self.read(struct.unpack("!I", self.read(4))[0] - 4)
            if kind == b"P":
                statements.append(body.split(b"\0")[1].decode())
            if kind == b"S":
                return statements

    def send(self, data):
        self.connection.sendall(data)

    def send_without_end(self, data):
        block = data * max(1, 65536 // len(data))
        while True:
            self.send(block)

    def wait_for_the_end(self):
        while self.connection.recv(65536):
            pass


class HostileServer:
    """Listens on 127.0.0.1, or at `listener`, and gives each connection to `script`, a function of a Peer, then
    closes it."""

    def __init__(self, script, listener=None):
        self.script = script
        self.listener = listener or socket.create_server(("127.0.0.1", 0), backlog=200)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection:
            try:
                self.script(Peer(connection))
            except OSError:
                pass  # the client has gone

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
