"""Who may know of a private project. To everybody else it is a name that is not there.

Each answer costs the same whether the name is private or nobody's: the row, and what the actor is
to the name. Of a public project only the row is asked for.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence

from django.db.models import Q, QuerySet

from strongroom.core.actors import Action, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ForbiddenError, UnauthenticatedError
from strongroom.core.events import Recorded, is_public
from strongroom.packages.catalog.listing import locked, no_project, row_of
from strongroom.packages.catalog.states import is_critical
from strongroom.packages.models import Project
from strongroom.people.access.grants import own_roles, roles_of
from strongroom.people.access.roles import Role
from strongroom.people.access.rules import Case, may_know, permit

NEVER = sys.maxsize  # as a serial: no event has it
_AT_ONCE = 200  # projects that one query names


def find(actor: Actor, project: ProjectId, action: Action | None = None) -> Project:
    """Return the row of a project; raises NotFoundError where this actor may not know of it.

    With an action, such as READ, also where they may not do that to a private one.
    """
    return _seen(actor, project, row_of(project), action)


def lock(actor: Actor, project: ProjectId) -> Project:
    """Return the row of a project that is to change, likewise; nobody else changes it meanwhile."""
    return _seen(actor, project, locked(project), None)


def reads(actor: Actor, project: ProjectId) -> bool:
    """Say whether an actor may read a project that is private; False of any other name."""
    row = row_of(project)
    case = _case(actor, project, row)
    return row is not None and row.private and _permitted(actor, Action.READ, project, case)


def hides(actor: Actor, row: Project | None) -> bool:
    """Say whether a row is that of a private project of which an actor may not know."""
    if row is None or not row.private:
        return False
    project = ProjectId(row.ecosystem, row.key)
    return not may_know(actor, project, _case(actor, project, row))


def told(events: Sequence[Recorded]) -> tuple[Recorded, ...]:
    """Return those of some events that anybody may read: all others are nobody's to know.

    What happened to a project while it was private stays with its readers for ever.
    """
    projects = {one.event.project for one in events if one.event.project is not None}
    rows = [row for some in _named(projects) for row in some]
    since = {
        ProjectId(row.ecosystem, row.key): NEVER if row.private else row.told_from for row in rows
    }
    return tuple(
        one
        for one in events
        if is_public(one)
        and one.event.project is not None
        and one.serial >= since.get(one.event.project, 0)
    )


def public_of(user_id: int) -> tuple[tuple[ProjectId, Role], ...]:
    """Return the public projects in which a user has a role of their own, with the role."""
    held = own_roles(user_id)
    hidden = private_among(project for project, _ in held)
    return tuple((project, role) for project, role in held if project not in hidden)


def private_among(projects: Iterable[ProjectId]) -> frozenset[ProjectId]:
    """Return those of some projects that are private."""
    rows = (found for some in _named(projects) for found in some.filter(private=True))
    return frozenset(ProjectId(row.ecosystem, row.key) for row in rows)


def _named(projects: Iterable[ProjectId]) -> Iterator[QuerySet[Project]]:
    """Yield the queries for the rows of some projects, a bounded number in each."""
    given = sorted(projects)
    for at in range(0, len(given), _AT_ONCE):
        named = Q()
        for project in given[at : at + _AT_ONCE]:
            named |= Q(ecosystem=project.ecosystem, key=project.key)
        yield Project.objects.filter(named).only("ecosystem", "key", "private", "told_from")


def _seen(actor: Actor, project: ProjectId, row: Project | None, action: Action | None) -> Project:
    if row is not None and not row.private:
        return row
    case = _case(actor, project, row)
    knows = may_know(actor, project, case)
    if row is None or not knows or (action and not _permitted(actor, action, project, case)):
        raise no_project(project)
    return row


def _case(actor: Actor, project: ProjectId, row: Project | None) -> Case:
    critical = row is not None and is_critical(row.critical)
    return Case(exists=row is not None, roles=roles_of(actor, project), critical=critical)


def _permitted(actor: Actor, action: Action, project: ProjectId, case: Case) -> bool:
    try:
        permit(actor, action, project, case)
    except (ForbiddenError, UnauthenticatedError):
        return False
    return True
