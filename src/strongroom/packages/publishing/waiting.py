"""Publishers that wait: set up by a person for a name that no project has yet.

The first upload makes the project, and its owner is whoever waited. Nothing is held for them: who
publishes under the name before takes it.
"""

from django.db import transaction

from strongroom.core.actors import SESSION, Action, Actor, Assurance
from strongroom.core.coordinates import ProjectId, Version
from strongroom.core.errors import ConflictError, ForbiddenError
from strongroom.core.events import Event, Kind
from strongroom.packages.catalog.desk import Desk
from strongroom.packages.publishing.commit import hold
from strongroom.packages.publishing.ground import is_free, may_act, survey
from strongroom.packages.publishing.steps import Asked
from strongroom.people.access.grants import user_of
from strongroom.people.access.rules import lately, proven
from strongroom.people.accounts.notices import Happening, note
from strongroom.people.publishers import register
from strongroom.people.publishers.register import Entry, Order, Place
from strongroom.proof.ledger.events import record

_NONE = Version("", "")  # of a project that has no release


def awaited(desk: Desk, actor: Actor) -> tuple[Entry, ...]:
    """Return the publishers by which a person waits for names."""
    return register.awaited_by(user_of(actor), desk.providers)


def wait(desk: Desk, actor: Actor, ecosystem: str, raw_name: str, order: Order) -> Entry:
    """Wait for a name: its first upload by this publisher makes the project."""
    now = desk.clock.now()
    knows, user_id = desk.ecosystem(ecosystem), user_of(actor)
    name = knows.name(raw_name)
    project = ProjectId(ecosystem, name.key)
    _in_person(actor)
    lately(actor, now)
    with transaction.atomic():
        hold(project, name.similar)
        asked = Asked(actor, project, name, _NONE)
        ground = survey(asked, now)
        if ground.exists:
            raise ConflictError(
                "name-taken",
                f"There is a project {name.display}.",
                "Its owners add trusted publishers on its page.",
            )
        # A private project's name is refused here as any that nobody may take.
        may_act(asked, ground, Action.UPLOAD)
        is_free(asked, ground, knows)
        place = Place(project, name.display, is_free=True)
        made = register.add(place, order, desk.providers, actor, now)
        entry = register.entry(made, desk.providers)
        _tell(Kind.PUBLISHER_ADDED, entry, actor, user_id, desk)
        told = register.facts(made)
        record(
            Event(Kind.PUBLISHER_ADDED, actor.name, actor.credential, project, facts=told),
            desk.clock,
        )
    return entry


def give_up(desk: Desk, actor: Actor, number: int) -> Entry:
    """Wait for a name no longer."""
    user_id = user_of(actor)
    _in_person(actor)
    with transaction.atomic():
        found = register.find(number, pending=True, maker_id=user_id)
        entry = register.entry(found, desk.providers)
        found.delete()
        _tell(Kind.PUBLISHER_REMOVED, entry, actor, user_id, desk)
        record(register.removed(found, number, actor), desk.clock)
    return entry


def _in_person(actor: Actor) -> None:
    proven(actor, Assurance.MULTI_FACTOR)
    # A name has no project yet whose token could name it.
    if actor.credential != SESSION:
        raise ForbiddenError(
            "person-needed",
            "Waiting for a name takes a person who is signed in.",
            "Do it under Account, Trusted publishers.",
        )


def _tell(kind: Kind, entry: Entry, actor: Actor, user_id: int, desk: Desk) -> None:
    facts = {"project": entry.project.key, "publisher": entry.name, "number": entry.id}
    note(Happening(kind, user_id, facts), actor, desk.clock)
