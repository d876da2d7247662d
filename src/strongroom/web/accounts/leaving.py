"""Taking one's data along, and closing one's account. Both ask for a fresh proof of who it is."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allauth.account.decorators import reauthentication_required
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token

from strongroom.core.clock import Clock
from strongroom.core.errors import ConflictError, InvalidError
from strongroom.core.statuses import status_of
from strongroom.people.affairs import closing
from strongroom.people.affairs.export import export
from strongroom.people.models import User
from strongroom.web.headers import PAGE
from strongroom.web.press import Press
from strongroom.web.visitors import acting

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Leaving:
    """The views by which one leaves."""

    press: Press
    clock: Clock

    def data(self, request: HttpRequest, user: User) -> HttpResponseBase:
        """Offer what is known of a person, or hand it over as a file."""
        if request.method != "POST":
            page = self.press.print("data.html", csrf_token=get_token(request))
            return HttpResponse(page, content_type=PAGE)

        def hand_over(request: HttpRequest) -> HttpResponseBase:
            data = export(user, acting(request, user), self.clock)
            answer = HttpResponse(json.dumps(data, indent=1), content_type="application/json")
            answer["Content-Disposition"] = f'attachment; filename="{user.username}.json"'
            answer["Cache-Control"] = "no-store"
            return answer

        return _proven(hand_over, request)

    def close(self, request: HttpRequest, user: User) -> HttpResponseBase:
        """Say what it is to close an account, or begin to close it."""
        problem: ConflictError | InvalidError | None = None
        if request.method == "POST":
            try:
                return _proven(lambda request: self._close(request, user), request)
            except (ConflictError, InvalidError) as refusal:
                problem = refusal
        page = self.press.print(
            "close.html",
            csrf_token=get_token(request),
            name=user.username,
            days=closing.GRACE.days,
            problem=problem,
        )
        return HttpResponse(page, content_type=PAGE, status=status_of(problem) if problem else 200)

    def _close(self, request: HttpRequest, user: User) -> HttpResponseBase:
        if request.POST.get("typed", "").strip() != user.username:
            raise InvalidError(
                "confirmation-differs",
                f"What was typed is not {user.username}.",
                "Type it just as it is shown, if you mean it.",
            )
        at = closing.close(user, acting(request, user), self.clock)
        logout(request)
        return HttpResponse(self.press.print("closed.html", closes_at=at), content_type=PAGE)


def _proven(
    view: "Callable[[HttpRequest], HttpResponseBase]", request: HttpRequest
) -> HttpResponseBase:
    answer: HttpResponseBase = reauthentication_required(view)(request)
    return answer
