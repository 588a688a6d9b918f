"""TLS records as no library sends them: a server's end that holds the keys itself, once hands are shaken."""

import hmac
import ssl
import struct

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

HANDSHAKE, APPLICATION_DATA = 22, 23
HELLO_REQUEST, SERVER_HELLO, NEW_SESSION_TICKET, KEY_UPDATE = 0, 2, 4, 24


def handshake(kind, body):
    return bytes([kind]) + struct.pack("!I", len(body))[1:] + body


TICKET = handshake(NEW_SESSION_TICKET, struct.pack("!IIBBHBH", 7200, 0, 1, 0, 1, 0, 0))
KEY_UPDATED = handshake(KEY_UPDATE, b"\0")
RENEGOTIATE = handshake(HELLO_REQUEST, b"")


def server_context(certificate, key, key_log, version=ssl.TLSVersion.TLSv1_3):
    """For that version alone, without tickets of its own: `Records` is what sends. The secrets go to the file `key_log`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.minimum_version = context.maximum_version = version
    context.set_ciphers("ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES256-GCM-SHA384")
    context.num_tickets = 0
    context.keylog_filename = str(key_log)
    return context


def keep_server_random(context):
    """Returns a list that gets the random bytes of each ServerHello. TLS 1.2 derives its keys from them."""
    randoms = []

    def note(_connection, direction, _version, _kind, message, data):
        if direction == "write" and message == SERVER_HELLO:
            randoms.append(data[6:38])

    context._msg_callback = note  # pylint: disable=protected-access  # the only way to see them
    return randoms


class Records:
    """TLS 1.3. Sends in place of the SSLSocket `connection`, which has sent nothing yet but its handshake."""

    def __init__(self, connection, key_log):
        assert connection.cipher()[0] == "TLS_AES_256_GCM_SHA384"
        self.descriptor = connection.fileno()
        lines = [line.split() for line in key_log.read_text().splitlines()]
        self.use([bytes.fromhex(line[2]) for line in lines if line[0] == "SERVER_TRAFFIC_SECRET_0"][-1])

    def use(self, secret):
        self.secret = secret
        self.key, self.nonce = AESGCM(self.derived("key", 32)), int.from_bytes(self.derived("iv", 12), "big")
        self.number = 0

    def derived(self, label, length):
        label = b"tls13 " + label.encode()
        info = struct.pack("!HB", length, len(label)) + label + b"\0"
        return HKDFExpand(hashes.SHA384(), length, info).derive(self.secret)

    def record(self, data, kind=APPLICATION_DATA):
        """What is to be sent, next in turn."""
        header = struct.pack("!BHH", APPLICATION_DATA, 0x0303, len(data) + 1 + 16)
        nonce = (self.nonce ^ self.number).to_bytes(12, "big")
        self.number += 1
        return header + self.key.encrypt(nonce, data + bytes([kind]), header)

    def updated(self):
        """A KeyUpdate; everything after it is encrypted by the next key."""
        record = self.record(KEY_UPDATED, HANDSHAKE)
        self.use(self.derived("traffic upd", 48))
        return record


class RecordsOfTls12:
    """Sends in place of the SSLSocket `connection`, which has sent nothing yet but its handshake."""

    def __init__(self, connection, key_log, server_random):
        assert connection.cipher()[0].endswith("AES256-GCM-SHA384") and connection.version() == "TLSv1.2"
        self.descriptor = connection.fileno()
        lines = [line.split() for line in key_log.read_text().splitlines()]
        client_random, secret = [map(bytes.fromhex, line[1:]) for line in lines if line[0] == "CLIENT_RANDOM"][-1]
        block = self.expanded(secret, b"key expansion" + server_random + client_random)
        self.key, self.fixed_nonce = AESGCM(block[32:64]), block[68:72]
        self.number = 1  # 0 was the last message of the handshake

    @staticmethod
    def expanded(secret, seed):
        """The keys and nonces of both sides: 72 bytes."""
        block, each = b"", seed
        while len(block) < 72:
            each = hmac.digest(secret, each, "sha384")
            block += hmac.digest(secret, each + seed, "sha384")
        return block

    def record(self, data, kind=APPLICATION_DATA):
        """What is to be sent, next in turn."""
        number = struct.pack("!Q", self.number)
        self.number += 1
        encrypted = self.key.encrypt(self.fixed_nonce + number, data, number + struct.pack("!BHH", kind, 0x0303, len(data)))
        return struct.pack("!BHH", kind, 0x0303, len(number + encrypted)) + number + encrypted
