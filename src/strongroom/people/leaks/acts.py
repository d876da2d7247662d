"""What follows on a report: the token ends, its owner is told, an administrator looks at it.

All in one transaction for each token, so that none of it is without the others. A token that has
ended before ends no second time: the same report again changes and tells nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from django.db import transaction

from strongroom.core.actors import Actor
from strongroom.core.clock import Clock
from strongroom.core.errors import ForbiddenError, InvalidError
from strongroom.core.events import Event, Kind
from strongroom.people.accounts.notices import Happening, note
from strongroom.people.affairs.cases import open_case
from strongroom.people.leaks.reports import Found
from strongroom.people.models import Token
from strongroom.people.tokens import macaroons
from strongroom.proof.ledger.events import record

LEAK = "leak"  # the kind of a case


class Outcome(StrEnum):
    """What became of a text that was reported."""

    REVOKED = "revoked"  # a token that worked until now
    ENDED = "ended"  # a token of this registry, and revoked before
    FOREIGN = "foreign"  # none that this registry made


@dataclass(frozen=True, slots=True)
class Judged:
    """A text that was reported, what it was, and the number of its token if it is one."""

    found: Found
    outcome: Outcome
    token: int | None = None

    @property
    def is_ours(self) -> bool:
        """Say whether it is, or was, a token of this registry."""
        return self.outcome is not Outcome.FOREIGN


@dataclass(frozen=True, slots=True)
class Finder:
    """Who reports, by the name of the partner, and as whom the registry then acts."""

    name: str
    actor: Actor


@dataclass(frozen=True, slots=True)
class Tell:
    """What telling tokens of this registry from others takes: their master key, and the time."""

    master: bytes = field(repr=False)
    clock: Clock


def disclosed(finds: Iterable[Found], finder: Finder, tell: Tell) -> tuple[Judged, ...]:
    """End the tokens among what was found, and return what each was."""
    return tuple(_judged(found, finder, tell) for found in finds)


def _judged(found: Found, finder: Finder, tell: Tell) -> Judged:
    row = _row(found.token, tell.master)
    if row is None:
        return Judged(found, Outcome.FOREIGN)
    return Judged(found, _ended(row, found, finder, tell.clock), row.pk)


def _row(text: str, master: bytes) -> Token | None:
    """Return the row of a token; whoever made one up has no chain, and asks the database nothing.

    Its limits are not looked at: of a narrowed one, what it was narrowed from ends too, for nobody
    can tell whether that lies beside it.
    """
    try:
        macaroon = macaroons.parse(text)
        macaroons.verify_chain(macaroon, master)
    except (InvalidError, ForbiddenError):
        return None
    rows = Token.objects.select_related("user")
    return rows.filter(identifier=macaroon.identifier, kind=macaroon.kind).first()


def _ended(row: Token, found: Found, finder: Finder, clock: Clock) -> Outcome:
    now = clock.now()
    with transaction.atomic():
        if not Token.objects.filter(pk=row.pk, revoked_at=None).update(revoked_at=now):
            return Outcome.ENDED
        told = {"token": row.pk, "label": row.label, "where": found.where, "reporter": finder.name}
        note(Happening(Kind.TOKEN_LEAKED, row.user_id, told), finder.actor, clock)
        case = {"token": row.pk, "where": found.where, "reporter": finder.name}
        open_case(LEAK, row.user, case, now)
        facts = {"token": row.pk, "owner": row.user.username, "reporter": finder.name}
        actor = finder.actor
        record(Event(Kind.TOKEN_LEAKED, actor.name, actor.credential, facts=facts), clock)
    return Outcome.REVOKED
