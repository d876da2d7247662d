"""Tokens of programs: given out for what an identity provider states of them, short-lived.

Such a token goes as far as its publishers do, at the moment of its use: one that was removed takes
its project away from all tokens that are out. Who takes a token off a running build and uses it
elsewhere is not told from a build whose address changes, so it is not refused, but its project's
owners are told, once.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from strongroom.core.actors import Actor, Browser, Reach
from strongroom.core.clock import Clock
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ForbiddenError
from strongroom.core.events import Event, Kind
from strongroom.people.access.grants import held
from strongroom.people.access.roles import Role
from strongroom.people.accounts.notices import Happening, note
from strongroom.people.models import PublisherToken
from strongroom.proof.ledger.events import record
from strongroom.rows.prepared import Read

CREDENTIAL = "publisher-token"  # an actor's credential reads "publisher-token 41"
KIND = "publisher"


class _Row(NamedTuple):
    """What is asked of a token's row, for each of its publishers."""

    pk: int
    name: str
    expires_at: datetime
    revoked_at: datetime | None
    minted_from: str
    moved: bool
    publishers__publisher: int | None
    publishers__publisher__ecosystem: str
    publishers__publisher__project: str


_rows = Read(
    lambda at: PublisherToken.objects.filter(identifier=at("identifier")).values_list(*_Row._fields)
)


@dataclass(frozen=True, slots=True)
class Program:
    """A program that holds a token which is in force."""

    token: int
    name: str
    minted_from: str
    moved: bool
    publishers: frozenset[int]
    projects: frozenset[ProjectId]

    def used(self, reach: Reach, clock: Clock, source: str) -> Actor:
        """Return the program as an actor, with what is left of `reach`; tell if it has moved."""
        limited = self.projects if reach.projects is None else self.projects & reach.projects
        actor = Actor(
            kind=KIND,
            name=self.name,
            credential=f"{CREDENTIAL} {self.token}",
            publishers=self.publishers,
            reach=replace(reach, projects=limited),
            browser=Browser(source),
        )
        if source != self.minted_from and not self.moved:
            _tell(self, actor, clock)
        return actor


def find(identifier: str, now: datetime) -> Program:
    """Return who holds a token; raises ForbiddenError."""
    rows = [_Row._make(one) for one in _rows.all(identifier=identifier)]
    if not rows:
        raise ForbiddenError(
            "token-unknown", "The token does not exist any more.", "Ask for a new one."
        )
    row = rows[0]
    if row.revoked_at is not None:
        raise ForbiddenError("token-revoked", "The token was revoked.", "Ask for a new one.")
    if now.replace(microsecond=0) > row.expires_at:
        raise ForbiddenError("token-expired", "The token has expired.", "Ask for a new one.")
    if row.publishers__publisher is None:
        raise ForbiddenError(
            "publisher-removed",
            "The trusted publisher of this token was removed.",
            "Ask an owner of the project.",
        )
    return Program(
        row.pk,
        row.name,
        row.minted_from,
        row.moved,
        frozenset(one.publishers__publisher for one in rows if one.publishers__publisher),
        frozenset(
            ProjectId(one.publishers__publisher__ecosystem, one.publishers__publisher__project)
            for one in rows
        ),
    )


def _tell(program: Program, actor: Actor, clock: Clock) -> None:
    with transaction.atomic():
        # Of several requests at once, one tells it.
        rows = PublisherToken.objects.filter(pk=program.token, moved=False)
        if not rows.update(moved=True):
            return
        for project in sorted(program.projects, key=str):
            facts = {"project": project.key, "publisher": program.name}
            for one in held(project):
                if one.role is Role.OWNER:
                    note(Happening(Kind.PUBLISHER_TOKEN_MOVED, one.user_id, facts), actor, clock)
        told = {"token": program.token}
        record(Event(Kind.PUBLISHER_TOKEN_MOVED, actor.name, actor.credential, facts=told), clock)
