"""Cases, for administrators: what an account's owner has disowned, and what was done about it."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token

from strongroom.core.clock import Clock
from strongroom.core.errors import InvalidError
from strongroom.people.affairs import cases
from strongroom.people.models import User
from strongroom.web.headers import PAGE
from strongroom.web.press import Press
from strongroom.web.visitors import acting, heard, see_other, tell

HERE = "/manage/cases/"


@dataclass(frozen=True, slots=True)
class Cases:
    """The views of cases; each refuses whoever may not look after the registry."""

    press: Press
    clock: Clock

    def overview(self, request: HttpRequest, user: User) -> HttpResponseBase:
        """List the cases."""
        found = cases.listed(acting(request, user))
        page = self.press.print(
            "cases.html",
            message=heard(request),
            still=[one for one in found if one.closed_at is None],
            closed=[one for one in found if one.closed_at is not None],
        )
        return HttpResponse(page, content_type=PAGE)

    def case(self, request: HttpRequest, user: User, number: int) -> HttpResponseBase:
        """Show a case, or close it."""
        actor, problem = acting(request, user), None
        if request.method == "POST":
            try:
                cases.close(actor, number, request.POST.get("reason", ""), self.clock)
            except InvalidError as refusal:
                problem = refusal
            else:
                tell(request, f"Case {number} is closed.")
                return see_other(HERE)
        page = self.press.print(
            "case.html",
            csrf_token=get_token(request),
            case=cases.find(actor, number),
            problem=problem,
            reason=request.POST.get("reason", ""),
        )
        return HttpResponse(page, content_type=PAGE, status=400 if problem else 200)
