"""A certificate authority for one test, and a cluster that uses its certificates."""

import datetime
import ipaddress
import os
import pathlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)
YESTERDAY_TO_TOMORROW = (-DAY, DAY)
EXPIRED = (-2 * DAY, -DAY)
NOT_YET = (DAY, 2 * DAY)


def _name(common_name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _subject(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _builder(subject, issuer, key, valid):
    now = datetime.datetime.utcnow()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + valid[0])
        .not_valid_after(now + valid[1])
    )


def _write_certificate(path, certificate):
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _write_key(path, key, passphrase=None):
    encryption = serialization.NoEncryption()
    if passphrase is not None:
        encryption = serialization.BestAvailableEncryption(passphrase.encode())
    form = serialization.PrivateFormat.PKCS8
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, encryption))
    path.chmod(0o600)


class Authority:
    """`certificate` is the CA's own, for sslrootcert."""

    def __init__(self, directory, name="Test CA"):
        self._directory = pathlib.Path(directory)
        self._file = name.replace(" ", "-").lower()
        self._name = _name(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self._directory / f"{self._file}.crt"
        certificate = (
            _builder(self._name, self._name, self._key, YESTERDAY_TO_TOMORROW)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        _write_certificate(self.certificate, certificate)

    def issue(self, names, directory, stem="server", valid=YESTERDAY_TO_TOMORROW, passphrase=None, extensions=()):
        """STEM.key and STEM.crt in `directory`, for the DNS names and addresses given; the first is the common name.
        Returns the certificate."""
        directory = pathlib.Path(directory)
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(_name(names[0]), self._name, key, valid)
        for extension in [x509.SubjectAlternativeName(list(map(_subject, names))), *extensions]:
            builder = builder.add_extension(extension, critical=False)
        certificate = builder.sign(self._key, hashes.SHA256())
        _write_key(directory / f"{stem}.key", key, passphrase)
        _write_certificate(directory / f"{stem}.crt", certificate)
        return certificate

    def revoke(self, *certificates):
        """A list of revoked certificates, valid today; returns its path."""
        now = datetime.datetime.utcnow()
        builder = x509.CertificateRevocationListBuilder().issuer_name(self._name)
        builder = builder.last_update(now - DAY).next_update(now + DAY)
        for certificate in certificates:
            entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number)
            builder = builder.add_revoked_certificate(entry.revocation_date(now - DAY).build())
        path = self._directory / f"{self._file}.crl"
        path.write_bytes(
            builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        )
        return path


def self_signed(names, directory, stem="server", key=None):
    """STEM.key and STEM.crt in `directory`, signed by nobody else; `key`: not one on an elliptic curve."""
    directory = pathlib.Path(directory)
    key = key or ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _builder(_name(names[0]), _name(names[0]), key, YESTERDAY_TO_TOMORROW)
        .add_extension(x509.SubjectAlternativeName(list(map(_subject, names))), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write_key(directory / f"{stem}.key", key)
    _write_certificate(directory / f"{stem}.crt", certificate)


def give_to_server(cluster, *names):
    """Files in the cluster's data directory belong to its owner from now on."""
    owner = cluster.data.stat()
    for name in names:
        os.chown(cluster.data / name, owner.st_uid, owner.st_gid)


def turn_on_tls(cluster, authority, names):
    """Gives the running cluster a certificate for `names`."""
    authority.issue(names, cluster.data)
    give_to_server(cluster, "server.key", "server.crt")
    cluster.reconfigure(ssl="on")
