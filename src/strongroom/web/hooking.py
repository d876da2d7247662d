"""Webhooks of a project and of the registry: setting them up, and seeing what was delivered.

Who may is decided where it is done. A secret is shown once, in the answer to the form that made it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.urls import URLPattern, path

from strongroom.core.actors import Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import (
    AssuranceError,
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
)
from strongroom.core.events import PUBLIC
from strongroom.core.statuses import status_of
from strongroom.packages.catalog.desk import Desk
from strongroom.packages.hooks import changes
from strongroom.packages.hooks.herald import Herald
from strongroom.packages.hooks.rows import Place, deliveries_of, find, hooks_of
from strongroom.packages.models import Hook
from strongroom.people.models import User
from strongroom.web.faults import guarded
from strongroom.web.headers import PAGE
from strongroom.web.press import Press
from strongroom.web.shelf import project_address
from strongroom.web.visitors import acting, for_members, heard, see_other, tell

View: TypeAlias = Callable[..., HttpResponseBase]

READ = frozenset({"GET", "HEAD"})
BOTH = READ | {"POST"}
REGISTRY = "/manage/hooks/"
# What is chosen before anybody has chosen.
_USUAL = frozenset({"file-published", "release-yanked", "release-removed"})


@dataclass(frozen=True, slots=True)
class Act:
    """What can be done to a hook: its words, what comes of it, whether it is grave."""

    words: str
    effects: tuple[str, ...]
    done: str
    grave: bool = False


_ACTS = {
    "renew": Act(
        "Make a new secret",
        (
            "The new secret is shown once, on the next page.",
            "For 24 hours messages are signed by both, so that nothing is lost meanwhile.",
        ),
        "",
    ),
    "off": Act(
        "Switch it off",
        ("Nothing is sent any more.", "What happens meanwhile is not sent afterwards."),
        "The webhook is off.",
    ),
    "on": Act(
        "Switch it on",
        ("What happens from now on is sent.",),
        "The webhook is on.",
    ),
    "remove": Act(
        "Remove it",
        ("Nothing is sent any more.", "What is known of its deliveries is forgotten."),
        "The webhook is removed.",
        grave=True,
    ),
    "test": Act(
        "Send a test",
        ("A message that tells nothing is sent, signed like all others.",),
        "The test is on its way. Reload this page in a moment.",
    ),
    "again": Act(
        "Send it again",
        ("The message is sent once more, under the same id.",),
        "The message is on its way. Reload this page in a moment.",
    ),
}


@dataclass(frozen=True, slots=True)
class Hooking:
    """The views; `ecosystem` is the one whose projects these pages name."""

    press: Press
    herald: Herald
    desk: Desk
    ecosystem: str

    def overview(self, request: HttpRequest, user: User, name: str = "") -> HttpResponseBase:
        """List the hooks of a place, or make one."""
        actor, place, problem = acting(request, user), self._place(name), None
        found = hooks_of(actor, place)
        chosen = frozenset(request.POST.getlist("kind")) or _USUAL
        if request.method == "POST":
            wanted = changes.Wanted(
                request.POST.get("url", "").strip(), request.POST.getlist("kind")
            )
            try:
                made = changes.create(self.herald, actor, place, wanted)
            except AssuranceError:
                raise
            except (ConflictError, ForbiddenError, InvalidError) as error:
                problem = error
            else:
                return self._secret(made, place)
        page = self.press.print(
            "hooks.html",
            csrf_token=get_token(request),
            message=heard(request),
            hooks=found,
            here=_here(place),
            back=_back(place),
            above=f"Manage {name}" if place else "Administration",
            kinds=[(kind, kind in chosen) for kind in PUBLIC],
            url=request.POST.get("url", ""),
            problem=problem,
        )
        status = status_of(problem) if problem else 200
        return HttpResponse(page, content_type=PAGE, status=status)

    def show(
        self, request: HttpRequest, user: User, handle: str, name: str = ""
    ) -> HttpResponseBase:
        """Show a hook and its deliveries."""
        place = self._place(name)
        hook = find(acting(request, user), place, handle)
        page = self.press.print(
            "hook.html",
            csrf_token=get_token(request),
            message=heard(request),
            hook=hook,
            deliveries=deliveries_of(hook),
            here=f"{_here(place)}{handle}/",
            back=_here(place),
            project=name,
        )
        return HttpResponse(page, content_type=PAGE)

    def act(
        self, request: HttpRequest, user: User, handle: str, act: str, name: str = ""
    ) -> HttpResponseBase:
        """Explain what is done to a hook, or do it."""
        if act not in _ACTS:
            raise NotFoundError(
                "no-such-page", "There is no page at this address.", "Go back to the webhook."
            )
        actor, place = acting(request, user), self._place(name)
        hook, deed = find(actor, place, handle), _ACTS[act]
        if request.method != "POST":
            return self._form(request, hook, deed, place)
        if act == "renew":
            return self._secret(changes.renew(self.herald, actor, place, handle), place)
        self._do(act, actor, hook, request.POST.get("message", ""))
        tell(request, deed.done)
        return see_other(_here(place) if act == "remove" else f"{_here(place)}{handle}/")

    def _do(self, act: str, actor: Actor, hook: Hook, message: str) -> None:
        herald, handle = self.herald, hook.handle
        place = ProjectId(hook.ecosystem, hook.project) if hook.project else None
        doing: dict[str, Callable[[], object]] = {
            "on": lambda: changes.switch(herald, actor, place, handle, on=True),
            "off": lambda: changes.switch(herald, actor, place, handle, on=False),
            "remove": lambda: changes.remove(herald, actor, place, handle),
            "test": lambda: changes.try_out(herald, actor, place, handle),
            "again": lambda: changes.again(herald, actor, place, handle, message),
        }
        doing[act]()

    def _form(self, request: HttpRequest, hook: Hook, deed: Act, place: Place) -> HttpResponse:
        page = self.press.print(
            "confirm.html",
            csrf_token=get_token(request),
            above=f"Webhook at {hook.host}",
            back=f"{_here(place)}{hook.handle}/",
            heading=f"{deed.words}: webhook at {hook.host}",
            act=deed.words,
            effects=deed.effects,
            grave=deed.grave,
        )
        return HttpResponse(page, content_type=PAGE)

    def _secret(self, made: changes.Made, place: Place) -> HttpResponse:
        onward = f"{_here(place)}{made.hook.handle}/"
        page = self.press.print(
            "hook-secret.html", host=made.hook.host, secret=made.secret, onward=onward
        )
        return HttpResponse(page, content_type=PAGE)

    def _place(self, name: str) -> Place:
        if not name:
            return None
        return ProjectId(self.ecosystem, self.desk.ecosystem(self.ecosystem).name(name).key)


def _back(place: Place) -> str:
    return f"/manage{project_address(place.key)}" if place else "/manage/"


def _here(place: Place) -> str:
    return f"{_back(place)}hooks/"


def urls(press: Press, herald: Herald, desk: Desk, ecosystem: str) -> list[URLPattern]:
    """Return the addresses of webhooks, of projects and of the registry."""
    views = Hooking(press, herald, desk, ecosystem)
    seen: dict[str, tuple[View, frozenset[str]]] = {
        "": (views.overview, BOTH),
        "<str:handle>/": (views.show, READ),
        "<str:handle>/<str:act>/": (views.act, BOTH),
    }
    return [
        path(f"manage/{of}hooks/{route}", guarded(for_members(view), press, methods))
        for of in ("", "project/<str:name>/")
        for route, (view, methods) in seen.items()
    ]
