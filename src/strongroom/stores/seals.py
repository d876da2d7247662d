"""Sealing short texts that rest in the database, so that its reader cannot use them.

AES-256-GCM (NIST SP 800-38D) with a random nonce; what a text is about is bound to it, so that one
cannot be put into another's place.
"""

import base64
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from strongroom.core.errors import ConfigurationError

_NONCE = 12  # bytes, as SP 800-38D, 8.2, recommends
_FORM = "1."


@dataclass(frozen=True, slots=True)
class Seal:
    """Seals and opens texts under one key of 32 bytes."""

    key: bytes = field(repr=False)

    def close(self, text: str, about: str) -> str:
        """Return the sealed form of a text, in printable ASCII."""
        nonce = secrets.token_bytes(_NONCE)
        box = AESGCM(self.key).encrypt(nonce, text.encode(), about.encode())
        return _FORM + base64.b64encode(nonce + box).decode()

    def open(self, sealed: str, about: str) -> str:
        """Return the text; raises ConfigurationError where another key or purpose sealed it."""
        form, box = sealed[: len(_FORM)], sealed[len(_FORM) :]
        try:
            raw = base64.b64decode(box, validate=True) if form == _FORM else b""
            text = AESGCM(self.key).decrypt(raw[:_NONCE], raw[_NONCE:], about.encode())
        except (ValueError, InvalidTag):
            raise ConfigurationError(
                "seal-broken",
                "A sealed text in the database cannot be opened.",
                "Use the keys with which it was written: keys and database belong together.",
            ) from None
        return text.decode()
