"""Making a project before it has a release, so that it can be private from the beginning."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token

from strongroom.core.actors import Assurance
from strongroom.core.errors import ConflictError, ForbiddenError, InvalidError
from strongroom.core.statuses import status_of
from strongroom.packages.catalog.desk import Desk
from strongroom.packages.catalog.visibility import PRIVATE, visibility
from strongroom.packages.publishing.creation import Wish, create, organisations_of
from strongroom.people.access.rules import proven
from strongroom.people.models import User
from strongroom.web.headers import PAGE
from strongroom.web.press import Press
from strongroom.web.shelf import project_address
from strongroom.web.visitors import acting, see_other, tell

NAMES = 100  # characters


@dataclass(frozen=True, slots=True)
class Creating:
    """The view of the form for a new project."""

    press: Press
    desk: Desk
    ecosystem: str

    def new(self, request: HttpRequest, user: User) -> HttpResponseBase:
        """Show the form, or make the project."""
        actor = acting(request, user)
        proven(actor, Assurance.MULTI_FACTOR)
        if request.method != "POST":
            return self._form(request, user, None)
        name = request.POST.get("name", "").strip()[:NAMES]
        try:
            private = visibility(request.POST.get("visibility", PRIVATE))
            wish = Wish(self.ecosystem, name, private, request.POST.get("organisation", ""))
            recorded = create(self.desk, actor, wish)
        except (InvalidError, ConflictError, ForbiddenError) as problem:
            return self._form(request, user, problem)
        made = recorded.event.project
        tell(request, f"{name} is made, and {PRIVATE if private else 'public'}.")
        return see_other(f"/manage{project_address(made.key)}" if made else "/account/")

    def _form(
        self,
        request: HttpRequest,
        user: User,
        problem: InvalidError | ConflictError | ForbiddenError | None,
    ) -> HttpResponse:
        page = self.press.print(
            "new-project.html",
            csrf_token=get_token(request),
            name=request.POST.get("name", ""),
            visibility=request.POST.get("visibility", PRIVATE),
            organisation=request.POST.get("organisation", ""),
            organisations=organisations_of(user.pk),
            problem=problem,
        )
        return HttpResponse(page, content_type=PAGE, status=status_of(problem) if problem else 200)
