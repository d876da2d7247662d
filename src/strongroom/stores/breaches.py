"""Passwords that were stolen somewhere: asking a range service, or a file that the operator keeps.

A range service is told the first 5 of the 40 hexadecimal digits of a password's SHA-1, and answers
with all that begin so, as lines of the other 35 digits and a count: it never learns which one was
meant (k-anonymity; Li et al., "Protocols for Checking Compromised Credentials", 2019). Answers are
padded on request with lines whose count is 0, so that their length tells nothing either.
A file holds one line for each password: HASH or HASH:COUNT, sorted by the hash.
"""

import hashlib
import re
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import BinaryIO, TypeAlias

from strongroom.core.errors import InvalidError, UnavailableError
from strongroom.stores.outside import Limits, Outside, Request
from strongroom.stores.targets import target

FORM = "the address of a range service, or the absolute path of a sorted file of SHA-1 hashes"
LIMITS = Limits(at_most=1024 * 1024, total=4.0, connect=2.0, read=3.0)
# The operator has named the service: it may be a machine of their own network.
ANYWHERE = (ip_network("0.0.0.0/0"), ip_network("::/0"))
_PREFIX, _DIGITS = 5, 40
_LINE = 64  # bytes that a line of the file has at most
_FOUND = re.compile(rb"([0-9A-Fa-f]{40})(?::[0-9]+)?\r?\n?")
_OK = 200

Stolen: TypeAlias = Callable[[str], bool]
"""Says whether a password was stolen; raises a StrongroomError where that cannot be known."""


def is_valid(text: str) -> bool:
    """Say whether the setting `breached_passwords` is empty or names a service or a file."""
    if not text or Path(text).is_absolute():
        return True
    try:
        target(text)
    except InvalidError:
        return False
    return True


def stolen(setting: str, outside: Outside) -> Stolen:
    """Return how to ask whether a password was stolen; of nothing configured: none was."""
    if not setting:
        return lambda _: False
    if Path(setting).is_absolute():
        return in_file(Path(setting))
    return by_range(setting, outside)


def by_range(service: str, outside: Outside) -> Stolen:
    """Ask a range service, whose address the five digits are appended to."""

    def ask(password: str) -> bool:
        digest = _sha1(password)
        request = Request(
            f"{service.rstrip('/')}/{digest[:_PREFIX]}", {"Add-Padding": "true", "Accept": "*/*"}
        )
        with outside.answer(request, LIMITS) as answer:
            if answer.status != _OK:
                raise _unusable(f"The range service answers with status {answer.status}.")
            return _is_told(answer.body().decode("ascii", "replace"), digest[_PREFIX:])

    return ask


def in_file(path: Path) -> Stolen:
    """Look into a file by halving it: some 30 reads among a thousand million lines."""

    def look(password: str) -> bool:
        try:
            with path.open("rb") as file:
                return _holds(file, path.stat().st_size, _sha1(password).encode())
        except OSError as problem:
            raise _unusable(f"The list {path} cannot be read: {problem.strerror}.") from problem

    return look


def _is_told(body: str, rest: str) -> bool:
    for line in body.splitlines():
        found, _, count = line.partition(":")
        if found.strip().upper() == rest:
            return count.strip() != "0"  # which is padding
    return False


def _holds(file: BinaryIO, size: int, wanted: bytes) -> bool:
    low, high = 0, size  # the line, if it is there, begins at one of these bytes
    while low < high:
        middle = (low + high) // 2
        start = _line_at(file, middle)
        if start >= high:
            high = middle
            continue
        line = file.readline(_LINE)
        found = _FOUND.fullmatch(line)
        if found is None:
            raise _unusable("The list of breached passwords holds a line that is no hash.")
        digest = found[1].upper()
        if digest == wanted:
            return True
        low, high = (start + len(line), high) if digest < wanted else (low, middle)
    return False


def _line_at(file: BinaryIO, position: int) -> int:
    """Go to the first line that begins at or after a position; returns where."""
    file.seek(max(position - 1, 0))
    if position:
        file.readline(_LINE)
    return file.tell()


def _sha1(password: str) -> str:
    # The digest that all such lists are made of; nothing rests on its strength here.
    data = password.encode("utf-8", "surrogatepass")
    return hashlib.sha1(data, usedforsecurity=False).hexdigest().upper()


def _unusable(sentence: str) -> UnavailableError:
    return UnavailableError(
        "breach-list-unusable", sentence, "Correct the setting breached_passwords.", retry_after=60
    )
