"""Who is what to which project: by a role of their own, a team's, or a rank in its organisation.

Only what stands now counts. A team's role is worth nothing in a project that its organisation no
longer holds, nor to somebody who has left it (PyPI's removed members kept their teams until 2025).
"""

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet, Value

from strongroom.core.actors import Actor
from strongroom.core.clock import Clock
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ForbiddenError
from strongroom.people.access.roles import BY_RANK, PUBLISHING, Rank, Role, foremost
from strongroom.people.models import (
    Grant,
    Holding,
    Membership,
    Organisation,
    Publisher,
    TeamGrant,
)
from strongroom.rows.prepared import Insert, Read

ROLE, RANK = "role", "rank"  # what a row of `ways` tells
_LEADING = (Rank.OWNER, Rank.MANAGER)
_EVERY_ROLE = frozenset(Role)

_grants = Insert(Grant)
_own = Read(
    lambda at: Grant.objects.filter(
        user_id=at("user"), ecosystem=at("ecosystem"), project=at("project")
    ).values_list("role")
)
_trusted = Read(
    lambda at: Publisher.objects.filter(
        ecosystem=at("ecosystem"), project=at("project"), pending=False
    ).values_list("pk")
)
_holder = Read(
    lambda at: Organisation.objects.filter(
        holdings__ecosystem=at("ecosystem"), holdings__project=at("project")
    )
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
    """The foremost role that somebody holds of those asked for, and since when they hold one."""

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


def ways(at: Callable[[str], Any]) -> tuple[QuerySet[Any, tuple[Any, Any]], ...]:
    """Return the queries for all that `user` is to a project: rows of ROLE or RANK, and which."""
    user, ecosystem, project = at("user"), at("ecosystem"), at("project")
    own = Grant.objects.filter(user_id=user, ecosystem=ecosystem, project=project)
    teams = TeamGrant.objects.filter(
        Q(project="") | Q(ecosystem=ecosystem, project=project),
        team__members__user_id=user,
        team__organisation__memberships__user_id=user,
        team__organisation__holdings__ecosystem=ecosystem,
        team__organisation__holdings__project=project,
    )
    ranks = Membership.objects.filter(
        Q(rank__in=_LEADING) | Q(organisation__members_read=True),
        user_id=user,
        organisation__holdings__ecosystem=ecosystem,
        organisation__holdings__project=project,
    )
    return (
        own.values_list(Value(ROLE), "role"),
        teams.values_list(Value(ROLE), "role"),
        ranks.values_list(Value(RANK), "rank"),
    )


def _united(at: Callable[[str], Any]) -> QuerySet[Any, tuple[Any, Any]]:
    first, *others = ways(at)
    return first.union(*others, all=True)


_roles = Read(_united)


def told(rows: Iterable[tuple[str, str]]) -> frozenset[Role]:
    """Return the roles that rows of `ways` tell."""
    return frozenset(Role(word) if what == ROLE else BY_RANK[Rank(word)] for what, word in rows)


def roles_of(actor: Actor, project: ProjectId) -> frozenset[Role]:
    """Return what an actor is to a project: the one place where that is found."""
    here = {"ecosystem": project.ecosystem, "project": project.key}
    if actor.publishers:
        ours = any(number in actor.publishers for (number,) in _trusted.all(**here))
        return frozenset({Role.PUBLISHER}) if ours else frozenset()
    if actor.user_id is None:
        return frozenset()
    return told(_roles.all(user=actor.user_id, **here))


def granted(user_id: int, project: ProjectId) -> Role | None:
    """Return the role that was given in a project to a user alone, not to a team of theirs."""
    role = _own.first(user=user_id, ecosystem=project.ecosystem, project=project.key)
    return Role(role[0]) if role else None


def people_of(project: ProjectId) -> tuple[tuple[str, str], ...]:
    """Return who has a role of their own in a project, with the role, in order of names."""
    return tuple(_people.all(ecosystem=project.ecosystem, project=project.key))


def held(project: ProjectId, among: AbstractSet[Role] = _EVERY_ROLE) -> tuple[Held, ...]:
    """Return who holds one of these roles, by whichever way; active accounts in order of names."""
    found: dict[tuple[str, str, int], list[tuple[Role, datetime]]] = {}
    for user, role, since in _holders(project):
        if role in among:
            found.setdefault(user, []).append((role, since))
    return tuple(
        Held(
            user_id,
            name,
            foremost(role for role, _ in held),
            min(since for _, since in held),
        )
        for (_, name, user_id), held in sorted(found.items())
    )


def _holders(project: ProjectId) -> Iterator[tuple[tuple[str, str, int], Role, datetime]]:
    here = {"ecosystem": project.ecosystem, "project": project.key}
    own = Grant.objects.filter(**here, user__is_active=True)
    for *user, role, since in own.values_list(*_person("user"), "role", "granted_at"):
        yield _named(user), Role(role), since
    holding = Holding.objects.filter(**here).first()
    if holding is None:
        return
    teams = TeamGrant.objects.filter(
        Q(project="") | Q(**here),
        team__organisation=holding.organisation_id,
        team__members__user__is_active=True,
        team__members__user__memberships__organisation=holding.organisation_id,
    )
    moments = ("granted_at", "team__members__since")
    for *user, role, given, joined in teams.values_list(
        *_person("team__members__user"), "role", *moments
    ):
        yield _named(user), Role(role), max(given, joined, holding.since)
    ranks = Membership.objects.filter(
        Q(rank__in=_LEADING) | Q(organisation__members_read=True),
        organisation=holding.organisation_id,
        user__is_active=True,
    )
    for *user, rank, since in ranks.values_list(*_person("user"), "rank", "since"):
        yield _named(user), BY_RANK[Rank(rank)], max(since, holding.since)


def _person(prefix: str) -> tuple[str, str, str]:
    return f"{prefix}__folded", f"{prefix}__username", f"{prefix}__pk"


def _named(user: list[Any]) -> tuple[str, str, int]:
    folded, name, number = user
    return folded, name, number


def grant(user_id: int, project: ProjectId, role: Role, clock: Clock) -> None:
    """Give a role, in place of the one held; the caller records the event in the transaction.

    Who could publish before is no newcomer by it; who could not is one.
    """
    here = {"user_id": user_id, "ecosystem": project.ecosystem, "project": project.key}
    rows, now = Grant.objects.filter(**here), clock.now()
    if role in PUBLISHING and rows.exclude(role__in=PUBLISHING).update(role=role, granted_at=now):
        return
    if not rows.update(role=role):
        _grants(**here, role=role, granted_at=now)


def take(user_id: int, project: ProjectId) -> None:
    """Take a role away; the caller records the event in the transaction."""
    Grant.objects.filter(user_id=user_id, ecosystem=project.ecosystem, project=project.key).delete()


def owners(project: ProjectId, besides: int) -> int:
    """Count the owners of a project besides one; whose account is to close is none by then."""
    staying = Q(user__closes_at=None, user__is_active=True) & ~Q(user_id=besides)
    here = {"ecosystem": project.ecosystem, "project": project.key}
    own = Grant.objects.filter(staying, **here, role=Role.OWNER)
    leading = Membership.objects.filter(
        staying,
        rank=Rank.OWNER,
        organisation__holdings__ecosystem=project.ecosystem,
        organisation__holdings__project=project.key,
    )
    return own.values("user_id").union(leading.values("user_id")).count()


def alone_in(user_id: int) -> tuple[ProjectId, ...]:
    """Return the projects that would have no owner without a user, in order of names."""
    return tuple(
        project
        for project, role in projects_of(user_id)
        if role == Role.OWNER and not owners(project, besides=user_id)
    )


def own_roles(user_id: int) -> tuple[tuple[ProjectId, Role], ...]:
    """Return the projects in which a user has a role of their own, with it, in order of names.

    That is for everybody to see. What somebody is by an organisation is for its members.
    """
    rows = Grant.objects.filter(user_id=user_id).order_by("ecosystem", "project")
    return tuple(
        (ProjectId(ecosystem, key), Role(role))
        for ecosystem, key, role in rows.values_list("ecosystem", "project", "role")
    )


def own_within(user_id: int, organisation: int) -> tuple[ProjectId, ...]:
    """Return those of them that an organisation holds."""
    held = Holding.objects.filter(organisation=organisation).values_list("ecosystem", "project")
    known = {ProjectId(*one) for one in held}
    return tuple(one for one, _ in own_roles(user_id) if one in known)


def holder_of(project: ProjectId) -> Organisation | None:
    """Return the organisation that holds a project, if one does."""
    return _holder.first(ecosystem=project.ecosystem, project=project.key)


def projects_of(user_id: int) -> tuple[tuple[ProjectId, Role], ...]:
    """Return the projects to which a user is something, with their foremost role in each."""
    found: dict[ProjectId, set[Role]] = {}
    own = Grant.objects.filter(user_id=user_id)
    for ecosystem, key, role in own.values_list("ecosystem", "project", "role"):
        found.setdefault(ProjectId(ecosystem, key), set()).add(Role(role))
    holdings = Holding.objects.filter(organisation__memberships__user_id=user_id)
    ranks = holdings.filter(
        Q(organisation__memberships__rank__in=_LEADING) | Q(organisation__members_read=True),
        organisation__memberships__user_id=user_id,
    )
    for ecosystem, key, rank in ranks.values_list(
        "ecosystem", "project", "organisation__memberships__rank"
    ):
        found.setdefault(ProjectId(ecosystem, key), set()).add(BY_RANK[Rank(rank)])
    grants = Q(organisation__teams__grants__project="") | Q(
        organisation__teams__grants__ecosystem=F("ecosystem"),
        organisation__teams__grants__project=F("project"),
    )
    teams = holdings.filter(grants, organisation__teams__members__user_id=user_id)
    for ecosystem, key, role in teams.values_list(
        "ecosystem", "project", "organisation__teams__grants__role"
    ):
        found.setdefault(ProjectId(ecosystem, key), set()).add(Role(role))
    return tuple(
        (project, foremost(found[project]))
        for project in sorted(found, key=lambda one: (one.ecosystem, one.key))
    )
