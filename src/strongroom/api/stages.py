"""Stages for programs: what waits to be published, to whoever may stage there; and two acts on it.

A stage is not there for whoever may not see it. Nothing here approves or rejects: people do, on the
stage's page. Filling a stage is the business of an ecosystem's own protocol.
"""

from collections.abc import Callable, Mapping

from django.http import HttpRequest
from ninja import Router

from strongroom.api import shapes
from strongroom.api.credentials import Token, actor_of
from strongroom.api.reads import REFUSALS, REFUSALS_OF_ONE
from strongroom.api.shapes import Problem
from strongroom.api.shown import finding
from strongroom.core.actors import Action, Actor
from strongroom.core.errors import AssuranceError, ForbiddenError
from strongroom.packages.models import Stage
from strongroom.packages.staging import opening, preview, publication, rows
from strongroom.packages.staging.shown import Entry, File, View, of_person, shown
from strongroom.packages.staging.yard import Yard

Stages = Callable[[], Yard]
"""Gives the yard; asked only while a request is answered, so that routes exist without one."""

_OF_TOKENS: Mapping[int, type[Problem]] = {**REFUSALS, 401: Problem, 403: Problem}
_OF_ONE: Mapping[int, type[Problem]] = {**_OF_TOKENS, **REFUSALS_OF_ONE}
_OF_CHANGES: Mapping[int, type[Problem]] = {**_OF_ONE, 409: Problem}


def routes(stages: Stages, token: Token) -> Router:
    """Return all operations on stages."""
    router = Router(auth=token)
    _reads(router, stages)
    _changes(router, stages)
    return router


def _reads(router: Router, stages: Stages) -> None:
    @router.get(
        "/stages",
        operation_id="stages",
        summary="List what waits to be published",
        tags=["stages"],
        response={200: shapes.Stages, **_OF_TOKENS},
    )
    def listed(request: HttpRequest) -> shapes.Stages:
        """Tell the live stages that the token's owner works on, as far as the token reaches."""
        actor, yard = actor_of(request), stages()
        entries = of_person(actor.user_id or 0, yard)
        return shapes.Stages(
            stages=[_row(one) for one in entries if _may(actor, rows.find(one.handle))]
        )

    @router.get(
        "/stages/{handle}",
        operation_id="stage",
        summary="Read a stage",
        tags=["stages"],
        response={200: shapes.Stage, **_OF_ONE},
    )
    def stage(request: HttpRequest, handle: shapes.StageHandle) -> shapes.Stage:
        """Tell a stage with its files, its approvals, and where it can be tried."""
        return _stage(shown(_visible(actor_of(request), handle), stages()), stages())


def _changes(router: Router, stages: Stages) -> None:
    @router.post(
        "/stages/{handle}/publish",
        operation_id="publish_stage",
        summary="Publish a stage, or ask people for their approval",
        tags=["stages"],
        response={200: shapes.Stage, **_OF_CHANGES},
    )
    def publish(
        request: HttpRequest, handle: shapes.StageHandle, content: shapes.Content = ""
    ) -> shapes.Stage:
        """Publish all files of a stage at once. Where approvals are missing, ask for them.

        Then the stage is `processing` until people have approved or rejected it. Whoever may stage
        may have replaced a file since the stage was read; `content` refuses that.
        """
        actor, yard = actor_of(request), stages()
        _visible(actor, handle)
        publication.publish(yard, actor, handle, content or None)
        return _stage(shown(rows.find(handle), yard), yard)

    @router.delete(
        "/stages/{handle}",
        operation_id="cancel_stage",
        summary="Cancel a stage",
        tags=["stages"],
        response={200: shapes.Stage, **_OF_CHANGES},
    )
    def cancel(request: HttpRequest, handle: shapes.StageHandle) -> shapes.Stage:
        """End a stage without publishing anything of it. To cancel it again changes nothing."""
        actor, yard = actor_of(request), stages()
        _visible(actor, handle)
        return _stage(shown(opening.cancel(yard, actor, handle), yard), yard)


def _visible(actor: Actor, handle: str) -> Stage:
    stage = rows.find(handle)
    try:
        rows.allow(actor, Action.CANCEL, stage)
    except AssuranceError:
        raise  # of the actor alone, or to whoever has a role in the project
    except ForbiddenError:
        raise rows.no_such_stage() from None
    return stage


def _may(actor: Actor, stage: Stage) -> bool:
    try:
        rows.allow(actor, Action.CANCEL, stage)
    except ForbiddenError:
        return False
    return True


def _row(one: Entry) -> shapes.StageRow:
    return shapes.StageRow(
        handle=one.handle,
        ecosystem=one.project.ecosystem,
        project=one.name,
        version=one.version,
        state=one.state,
        opened_at=one.opened_at,
        expires_at=one.expires_at,
        opener=one.opener,
        files=one.files,
    )


def _stage(view: View, yard: Yard) -> shapes.Stage:
    return shapes.Stage(
        handle=view.handle,
        ecosystem=view.project.ecosystem,
        project=view.name,
        version=view.version,
        state=view.state,
        fault=view.fault,
        opened_at=view.opened_at,
        expires_at=view.expires_at,
        ended_at=view.ended_at,
        opener=view.opener,
        content=view.content,
        wanted=view.wanted,
        missing=view.missing,
        approved_by=[one.name for one in view.approvals if one.counts],
        may_approve=list(view.may_approve),
        page=f"/stages/{view.handle}/",
        preview=f"/staged/{preview.token(view.handle, yard)}/simple/",
        files=[_file(one) for one in view.files],
    )


def _file(one: File) -> shapes.StagedFile:
    return shapes.StagedFile(
        filename=one.filename,
        state=one.state,
        fault=one.fault,
        size=one.size,
        sha256=one.digests.sha256,
        uploader=one.uploader,
        staged_at=one.staged_at,
        findings=[finding(found) for found in one.findings],
    )
