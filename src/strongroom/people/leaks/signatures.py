"""Who has signed a report: public keys, shared secrets, and the one way of each to sign. Pure.

The kind of a key decides how a signature is judged, and nothing that comes with a report does: a
public key is never taken for a shared secret (the confusion of RFC 8725, section 2.1).
"""

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from strongroom.core.errors import InvalidError

SHORTEST_SECRET = 32  # bytes
MOST_KEYS = 64  # of a partner's list
_PEM = b"-----BEGIN"


@dataclass(frozen=True, slots=True)
class Shared:
    """A secret that the reporter has too: HMAC-SHA256."""

    secret: bytes = field(repr=False)


Key: TypeAlias = EllipticCurvePublicKey | Ed25519PublicKey | Shared
"""ECDSA on P-256 with SHA-256, Ed25519 (RFC 8032), or HMAC-SHA256 (RFC 2104)."""


def read_key(material: bytes) -> Key:
    """Read a public key in PEM, or a shared secret of at least 32 bytes; raises InvalidError."""
    material = material.strip()
    if material.startswith(_PEM):
        return _public(material)
    if len(material) < SHORTEST_SECRET:
        raise _no_key(f"it is shorter than {SHORTEST_SECRET} bytes")
    return Shared(material)


def is_signed(body: bytes, signature: str, key: Key) -> bool:
    """Say whether a signature, in base64, is that of a key over the bytes of a body."""
    try:
        raw = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    try:
        match key:
            case Shared(secret):
                return hmac.compare_digest(hmac.digest(secret, body, "sha256"), raw)
            case Ed25519PublicKey():
                key.verify(raw, body)
            case _:
                key.verify(raw, body, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def current_keys(document: bytes) -> Mapping[str, str]:
    """Read a partner's list of keys: those that are current, as PEM by their identifiers.

    `{"public_keys": [{"key_identifier": ..., "key": PEM, "is_current": true}, ...]}`; raises
    InvalidError where it is none.
    """
    try:
        read = json.loads(document)
        listed = read["public_keys"][:MOST_KEYS]
        found = {str(one["key_identifier"]): str(one["key"]) for one in listed if _current(one)}
        for pem in found.values():
            _public(pem.encode())
    except (ValueError, RecursionError, KeyError, TypeError) as error:
        raise _no_key("the list of keys is none") from error
    return found


def _current(one: object) -> bool:
    return isinstance(one, dict) and one.get("is_current") is True


def _public(pem: bytes) -> EllipticCurvePublicKey | Ed25519PublicKey:
    try:
        key = load_pem_public_key(pem)
    except ValueError as error:
        raise _no_key("it is no public key") from error
    if isinstance(key, Ed25519PublicKey):
        return key
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return key
    raise _no_key("it is of another kind than Ed25519 and P-256")


def _no_key(why: str) -> InvalidError:
    return InvalidError(
        "leak-key-invalid",
        f"A key by which reports of leaked tokens are signed cannot be used: {why}.",
        "Give a public key in PEM (Ed25519, or ECDSA on P-256), or a secret of 32 bytes or more.",
    )
