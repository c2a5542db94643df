"""A listener with TLS and SASL/SCRAM-SHA-512 for the test broker, with a certificate and a password made on the spot."""

from __future__ import annotations

import secrets
import subprocess
from pathlib import Path

LISTENER = """\
ssl.keystore.type=PEM
ssl.keystore.location={keystore}
sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
"""


class SecureListener:
    """What the broker and its clients have to know of it."""

    user = "alice"

    def __init__(self, folder: Path, port: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.bootstrap = f"127.0.0.1:{port}"
        self.password = secrets.token_urlsafe(16)
        self.certificate = folder / "broker.crt"
        key, self._keystore = folder / "broker.key", folder / "broker.pem"
        subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
        made = ["-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", str(key), "-out", str(self.certificate)]
        subprocess.run(["openssl", "req", "-x509", *made, *subject], check=True, capture_output=True)
        self._keystore.write_text(key.read_text() + self.certificate.read_text())

    @property
    def properties(self) -> str:
        """Lines for the broker's file."""
        return LISTENER.format(keystore=self._keystore)

    @property
    def format_options(self) -> list[str]:
        """What the broker's storage begins with: the one user."""
        return ["--add-scram", f"SCRAM-SHA-512=[name={self.user},password={self.password}]"]

    def client(self, password: str | None = None) -> dict[str, str]:
        """Settings of a client, with the right password unless told otherwise."""
        return {
            "security.protocol": "SASL_SSL",
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": self.user,
            "sasl.password": self.password if password is None else password,
            "ssl.ca.location": str(self.certificate),
        }
