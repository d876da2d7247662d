"""An organisation as its page shows it: to everybody its name, to its members who is in it."""

from dataclasses import dataclass
from datetime import datetime

from strongroom.core.actors import Actor
from strongroom.people.access.ranks import rank_of
from strongroom.people.access.roles import POWERS, Power, Rank
from strongroom.people.models import (
    Holding,
    Invitation,
    Membership,
    Organisation,
    Team,
    TeamGrant,
    User,
)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in an organisation, or in a team of it, and since when."""

    name: str
    rank: Rank
    since: datetime


@dataclass(frozen=True, slots=True)
class Shared:
    """What a team holds: a role in a project, or, without its name, in all that are held."""

    ecosystem: str
    project: str
    role: str


@dataclass(frozen=True, slots=True)
class Squad:
    """A team with its members and roles."""

    name: str
    members: tuple[str, ...]
    shares: tuple[Shared, ...]


@dataclass(frozen=True, slots=True)
class Inside:
    """What members see. `invitations` are for those who may withdraw them."""

    rank: Rank | None
    members: tuple[Member, ...]
    teams: tuple[Squad, ...]
    invitations: tuple[Invitation, ...]


def powers(actor: Actor, row: Organisation) -> frozenset[Power]:
    """Return what an actor's rank lets them do in an organisation, once they prove who they are."""
    rank = rank_of(actor.user_id, row.pk)
    seeing = {Power.SEE} if actor.admin else set[Power]()
    return frozenset(power for power in Power if rank in POWERS[power]) | seeing


def inside(actor: Actor, row: Organisation, now: datetime) -> Inside | None:
    """Return what an actor sees of an organisation; None for whoever is not in it."""
    allowed = powers(actor, row)
    if Power.SEE not in allowed:
        return None
    open_ = Invitation.objects.select_related("user", "inviter").filter(
        organisation=row, expires_at__gt=now
    )
    return Inside(
        rank_of(actor.user_id, row.pk),
        members_of(row),
        teams_of(row),
        tuple(open_.order_by("pk")) if Power.STAFF in allowed else (),
    )


def members_of(row: Organisation) -> tuple[Member, ...]:
    """Return the members of an organisation, in order of names."""
    rows = Membership.objects.filter(organisation=row).order_by("user__folded")
    return tuple(
        Member(name, Rank(rank), since)
        for name, rank, since in rows.values_list("user__username", "rank", "since")
    )


def teams_of(row: Organisation) -> tuple[Squad, ...]:
    """Return the teams of an organisation with their members and roles, in order of names."""
    return tuple(
        Squad(
            team.name,
            tuple(
                User.objects.filter(teams__team=team)
                .order_by("folded")
                .values_list("username", flat=True)
            ),
            tuple(
                Shared(*one)
                for one in TeamGrant.objects.filter(team=team)
                .order_by("ecosystem", "project")
                .values_list("ecosystem", "project", "role")
            ),
        )
        for team in Team.objects.filter(organisation=row).order_by("folded")
    )


def projects_of(row: Organisation) -> list[str]:
    """Return the projects that an organisation holds, as `ecosystem:key`, in order of names."""
    held = Holding.objects.filter(organisation=row).order_by("ecosystem", "project")
    return [f"{ecosystem}:{key}" for ecosystem, key in held.values_list("ecosystem", "project")]


def listed() -> list[tuple[str, str, int, int]]:
    """Return all organisations: name, title, how many members and projects, in order of names."""
    return [
        (one.name, one.title, one.memberships.count(), one.holdings.count())
        for one in Organisation.objects.order_by("folded")
    ]
