"""A project's trusted publishers, and whether they alone publish.

Each change asks the one rule and leaves its event; the project's owners are told of it by letter.
Whoever is there in person has shown a factor just now, or the thief of a session would make
themself a way back in; a token does it only if it was made for this.
"""

from django.db import transaction

from strongroom.core.actors import SESSION, Action, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ConflictError
from strongroom.core.events import Event, Kind, Recorded
from strongroom.packages.catalog import sight
from strongroom.packages.catalog.acts import about, may, tell
from strongroom.packages.catalog.desk import Desk
from strongroom.packages.models import Project
from strongroom.people.access.grants import held
from strongroom.people.access.roles import Role
from strongroom.people.access.rules import lately
from strongroom.people.accounts.notices import Happening, note
from strongroom.people.publishers import register
from strongroom.people.publishers.register import Entry, Order, Place
from strongroom.proof.ledger.events import record

_OWNER = frozenset({Role.OWNER})


def publishers(desk: Desk, actor: Actor, project: ProjectId) -> tuple[Entry, ...]:
    """Return a project's trusted publishers, for whoever publishes it or looks after it."""
    may(actor, Action.CANCEL, sight.find(actor, project))
    return register.listed(project, desk.providers)


def add(desk: Desk, actor: Actor, project: ProjectId, order: Order) -> Entry:
    """Give a project a trusted publisher."""
    now = desk.clock.now()
    with transaction.atomic():
        row = sight.lock(actor, project)
        _may_trust(actor, row, desk)
        place = Place(project, row.display)
        made = register.add(place, order, desk.providers, actor, now)
        entry = register.entry(made, desk.providers)
        _tell_owners(Kind.PUBLISHER_ADDED, entry, actor, desk)
        event = about(actor, Kind.PUBLISHER_ADDED, project, register.facts(made))
        record(event, desk.clock)
    return entry


def remove(desk: Desk, actor: Actor, project: ProjectId, number: int) -> Entry:
    """Take a trusted publisher away, and at once all tokens that it has."""
    with transaction.atomic():
        row = sight.lock(actor, project)
        may(actor, Action.TRUST, row)
        here = {"ecosystem": project.ecosystem, "project": project.key, "pending": False}
        found = register.find(number, **here)
        entry = register.entry(found, desk.providers)
        found.delete()
        _tell_owners(Kind.PUBLISHER_REMOVED, entry, actor, desk)
        record(register.removed(found, number, actor), desk.clock)
    return entry


def set_trusted_only(
    desk: Desk, actor: Actor, project: ProjectId, *, wanted: bool
) -> Recorded | None:
    """Say whether trusted publishers alone publish, and no person's token."""
    with transaction.atomic():
        row = sight.lock(actor, project)
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


def forsaken(actor: Actor, user_id: int) -> list[Event]:
    """Remove what somebody set up in projects of which they are no owner any more.

    Whoever left would publish by them still. Returns what is to be recorded of it; the caller has
    held these publishers (`register.hold`) before it recorded anything.
    """
    events = []
    for row in register.hold(user_id):
        project = ProjectId(row.ecosystem, row.project)
        if not any(one.user_id == user_id for one in held(project, _OWNER)):
            events.append(register.removed(row, row.pk, actor))
            row.delete()
    return events


def _may_trust(actor: Actor, row: Project, desk: Desk) -> None:
    may(actor, Action.TRUST, row)
    if actor.credential == SESSION:
        lately(actor, desk.clock.now())


def _tell_owners(kind: Kind, entry: Entry, actor: Actor, desk: Desk) -> None:
    facts = {"project": entry.project.key, "publisher": entry.name, "number": entry.id}
    for one in held(entry.project, _OWNER):
        note(Happening(kind, one.user_id, facts), actor, desk.clock)
