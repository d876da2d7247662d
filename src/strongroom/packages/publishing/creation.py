"""Making a project before it has a release: so that it is private before anybody could see it.

The name is judged as that of a first upload is, and whoever makes the project is its owner; or an
organisation is, which the maker is an owner of, and which says what its new projects are.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from strongroom.core.actors import Action, Actor
from strongroom.core.coordinates import Name, ProjectId, Version
from strongroom.core.ecosystem import Ecosystem
from strongroom.core.errors import ConflictError, ForbiddenError
from strongroom.core.events import Event, Kind, Recorded
from strongroom.packages.catalog.desk import Desk
from strongroom.packages.models import Project
from strongroom.packages.publishing.commit import hold, record_all, settled
from strongroom.packages.publishing.ground import is_free, may_act, survey
from strongroom.packages.publishing.steps import Asked
from strongroom.people.access.grants import grant, user_of
from strongroom.people.access.roles import Rank, Role
from strongroom.people.models import Holding, Membership, Organisation
from strongroom.people.publishers.register import settle

_NONE = Version("", "")  # of a project without releases


@dataclass(frozen=True, slots=True)
class Wish:
    """The project to be made: its name as it was written, whose it is, who may know of it.

    `private` None is as the organisation says, and public where there is none.
    """

    ecosystem: str
    name: str
    private: bool | None = None
    organisation: str = ""


def create(desk: Desk, actor: Actor, wish: Wish) -> Recorded:
    """Make a project without releases; raises ConflictError where the name cannot be had."""
    ecosystem = desk.ecosystem(wish.ecosystem)
    name = ecosystem.name(wish.name)
    project = ProjectId(ecosystem.id, name.key)
    asked = Asked(actor, project, name, _NONE)

    def attempt() -> Recorded:
        with transaction.atomic():
            hold(project, name.similar)
            now = desk.clock.now()
            _judge(asked, ecosystem, now)
            holder = _holder(actor, wish.organisation) if wish.organisation else None
            private = wish.private
            if private is None:
                private = holder is not None and holder.private_by_default
            _write(project, name, now, private=private)
            settle(project, actor)
            if holder is None:
                grant(user_of(actor), project, Role.OWNER, desk.clock)
            else:
                here = {"ecosystem": project.ecosystem, "project": project.key}
                Holding.objects.create(organisation=holder, since=now, **here)
            owner = holder.name if holder else actor.name
            (recorded,) = record_all(project, [_created(asked, owner, private=private)], desk)
        return recorded

    recorded = settled(attempt, name.display)
    desk.react([recorded])
    return recorded


def organisations_of(user_id: int) -> tuple[str, ...]:
    """Return the organisations for which somebody may make projects, in order of names."""
    owning = Membership.objects.filter(user_id=user_id, rank=Rank.OWNER)
    return tuple(
        owning.order_by("organisation__folded").values_list("organisation__name", flat=True)
    )


def _judge(asked: Asked, ecosystem: Ecosystem, now: datetime) -> None:
    ground = survey(asked, now)
    may_act(asked, ground, Action.UPLOAD)
    if ground.exists:
        raise ConflictError(
            "project-exists",
            f"There is a project named {asked.name.display} here.",
            "Choose another name, or upload to it.",
        )
    is_free(asked, ground, ecosystem)


def _holder(actor: Actor, name: str) -> Organisation:
    owning = Membership.objects.filter(
        user_id=user_of(actor), rank=Rank.OWNER, organisation__folded=name.lower()
    ).select_related("organisation")
    found = owning.first()
    if found is None:
        # The same words whether there is such an organisation or not.
        raise ForbiddenError(
            "organisation-not-yours",
            f"{actor.name} is not an owner of an organisation named {name[:64]!a}.",
            "Ask an owner of it to make the project.",
        )
    return found.organisation


def _write(project: ProjectId, name: Name, now: datetime, *, private: bool) -> None:
    Project.objects.create(
        ecosystem=project.ecosystem,
        key=project.key,
        display=name.display,
        similar=name.similar,
        created_at=now,
        updated_at=now,
        private=private,
    )


def _created(asked: Asked, owner: str, *, private: bool) -> Event:
    facts: dict[str, object] = {"name": asked.name.display, "owner": owner}
    return Event(
        kind=Kind.PROJECT_CREATED,
        actor=asked.actor.name,
        credential=asked.actor.credential,
        project=asked.project,
        facts=facts | ({"private": True} if private else {}),
    )
