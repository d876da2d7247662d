"""Work in the background, for administrators: what waits, runs and failed, and what to do about it.

What they may do is decided where it is done; each change is explained before a form makes it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token

from strongroom.core.actors import Actor
from strongroom.core.jobs import Job, State
from strongroom.people.models import User
from strongroom.web.headers import PAGE
from strongroom.web.press import Press
from strongroom.web.visitors import acting, heard, see_other, tell

HERE = "/manage/jobs/"
_RETRYING = (
    "The job is queued again, with all its attempts before it.",
    "What made it fail should be mended first.",
)
_DROPPING = (
    "The job is removed, undone, and nobody tries it again.",
    "Work that is found to be behind, such as pages, is queued again by itself.",
)


@dataclass(frozen=True, slots=True)
class Board:
    """How the queue is asked: each refuses an actor who may not look after the registry."""

    listed: Callable[[Actor], Sequence[Job]]
    find: Callable[[Actor, str], Job]
    retry: Callable[[Actor, str], None]
    drop: Callable[[Actor, str], None]


@dataclass(frozen=True, slots=True)
class Work:
    """The views of the queue."""

    press: Press
    board: Board

    def overview(self, request: HttpRequest, user: User) -> HttpResponseBase:
        """Show what is not done."""
        jobs = self.board.listed(acting(request, user))
        page = self.press.print(
            "jobs.html",
            failed=[one for one in jobs if one.state is State.FAILED],
            others=[one for one in jobs if one.state is not State.FAILED],
            message=heard(request),
        )
        return HttpResponse(page, content_type=PAGE)

    def retry(self, request: HttpRequest, user: User, job: UUID) -> HttpResponseBase:
        """Explain what it is to retry a job, or do it."""
        actor, found = acting(request, user), self.board.find(acting(request, user), str(job))
        if request.method != "POST":
            return self._form(request, f"Retry {found.name}", "Retry it", _RETRYING)
        self.board.retry(actor, str(job))
        tell(request, f"{found.name} is queued again.")
        return see_other(HERE)

    def drop(self, request: HttpRequest, user: User, job: UUID) -> HttpResponseBase:
        """Explain what it is to drop a job, or do it."""
        actor, found = acting(request, user), self.board.find(acting(request, user), str(job))
        if request.method != "POST":
            return self._form(request, f"Drop {found.name}", "Drop it", _DROPPING)
        self.board.drop(actor, str(job))
        tell(request, f"{found.name} is dropped.")
        return see_other(HERE)

    def _form(
        self, request: HttpRequest, heading: str, act: str, effects: Sequence[str]
    ) -> HttpResponse:
        page = self.press.print(
            "confirm.html",
            csrf_token=get_token(request),
            above="Work in the background",
            back=HERE,
            heading=heading,
            act=act,
            effects=effects,
            grave=effects is _DROPPING,
        )
        return HttpResponse(page, content_type=PAGE)
