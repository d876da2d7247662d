"""The secrets in the links of recovery: nobody without the key can make one, and no row keeps them.

The link by which somebody asks ends after a while, and with the address that it was mailed to. The
link that stops a recovery works as long as that is open.
"""

import hashlib
import hmac
import re
from datetime import UTC, datetime

from strongroom.core.errors import ForbiddenError

_ASKING = re.compile(r"([1-9][0-9]{0,17})-([1-9][0-9]{0,11})-([0-9a-f]{64})")
_STOPPING = re.compile(r"([1-9][0-9]{0,17})-([0-9a-f]{64})")


def to_ask(key: bytes, user_id: int, email: str, until: datetime) -> str:
    """Return the secret by which the reader of an address asks for a recovery."""
    end = int(until.timestamp())
    return f"{user_id}-{end}-{_proof(key, 'ask', user_id, end, email)}"


def user_of(secret: str) -> int:
    """Return of which account a secret is; what it is worth, `is_to_ask` says."""
    found = _ASKING.fullmatch(secret)
    if found is None:
        raise refused()
    return int(found[1])


def is_to_ask(key: bytes, secret: str, email: str, now: datetime) -> bool:
    """Say whether a secret was mailed to an address, and has not ended."""
    found = _ASKING.fullmatch(secret)
    if found is None or datetime.fromtimestamp(int(found[2]), UTC) <= now:
        return False
    return hmac.compare_digest(found[3], _proof(key, "ask", found[1], found[2], email))


def to_stop(key: bytes, number: int) -> str:
    """Return the secret by which a recovery is stopped."""
    return f"{number}-{_proof(key, 'stop', number)}"


def to_be_stopped(key: bytes, secret: str) -> int:
    """Return the number of the recovery that a secret stops; raises ForbiddenError."""
    found = _STOPPING.fullmatch(secret)
    if found is None or not hmac.compare_digest(found[2], _proof(key, "stop", found[1])):
        raise refused()
    return int(found[1])


def refused() -> ForbiddenError:
    """Return the refusal, the same whatever is wrong: it tells nobody what there is."""
    return ForbiddenError(
        "recovery-link-invalid",
        "This link has ended, or never was one.",
        "Ask for a new one on the page of recovery.",
    )


def _proof(key: bytes, *words: object) -> str:
    text = "\n".join(map(str, ("recovery", *words)))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
