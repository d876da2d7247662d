"""Those who find leaked tokens: they sign what they report, as the scanners of code hosts do."""

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Signer: TypeAlias = EllipticCurvePrivateKey | Ed25519PrivateKey | bytes


def pem_of(signer: EllipticCurvePrivateKey | Ed25519PrivateKey | RSAPrivateKey) -> str:
    """Return a signer's public key."""
    form = PublicFormat.SubjectPublicKeyInfo
    return signer.public_key().public_bytes(Encoding.PEM, form).decode()


def signed(body: bytes, signer: Signer) -> str:
    """Return the signature of a body, in base64."""
    if isinstance(signer, bytes):
        raw = hmac.digest(signer, body, "sha256")
    elif isinstance(signer, Ed25519PrivateKey):
        raw = signer.sign(body)
    else:
        raw = signer.sign(body, ECDSA(SHA256()))
    return base64.b64encode(raw).decode()


@dataclass
class Scanner:
    """A partner that shows its keys, changes them when told to, and counts who asks for them."""

    keys: dict[str, EllipticCurvePrivateKey] = field(default_factory=dict)
    gone: bool = False
    asked: int = 0

    def rotate(self, name: str) -> None:
        """Sign by a new key alone."""
        self.keys = {name: generate_private_key(SECP256R1())}

    def shown(self) -> bytes:
        """Return the list of keys."""
        self.asked += 1
        if self.gone:
            return b"<html>not now</html>"
        rows = [
            {"key_identifier": name, "key": pem_of(key), "is_current": True}
            for name, key in self.keys.items()
        ]
        return json.dumps({"public_keys": rows}).encode()

    def headers(self, body: bytes, name: str) -> Mapping[str, str]:
        """Return the headers of a report."""
        return {
            "Github-Public-Key-Identifier": name,
            "Github-Public-Key-Signature": signed(body, self.keys[name]),
        }
