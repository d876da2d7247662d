"""The ground on which something is to be published: a name and a version, as the rows stand now.

Asked for every upload, and for a stage before it has any file. `survey` reads; the others judge.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from strongroom.core.actors import Action, Actor
from strongroom.core.ecosystem import Ecosystem
from strongroom.core.errors import ConflictError
from strongroom.packages.catalog import sight
from strongroom.packages.catalog.listing import row_of
from strongroom.packages.catalog.states import CLOSED, Status, is_critical
from strongroom.packages.models import File, Project, Release, Stage, UsedPath
from strongroom.packages.publishing.steps import Asked
from strongroom.packages.publishing.trusted import acts_by, most, refuse_person
from strongroom.people.access.roles import Role
from strongroom.people.access.rules import Case, may_know, permit
from strongroom.people.oversight.names import prohibited
from strongroom.people.oversight.switches import Name as Switched
from strongroom.people.oversight.switches import refusal, roles_and_off
from strongroom.people.publishers.register import Known, of_project
from strongroom.rows.prepared import Read

_alike = Read(
    lambda at: (
        Project.objects.filter(ecosystem=at("ecosystem"), similar=at("similar"))
        .exclude(key=at("key"))
        .order_by("private")
    )
)
_releases = Read(
    lambda at: Release.objects.filter(project_id=at("project"), key=at("version")).values_list(
        "pk", "published_at"
    )
)
_kinds = Read(lambda at: File.objects.filter(release_id=at("release")).values_list("kind"))
_names_used = Read(
    lambda at: UsedPath.objects.filter(ecosystem=at("ecosystem"), project=at("key")).values_list(
        "pk"
    )[:1]
)
_versions_used = Read(
    lambda at: UsedPath.objects.filter(
        ecosystem=at("ecosystem"), project=at("key"), version=at("version")
    ).values_list("pk")[:1]
)
_reserved = Read(
    lambda at: Stage.objects.filter(
        Q(project=at("key")) | Q(similar=at("similar")),
        ecosystem=at("ecosystem"),
        ended_at=None,
        expires_at__gt=at("moment"),
    ).values_list("project", "similar", "opener", "publisher", "publisher__maker")
)


@dataclass(frozen=True, slots=True)
class Ground:
    """What the rows say about a name and a version, at one moment."""

    at: datetime
    exists: bool
    roles: frozenset[Role]
    status: Status
    critical: bool
    approvals: int  # of how many people, before anything of the project is published
    confirmed: bool  # whether a person confirms whatever is published of the project
    reserved: bool  # the name is free but for somebody else's stage
    similar_to: str | None  # another project whose name an eye confuses with this one
    similar_reserved: bool  # somebody else's stage has such a name
    name_burnt: bool  # a project of this name was removed
    version_burnt: bool  # the version was published and removed
    opened_at: datetime | None  # when the release got its first file
    kinds: tuple[str, ...]  # the kinds of files that the release has
    off: Mapping[str, str]  # what administrators have turned off, and why
    prohibited: str | None  # why nobody may take the name; nothing of one that is private
    publishers: tuple[Known, ...] = ()  # its trusted publishers, and those that wait for the name
    trusted_only: bool = False  # no person's token publishes


def survey(asked: Asked, at: datetime) -> Ground:
    """Read what the rows say; the caller holds the transaction."""
    project, similar, version = asked.project, asked.name.similar, asked.version.key
    here = {"ecosystem": project.ecosystem, "key": project.key}
    look = _look(asked)
    name_used = look.row is None and bool(_names_used.all(**here)) and not look.hidden
    version_used = (
        look.release is None
        and (look.row is not None or name_used)
        and bool(_versions_used.all(version=version, **here))
    )
    if name_used or version_used:
        # PostgreSQL shows each query what is committed by then. What somebody else has published
        # between the two looks removed, unless we look at it again.
        look = _look(asked)
    row, release = look.row, look.release
    alike: Project | None = None
    reserved, barred = list[tuple[str, str]](), None
    if row is None:
        barred = prohibited(project.ecosystem, similar)
        alike = _alike.first(similar=similar, **here)
        others = _reserved.all(similar=similar, moment=at, **here)
        reserved = [(key, name) for key, name, *by in others if not _is_own(asked.actor, *by)]
        if look.hidden or sight.hides(asked.actor, alike):
            alike, barred = None, ""  # whoever may not know of it is told that nobody takes it
    return Ground(
        at=at,
        exists=row is not None,
        roles=look.roles,
        status=Status(row.status) if row else Status.ACTIVE,
        critical=row is not None and is_critical(row.critical),
        approvals=row.approvals if row else 0,
        confirmed=row is not None and row.confirmed,
        reserved=any(key == project.key for key, _ in reserved),
        similar_to=alike.display if alike else None,
        similar_reserved=any(name == similar for _, name in reserved),
        name_burnt=name_used and row is None,
        version_burnt=version_used and release is None,
        opened_at=release[1] if release else None,
        kinds=tuple(kind for (kind,) in _kinds.all(release=release[0])) if release else (),
        off=look.off,
        prohibited=barred,
        publishers=look.publishers,
        trusted_only=row is not None and row.trusted_only,
    )


def _is_own(actor: Actor, opener: int | None, publisher: int | None, maker: int | None) -> bool:
    """Say whether a stage is an actor's: theirs, or that of the program that waits for them."""
    person = actor.user_id is not None and actor.user_id in {opener, maker}
    return person or publisher in actor.publishers


@dataclass(frozen=True, slots=True)
class _Look:
    """What is there of a name at one look; `hidden` is what the actor may not know of."""

    row: Project | None
    release: tuple[int, datetime] | None
    hidden: bool
    roles: frozenset[Role]
    off: Mapping[str, str]
    publishers: tuple[Known, ...]


def _look(asked: Asked) -> _Look:
    # The row first: whoever sees a project that was made meanwhile sees by whom.
    actor, row = asked.actor, row_of(asked.project)
    roles, off = roles_and_off(actor, asked.project)
    publishers = of_project(asked.project)
    hidden = False
    if row is not None and row.private:
        theirs = {Role.PUBLISHER} if acts_by(actor, publishers, exists=True) else set[Role]()
        case = Case(exists=True, roles=roles | theirs, critical=is_critical(row.critical))
        hidden = not may_know(actor, asked.project, case)
    if hidden:
        row = None
    if acts_by(actor, publishers, exists=row is not None):
        roles |= {Role.PUBLISHER}
    release = _releases.first(project=row.pk, version=asked.version.key) if row else None
    return _Look(row, release, hidden, roles, off, publishers)


def may_act(asked: Asked, ground: Ground, action: Action) -> None:
    """Ask the one rule.

    Whoever may not see a stage is told of its name what they are told of a project that is there.
    """
    exists, actor = ground.exists or ground.reserved, asked.actor
    # Who waits for a name that somebody else holds by now is nothing to it.
    roles = frozenset[Role]() if ground.reserved and actor.publishers else ground.roles
    case = Case(exists=exists, roles=roles, critical=ground.critical)
    mine = acts_by(actor, ground.publishers, exists=ground.exists)
    permit(actor, most(action, mine), asked.project, case)
    if ground.trusted_only and action in {Action.UPLOAD, Action.STAGE}:
        refuse_person(actor, asked.name.display)


def is_free(asked: Asked, ground: Ground, ecosystem: Ecosystem) -> None:
    """Refuse a project that takes no uploads, or a name that no new project may have."""
    if Switched.UPLOADS in ground.off:
        raise refusal(Switched.UPLOADS, ground.off[Switched.UPLOADS])
    if not ground.exists:
        _free_name(asked, ground, ecosystem)
    elif ground.status in CLOSED:
        raise ConflictError(
            f"project-{ground.status}",
            f"{asked.name.display} is {ground.status} and takes no uploads.",
            "An owner can make it active again."
            if ground.status is Status.ARCHIVED
            else "Ask the administrators why.",
        )


def _free_name(asked: Asked, ground: Ground, ecosystem: Ecosystem) -> None:
    if Switched.NEW_PROJECTS in ground.off:
        raise refusal(Switched.NEW_PROJECTS, ground.off[Switched.NEW_PROJECTS])
    ecosystem.may_name(asked.name)
    if ground.prohibited is not None:
        raise ConflictError(
            "name-prohibited",
            f"Nobody may take the name {asked.name.display}.",
            "Choose another name.",
        )
    # Whoever took the name of a removed project would be trusted by all who still ask for it.
    if ground.name_burnt:
        raise ConflictError(
            "name-used",
            f"The name {asked.name.display} belonged to a project that was removed.",
            "Names are never used again; choose another name.",
        )
    if ground.similar_to is not None:
        raise ConflictError(
            "name-too-similar",
            f"The name {asked.name.display} is too similar to the existing project"
            f" {ground.similar_to}.",
            "Choose a name that cannot be mistaken for it.",
        )
    if ground.similar_reserved:
        # Not which: it is the name of something that nobody may know of yet.
        raise ConflictError(
            "name-too-similar",
            f"The name {asked.name.display} is too similar to one that is taken.",
            "Choose another name.",
        )


def is_open(asked: Asked, ground: Ground, release_open: timedelta) -> None:
    """Refuse a version that was removed, or that has closed to new files."""
    if ground.version_burnt:
        raise ConflictError(
            "version-used",
            f"Version {asked.version.display} was published before and removed.",
            "Versions are never used again; publish a new version.",
        )
    if ground.opened_at is not None and ground.at >= ground.opened_at + release_open:
        raise ConflictError(
            "release-closed",
            f"Release {asked.version.display} closed to new files"
            f" {release_open.days} days after its first.",
            "Publish a new version.",
        )
