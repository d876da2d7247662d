"""The secrets in the links of recovery: nobody without the key can make one, and no row keeps them.

The link by which somebody asks ends after a while, and with the address that it was mailed to. The
link that stops a recovery works as long as that is open.
"""

import re
from datetime import UTC, datetime

from strongroom.core.errors import ForbiddenError
from strongroom.people.accounts.signed import is_proof, number_of, proof, signed

_ASKING = re.compile(r"([1-9][0-9]{0,17})-([1-9][0-9]{0,11})-([0-9a-f]{64})")
_TO_STOP = "recovery\nstop\n"


def to_ask(key: bytes, user_id: int, email: str, until: datetime) -> str:
    """Return the secret by which the reader of an address asks for a recovery."""
    end = int(until.timestamp())
    return f"{user_id}-{end}-{proof(key, _asking(user_id, end, email))}"


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
    return is_proof(key, _asking(found[1], found[2], email), found[3])


def to_stop(key: bytes, number: int) -> str:
    """Return the secret by which a recovery is stopped."""
    return signed(key, _TO_STOP, number)


def to_be_stopped(key: bytes, secret: str) -> int:
    """Return the number of the recovery that a secret stops; raises ForbiddenError."""
    number = number_of(key, _TO_STOP, secret)
    if number is None:
        raise refused()
    return number


def refused() -> ForbiddenError:
    """Return the refusal, the same whatever is wrong: it tells nobody what there is."""
    return ForbiddenError(
        "recovery-link-invalid",
        "This link has ended, or never was one.",
        "Ask for a new one on the page of recovery.",
    )


def _asking(user_id: object, end: object, email: str) -> str:
    return f"recovery\nask\n{user_id}\n{end}\n{email}"
