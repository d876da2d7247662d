"""The limits that a token can carry, and the one way in which each of them is written.

A caveat is a JSON array whose first item is its tag (`["projects","pypi:parcel"]`): no blanks,
ASCII, the values sorted and each named once. A caveat that this version does not know, or that is
written in another way, is refused: to ignore it would be to ignore what a holder took away.

Project names are compared as they are, so the caller canonicalises them; a name that is not
canonical reaches no project.
"""

import ipaddress
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, TypeVar

from strongroom.core.actors import Action
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import InvalidError

T = TypeVar("T")
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

ACTIONS = "actions"  # the tag of the caveat
LAST_SECOND = 253402300799  # the end of the year 9999, where datetime ends
ECOSYSTEM = re.compile(r"[a-z][a-z0-9-]{0,15}")
PROJECT_KEY = re.compile(r"[!-~]{1,255}")  # printable ASCII without blanks


@dataclass(frozen=True, slots=True)
class Ecosystems:
    """Only these ecosystems, by id."""

    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Projects:
    """Only these projects."""

    ids: frozenset[ProjectId]


@dataclass(frozen=True, slots=True)
class Actions:
    """Only these actions."""

    names: frozenset[Action]


@dataclass(frozen=True, slots=True)
class Networks:
    """Only from an address in one of these networks."""

    ranges: frozenset[Network]


@dataclass(frozen=True, slots=True)
class Until:
    """Not after this second since 1970 UTC; the second itself still counts."""

    second: int


@dataclass(frozen=True, slots=True)
class Once:
    """For one request alone."""


Caveat: TypeAlias = Ecosystems | Projects | Actions | Networks | Until | Once


def ecosystems(ids: Iterable[object]) -> Ecosystems:
    """Limit to ecosystems, given by id (`pypi`)."""
    return Ecosystems(_each("ecosystem", ids, _ecosystem))


def projects(ids: Iterable[object]) -> Projects:
    """Limit to projects, given by ecosystem and canonical name (`pypi:parcel`)."""
    return Projects(_each("project", ids, _project))


def actions(names: Iterable[object]) -> Actions:
    """Limit to actions, given by the values of `Action` (`upload`)."""
    return Actions(_each("action", names, Action))


def networks(ranges: Iterable[object]) -> Networks:
    """Limit to source networks, given as addresses or in CIDR form, IPv4 or IPv6."""
    return Networks(_each("network", ranges, _network))


def until(moment: datetime) -> Until:
    """Limit to the time up to a moment, which is cut to the second."""
    return _second([int(moment.timestamp())])


def as_list(caveat: Caveat) -> list[str | int]:
    """Return the JSON array that a caveat is written as."""
    match caveat:
        case Ecosystems(ids):
            return ["ecosystems", *sorted(ids)]
        case Projects(ids):
            return ["projects", *sorted(str(project) for project in ids)]
        case Actions(names):
            return [ACTIONS, *sorted(str(action) for action in names)]
        case Networks(ranges):
            return ["networks", *sorted(str(network) for network in ranges)]
        case Until(second):
            return ["until", second]
        case Once():  # pragma: no branch - mypy proves that nothing else is left
            return ["once"]


def encode(caveat: Caveat) -> bytes:
    """Return the one spelling of a caveat."""
    return json.dumps(as_list(caveat), separators=(",", ":")).encode()


def decode(raw: bytes) -> Caveat:
    """Read a caveat; raises InvalidError unless it is known and in its one spelling."""
    try:
        written = json.loads(raw)
    except (ValueError, RecursionError):
        raise _unknown() from None
    if not isinstance(written, list) or not written or written[0] not in list(_READERS):
        raise _unknown()
    caveat = _READERS[written[0]](written[1:])
    # Blanks, order, doubles, `true` for 1: a second spelling of a caveat is a second meaning.
    if encode(caveat) != raw:
        raise _unknown()
    return caveat


def _each(sort: str, values: Iterable[object], read: Callable[[str], T]) -> frozenset[T]:
    found = set()
    for value in values:
        try:
            found.add(read(str(value)))
        except ValueError:
            raise InvalidError(
                f"token-bad-{sort}",
                f"{ascii(value)[:80]} is not a {sort} that a token can be limited to.",
                _EXAMPLES[sort],
            ) from None
    if not found:
        raise InvalidError(
            "token-empty-limit", f"The limit names no {sort}.", "Name at least one, or leave it."
        )
    return frozenset(found)


def _ecosystem(text: str) -> str:
    if not ECOSYSTEM.fullmatch(text):
        raise ValueError
    return text


def _project(text: str) -> ProjectId:
    ecosystem, _, key = text.partition(":")
    if not PROJECT_KEY.fullmatch(key):
        raise ValueError
    return ProjectId(_ecosystem(ecosystem), key)


def _network(text: str) -> Network:
    network = ipaddress.ip_network(text)
    if "%" in text:  # a zone means something to one machine only (RFC 4007)
        raise ValueError
    return network


def _second(values: list[object]) -> Until:
    match values:
        # `true` is an int to Python, and would be another spelling of 1.
        case [int(second)] if not isinstance(second, bool) and 0 <= second <= LAST_SECOND:
            return Until(second)
    raise InvalidError(
        "token-bad-expiry", "This is not a time until which a token can last.", "Name another one."
    )


def _once(values: list[object]) -> Once:
    if values:
        raise _unknown()
    return Once()


def _unknown() -> InvalidError:
    return InvalidError(
        "token-unknown-limit",
        "The token carries a limit that this version does not know.",
        "Use a token whose limits it knows, or upgrade the registry.",
    )


_READERS: dict[str, Callable[[list[object]], Caveat]] = {
    "ecosystems": ecosystems,
    "projects": projects,
    ACTIONS: actions,
    "networks": networks,
    "until": _second,
    "once": _once,
}
_EXAMPLES = {
    "ecosystem": "Name it by its id, such as pypi.",
    "project": "Name it with its ecosystem, such as pypi:parcel.",
    "action": "Name one of: " + ", ".join(Action) + ".",
    "network": "Write it as an address or a range, such as 192.0.2.0/24 or 2001:db8::/32.",
}
