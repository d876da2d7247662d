"""Numbers of rows that are signed: what a link holds of which no row is kept.

Nobody without the key can make one, and one that is about something is about nothing else.
"""

import hashlib
import hmac
import re

_FORM = re.compile(r"([1-9][0-9]{0,17})-([0-9a-f]{64})")


def proof(key: bytes, text: str) -> str:
    """Return the proof of a text by a key of 32 bytes: HMAC-SHA-256 (RFC 2104), in hexadecimal."""
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def is_proof(key: bytes, text: str, shown: str) -> bool:
    """Say whether what was shown proves a text."""
    return hmac.compare_digest(shown, proof(key, text))


def signed(key: bytes, about: str, number: int) -> str:
    """Return a number with its proof."""
    return f"{number}-{proof(key, f'{about}{number}')}"


def number_of(key: bytes, about: str, secret: str) -> int | None:
    """Return the number that was signed about something, None where none was."""
    found = _FORM.fullmatch(secret)
    if found is None or not is_proof(key, f"{about}{found[1]}", found[2]):
        return None
    return int(found[1])
