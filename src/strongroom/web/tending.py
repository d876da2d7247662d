"""Tending a project: yanking, un-yanking and removing releases, its status, its retention.

Only what the one rule permits is offered, and the change itself asks the rule again. Each change is
explained on a page of its own before a form makes it.
"""

import re
from collections.abc import Callable
from dataclasses import astuple, dataclass
from typing import TypeAlias
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token

from strongroom.core.actors import Action, Actor, Assurance
from strongroom.core.coordinates import ProjectId
from strongroom.core.ecosystem import Listing
from strongroom.core.errors import AssuranceError, ConflictError, ForbiddenError, InvalidError
from strongroom.core.events import Recorded
from strongroom.core.statuses import status_of
from strongroom.packages.catalog import changes, keeping, removal, sight, states
from strongroom.packages.catalog.acts import case_of, id_of, may
from strongroom.packages.catalog.desk import Desk
from strongroom.packages.catalog.listing import find_project, find_release, listing
from strongroom.packages.catalog.quotas import of_project as room_of
from strongroom.packages.catalog.quotas import standings
from strongroom.packages.models import Project
from strongroom.packages.staging.approving import set_approvals
from strongroom.packages.staging.shown import of_project
from strongroom.packages.staging.yard import Yard
from strongroom.people.access.rules import Case, permit, proven
from strongroom.people.models import User
from strongroom.web import demands
from strongroom.web.consequences import asking, becoming, deed, removing, unyanking, yanking
from strongroom.web.headers import PAGE
from strongroom.web.instructions import publishing
from strongroom.web.press import Press
from strongroom.web.shelf import project_address
from strongroom.web.staging import address
from strongroom.web.visitors import acting, heard, see_other, tell

Problem: TypeAlias = InvalidError | ConflictError

MOST_CHOICES = 5  # approvals that the page offers to ask for; the rule allows more
RULES = {
    "keep_prereleases": "Keep the newest so many pre-releases",
    "prerelease_days": "Days after which a pre-release goes that a final release has followed",
}
GRAVE = frozenset({states.Status.QUARANTINED})


@dataclass(frozen=True, slots=True)
class Change:
    """A change that waits for its form: its words, and what makes it with a reason."""

    heading: str
    act: str
    effects: tuple[str, ...]
    done: str
    make: Callable[[str], Recorded | None]
    asks_reason: bool = True
    reason: str = ""
    grave: bool = False
    typed: str = ""  # what must be typed before it is made


@dataclass(frozen=True, slots=True)
class Tending:
    """The views by which a project's people look after it."""

    press: Press
    yard: Yard
    ecosystem: str

    @property
    def desk(self) -> Desk:
        """Return the desk at which projects are changed."""
        return self.yard.desk

    def overview(self, request: HttpRequest, user: User, name: str) -> HttpResponseBase:
        """Show what this person may change in a project."""
        actor, project = acting(request, user), self._project(name)
        proven(actor, Assurance.MULTI_FACTOR)  # else it would look as if there were no role
        row = sight.find(actor, project)
        shown = listing(project, self.desk.ecosystem(self.ecosystem), frozenset())
        allowed = _allowed(actor, row)
        if not allowed:
            raise ForbiddenError(
                "role-missing",
                f"{actor.name} has no role in {project.key}.",
                "Ask an owner of the project.",
            )
        status = states.Status(shown.status)
        page = self.press.print(
            "manage.html",
            listing=shown,
            security=demands.shown(row, allowed),
            address=project_address(project.key),
            here=_here(project),
            message=heard(request),
            statuses=_offered(shown, status, allowed),
            approvals=row.approvals,
            choices=_choices(row.approvals, len(shown.people) - 1, allowed),
            entries=[(one, address(one.handle)) for one in of_project(project, self.yard)]
            if Action.CANCEL in allowed
            else (),
            releases=[(one, quote(one.version.display)) for one in shown.releases],
            may_yank=Action.YANK in allowed and status is not states.Status.QUARANTINED,
            may_upload=Action.UPLOAD in allowed and status not in states.CLOSED,
            publishing=publishing(self.press.public_url),
            removable=self._removable(actor, shown, allowed),
            room=standings(self.desk.limits, [room_of(project)]),
            rules=keeping.own_rules(project).over(self.desk.limits.retention),
            due=keeping.preview(self.desk, project),
            may_configure=Action.CONFIGURE in allowed,
            may_see_publishers=Action.CANCEL in allowed,
        )
        return HttpResponse(page, content_type=PAGE)

    def yank(self, request: HttpRequest, user: User, name: str, version: str) -> HttpResponseBase:
        """Explain a yank, or make it."""
        actor = acting(request, user)
        target, shown = self._target(actor, name, version), self.listing(actor, name)
        may(actor, Action.YANK, find_project(target.project))
        number = target.version.display
        change = Change(
            heading=f"Yank {shown.name.display} {number}",
            act="Yank this release",
            effects=yanking(target.project.key, number),
            done=f"{number} is yanked.",
            make=lambda reason: changes.yank(self.desk, actor, target, reason),
        )
        return self.answer(request, shown, change)

    def unyank(self, request: HttpRequest, user: User, name: str, version: str) -> HttpResponseBase:
        """Explain how a yank is taken back, or take it back."""
        actor = acting(request, user)
        target, shown = self._target(actor, name, version), self.listing(actor, name)
        may(actor, Action.YANK, find_project(target.project))
        number = target.version.display
        change = Change(
            heading=f"Take the yank of {shown.name.display} {number} back",
            act="Take the yank back",
            effects=unyanking(target.project.key, number),
            done=f"{number} is no longer yanked.",
            make=lambda _: changes.unyank(self.desk, actor, target),
            asks_reason=False,
        )
        return self.answer(request, shown, change)

    def remove(self, request: HttpRequest, user: User, name: str, version: str) -> HttpResponseBase:
        """Explain what removing a release for good does, or remove it once it was typed."""
        actor = acting(request, user)
        target, shown = self._target(actor, name, version), self.listing(actor, name)
        may(actor, Action.REMOVE, find_project(target.project))
        told = removal.consequences(shown, target.version)
        change = Change(
            heading=f"Remove {shown.name.display} {told.version} for good",
            act="Remove this release for good",
            effects=removing(shown.name.display, told),
            done=f"{told.version} is removed.",
            make=lambda reason: removal.remove(self.desk, actor, target, reason),
            grave=True,
            typed=told.version,
        )
        return self.answer(request, shown, change)

    def retention(self, request: HttpRequest, user: User, name: str) -> HttpResponseBase:
        """Show a project's rules of retention and what they let go, or give it rules of its own."""
        actor, project, problem = acting(request, user), self._project(name), None
        may(actor, Action.CONFIGURE, sight.find(actor, project))
        own = keeping.own_rules(project)
        if request.method == "POST":
            try:
                wanted = keeping.Own(*(_rule(request.POST.get(field, "")) for field in RULES))
                recorded = keeping.set_rules(self.desk, actor, project, wanted)
            except InvalidError as error:
                problem = error
            else:
                tell(request, "The rules are changed." if recorded else "Nothing changed.")
                return see_other(_here(project))
        page = self.press.print(
            "retention.html",
            csrf_token=get_token(request),
            name=project.key,
            back=_here(project),
            fields=[
                (field, label, request.POST.get(field, _shown(getattr(own, field))), registrys)
                for (field, label), registrys in zip(
                    RULES.items(), astuple(self.desk.limits.retention), strict=True
                )
            ],
            due=keeping.preview(self.desk, project),
            problem=problem,
        )
        return HttpResponse(page, content_type=PAGE, status=400 if problem else 200)

    def _removable(
        self, actor: Actor, shown: Listing, allowed: frozenset[Action]
    ) -> frozenset[str]:
        """Return the keys of the releases that an actor may remove now."""
        if Action.REMOVE not in allowed:
            return frozenset()
        now, window = self.desk.clock.now(), self.desk.limits.removable_for
        return frozenset(
            one.version.key
            for one in shown.releases
            if removal.may_go(
                actor, removal.Known(shown.status, one.version, one.published_at), now, window
            )
        )

    def status(self, request: HttpRequest, user: User, name: str, status: str) -> HttpResponseBase:
        """Explain a change of status, or make it."""
        actor, wanted = acting(request, user), states.status(status)
        shown = self.listing(actor, name)
        project, old = shown.project, states.Status(shown.status)
        may(actor, states.action_for(old, wanted), find_project(project))
        words = deed(shown.name.display, old, wanted)
        change = Change(
            heading=words,
            act=words,
            effects=becoming(shown.name.display, wanted),
            done=f"{shown.name.display} is {wanted}.",
            make=lambda reason: changes.set_status(self.desk, actor, project, wanted, reason),
            reason=shown.status_reason if old == wanted else "",
            grave=wanted in GRAVE,
        )
        return self.answer(request, shown, change)

    def approvals(
        self, request: HttpRequest, user: User, name: str, wanted: int
    ) -> HttpResponseBase:
        """Explain what another number of approvals does, or ask for it."""
        actor = acting(request, user)
        shown = self.listing(actor, name)
        project = shown.project
        row = find_project(project)
        old = row.approvals
        may(actor, Action.LOOSEN if wanted < old else Action.CONFIGURE, row)
        words = _asking(wanted)
        change = Change(
            heading=f"{words}: {shown.name.display}",
            act=words,
            effects=asking(shown.name.display, old, wanted),
            done=f"Approvals that {shown.name.display} asks for: {wanted}.",
            make=lambda _: set_approvals(self.desk, actor, project, wanted),
            asks_reason=False,
            grave=wanted < old,
        )
        return self.answer(request, shown, change)

    def answer(self, request: HttpRequest, shown: Listing, change: Change) -> HttpResponseBase:
        """Explain a change, or make it."""
        if request.method != "POST":
            return self._form(request, shown, change, None)
        try:
            _typed(request, change)
            recorded = change.make(request.POST.get("reason", ""))
        except (InvalidError, ConflictError) as problem:
            return self._form(request, shown, change, problem)
        tell(request, change.done if recorded else f"Nothing changed: {change.done}")
        return see_other(_here(shown.project))

    def _form(
        self, request: HttpRequest, shown: Listing, change: Change, problem: Problem | None
    ) -> HttpResponse:
        page = self.press.print(
            "confirm.html",
            csrf_token=get_token(request),
            above=f"Manage {shown.name.display}",
            back=_here(shown.project),
            heading=change.heading,
            act=change.act,
            effects=change.effects,
            asks_reason=change.asks_reason,
            typed=change.typed,
            grave=change.grave,
            reason=request.POST.get("reason", change.reason),
            problem=problem,
        )
        return HttpResponse(page, content_type=PAGE, status=status_of(problem) if problem else 200)

    def _project(self, name: str) -> ProjectId:
        return ProjectId(self.ecosystem, self.desk.ecosystem(self.ecosystem).name(name).key)

    def listing(self, actor: Actor, name: str) -> Listing:
        """Read a project as its own page shows it, without long texts."""
        project = self._project(name)
        sight.find(actor, project)
        return listing(project, self.desk.ecosystem(self.ecosystem), frozenset())

    def _target(self, actor: Actor, name: str, version: str) -> changes.Target:
        target = changes.target(self.desk, self.ecosystem, name, version)
        find_release(sight.find(actor, target.project), target.version)
        return target


def _typed(request: HttpRequest, change: Change) -> None:
    if change.typed and request.POST.get("typed", "").strip() != change.typed:
        raise InvalidError(
            "confirmation-differs",
            f"What was typed is not {change.typed}.",
            "Type it just as it is shown, if you mean it.",
        )


def _rule(text: str) -> int | None:
    """Read a number as it was typed; nothing stands for what the registry says."""
    if not text.strip():
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text.strip()):
        raise InvalidError(
            "retention-invalid", f"{text[:40]!a} is not a number.", "Type digits, or nothing."
        )
    return int(text)


def _shown(value: int | None) -> str:
    return "" if value is None else str(value)


def _here(project: ProjectId) -> str:
    return f"/manage{project_address(project.key)}"


def _offered(
    shown: Listing, status: states.Status, allowed: frozenset[Action]
) -> list[tuple[str, str]]:
    """Return the statuses that may be chosen, each with its words; active needs no reason."""
    return [
        (str(to), deed(shown.name.display, status, to))
        for to in states.Status
        if states.action_for(status, to) in allowed and (to, status) != (states.Status.ACTIVE,) * 2
    ]


def _choices(old: int, others: int, allowed: frozenset[Action]) -> list[tuple[int, str]]:
    """Return the numbers of approvals that may be asked for instead, each with its words."""
    return [
        (number, _asking(number))
        for number in range(min(others, MOST_CHOICES) + 1)
        if number != old and (Action.LOOSEN if number < old else Action.CONFIGURE) in allowed
    ]


def _asking(number: int) -> str:
    if number == 0:
        return "Publish uploads at once"
    return f"Ask for {number} approval{'s' if number > 1 else ''}"


def _allowed(actor: Actor, row: Project) -> frozenset[Action]:
    """Return what an actor may do; raises AssuranceError where they could if they proved more."""
    project, case = id_of(row), case_of(actor, row)
    return frozenset(action for action in Action if _permitted(actor, action, project, case))


def _permitted(actor: Actor, action: Action, project: ProjectId, case: Case) -> bool:
    try:
        permit(actor, action, project, case)
    except AssuranceError:
        raise
    except ForbiddenError:
        return False
    return True
