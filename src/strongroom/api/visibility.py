"""Making a project before it has a release, and who may know of one."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.decorators import decorate_view
from pydantic import ConfigDict, Field

from strongroom.api import shapes
from strongroom.api.credentials import actor_of
from strongroom.api.guard import json_body
from strongroom.api.reads import OF_CHANGES, Counter
from strongroom.api.shown import change
from strongroom.core.coordinates import ProjectId
from strongroom.packages.catalog.visibility import set_private, visibility
from strongroom.packages.publishing.creation import Wish, create


class NewProject(Schema):
    """A project to be made without a release.

    Without a visibility it is as the organisation says, and public where it is a person's.
    """

    model_config = ConfigDict(extra="forbid")

    name: shapes.ProjectName
    visibility: shapes.Visibility | None = None
    organisation: Annotated[str, Field(max_length=64)] = ""


class NewVisibility(Schema):
    """Who is to know of a project: everybody, or only those with a role in it."""

    model_config = ConfigDict(extra="forbid")

    visibility: shapes.Visibility


def routes(router: Router, counter: Counter) -> None:
    """Add the operations, all of which need a token."""

    @router.post(
        "/projects/{ecosystem}",
        operation_id="create",
        summary="Make a project without a release",
        tags=["projects"],
        response={200: shapes.Change, **OF_CHANGES},
    )
    @decorate_view(json_body)
    def make(
        request: HttpRequest, ecosystem: shapes.EcosystemId, body: NewProject
    ) -> shapes.Change:
        """Take a free name, as a first upload does: so a project is private from the beginning."""
        private = None if body.visibility is None else visibility(body.visibility)
        wish = Wish(ecosystem, body.name, private, body.organisation)
        return change(create(counter(), actor_of(request), wish))

    @router.put(
        "/projects/{ecosystem}/{name}/visibility",
        operation_id="set_visibility",
        summary="Make a project private",
        tags=["projects"],
        response={200: shapes.Change, **OF_CHANGES},
    )
    @decorate_view(json_body)
    def set_visibility(
        request: HttpRequest,
        ecosystem: shapes.EcosystemId,
        name: shapes.ProjectName,
        body: NewVisibility,
    ) -> shapes.Change:
        """Let only those with a role in a project know of it.

        What is public cannot be unsaid: to make a project public takes a person, on its page.
        """
        desk = counter()
        project = ProjectId(ecosystem, desk.ecosystem(ecosystem).name(name).key)
        private = visibility(body.visibility)
        return change(set_private(desk, actor_of(request), project, private=private))
