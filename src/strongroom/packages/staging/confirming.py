"""A person's confirmation of each publication: a security key that was shown just now.

A token that was stolen from a build server publishes nothing where a project asks for this, and a
session that was stolen from a browser publishes nothing of a project that asks or is critical.
"""

from datetime import datetime

from django.db import transaction

from strongroom.core.actors import SESSION, Action, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.events import Kind, Recorded
from strongroom.packages.catalog import acts, sight
from strongroom.packages.catalog.desk import Desk
from strongroom.packages.catalog.states import is_critical
from strongroom.packages.models import Stage
from strongroom.packages.staging.rows import project_row
from strongroom.people.access.rules import confirmed


def asks_a_person(stage: Stage, actor: Actor) -> bool:
    """Say whether by publishing a stage this actor only asks a person to confirm that."""
    row = project_row(stage)
    return row is not None and row.confirmed and actor.credential != SESSION


def confirm(stage: Stage, actor: Actor, now: datetime) -> None:
    """Return unless a security key must have been shown just now and was not: AssuranceError."""
    row = project_row(stage)
    if row is None or actor.credential != SESSION:
        return
    if row.confirmed or is_critical(row.critical):
        confirmed(actor, now)


def set_confirmed(desk: Desk, actor: Actor, project: ProjectId, *, wanted: bool) -> Recorded | None:
    """Say whether a person confirms whatever is published of a project.

    To give that up is itself confirmed: else the thief of a session would begin with it.
    """
    with transaction.atomic():
        row = sight.lock(actor, project)
        acts.may(actor, Action.CONFIGURE, row)
        if row.confirmed == wanted:
            return None
        if not wanted:
            confirmed(actor, desk.clock.now())
        row.confirmed = wanted
        row.save(update_fields=["confirmed"])
        event = acts.about(actor, Kind.CONFIRMATION_CHANGED, project, {"to": wanted})
        recorded = acts.tell(desk, row, event)
    desk.react([recorded])
    return recorded
