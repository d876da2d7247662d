"""How tokens stand, so that the forgotten ones are seen first. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from strongroom.people.tokens.lifetimes import NOTICE, idle_end
from strongroom.people.tokens.register import Entry

FORGOTTEN = timedelta(days=30)  # without use


class State(IntEnum):
    """How a token stands; the order is that in which its owner should look at them."""

    FORGOTTEN = 0
    ENDS_SOON = 1
    LIVE = 2
    ENDED = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """A token, how it stands, and when it ends by itself if it is used no more; None: never."""

    entry: Entry
    state: State
    ends_at: datetime | None

    @property
    def is_live(self) -> bool:
        """Say whether it works still."""
        return self.state is not State.ENDED


def standing(entry: Entry, unused: timedelta | None, now: datetime) -> Standing:
    """Return how a token stands; `unused` is how long one may go unused."""
    activity = entry.last_used_at or entry.created_at
    ends = min(filter(None, (entry.expires_at, idle_end(activity, unused))), default=None)
    if entry.revoked_at is not None or (entry.expires_at is not None and entry.expires_at <= now):
        return Standing(entry, State.ENDED, entry.revoked_at or entry.expires_at)
    if now - activity >= FORGOTTEN:
        return Standing(entry, State.FORGOTTEN, ends)
    soon = ends is not None and ends - now <= NOTICE
    return Standing(entry, State.ENDS_SOON if soon else State.LIVE, ends)


def by_need(
    entries: Iterable[Entry], unused: timedelta | None, now: datetime
) -> tuple[Standing, ...]:
    """Return how tokens stand: forgotten ones first, the longest unused first; ended ones last."""
    found = [standing(one, unused, now) for one in entries]
    return tuple(sorted(found, key=lambda one: (one.state, _age(one.entry))))


def _age(entry: Entry) -> tuple[datetime, int]:
    return entry.last_used_at or entry.created_at, entry.id
