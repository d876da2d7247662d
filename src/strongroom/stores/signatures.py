"""Signatures that anybody can verify by a published key: what is said in public by this registry.

JSON Web Signatures (RFC 7515) with Ed25519 (RFC 8037), detached (RFC 7515, appendix F): the content
travels as itself, and the header of the signature beside it. Any library of JWS verifies it.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs by one key of 32 bytes."""

    key: bytes = field(repr=False)

    def detached(self, content: bytes, told: Mapping[str, object]) -> str:
        """Return the signature of a content and of what is told of it: `header..signature`."""
        named = {"alg": "EdDSA", "kid": self.public()["kid"], **told}
        header = _encoded(json.dumps(named, separators=(",", ":")).encode())
        signed = f"{header}.{_encoded(content)}".encode()
        return f"{header}..{_encoded(self._private().sign(signed))}"

    def public(self) -> Mapping[str, str]:
        """Return the public key as a JSON Web Key, named by its thumbprint (RFC 7638)."""
        raw = _encoded(self._private().public_key().public_bytes_raw())
        required = {"crv": "Ed25519", "kty": "OKP", "x": raw}
        thumb = hashlib.sha256(json.dumps(required, separators=(",", ":")).encode()).digest()
        return {**required, "alg": "EdDSA", "kid": _encoded(thumb), "use": "sig"}

    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.key)


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
