"""The people of a project, for the holder of a token that was made for the action `appoint`.

Nobody gets a first role without their own word: they are invited, and answer on the pages. And
organisations, as everybody may read of them. A program changes no organisation.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.decorators import decorate_view
from pydantic import ConfigDict, Field

from strongroom.api import shapes
from strongroom.api.credentials import Token, actor_of
from strongroom.api.guard import json_body
from strongroom.api.reads import OF_CHANGES, REFUSALS_OF_ONE, Counter
from strongroom.api.shown import change
from strongroom.core.coordinates import ProjectId
from strongroom.packages.catalog import changes, inviting
from strongroom.packages.catalog.held import held_by
from strongroom.people.access.roles import role
from strongroom.people.organisations.acts import find
from strongroom.people.recovery.office import Office

Offices = Callable[[], Office]
"""Gives what writes letters; asked only while a request is answered."""

OrganisationName = Annotated[
    str, Field(min_length=1, max_length=64), shapes.Told("An organisation's name.")
]
RoleName = Annotated[str, Field(min_length=1, max_length=16)]


class NewRole(Schema):
    """Another role of somebody who has one."""

    model_config = ConfigDict(extra="forbid")

    role: RoleName


class NewInvitation(Schema):
    """Whom to invite, by user name or e-mail address, and to which role."""

    model_config = ConfigDict(extra="forbid")

    whom: Annotated[str, Field(min_length=1, max_length=254)]
    role: RoleName


class Invited(Schema):
    """An invitation that waits for an answer."""

    number: int
    expires_at: datetime


class Held(Schema):
    """A public project that an organisation holds."""

    ecosystem: str
    name: str


class Organisation(Schema):
    """An organisation, as everybody may know of it."""

    name: str
    title: str
    projects: list[Held]


def routes(counter: Counter, offices: Offices, token: Token) -> Router:
    """Return the operations."""
    router = Router()
    _of_people(router, counter, token)
    _of_invitations(router, counter, offices, token)
    _of_organisations(router)
    return router


def _of_people(router: Router, counter: Counter, token: Token) -> None:
    @router.put(
        "/projects/{ecosystem}/{name}/people/{user}",
        auth=token,
        operation_id="set_role",
        summary="Give somebody another role",
        tags=["people"],
        response={200: shapes.Change, **OF_CHANGES},
    )
    @decorate_view(json_body)
    def set_role(
        request: HttpRequest,
        ecosystem: shapes.EcosystemId,
        name: shapes.ProjectName,
        user: shapes.UserName,
        body: NewRole,
    ) -> shapes.Change:
        """Give a person who has a role of their own another one in its place."""
        project = _project(counter, ecosystem, name)
        wanted = role(body.role)
        return change(changes.appoint(counter(), actor_of(request), project, user, wanted))

    @router.delete(
        "/projects/{ecosystem}/{name}/people/{user}",
        auth=token,
        operation_id="dismiss",
        summary="Take somebody's role away",
        tags=["people"],
        response={200: shapes.Change, **OF_CHANGES},
    )
    def dismiss(
        request: HttpRequest,
        ecosystem: shapes.EcosystemId,
        name: shapes.ProjectName,
        user: shapes.UserName,
    ) -> shapes.Change:
        """Take a person's own role away; the last owner stays."""
        project = _project(counter, ecosystem, name)
        return change(changes.dismiss(counter(), actor_of(request), project, user))


def _of_invitations(router: Router, counter: Counter, offices: Offices, token: Token) -> None:
    @router.post(
        "/projects/{ecosystem}/{name}/invitations",
        auth=token,
        operation_id="invite",
        summary="Invite somebody to a project",
        tags=["people"],
        response={200: Invited, **OF_CHANGES},
    )
    @decorate_view(json_body)
    def invite(
        request: HttpRequest,
        ecosystem: shapes.EcosystemId,
        name: shapes.ProjectName,
        body: NewInvitation,
    ) -> Invited:
        """Ask somebody by letter to take a role; they have it when they accept."""
        project = _project(counter, ecosystem, name)
        actor, wanted = actor_of(request), role(body.role)
        row = inviting.invite(offices(), actor, project, body.whom, wanted)
        return Invited(number=row.pk, expires_at=row.expires_at)


def _of_organisations(router: Router) -> None:
    @router.get(
        "/organisations/{name}",
        operation_id="organisation",
        summary="Read an organisation",
        tags=["people"],
        response={200: Organisation, **REFUSALS_OF_ONE},
    )
    def organisation(
        request: HttpRequest,  # noqa: ARG001 - the framework's form of a view
        name: OrganisationName,
    ) -> Organisation:
        """Tell an organisation's name and public projects; who is in it is its members' to know."""
        row = find(name)
        held = [Held(ecosystem=one.ecosystem, name=one.display) for one in held_by(row.pk)]
        return Organisation(name=row.name, title=row.title, projects=held)


def _project(counter: Counter, ecosystem: str, name: str) -> ProjectId:
    return ProjectId(ecosystem, counter().ecosystem(ecosystem).name(name).key)
