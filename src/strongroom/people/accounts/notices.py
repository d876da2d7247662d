"""What happens to accounts, told to their owners: a line in their log, and letters.

`note` runs inside the transaction of the change, before its event is recorded: no change without
its letter. Letters go to all verified addresses; whoever has one of them less, or another primary
one, by the change is told at the old one too. What they say is worded when they are delivered.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from strongroom.core.actors import Actor, Browser
from strongroom.core.clock import Clock
from strongroom.core.events import Kind
from strongroom.people.accounts.addresses import verified
from strongroom.people.models import Letter, Notice

KEPT = timedelta(days=365)
BY_OTHERS = frozenset({Kind.ROLE_GRANTED, Kind.ROLE_TAKEN})  # which anybody with a project can do
OTHERS_AT_MOST = 20  # letters a day of these, to one address
_SOURCE, _AGENT = 45, 200  # characters that the columns have


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happens to an account. `also` are addresses to tell besides its own.

    Facts are JSON values; they are its owner's to read, so they may name what events do not.
    `quiet`: it stands in the log, and no letter tells it.
    """

    kind: Kind
    user_id: int
    facts: Mapping[str, object] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Noted:
    """A line of an account's log."""

    id: int
    kind: Kind
    at: datetime
    actor: str
    browser: Browser
    facts: Mapping[str, object]


def note(happening: Happening, by: Actor, clock: Clock) -> int:
    """Write a happening down, and the letters that tell it; returns the number of its line."""
    now = clock.now()
    row = Notice.objects.create(
        user_id=happening.user_id,
        kind=happening.kind,
        at=now,
        actor=by.name,
        source=by.browser.source[:_SOURCE],
        agent=by.browser.agent[:_AGENT],
        facts=dict(happening.facts),
    )
    if not (happening.quiet or _is_flood(happening, now)):
        # Without regard to case: an address that stands twice is told once.
        told = {one.lower(): one for one in (*happening.also, *verified(happening.user_id))}
        Letter.objects.bulk_create(
            Letter(to=one, sealed="", notice=row, written_at=now, next_try_at=now)
            for one in told.values()
        )
    return int(row.pk)


def _is_flood(happening: Happening, now: datetime) -> bool:
    """Say whether others do more to an account than its owner can want to read letters of.

    What is done in an account itself is always told: or its thief would first make some noise.
    """
    if happening.kind not in BY_OTHERS:
        return False
    rows = Notice.objects.filter(user_id=happening.user_id, kind__in=BY_OTHERS)
    return rows.filter(at__gt=now - timedelta(days=1)).count() > OTHERS_AT_MOST


def log(user_id: int, before: int | None, limit: int) -> tuple[Noted, ...]:
    """Return the newest lines of an account's log, or those before a line, newest first."""
    rows = Notice.objects.filter(user_id=user_id).order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return noted(rows[:limit])


def noted(rows: Iterable[Notice]) -> tuple[Noted, ...]:
    """Return rows as the lines that they are."""
    return tuple(
        Noted(row.pk, Kind(row.kind), row.at, row.actor, Browser(row.source, row.agent), row.facts)
        for row in rows
    )


def forget(now: datetime) -> int:
    """Forget what happened more than a year ago; returns how many lines."""
    return Notice.objects.filter(at__lt=now - KEPT).delete()[0]
