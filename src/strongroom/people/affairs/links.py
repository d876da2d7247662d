"""The link in a letter by which its reader says "this was not me".

It names a line of an account's log, and nobody without the key can make one. There is no row of it:
whether it still works stands in the log itself (`disavowal`).
"""

import hashlib
import hmac
import re

from strongroom.core.errors import ForbiddenError

_FORM = re.compile(r"([1-9][0-9]{0,18})-([0-9a-f]{64})")


def made(key: bytes, line: int) -> str:
    """Return the secret part of a link about a line of a log, by a key of 32 bytes."""
    return f"{line}-{_proof(key, line)}"


def read(key: bytes, text: str) -> int:
    """Return the line that a link is about; raises ForbiddenError."""
    found = _FORM.fullmatch(text)
    if found is None or not hmac.compare_digest(found[2], _proof(key, int(found[1]))):
        raise refused()
    return int(found[1])


def refused() -> ForbiddenError:
    """Return the refusal, the same whatever is wrong: it tells nobody what there is."""
    return ForbiddenError(
        "disavowal-invalid",
        "This was said already, or is too long ago, or there is no such link.",
        "If somebody else uses your account, set a new password, or ask the registry's operator.",
    )


def _proof(key: bytes, line: int) -> str:
    return hmac.new(key, f"disavowal {line}".encode(), hashlib.sha256).hexdigest()
