"""What a webhook may be, how often it is tried, when it is given up: values, decisions. Pure.

The pauses are in the spirit of the Standard Webhooks specification 1.0, "Deliverability and
reliability": tried for days, ever more rarely, then switched off and its owners told.
"""

import ipaddress
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from strongroom.core.errors import ForbiddenError, InvalidError
from strongroom.core.events import PUBLIC, Kind
from strongroom.stores.addresses import Network, reachable
from strongroom.stores.targets import Target, target

MOST = 10  # hooks of one project, and of the registry
URL_AT_MOST = 1000  # characters
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=6)
TRIED_FOR = timedelta(days=3)
OFF_AFTER = timedelta(days=5)
OVERLAP = timedelta(hours=24)  # in which the former secret signs too
KEPT = timedelta(days=30)
_GONE = 410  # Standard Webhooks, "Delivery success and failure"
_GOOD = range(200, 300)


class State(StrEnum):
    """Whether a hook is told of events, and if not, why."""

    ON = "on"
    OFF = "off"  # by somebody
    FAILING = "failing"  # nothing came through for days
    GONE = "gone"  # it said that it wants nothing more
    LEFT = "left"  # who made it may no longer read the project
    DISOWNED = "disowned"  # who knows its secret was not whom they seemed


class Fate(StrEnum):
    """What becomes of a delivery."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given-up"


def address(raw: str, allowed: Iterable[Network], *, http: bool) -> Target:
    """Read the address of a hook; raises InvalidError or ForbiddenError.

    Names are not looked up here: whoever asks would learn which names there are inside, and a name
    may lead elsewhere a moment later. They are checked at each delivery.
    """
    if len(raw) > URL_AT_MOST:
        raise InvalidError(
            "hook-address-invalid",
            f"The address has more than {URL_AT_MOST} characters.",
            "Use a shorter one.",
        )
    aim = target(raw)
    if not aim.secure and not http:
        raise InvalidError(
            "hook-address-invalid",
            "The address of a webhook begins with https here.",
            "Use https, so that nobody on the way reads or holds back what is sent.",
        )
    if aim.is_address and not reachable(ipaddress.ip_address(aim.host), tuple(allowed)):
        raise ForbiddenError(
            "hook-address-refused",
            f"The registry does not reach for {aim.host}.",
            "Only public addresses are reached unless the operator allows a network.",
        )
    return aim


def kinds(raw: Iterable[str]) -> tuple[Kind, ...]:
    """Read which events a hook hears of, in the order of their list; raises InvalidError."""
    asked = set(raw)
    known = [kind for kind in PUBLIC if kind in asked]
    if not known or len(known) < len(asked):
        raise InvalidError(
            "hook-kinds-invalid",
            "A webhook hears of at least one kind of event, and only of public ones.",
            f"Choose among: {', '.join(PUBLIC)}.",
        )
    return tuple(known)


def pause(failures: int) -> timedelta:
    """Return how long to wait after so many failures in a row."""
    times: int = 4 ** min(max(failures, 1) - 1, 10)
    return min(FIRST_PAUSE * times, LONGEST_PAUSE)


def is_delivered(status: int | None) -> bool:
    """Say whether an answer says that the message was taken."""
    return status in _GOOD


def after_failure(status: int | None, since: datetime, now: datetime) -> State:
    """Return what a hook is by a failure, when nothing came through `since` then."""
    if status == _GONE:
        return State.GONE
    return State.FAILING if now - since >= OFF_AFTER else State.ON
