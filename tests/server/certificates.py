"""A certificate authority for one test, and a cluster that uses its certificates."""

import os
import pathlib
import subprocess
import time


def _openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Authority:
    """`certificate` is the CA's own, for sslrootcert."""

    def __init__(self, directory, name="Test CA"):
        self._directory = pathlib.Path(directory)
        self._name = name.replace(" ", "-").lower()
        self.certificate = self._directory / f"{self._name}.crt"
        self._key = self._directory / f"{self._name}.key"
        _openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", 2, "-subj", f"/CN={name}",
                 "-keyout", self._key, "-out", self.certificate)  # fmt: skip

    def issue(self, names, directory):
        """server.key and server.crt in `directory`, for the DNS names given."""
        directory = pathlib.Path(directory)
        request, extensions = self._directory / "request", self._directory / "extensions"
        extensions.write_text("subjectAltName=" + ",".join(f"DNS:{name}" for name in names))
        _openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={names[0]}",
                 "-keyout", directory / "server.key", "-out", request)  # fmt: skip
        _openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self._key, "-CAcreateserial",
                 "-days", 2, "-extfile", extensions, "-out", directory / "server.crt")  # fmt: skip


def turn_on_tls(cluster, authority, names):
    """Gives the running cluster a certificate for `names`."""
    authority.issue(names, cluster.data)
    owner = cluster.data.stat()
    for name in ("server.key", "server.crt"):
        os.chown(cluster.data / name, owner.st_uid, owner.st_gid)
    os.chmod(cluster.data / "server.key", 0o600)
    with cluster.connect() as connection:
        connection.execute("ALTER SYSTEM SET ssl = on")
        connection.execute("SELECT pg_reload_conf()")
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with cluster.connect() as connection:
            if connection.execute("SHOW ssl").fetchone()[0] == "on":
                return
    raise RuntimeError("the server did not turn TLS on")
