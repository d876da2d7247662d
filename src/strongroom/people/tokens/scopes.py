"""How far a token goes: what all its caveats leave together, and what that means here and now.

Sets are intersected, the earliest expiry counts, and a token without a caveat of some sort is not
limited in that respect. So each further caveat keeps the scope or makes it smaller, never wider.
"""

import ipaddress
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import reduce
from typing import TypeVar

from strongroom.core.actors import EVERYWHERE, Reach
from strongroom.core.errors import ForbiddenError
from strongroom.people.access.rules import NAMED
from strongroom.people.tokens.caveats import (
    Actions,
    Caveat,
    Ecosystems,
    Network,
    Networks,
    Once,
    Projects,
    Until,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Scope:
    """All the caveats of a token together; None means not limited in that respect."""

    reach: Reach = EVERYWHERE
    networks: AbstractSet[Network] | None = None
    expires_at: datetime | None = None
    once: bool = False


def scope_of(caveats: Iterable[Caveat]) -> Scope:
    """Return what all the caveats of a token leave together."""
    return reduce(_narrowed, caveats, Scope())


def as_made(reach: Reach, *, named: bool) -> Reach:
    """Take from a reach the acts that only a token has which was made for them (`rules.NAMED`).

    `named` says whether it was made for certain acts. Else its holder could name such an act later,
    which it does not have as long as it names none: narrowing would widen it.
    """
    if named or reach.actions is None:
        return reach
    return replace(reach, actions=reach.actions - NAMED)


def admit(scope: Scope, now: datetime, source: str) -> Reach:
    """Return how far a scope goes at this moment and from this address, or raise ForbiddenError.

    An address that is empty or unreadable lies in no network.
    """
    if scope.expires_at is not None and now.replace(microsecond=0) > scope.expires_at:
        raise ForbiddenError("token-expired", "The token has expired.", "Create a new token.")
    if scope.networks is not None and not _lies_in(source, scope.networks):
        raise ForbiddenError(
            "token-wrong-network",
            "The token is not valid from this network.",
            "Use it from the networks that it is limited to, or create another one.",
        )
    return scope.reach


def shown(scope: Scope) -> dict[str, object]:
    """Return a scope as JSON values for people and programs; None means not limited."""
    reach = scope.reach
    return {
        "ecosystems": _names(reach.ecosystems),
        "projects": _names(reach.projects),
        "actions": _names(reach.actions),
        "networks": _names(scope.networks),
        "expires_at": scope.expires_at and scope.expires_at.isoformat(),
        "once": scope.once,
    }


def _narrowed(scope: Scope, caveat: Caveat) -> Scope:
    reach = scope.reach
    match caveat:
        case Ecosystems(ids):
            return replace(scope, reach=replace(reach, ecosystems=_meet(reach.ecosystems, ids)))
        case Projects(ids):
            return replace(scope, reach=replace(reach, projects=_meet(reach.projects, ids)))
        case Actions(names):
            return replace(scope, reach=replace(reach, actions=_meet(reach.actions, names)))
        case Networks(ranges):
            return replace(scope, networks=_overlap(scope.networks, ranges))
        case Until(second):
            moment = datetime.fromtimestamp(second, UTC)
            return replace(scope, expires_at=min(scope.expires_at or moment, moment))
        case Once():  # pragma: no branch - mypy proves that nothing else is left
            return replace(scope, once=True)


def _meet(held: AbstractSet[T] | None, asked: AbstractSet[T]) -> AbstractSet[T]:
    return asked if held is None else held & asked


def _overlap(
    held: AbstractSet[Network] | None, asked: AbstractSet[Network]
) -> AbstractSet[Network]:
    # Two networks are either apart or one lies in the other, so the smaller one is the overlap.
    if held is None:
        return asked
    inside_held = {a for a in asked for h in held if _contains(h, a)}
    inside_asked = {h for h in held for a in asked if _contains(a, h)}
    return inside_held | inside_asked


def _contains(outer: Network, inner: Network) -> bool:
    return inner.network_address in outer and inner.prefixlen >= outer.prefixlen


def _lies_in(source: str, ranges: AbstractSet[Network]) -> bool:
    try:
        address = ipaddress.ip_address(source)
    except ValueError:
        return False
    # A server that listens on :: sees IPv4 clients as ::ffff:192.0.2.1 (RFC 4291, 2.5.5.2).
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return any((mapped or address) in network for network in ranges)


def _names(values: AbstractSet[object] | None) -> list[str] | None:
    return None if values is None else sorted(str(value) for value in values)
