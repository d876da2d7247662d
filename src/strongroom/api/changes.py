"""What the holder of a token may change, and what they may ask of the token itself.

Each change goes through `packages.catalog.changes`, which asks the one rule; nothing is decided
here. Asking for what is so already succeeds and changes nothing.
"""

from django.http import HttpRequest
from ninja import Router
from ninja.decorators import decorate_view

from strongroom.api import shapes, visibility
from strongroom.api.credentials import Token, actor_of, text_of
from strongroom.api.guard import json_body
from strongroom.api.reads import OF_CHANGES, OF_TOKENS, Counter
from strongroom.api.shown import change
from strongroom.core.coordinates import ProjectId
from strongroom.packages.catalog import changes, keeping, removal
from strongroom.people.tokens.verdict import describe


def routes(counter: Counter, token: Token) -> Router:
    """Return the operations that need a token, at addresses of their own."""
    router = Router(auth=token)
    _of_releases(router, counter)
    _of_projects(router, counter)
    visibility.routes(router, counter)
    _of_tokens(router)
    return router


def beside_reads(router: Router, counter: Counter, token: Token) -> None:
    """Add the operations that need a token at addresses which anybody may read."""
    _of_removals(router, counter, token)
    _of_retention(router, counter, token)


def _of_releases(router: Router, counter: Counter) -> None:
    @router.post(
        "/projects/{ecosystem}/{name}/releases/{version}/yank",
        operation_id="yank",
        summary="Yank a release",
        tags=["releases"],
        response={200: shapes.Change, **OF_CHANGES},
    )
    @decorate_view(json_body)
    def yank(
        request: HttpRequest,
        ecosystem: shapes.EcosystemId,
        name: shapes.ProjectName,
        version: shapes.VersionText,
        body: shapes.Yank,
    ) -> shapes.Change:
        """Withdraw a release (PEP 592): only who pins it exactly still gets it."""
        desk = counter()
        target = changes.target(desk, ecosystem, name, version)
        return change(changes.yank(desk, actor_of(request), target, body.reason))

    @router.delete(
        "/projects/{ecosystem}/{name}/releases/{version}/yank",
        operation_id="unyank",
        summary="Take a yank back",
        tags=["releases"],
        response={200: shapes.Change, **OF_CHANGES},
    )
    def unyank(
        request: HttpRequest,
        ecosystem: shapes.EcosystemId,
        name: shapes.ProjectName,
        version: shapes.VersionText,
    ) -> shapes.Change:
        """Offer a release again to everybody."""
        desk = counter()
        target = changes.target(desk, ecosystem, name, version)
        return change(changes.unyank(desk, actor_of(request), target))


def _of_removals(router: Router, counter: Counter, token: Token) -> None:
    @router.delete(
        "/projects/{ecosystem}/{name}/releases/{version}",
        auth=token,
        operation_id="remove",
        summary="Remove a release for good",
        tags=["releases"],
        response={200: shapes.Change, **OF_CHANGES},
    )
    def remove(
        request: HttpRequest,
        ecosystem: shapes.EcosystemId,
        name: shapes.ProjectName,
        version: shapes.VersionText,
        reason: shapes.Reason = "",
    ) -> shapes.Change:
        """Take a release with its files out of the registry; nothing brings it back.

        Whoever depends on it can no longer install it, and neither its version nor its files can be
        published again: a yank is nearly always better. Owners can remove pre-releases at any time,
        and other releases for the hours after their publication that the operator allows.
        """
        desk = counter()
        target = changes.target(desk, ecosystem, name, version)
        return change(removal.remove(desk, actor_of(request), target, reason))


def _of_retention(router: Router, counter: Counter, token: Token) -> None:
    @router.put(
        "/projects/{ecosystem}/{name}/retention",
        auth=token,
        operation_id="set_retention",
        summary="Give a project rules of retention",
        tags=["projects"],
        response={200: shapes.Change, **OF_CHANGES},
    )
    @decorate_view(json_body)
    def set_retention(
        request: HttpRequest,
        ecosystem: shapes.EcosystemId,
        name: shapes.ProjectName,
        body: shapes.Retention,
    ) -> shapes.Change:
        """Say which pre-releases the registry removes by itself; it never removes a final release.

        What the rules in force would let go now is read at the same address.
        """
        desk = counter()
        project = ProjectId(ecosystem, desk.ecosystem(ecosystem).name(name).key)
        own = keeping.Own(body.keep_prereleases, body.prerelease_days)
        return change(keeping.set_rules(desk, actor_of(request), project, own))


def _of_projects(router: Router, counter: Counter) -> None:
    @router.put(
        "/projects/{ecosystem}/{name}/status",
        operation_id="set_status",
        summary="Give a project another status",
        tags=["projects"],
        response={200: shapes.Change, **OF_CHANGES},
    )
    @decorate_view(json_body)
    def set_status(
        request: HttpRequest,
        ecosystem: shapes.EcosystemId,
        name: shapes.ProjectName,
        body: shapes.NewStatus,
    ) -> shapes.Change:
        """Make a project active, archived or deprecated (PEP 792), with a reason for its readers.

        Only administrators put a project into quarantine or take it out, and no token is theirs.
        """
        desk = counter()
        project = ProjectId(ecosystem, desk.ecosystem(ecosystem).name(name).key)
        actor = actor_of(request)
        return change(changes.set_status(desk, actor, project, body.status, body.reason))


def _of_tokens(router: Router) -> None:
    @router.get(
        "/me",
        operation_id="me",
        summary="Read whom a token stands for",
        tags=["people"],
        response={200: shapes.Me, **OF_TOKENS},
    )
    def me(request: HttpRequest) -> shapes.Me:
        """Tell the owner of the token that was sent, how far it goes and until when.

        Any valid token may ask: besides the owner's public name it learns what it says itself. A
        single-use token is spent by asking.
        """
        actor = actor_of(request)
        return shapes.Me(
            user=actor.name,
            token=actor.credential,
            reach=shapes.Reach.model_validate(describe(text_of(request))),
        )
