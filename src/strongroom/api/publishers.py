"""A project's trusted publishers, for the holder of a token that was made for the action `trust`.

Whoever publishes the project or looks after it may read them with any token of theirs.
"""

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.decorators import decorate_view
from pydantic import ConfigDict, Field

from strongroom.api import shapes
from strongroom.api.credentials import Token, actor_of
from strongroom.api.guard import json_body
from strongroom.api.reads import OF_CHANGES, Counter
from strongroom.core.coordinates import ProjectId
from strongroom.packages.catalog import trust
from strongroom.packages.catalog.desk import Desk
from strongroom.people.publishers.register import Entry, Order

PublisherNumber = Annotated[int, Field(ge=1, le=2**53), shapes.Told("The number of a publisher.")]


class NewPublisher(Schema):
    """A program elsewhere that is to publish."""

    model_config = ConfigDict(extra="forbid")

    provider: str = Field(max_length=255, description="Its name, such as `github`.")
    typed: dict[str, str] = Field(description="What the provider asks for, by field.")
    stages_only: bool = Field(default=False, description="What it uploads waits for people.")


class Publisher(Schema):
    """A trusted publisher; `pinned` is what its first use stated that nobody can take over."""

    number: int
    provider: str
    typed: dict[str, str]
    stages_only: bool
    pinned: dict[str, str]
    made_by: str = Field(description="Who set it up; empty: the operator.")
    made_at: datetime
    last_used_at: datetime | None
    warnings: list[str] = Field(description="What is not pinned.")


class TrustedOnly(Schema):
    """Whether trusted publishers alone publish."""

    model_config = ConfigDict(extra="forbid")

    trusted_only: Annotated[bool, Field(strict=True)]


def routes(counter: Counter, token: Token) -> Router:
    """Return the operations."""
    router = Router(auth=token)
    _of_publishers(router, counter)
    _of_trust(router, counter)
    return router


def _of_publishers(router: Router, counter: Counter) -> None:
    @router.get(
        "/projects/{ecosystem}/{name}/publishers",
        operation_id="list_publishers",
        summary="List a project's trusted publishers",
        tags=["publishers"],
        response={200: list[Publisher], **OF_CHANGES},
    )
    def list_publishers(
        request: HttpRequest, ecosystem: shapes.EcosystemId, name: shapes.ProjectName
    ) -> list[Publisher]:
        """Tell which programs elsewhere may publish for it, and what of them is not pinned."""
        desk = counter()
        project = _project(desk, ecosystem, name)
        return [_shown(one) for one in trust.publishers(desk, actor_of(request), project)]

    @router.post(
        "/projects/{ecosystem}/{name}/publishers",
        operation_id="add_publisher",
        summary="Give a project a trusted publisher",
        tags=["publishers"],
        response={200: Publisher, **OF_CHANGES},
    )
    @decorate_view(json_body)
    def add_publisher(
        request: HttpRequest,
        ecosystem: shapes.EcosystemId,
        name: shapes.ProjectName,
        body: NewPublisher,
    ) -> Publisher:
        """Let a program elsewhere publish, by what its identity provider states of it.

        The token must have been made for the action `trust`: what it sets up outlives it.
        """
        desk = counter()
        order = Order(body.provider, body.typed, stages_only=body.stages_only)
        project = _project(desk, ecosystem, name)
        return _shown(trust.add(desk, actor_of(request), project, order))

    @router.delete(
        "/projects/{ecosystem}/{name}/publishers/{number}",
        operation_id="remove_publisher",
        summary="Take a trusted publisher away",
        tags=["publishers"],
        response={200: Publisher, **OF_CHANGES},
    )
    def remove_publisher(
        request: HttpRequest,
        ecosystem: shapes.EcosystemId,
        name: shapes.ProjectName,
        number: PublisherNumber,
    ) -> Publisher:
        """End it, and at once all tokens that it was given."""
        desk = counter()
        project = _project(desk, ecosystem, name)
        return _shown(trust.remove(desk, actor_of(request), project, number))


def _of_trust(router: Router, counter: Counter) -> None:
    @router.put(
        "/projects/{ecosystem}/{name}/trusted-only",
        operation_id="set_trusted_only",
        summary="Say whether trusted publishers alone publish",
        tags=["publishers"],
        response={200: shapes.Change, **OF_CHANGES},
    )
    @decorate_view(json_body)
    def set_trusted_only(
        request: HttpRequest,
        ecosystem: shapes.EcosystemId,
        name: shapes.ProjectName,
        body: TrustedOnly,
    ) -> shapes.Change:
        """Refuse people's tokens for uploads, or take them again."""
        desk = counter()
        project = _project(desk, ecosystem, name)
        actor = actor_of(request)
        recorded = trust.set_trusted_only(desk, actor, project, wanted=body.trusted_only)
        return shapes.Change(
            changed=recorded is not None, serial=recorded.serial if recorded else None
        )


def _project(desk: Desk, ecosystem: str, name: str) -> ProjectId:
    return ProjectId(ecosystem, desk.ecosystem(ecosystem).name(name).key)


def _shown(entry: Entry) -> Publisher:
    return Publisher(
        number=entry.id,
        provider=entry.provider,
        typed=dict(entry.typed),
        pinned=dict(entry.pinned),
        stages_only=entry.stages_only,
        made_by=entry.maker,
        made_at=entry.made_at,
        last_used_at=entry.last_used_at,
        warnings=list(entry.warnings),
    )
