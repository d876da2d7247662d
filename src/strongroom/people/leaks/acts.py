"""What follows on a report: the token ends, its owner is told, an administrator looks at it.

All in one transaction for each token, so that none of it is without the others. A token that has
ended before ends no second time: the same report again changes and tells nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import transaction

from strongroom.core.actors import Actor
from strongroom.core.clock import Clock
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ForbiddenError, InvalidError
from strongroom.core.events import Event, Kind
from strongroom.people.access.grants import held
from strongroom.people.access.roles import Role
from strongroom.people.accounts.notices import Happening, note
from strongroom.people.affairs.cases import open_case
from strongroom.people.leaks.reports import Found
from strongroom.people.models import PublisherToken, Token, User
from strongroom.people.tokens import macaroons
from strongroom.people.tokens.minting import CREDENTIAL as PERSONAL
from strongroom.people.tokens.programs import CREDENTIAL as PROGRAMS
from strongroom.proof.ledger.events import record

if TYPE_CHECKING:
    from django.db.models import QuerySet

LEAK = "leak"  # the kind of a case


class Outcome(StrEnum):
    """What became of a text that was reported."""

    REVOKED = "revoked"  # a token that worked until now
    ENDED = "ended"  # a token of this registry, and revoked before
    FOREIGN = "foreign"  # none that this registry made


@dataclass(frozen=True, slots=True)
class Judged:
    """A text that was reported, what it was, and how its token is called if it is one."""

    found: Found
    outcome: Outcome
    token: str = ""

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
    leaked = _leaked(found.token, tell.master)
    if leaked is None:
        return Judged(found, Outcome.FOREIGN)
    return Judged(found, _ended(leaked, found, finder, tell.clock), leaked.name)


@dataclass(frozen=True, slots=True)
class _Leaked:
    """A token of this registry: its row, how it is called, whose it is, and who is told."""

    row: "QuerySet[Token] | QuerySet[PublisherToken]"
    name: str
    label: str
    owner: str
    told: tuple[int, ...]


def _leaked(text: str, master: bytes) -> _Leaked | None:
    """Return what a text is; whoever made one up has no chain, and asks the database nothing.

    Its limits are not looked at: of a narrowed one, what it was narrowed from ends too, for nobody
    can tell whether that lies beside it.
    """
    try:
        macaroon = macaroons.parse(text)
        macaroons.verify_chain(macaroon, master)
    except (InvalidError, ForbiddenError):
        return None
    if macaroon.kind == macaroons.PUBLISHER:
        return _of_program(macaroon.identifier)
    rows = Token.objects.filter(identifier=macaroon.identifier, kind=macaroon.kind)
    row = rows.select_related("user").first()
    if row is None:
        return None
    return _Leaked(rows, f"{PERSONAL} {row.pk}", row.label, row.user.username, told=(row.user_id,))


def _of_program(identifier: str) -> _Leaked | None:
    """Return the token that a program was given; the owners of its projects are told."""
    rows = PublisherToken.objects.filter(identifier=identifier)
    row = rows.first()
    if row is None:
        return None
    named = row.publishers.values_list("publisher__ecosystem", "publisher__project").distinct()
    told = {one.user_id for project in named for one in held(ProjectId(*project), {Role.OWNER})}
    return _Leaked(rows, f"{PROGRAMS} {row.pk}", row.name, row.name, tuple(sorted(told)))


def _ended(leaked: _Leaked, found: Found, finder: Finder, clock: Clock) -> Outcome:
    now, actor = clock.now(), finder.actor
    with transaction.atomic():
        if not leaked.row.filter(revoked_at=None).update(revoked_at=now):
            return Outcome.ENDED
        case = {"token": leaked.name, "where": found.where, "reporter": finder.name}
        for user_id in leaked.told:
            told = {**case, "label": leaked.label}
            note(Happening(Kind.TOKEN_LEAKED, user_id, told), actor, clock)
        if leaked.told:
            open_case(LEAK, User.objects.get(pk=leaked.told[0]), case, now)
        facts = {"token": leaked.name, "owner": leaked.owner, "reporter": finder.name}
        record(Event(Kind.TOKEN_LEAKED, actor.name, actor.credential, facts=facts), clock)
    return Outcome.REVOKED
