"""What a report says: tokens, and where each was found. Pure; three forms, bounded.

Nothing of a report is believed beyond what it holds: a token proves itself by its chain, and an
address is kept only where it is a plain one that a letter can show.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from strongroom.core.errors import InvalidError, TooLargeError

AT_MOST = 32 * 1024  # bytes of a report
MOST_FOUND = 200  # tokens in one report
LONGEST_ADDRESS = 500
LONGEST_TYPE = 100
_LAST = 2**53  # seconds; a number of a thousand digits is no time
_ADDRESS = re.compile(r"https?://[!-~]{1,490}")
_NONCE = re.compile(r"[0-9A-Za-z_-]{16,64}")


@dataclass(frozen=True, slots=True)
class Found:
    """A text that may be a token, what its finder calls it, and where it was found, if told."""

    token: str = field(repr=False)
    sort: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Dated:
    """A report that says when it was made, in seconds since 1970, and by a number used once."""

    found: tuple[Found, ...]
    made_at: int
    nonce: str


def listed(body: bytes, where: str) -> tuple[Found, ...]:
    """Read a list of objects with `token`, `type` and an address under the name `where`.

    Raises InvalidError, or TooLargeError for more than 200.
    """
    return _each(_json(body), where)


def dated(body: bytes) -> Dated:
    """Read an object with `made_at`, `nonce` and `found`, a list as above with `url`."""
    match _json(body):
        case {"made_at": int(made_at), "nonce": str(nonce), "found": found} if (
            _NONCE.fullmatch(nonce) and not isinstance(made_at, bool) and 0 <= made_at <= _LAST
        ):
            return Dated(_each(found, "url"), made_at, nonce)
    raise _unreadable()


def _each(rows: object, where: str) -> tuple[Found, ...]:
    if not isinstance(rows, list):
        raise _unreadable()
    if len(rows) > MOST_FOUND:
        raise TooLargeError(
            "report-too-large",
            f"A report names at most {MOST_FOUND} tokens.",
            "Send the others in another report.",
        )
    return tuple(_found(row, where) for row in rows)


def _found(row: object, where: str) -> Found:
    if not isinstance(row, Mapping) or not isinstance(row.get("token"), str):
        raise _unreadable()
    sort = row.get("type")
    return Found(
        token=row["token"].strip(),
        sort=sort[:LONGEST_TYPE] if isinstance(sort, str) else "",
        where=address(row.get(where)),
    )


def address(value: object) -> str:
    """Return an address if it is one that can be shown to people, else nothing."""
    text = value[:LONGEST_ADDRESS] if isinstance(value, str) else ""
    return text if _ADDRESS.fullmatch(text) else ""


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise _unreadable() from None


def _unreadable() -> InvalidError:
    return InvalidError(
        "report-unreadable",
        "The report has another form than it must.",
        "The documentation says under operate, secret scanning, what a report looks like.",
    )
