"""Teams: members of an organisation who hold the same roles in its projects.

1. A team holds no ownership: whoever puts people into teams would make owners.
2. A manager changes neither their own teams nor what those may, or they could publish by them.
"""

from dataclasses import dataclass

from django.db import transaction

from strongroom.core.actors import Actor
from strongroom.core.clock import Clock
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from strongroom.core.events import Kind
from strongroom.people.access.ranks import rank_of
from strongroom.people.access.roles import Power, Rank, Role
from strongroom.people.accounts.users import NAME, find_user, fold
from strongroom.people.models import Holding, Organisation, Team, TeamGrant, TeamMember
from strongroom.people.organisations.acts import done, entered, told
from strongroom.people.organisations.members import may_seat, no_member

TEAMS_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class Share:
    """What a team holds: a role in a project of the organisation, or in all that it holds."""

    role: Role
    project: ProjectId | None = None


def create(actor: Actor, name: str, team: str, clock: Clock) -> Team:
    """Make a team without members and roles."""
    with transaction.atomic():
        row = entered(actor, name, Power.STAFF)
        _is_free(row, team)
        if Team.objects.filter(organisation=row).count() >= TEAMS_AT_MOST:
            raise ConflictError(
                "teams-too-many",
                f"{row.name} has {TEAMS_AT_MOST} teams already.",
                "Delete one that is not needed.",
            )
        made = Team.objects.create(
            organisation=row, name=team, folded=fold(team), created_at=clock.now()
        )
        done(clock, actor, Kind.TEAM_CREATED, _facts(made))
    return made


def rename(actor: Actor, name: str, team: str, to: str, clock: Clock) -> None:
    """Give a team another name."""
    with transaction.atomic():
        row = find_team(entered(actor, name, Power.STAFF), team)
        if fold(to) != row.folded:
            _is_free(row.organisation, to)
        facts = {**_facts(row), "to": to}
        Team.objects.filter(pk=row.pk).update(name=to, folded=fold(to))
        done(clock, actor, Kind.TEAM_RENAMED, facts)


def remove(actor: Actor, name: str, team: str, clock: Clock) -> None:
    """End a team; what its members could do by it they can do no longer."""
    with transaction.atomic():
        row = find_team(entered(actor, name, Power.STAFF), team)
        for user in row.members.values_list("user_id", flat=True):
            told(Kind.TEAM_LEFT, user, _facts(row), actor, clock)
        facts = _facts(row)
        row.delete()
        done(clock, actor, Kind.TEAM_REMOVED, facts)


def join(actor: Actor, name: str, team: str, user_name: str, clock: Clock) -> bool:
    """Put a member of the organisation into a team; returns whether they were not in it."""
    with transaction.atomic():
        row = find_team(entered(actor, name, Power.STAFF), team)
        user = find_user(user_name)
        may_seat(actor, row.organisation, set(), to_self=user.pk == actor.user_id)
        if rank_of(user.pk, row.organisation_id) is None:
            raise no_member(row.organisation, user.username)
        _, new = TeamMember.objects.get_or_create(
            team=row, user=user, defaults={"since": clock.now()}
        )
        if new:
            facts = {**_facts(row), "user": user.username}
            told(Kind.TEAM_JOINED, user.pk, facts, actor, clock)
            done(clock, actor, Kind.TEAM_JOINED, facts)
    return new


def part(actor: Actor, name: str, team: str, user_name: str, clock: Clock) -> bool:
    """Take somebody out of a team; returns whether they were in it. Everybody may leave one."""
    with transaction.atomic():
        user = find_user(user_name)
        own = user.pk == actor.user_id
        row = find_team(entered(actor, name, Power.SEE if own else Power.STAFF), team)
        if not TeamMember.objects.filter(team=row, user=user).delete()[0]:
            return False
        facts = {**_facts(row), "user": user.username}
        told(Kind.TEAM_LEFT, user.pk, facts, actor, clock)
        done(clock, actor, Kind.TEAM_LEFT, facts)
    return True


def give(actor: Actor, name: str, team: str, share: Share, clock: Clock) -> bool:
    """Give a team a role in a project of the organisation, or in all; returns whether it is new."""
    with transaction.atomic():
        row = find_team(entered(actor, name, Power.STAFF), team)
        _may_empower(actor, row)
        if share.role is Role.OWNER:
            raise InvalidError(
                "team-role-too-high",
                "A team is no owner of projects.",
                "Make people owners of the organisation, or of the project.",
            )
        if share.project is not None:
            _is_held(row.organisation, share.project)
        here = _where(row, share.project)
        if TeamGrant.objects.filter(**here, role=share.role).exists():
            return False
        TeamGrant.objects.filter(**here).delete()
        held = TeamGrant.objects.create(**here, role=share.role, granted_at=clock.now())
        _told(Kind.TEAM_ROLE_GRANTED, held, actor, clock)
    return True


def take(
    actor: Actor, name: str, team: str, clock: Clock, project: ProjectId | None = None
) -> bool:
    """Take a team's role in a project, or that in all, away; returns whether it had one."""
    with transaction.atomic():
        row = find_team(entered(actor, name, Power.STAFF), team)
        _may_empower(actor, row)
        rows = TeamGrant.objects.select_related("team__organisation")
        held = rows.filter(**_where(row, project)).first()
        if held is None:
            return False
        held.delete()
        _told(Kind.TEAM_ROLE_TAKEN, held, actor, clock)
    return True


def find_team(organisation: Organisation, team: str) -> Team:
    """Return a team of an organisation; raises NotFoundError."""
    rows = Team.objects.select_related("organisation")
    row = rows.filter(organisation=organisation, folded=fold(team)).first()
    if row is None:
        raise NotFoundError(
            "no-such-team",
            f"{organisation.name} has no team named {team[:64]!a}.",
            "Check the spelling.",
        )
    return row


def _may_empower(actor: Actor, row: Team) -> None:
    if actor.user_id is None or rank_of(actor.user_id, row.organisation_id) is Rank.OWNER:
        return
    own = TeamMember.objects.filter(team=row, user_id=actor.user_id).exists()
    may_seat(actor, row.organisation, set(), to_self=own)


def _is_free(organisation: Organisation, team: str) -> None:
    if not NAME.fullmatch(team):
        raise InvalidError(
            "team-name-invalid",
            f"{team[:64]!a} cannot be the name of a team.",
            "Use 1 to 64 letters, digits, dots, hyphens and underscores; begin and end with a"
            " letter or digit.",
        )
    if Team.objects.filter(organisation=organisation, folded=fold(team)).exists():
        raise ConflictError(
            "team-name-taken", f"{organisation.name} has a team {team}.", "Choose another name."
        )


def _is_held(organisation: Organisation, project: ProjectId) -> None:
    here = {"ecosystem": project.ecosystem, "project": project.key}
    if not Holding.objects.filter(organisation=organisation, **here).exists():
        raise ForbiddenError(
            "project-not-held",
            f"{organisation.name} does not hold {project.key[:100]}.",
            "Transfer the project to the organisation first.",
        )


def _where(row: Team, project: ProjectId | None) -> dict[str, object]:
    ecosystem, key = (project.ecosystem, project.key) if project else ("", "")
    return {"team": row, "ecosystem": ecosystem, "project": key}


def _facts(row: Team) -> dict[str, object]:
    return {"organisation": row.organisation.name, "team": row.name}


def _told(kind: Kind, held: TeamGrant, actor: Actor, clock: Clock) -> None:
    where = str(ProjectId(held.ecosystem, held.project)) if held.project else "all"
    facts = {**_facts(held.team), "role": str(held.role), "project": where}
    for user in held.team.members.values_list("user_id", flat=True):
        told(kind, user, facts, actor, clock)
    done(clock, actor, kind, facts)
