"""Stages for people: what waits to be published, a stage's page, and their word on it.

A stage is shown to those who may look at it, and to all others it is not there. What a person may
do is offered only where the rules allow it, and the act itself asks them again. Whoever approves or
publishes names the content that the pages before have shown them, and is refused if it is another
one by then.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token

from strongroom.core.actors import Action, Actor
from strongroom.core.errors import (
    AssuranceError,
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
)
from strongroom.core.statuses import status_of
from strongroom.packages.models import Stage
from strongroom.packages.staging import (
    approving,
    changes,
    confirming,
    opening,
    preview,
    publication,
    rows,
    shown,
)
from strongroom.packages.staging.shown import View
from strongroom.packages.staging.states import EDITABLE, ENDED, State
from strongroom.packages.staging.yard import Yard
from strongroom.people.models import User
from strongroom.web import consequences, difference
from strongroom.web.headers import PAGE
from strongroom.web.instructions import previewing
from strongroom.web.press import Press
from strongroom.web.shelf import project_address
from strongroom.web.visitors import acting, heard, see_other, tell

APPROVE, REJECT, PUBLISH, CANCEL = "approve", "reject", "publish", "cancel"
_OF_CONTENT = (APPROVE, PUBLISH)  # what is done to exactly the files that somebody has seen


@dataclass(frozen=True, slots=True)
class Deed:
    """An act on a stage that waits for its form: its words, and what it does."""

    heading: str
    button: str
    effects: tuple[str, ...]
    make: Callable[[], str]  # does it, and says what was done
    asks_reason: bool = False
    shows_files: bool = False
    grave: bool = False


@dataclass(frozen=True, slots=True)
class Staging:
    """The views by which people look at stages and approve them."""

    press: Press
    yard: Yard

    def mine(self, request: HttpRequest, user: User) -> HttpResponseBase:
        """List the stages that a person works on."""
        entries = [(one, address(one.handle)) for one in shown.of_person(user.pk, self.yard)]
        page = self.press.print("stages.html", message=heard(request), entries=entries)
        return HttpResponse(page, content_type=PAGE)

    def show(self, request: HttpRequest, user: User, handle: str) -> HttpResponseBase:
        """Show a stage: its files, who approves them, and what this person may do."""
        actor = acting(request, user)
        stage = _visible(actor, handle)
        view = shown.shown(stage, self.yard)
        live = view.state not in ENDED
        index = f"{self.press.public_url}/staged/{preview.token(handle, self.yard)}/simple/"
        page = self.press.print(
            "stage.html",
            view=view,
            live=live,
            here=address(handle),
            manage=f"/manage{project_address(view.project.key)}" if view.exists else "",
            message=heard(request),
            acts=[(_way(act, view), words) for act, words in _offered(actor, stage, view)],
            why_not=_why_not(actor, view) if live else "",
            previews=previewing(self.press.public_url, index, view.project.key, view.version)
            if live and view.is_complete
            else (),
        )
        return HttpResponse(page, content_type=PAGE)

    def changes(self, request: HttpRequest, user: User, handle: str) -> HttpResponseBase:
        """Show how what a stage holds differs from the release before it, and lead on from there.

        Who approves after reading approves what was read: the view is older than what is compared.
        """
        actor = acting(request, user)
        stage = _visible(actor, handle)
        view = shown.shown(stage, self.yard)
        page = self.press.print(
            "stage-changes.html",
            view=view,
            back=address(handle),
            acts=[
                (_way(act, view), words)
                for act, words in _offered(actor, stage, view)
                if act in _OF_CONTENT
            ],
            difference=difference.shown(changes.difference(stage, self.yard)),
        )
        return HttpResponse(page, content_type=PAGE)

    def act(self, request: HttpRequest, user: User, handle: str, act: str) -> HttpResponseBase:
        """Explain an act on a stage, or do it."""
        actor = acting(request, user)
        stage = _visible(actor, handle)
        view = shown.shown(stage, self.yard)
        if act not in (APPROVE, REJECT, PUBLISH, CANCEL):
            raise NotFoundError(
                "no-such-page", "There is no page at this address.", "Go back to the stage."
            )
        deed = self._deed(request, actor, view, act)
        if act == APPROVE or (act == PUBLISH and not view.missing):
            confirming.confirm(stage, actor, self.yard.desk.clock.now())
        if request.method != "POST":
            return self._form(request, view, deed, _changed(request.GET.get("content"), view))
        try:
            done = deed.make()
        except (InvalidError, ConflictError) as problem:
            # Read once more: what is in the way may be that the stage has changed.
            view = shown.shown(rows.find(handle), self.yard)
            deed = self._deed(request, actor, view, act)
            return self._form(request, view, deed, problem)
        tell(request, done)
        return see_other(address(handle))

    def _deed(self, request: HttpRequest, actor: Actor, view: View, act: str) -> Deed:
        yard, handle, what = self.yard, view.handle, f"{view.name} {view.version}"

        def approve() -> str:
            outcome = approving.approve(yard, actor, handle, request.POST.get("content", ""))
            done = outcome.state is State.PUBLISHED
            return f"{what} is approved and published." if done else f"You approved {what}."

        def reject() -> str:
            approving.reject(yard, actor, handle, request.POST.get("reason", ""))
            return f"You rejected {what}."

        def publish() -> str:
            outcome = publication.publish(yard, actor, handle, request.POST.get("content", ""))
            done = outcome.state is State.PUBLISHED
            return f"{what} is published." if done else f"{what} waits for approval."

        def cancel() -> str:
            opening.cancel(yard, actor, handle)
            return f"The stage of {what} is cancelled."

        words, last = _words(act, view), view.missing <= 1
        effects = {
            APPROVE: lambda: consequences.approving(what, last=last, missing=view.missing),
            REJECT: lambda: consequences.rejecting(what),
            PUBLISH: lambda: consequences.publishing(what, view.missing),
            CANCEL: lambda: consequences.cancelling(what),
        }[act]()
        return Deed(
            heading=f"{words}: {what}",
            button=words,
            effects=effects,
            make={APPROVE: approve, REJECT: reject, PUBLISH: publish, CANCEL: cancel}[act],
            asks_reason=act == REJECT,
            shows_files=act in _OF_CONTENT,
            grave=act == CANCEL,
        )

    def _form(
        self,
        request: HttpRequest,
        view: View,
        deed: Deed,
        problem: InvalidError | ConflictError | None,
    ) -> HttpResponse:
        page = self.press.print(
            "stage-act.html",
            csrf_token=get_token(request),
            view=view,
            back=address(view.handle),
            deed=deed,
            reason=request.POST.get("reason", ""),
            problem=problem,
        )
        status = status_of(problem) if problem else 200
        return HttpResponse(page, content_type=PAGE, status=status)


def address(handle: str) -> str:
    """Return the path of a stage's page."""
    return f"/stages/{handle}/"


def _way(act: str, view: View) -> str:
    """Return where an act is made, with the content that the page it is chosen on has shown."""
    seen = f"?content={view.content}" if act in _OF_CONTENT else ""
    return f"{address(view.handle)}{act}/{seen}"


def _changed(seen: str | None, view: View) -> ConflictError | None:
    """Return what there is to say to whoever comes from a page that showed other files."""
    try:
        publication.as_seen(seen or view.content, view.content)
    except ConflictError as problem:
        return problem
    return None


def _visible(actor: Actor, handle: str) -> Stage:
    stage = rows.find(handle)
    try:
        rows.allow(actor, Action.CANCEL, stage)
    except AssuranceError:
        raise  # told before anything is known of the stage, or to whoever has a role in its project
    except ForbiddenError:
        # The name of its project is nobody's to know.
        raise rows.no_such_stage() from None
    return stage


def _permitted(actor: Actor, action: Action, stage: Stage) -> bool:
    try:
        rows.allow(actor, action, stage)
    except ForbiddenError:
        return False
    return True


def _offered(actor: Actor, stage: Stage, view: View) -> list[tuple[str, str]]:
    """Return the acts that may be chosen, each with its words, the most wanted first."""
    acts = []
    editable = view.state in EDITABLE
    if view.state not in ENDED and view.is_complete:
        if view.wanted and actor.name in view.may_approve:
            acts.append(APPROVE)
        needed = Action.STAGE if view.missing else Action.UPLOAD
        if (editable or not view.missing) and _permitted(actor, needed, stage):
            acts.append(PUBLISH)
        # Who asks for no approvals any more has asked for some before.
        waits = view.wanted or view.state is State.PROCESSING
        if waits and _permitted(actor, Action.APPROVE, stage):
            acts.append(REJECT)
    if editable:
        acts.append(CANCEL)
    return [(act, _words(act, view)) for act in acts]


def _words(act: str, view: View) -> str:
    """Name an act, on a link, as a heading and on a button."""
    return {
        APPROVE: "Approve and publish" if view.missing <= 1 else "Approve",
        REJECT: "Reject",
        PUBLISH: "Ask for approval" if view.missing else "Publish",
        CANCEL: "Cancel the stage",
    }[act]


def _why_not(actor: Actor, view: View) -> str:
    """Say why a person who looks at a stage cannot approve it, or nothing if they can."""
    if not view.wanted or actor.name in view.may_approve:
        return ""
    if any(one.name == actor.name for one in view.approvals):
        return "You have approved it."
    if actor.name in view.uploaders:
        return "You put files into it yourself, so others approve it."
    return "You cannot approve it: that takes a role in the project, held for some days."
