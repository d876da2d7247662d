"""The webhooks of a project for programs: their shapes, and what can be done with them.

Those of the registry are set up by administrators in person, for which no token will do.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from ninja.decorators import decorate_view
from pydantic import ConfigDict, Field

from strongroom.api import shapes
from strongroom.api.credentials import Token, actor_of
from strongroom.api.guard import json_body
from strongroom.api.reads import REFUSALS_OF_ONE, Counter
from strongroom.api.shapes import Problem, Told
from strongroom.core.coordinates import ProjectId
from strongroom.core.events import Kind
from strongroom.packages import models
from strongroom.packages.hooks import changes, rows
from strongroom.packages.hooks.herald import Herald
from strongroom.packages.hooks.rules import URL_AT_MOST, Fate, State

Heralds = Callable[[], Herald]
"""Gives the herald; asked only while a request is answered, so that routes exist without one."""

HookHandle = Annotated[
    str,
    Field(min_length=32, max_length=32, pattern="^[0-9a-f]{32}$"),
    Told("The handle of a webhook: 32 hexadecimal digits."),
]
MessageId = Annotated[
    str, Field(pattern="^msg_[0-9a-f]{32}$", max_length=36), Told("The id of a message.")
]
_REFUSALS: Mapping[int, type[Problem]] = {
    **REFUSALS_OF_ONE,
    401: Problem,
    403: Problem,
    409: Problem,
}
_OF_BODIES: Mapping[int, type[Problem]] = {**_REFUSALS, 413: Problem}
_HOOKS = "/projects/{ecosystem}/{name}/hooks"
_HOOK = _HOOKS + "/{hook}"


class NewHook(Schema):
    """A webhook to make."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(max_length=URL_AT_MOST, description="Where events are sent, by https.")
    kinds: list[Kind] = Field(
        min_length=1, max_length=50, description="Which events it hears of; public ones alone."
    )


class NewState(Schema):
    """Whether a webhook is to be told of events."""

    model_config = ConfigDict(extra="forbid")

    on: bool


class Hook(Schema):
    """A webhook. Its address is not shown, because it may hold a secret; its host is."""

    handle: str
    host: str
    kinds: list[Kind]
    state: State
    state_at: datetime
    made_at: datetime = Field(description="When its secret was made.")
    failing_since: datetime | None


class Delivery(Schema):
    """A message to a webhook, and what became of it; of an answer its status alone is kept."""

    message: str = Field(description="Its `webhook-id`, the same however often it is sent.")
    serial: int | None = Field(description="That of its event; null: a test.")
    state: Fate
    tries: int
    tried_at: datetime | None
    status: int | None = Field(description="That of the last answer.")
    fault: str = Field(description="Why there was none: unreachable, too-slow, redirected.")


class Hooks(Schema):
    """The webhooks of a project, oldest first."""

    hooks: list[Hook]


class Shown(Schema):
    """A webhook with its newest deliveries, newest first."""

    hook: Hook
    deliveries: list[Delivery]


class Secret(Schema):
    """The secret of a webhook, which is not shown again."""

    handle: str
    secret: str = Field(description="It begins with `whsec_` (Standard Webhooks).")


def routes(heralds: Heralds, counter: Counter, token: Token) -> Router:
    """Return all operations on webhooks."""
    router = Router(auth=token, tags=["webhooks"])

    def place(ecosystem: str, name: str) -> ProjectId:
        return ProjectId(ecosystem, counter().ecosystem(ecosystem).name(name).key)

    _reads(router, place)
    _changes(router, heralds, place)
    _deliveries(router, heralds, place)
    return router


_Placed = Callable[[str, str], ProjectId]


def _reads(router: Router, place: _Placed) -> None:
    @router.get(
        _HOOKS, operation_id="hooks", summary="List webhooks", response={200: Hooks, **_REFUSALS}
    )
    def listed(
        request: HttpRequest, ecosystem: shapes.EcosystemId, name: shapes.ProjectName
    ) -> Hooks:
        """Tell the webhooks of a project to whoever may configure it."""
        found = rows.hooks_of(actor_of(request), place(ecosystem, name))
        return Hooks(hooks=[Hook(**_told(one)) for one in found])

    @router.get(
        _HOOK, operation_id="hook", summary="Read a webhook", response={200: Shown, **_REFUSALS}
    )
    def show(
        request: HttpRequest,
        ecosystem: shapes.EcosystemId,
        name: shapes.ProjectName,
        hook: HookHandle,
    ) -> Shown:
        """Tell a webhook and what was delivered to it."""
        found = rows.find(actor_of(request), place(ecosystem, name), hook)
        return Shown(
            hook=Hook(**_told(found)), deliveries=list(map(_delivery, rows.deliveries_of(found)))
        )


def _changes(router: Router, heralds: Heralds, place: _Placed) -> None:
    @router.post(
        _HOOKS,
        operation_id="create_hook",
        summary="Make a webhook",
        response={201: Secret, **_OF_BODIES},
    )
    @decorate_view(json_body)
    def create(
        request: HttpRequest,
        ecosystem: shapes.EcosystemId,
        name: shapes.ProjectName,
        body: NewHook,
    ) -> Status[Secret]:
        """Have another server told of a project's events, from now on."""
        wanted = changes.Wanted(body.url, body.kinds)
        made = changes.create(heralds(), actor_of(request), place(ecosystem, name), wanted)
        return Status(201, Secret(handle=made.hook.handle, secret=made.secret))

    @router.post(
        f"{_HOOK}/secret",
        operation_id="renew_hook",
        summary="Give a webhook a new secret",
        response={200: Secret, **_REFUSALS},
    )
    def renew(
        request: HttpRequest,
        ecosystem: shapes.EcosystemId,
        name: shapes.ProjectName,
        hook: HookHandle,
    ) -> Secret:
        """Make a new secret; for a day messages are signed by the former one too."""
        made = changes.renew(heralds(), actor_of(request), place(ecosystem, name), hook)
        return Secret(handle=made.hook.handle, secret=made.secret)

    @router.put(
        f"{_HOOK}/state",
        operation_id="switch_hook",
        summary="Switch a webhook on or off",
        response={200: Hook, **_OF_BODIES},
    )
    @decorate_view(json_body)
    def switch(
        request: HttpRequest,
        ecosystem: shapes.EcosystemId,
        name: shapes.ProjectName,
        hook: HookHandle,
        body: NewState,
    ) -> Hook:
        """Switch a webhook; what happens while it is off is not sent afterwards."""
        actor, where = actor_of(request), place(ecosystem, name)
        return Hook(**_told(changes.switch(heralds(), actor, where, hook, on=body.on)))

    @router.delete(
        _HOOK,
        operation_id="remove_hook",
        summary="Remove a webhook",
        response={204: None, **_REFUSALS},
    )
    def remove(
        request: HttpRequest,
        ecosystem: shapes.EcosystemId,
        name: shapes.ProjectName,
        hook: HookHandle,
    ) -> Status[None]:
        """Take a webhook away, with what is known of its deliveries."""
        changes.remove(heralds(), actor_of(request), place(ecosystem, name), hook)
        return Status(204, None)


def _deliveries(router: Router, heralds: Heralds, place: _Placed) -> None:
    @router.post(
        f"{_HOOK}/test",
        operation_id="test_hook",
        summary="Send a test",
        response={200: Delivery, **_REFUSALS},
    )
    def try_out(
        request: HttpRequest,
        ecosystem: shapes.EcosystemId,
        name: shapes.ProjectName,
        hook: HookHandle,
    ) -> Delivery:
        """Send a message that tells nothing, to see whether it arrives."""
        where = place(ecosystem, name)
        return _delivery(changes.try_out(heralds(), actor_of(request), where, hook))

    @router.post(
        f"{_HOOK}/deliveries/{{message}}/again",
        operation_id="send_again",
        summary="Send a message again",
        response={200: Delivery, **_REFUSALS},
    )
    def again(
        request: HttpRequest,
        ecosystem: shapes.EcosystemId,
        name: shapes.ProjectName,
        hook: HookHandle,
        message: MessageId,
    ) -> Delivery:
        """Send once more what was delivered or given up, under the same id."""
        where = place(ecosystem, name)
        return _delivery(changes.again(heralds(), actor_of(request), where, hook, message))


def _told(hook: models.Hook) -> dict[str, Any]:
    return {name: getattr(hook, name) for name in Hook.model_fields}


def _delivery(row: models.Delivery) -> Delivery:
    return Delivery(**{name: getattr(row, name) for name in Delivery.model_fields})
