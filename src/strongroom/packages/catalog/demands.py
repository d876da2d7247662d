"""What an account must be able to show, by what it may change.

Whoever holds a role in any project, or runs the registry, needs a second factor; whoever holds one
in a critical project needs a factor that cannot be phished.
"""

from strongroom.core.actors import Assurance
from strongroom.core.coordinates import ProjectId
from strongroom.packages.catalog.states import CRITICAL, is_critical
from strongroom.packages.models import Project
from strongroom.people.access.grants import held, projects_of
from strongroom.people.access.roles import Role
from strongroom.people.accounts.factors import ability
from strongroom.people.models import User


def demanded(user: User) -> Assurance:
    """Return the assurance that an account must keep."""
    if critical_of(user.pk):
        return Assurance.PHISHING_RESISTANT
    if user.admin or projects_of(user.pk):
        return Assurance.MULTI_FACTOR
    return Assurance.SINGLE_FACTOR


def critical_of(user_id: int) -> tuple[ProjectId, ...]:
    """Return the critical projects that a user may change, in order of names."""
    critical = set(Project.objects.filter(critical__in=CRITICAL).values_list("ecosystem", "key"))
    return tuple(
        project
        for project, role in projects_of(user_id)
        if role is not Role.READER and (project.ecosystem, project.key) in critical
    )


def of_project(row: Project) -> Assurance:
    """Return what everybody who changes a project must show."""
    critical = is_critical(row.critical)
    return Assurance.PHISHING_RESISTANT if critical else Assurance.MULTI_FACTOR


def powerless(row: Project) -> tuple[str, ...]:
    """Name the people whose role in a project is worth nothing for want of a factor, in order."""
    needed = of_project(row)
    people = held(ProjectId(row.ecosystem, row.key))
    return tuple(one.name for one in people if ability(one.user_id) < needed)
