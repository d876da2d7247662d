"""Who holds which role in which project."""

from dataclasses import dataclass
from datetime import datetime

from strongroom.core.actors import Actor
from strongroom.core.clock import Clock
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ForbiddenError
from strongroom.people.access.roles import Role
from strongroom.people.models import Grant
from strongroom.rows.prepared import Insert, Read

_grants = Insert(Grant)
_roles = Read(
    lambda at: Grant.objects.filter(
        user_id=at("user"), ecosystem=at("ecosystem"), project=at("project")
    ).values_list("role")
)
_people = Read(
    lambda at: (
        Grant.objects.filter(ecosystem=at("ecosystem"), project=at("project"))
        .order_by("user__folded")
        .values_list("user__username", "role")
    )
)


@dataclass(frozen=True, slots=True)
class Held:
    """A role that somebody holds, and since when they hold one."""

    user_id: int
    name: str
    role: Role
    since: datetime


def user_of(actor: Actor) -> int:
    """Return the account by which an actor acts; raises ForbiddenError where there is none."""
    if actor.user_id is None:
        raise ForbiddenError(
            "person-needed",
            f"This is done by people, and {actor.name} is nobody's account.",
            "Use an account, or a token of one.",
        )
    return actor.user_id


def role_of(user_id: int | None, project: ProjectId) -> Role | None:
    """Return the role that a user holds in a project."""
    if user_id is None:
        return None
    role = _roles.first(user=user_id, ecosystem=project.ecosystem, project=project.key)
    return Role(role[0]) if role else None


def people_of(project: ProjectId) -> tuple[tuple[str, str], ...]:
    """Return the user names and roles of a project's people, in order of names."""
    return tuple(_people.all(ecosystem=project.ecosystem, project=project.key))


def held(project: ProjectId) -> tuple[Held, ...]:
    """Return the roles of a project whose holders have active accounts, in order of names."""
    grants = Grant.objects.filter(
        ecosystem=project.ecosystem, project=project.key, user__is_active=True
    ).select_related("user")
    return tuple(
        Held(row.user_id, row.user.username, Role(row.role), row.granted_at)
        for row in grants.order_by("user__folded")
    )


def grant(user_id: int, project: ProjectId, role: Role, clock: Clock) -> None:
    """Give a role, in place of the one held; the caller records the event in the transaction.

    Who had another one before is no newcomer by it.
    """
    here = {"user_id": user_id, "ecosystem": project.ecosystem, "project": project.key}
    if not Grant.objects.filter(**here).update(role=role):
        _grants(**here, role=role, granted_at=clock.now())


def take(user_id: int, project: ProjectId) -> None:
    """Take a role away; the caller records the event in the transaction."""
    Grant.objects.filter(user_id=user_id, ecosystem=project.ecosystem, project=project.key).delete()


def owners(project: ProjectId, besides: int) -> int:
    """Count the owners of a project besides one; whose account is to close is none by then."""
    rows = Grant.objects.filter(
        ecosystem=project.ecosystem,
        project=project.key,
        role=Role.OWNER,
        user__closes_at=None,
        user__is_active=True,
    )
    return rows.exclude(user_id=besides).count()


def alone_in(user_id: int) -> tuple[ProjectId, ...]:
    """Return the projects that would have no owner without a user, in order of names."""
    own = Grant.objects.filter(user_id=user_id, role=Role.OWNER).order_by("ecosystem", "project")
    projects = [ProjectId(row.ecosystem, row.project) for row in own]
    return tuple(one for one in projects if not owners(one, besides=user_id))


def projects_of(user_id: int) -> tuple[tuple[ProjectId, str], ...]:
    """Return the projects in which a user holds a role, with the role."""
    rows = Grant.objects.filter(user_id=user_id).order_by("ecosystem", "project")
    return tuple((ProjectId(row.ecosystem, row.project), row.role) for row in rows)
