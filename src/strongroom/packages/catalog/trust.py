"""A project's trusted publishers, and whether they alone publish.

Each change asks the one rule and leaves its event; the project's owners are told of it by letter.
Whoever is there in person has shown a factor just now, or the thief of a session would make
themself a way back in; a token does it only if it was made for this.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction

from strongroom.core.actors import SESSION, Action, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ConflictError
from strongroom.core.events import Kind, Recorded
from strongroom.packages.catalog.acts import about, may, tell
from strongroom.packages.catalog.desk import Desk
from strongroom.packages.catalog.listing import find_project, lock_project
from strongroom.packages.models import Project
from strongroom.people.access.grants import held
from strongroom.people.access.roles import Role
from strongroom.people.access.rules import lately
from strongroom.people.accounts.notices import Happening, note
from strongroom.people.publishers import register
from strongroom.people.publishers.providers import Provider
from strongroom.people.publishers.register import Entry, Order, Place
from strongroom.proof.ledger.events import record

_OWNER = frozenset({Role.OWNER})


@dataclass(frozen=True, slots=True)
class Trust:
    """A desk, and the providers whose programs may publish here."""

    desk: Desk = field(repr=False)
    providers: Sequence[Provider] = ()


def publishers(trust: Trust, actor: Actor, project: ProjectId) -> tuple[Entry, ...]:
    """Return a project's trusted publishers, for whoever publishes it or looks after it."""
    may(actor, Action.CANCEL, find_project(project))
    return register.listed(project, trust.providers)


def add(trust: Trust, actor: Actor, project: ProjectId, order: Order) -> Entry:
    """Give a project a trusted publisher."""
    desk, now = trust.desk, trust.desk.clock.now()
    with transaction.atomic():
        row = lock_project(project)
        _may_trust(actor, row, desk)
        place = Place(project, row.display)
        made = register.add(place, order, trust.providers, actor, now)
        entry = register.entry(made, trust.providers)
        _tell_owners(Kind.PUBLISHER_ADDED, entry, actor, desk)
        event = about(actor, Kind.PUBLISHER_ADDED, project, register.facts(made))
        record(event, desk.clock)
    return entry


def remove(trust: Trust, actor: Actor, project: ProjectId, number: int) -> Entry:
    """Take a trusted publisher away, and at once all tokens that it has."""
    desk = trust.desk
    with transaction.atomic():
        row = lock_project(project)
        may(actor, Action.TRUST, row)
        here = {"ecosystem": project.ecosystem, "project": project.key, "pending": False}
        found = register.find(number, **here)
        entry = register.entry(found, trust.providers)
        found.delete()
        _tell_owners(Kind.PUBLISHER_REMOVED, entry, actor, desk)
        record(register.removed(found, number, actor), desk.clock)
    return entry


def set_trusted_only(
    desk: Desk, actor: Actor, project: ProjectId, *, wanted: bool
) -> Recorded | None:
    """Say whether trusted publishers alone publish, and no person's token."""
    with transaction.atomic():
        row = lock_project(project)
        _may_trust(actor, row, desk)
        if row.trusted_only == wanted:
            return None
        if wanted and not any(not one.pending for one in register.of_project(project)):
            raise ConflictError(
                "publisher-missing",
                f"{row.display} has no trusted publisher: nobody could publish it.",
                "Add one first.",
            )
        row.trusted_only = wanted
        row.save(update_fields=["trusted_only"])
        for one in held(project, _OWNER):
            facts = {"project": project.key, "to": wanted}
            note(Happening(Kind.TRUSTED_ONLY_CHANGED, one.user_id, facts), actor, desk.clock)
        event = about(actor, Kind.TRUSTED_ONLY_CHANGED, project, {"to": wanted})
        recorded = tell(desk, row, event)
    desk.react([recorded])
    return recorded


def _may_trust(actor: Actor, row: Project, desk: Desk) -> None:
    may(actor, Action.TRUST, row)
    if actor.credential == SESSION:
        lately(actor, desk.clock.now())


def _tell_owners(kind: Kind, entry: Entry, actor: Actor, desk: Desk) -> None:
    facts = {"project": entry.project.key, "publisher": entry.name}
    for one in held(entry.project, _OWNER):
        note(Happening(kind, one.user_id, facts), actor, desk.clock)
