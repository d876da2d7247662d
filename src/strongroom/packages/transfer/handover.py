"""What becomes of a project that is handed on: its people are those of the new side alone.

The old side's roles, teams, invitations, stages, programs, tokens and webhooks end with it. Where
they stayed, whoever had sold a project published in the name of whoever had bought it.
"""

from collections.abc import Iterable
from datetime import datetime

from strongroom.core.actors import Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.events import Event, Kind, Recorded
from strongroom.packages.catalog.acts import about, id_of, tell
from strongroom.packages.catalog.desk import Desk
from strongroom.packages.hooks import changes
from strongroom.packages.models import Project, Stage
from strongroom.packages.staging import states
from strongroom.packages.staging.opening import finish
from strongroom.packages.staging.rows import about as about_stage
from strongroom.people.access.grants import grant, held
from strongroom.people.access.roles import Role
from strongroom.people.accounts.notices import Happening, note
from strongroom.people.models import (
    CompanyGrant,
    Grant,
    Holding,
    Invitation,
    Offer,
    Organisation,
    TeamGrant,
    Token,
    User,
)
from strongroom.people.publishers import register
from strongroom.people.tokens.minting import revocation
from strongroom.people.tokens.register import for_alone
from strongroom.proof.ledger.events import record

Receiver = Organisation | User


def hand_over(desk: Desk, actor: Actor, row: Project, to: Receiver) -> Recorded:
    """Give a project, which the caller holds and has judged, to the new side.

    The caller holds the turns of accounts and of the project's name, and reacts after its commit.
    """
    project, now = id_of(row), desk.clock.now()
    before = _people(project)
    for rows in (Grant, Holding, TeamGrant, CompanyGrant, Invitation, Offer):
        rows.objects.filter(ecosystem=project.ecosystem, project=project.key).delete()
    if isinstance(to, Organisation):
        Holding.objects.create(
            organisation=to, ecosystem=project.ecosystem, project=project.key, since=now
        )
    else:
        grant(to.pk, project, Role.OWNER, desk.clock)
    news = [*_stages(project, actor, now)]
    news += [*register.clear(project, actor), *changes.clear(project, actor)]
    after = _people(project)
    news += _tokens(before - after, project, actor, now)
    name = str(to)
    facts = {"project": project.key, "to": name}
    for person in sorted(before | after):
        note(Happening(Kind.PROJECT_TRANSFERRED, person, facts), actor, desk.clock)
    for one in news:
        record(one, desk.clock)
    return tell(desk, row, about(actor, Kind.PROJECT_TRANSFERRED, project, {"to": name}))


def _people(project: ProjectId) -> frozenset[int]:
    return frozenset(one.user_id for one in held(project))


def _stages(project: ProjectId, actor: Actor, now: datetime) -> Iterable[Event]:
    rows = Stage.objects.select_for_update(no_key=True).order_by("pk")
    live = rows.filter(ecosystem=project.ecosystem, project=project.key, ended_at=None)
    for stage in live:
        if stage.state == states.State.PROCESSING:  # approvals that were given count no more
            stage.state = states.after(states.State.PROCESSING, states.Act.FAIL)
        finish(stage, states.Act.CANCEL, now)
        yield about_stage(stage, Kind.STAGE_CANCELLED, actor, {})


def _tokens(left: Iterable[int], project: ProjectId, actor: Actor, now: datetime) -> list[Event]:
    """Revoke the tokens for this project alone of people who have left it.

    Who is invited again some day has none that lay about since.
    """
    ended = for_alone(left, project)
    Token.objects.filter(pk__in=[one.pk for one in ended]).update(revoked_at=now)
    return [revocation(one, actor) for one in ended]
