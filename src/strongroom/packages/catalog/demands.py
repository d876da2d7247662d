"""What an account must be able to show, by what it may change.

Whoever holds a role in any project, or runs the registry, needs a second factor; whoever holds one
in a critical project needs a factor that cannot be phished.
"""

from django.db.models import Exists, OuterRef

from strongroom.core.actors import Assurance
from strongroom.core.coordinates import ProjectId
from strongroom.packages.catalog.states import CRITICAL, is_critical
from strongroom.packages.models import Project
from strongroom.people.access.grants import held
from strongroom.people.accounts.factors import ability
from strongroom.people.models import Grant, User


def demanded(user: User) -> Assurance:
    """Return the assurance that an account must keep."""
    grants = Grant.objects.filter(user=user)
    critical = Project.objects.filter(
        ecosystem=OuterRef("ecosystem"), key=OuterRef("project"), critical__in=CRITICAL
    )
    if grants.filter(Exists(critical)).exists():
        return Assurance.PHISHING_RESISTANT
    if user.admin or grants.exists():
        return Assurance.MULTI_FACTOR
    return Assurance.SINGLE_FACTOR


def critical_of(user_id: int) -> tuple[ProjectId, ...]:
    """Return the critical projects in which a user has a role, in order of names."""
    critical = Project.objects.filter(
        ecosystem=OuterRef("ecosystem"), key=OuterRef("project"), critical__in=CRITICAL
    )
    rows = Grant.objects.filter(Exists(critical), user_id=user_id).order_by("ecosystem", "project")
    return tuple(ProjectId(row.ecosystem, row.project) for row in rows)


def of_project(row: Project) -> Assurance:
    """Return what everybody who changes a project must show."""
    critical = is_critical(row.critical)
    return Assurance.PHISHING_RESISTANT if critical else Assurance.MULTI_FACTOR


def powerless(row: Project) -> tuple[str, ...]:
    """Name the people whose role in a project is worth nothing for want of a factor, in order."""
    needed = of_project(row)
    people = held(ProjectId(row.ecosystem, row.key))
    return tuple(one.name for one in people if ability(one.user_id) < needed)
