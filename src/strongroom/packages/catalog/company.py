"""Roles that the groups of a company give in projects, set right when somebody signs in."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ConflictError
from strongroom.packages.catalog.changes import appoint, dismiss
from strongroom.packages.catalog.desk import Desk
from strongroom.packages.models import Project
from strongroom.people.access.grants import granted
from strongroom.people.access.groups import Rule, administers, roles
from strongroom.people.access.roles import Role
from strongroom.people.accounts.company import COMPANY, set_admin
from strongroom.people.models import CompanyGrant, User


def follow(desk: Desk, user: User, groups: AbstractSet[str], known: Iterable[Rule]) -> None:
    """Give somebody what their groups give now, and take what these gave before and do no more.

    A role that somebody else gave is neither changed nor taken. The last owner of a project stays,
    and goes when there is another.
    """
    rules = tuple(known)
    set_admin(user, desk.clock, given=administers(rules, groups))
    projects = (ProjectId(*one) for one in Project.objects.values_list("ecosystem", "key"))
    wanted = roles(rules, groups, projects)
    for row in CompanyGrant.objects.filter(user=user).order_by("pk"):
        project = ProjectId(row.ecosystem, row.project)
        if project not in wanted and _taken(desk, user, project, Role(row.role)):
            row.delete()
    for project, role in sorted(wanted.items(), key=lambda one: str(one[0])):
        _given(desk, user, project, role)


def _taken(desk: Desk, user: User, project: ProjectId, role: Role) -> bool:
    if granted(user.pk, project) is not role:
        return True  # somebody else has changed it meanwhile
    try:
        dismiss(desk, COMPANY, project, user.username)
    except ConflictError:
        return False
    return True


def _given(desk: Desk, user: User, project: ProjectId, role: Role) -> None:
    before = CompanyGrant.objects.filter(
        user=user, ecosystem=project.ecosystem, project=project.key
    ).first()
    held = granted(user.pk, project)
    if held is not None and (before is None or held != before.role or held is role):
        return
    try:
        appoint(desk, COMPANY, project, user.username, role)
    except ConflictError:
        return
    CompanyGrant.objects.update_or_create(
        user=user, ecosystem=project.ecosystem, project=project.key, defaults={"role": role}
    )
