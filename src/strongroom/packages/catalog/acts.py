"""What every change of a project does: asks the one rule, and tells its event."""

from collections.abc import Mapping

from strongroom.core.actors import Action, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.events import Event, Kind, Recorded
from strongroom.packages.catalog.desk import Desk
from strongroom.packages.catalog.states import is_critical
from strongroom.packages.models import Project
from strongroom.people.access.grants import roles_of
from strongroom.people.access.rules import Case, permit
from strongroom.proof.ledger.events import record


def may(actor: Actor, action: Action, row: Project) -> None:
    """Return if the actor may do this to a project that exists; raises as `permit` does."""
    permit(actor, action, id_of(row), case_of(actor, row))


def case_of(actor: Actor, row: Project) -> Case:
    """Return what the one rule is told of an actor and a project that exists."""
    return Case(exists=True, roles=roles_of(actor, id_of(row)), critical=is_critical(row.critical))


def id_of(row: Project) -> ProjectId:
    """Return the coordinates of a project."""
    return ProjectId(row.ecosystem, row.key)


def about(
    actor: Actor, kind: Kind, project: ProjectId, facts: Mapping[str, object], version: str = ""
) -> Event:
    """Return an event about a project, or a version of it (as its authors write it)."""
    return Event(
        kind=kind,
        actor=actor.name,
        credential=actor.credential,
        project=project,
        version=version,
        facts=facts,
    )


def tell(desk: Desk, row: Project, event: Event) -> Recorded:
    """Record an event, and mark the project's pages as behind it. Last in the transaction."""
    recorded = record(event, desk.clock)
    row.serial = recorded.serial
    row.save(update_fields=["serial"])
    return recorded
