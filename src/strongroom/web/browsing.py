"""What anybody may look up and no shelf can hold: searches, and the pages of people."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from strongroom.packages.catalog.search import search
from strongroom.packages.catalog.sight import public_of
from strongroom.people.accounts.users import find_user
from strongroom.web.headers import PAGE
from strongroom.web.press import Press
from strongroom.web.shelf import project_address

HITS = 20  # on a page
LONGEST_QUERY = 200  # characters
_LAST_PAGE = 500  # deeper than anybody reads, and an offset costs what it skips


@dataclass(frozen=True, slots=True)
class Browsing:
    """The views that only read."""

    press: Press

    def search(self, request: HttpRequest) -> HttpResponseBase:
        """Show the projects that match a query, a page at a time."""
        query = request.GET.get("q", "").strip()[:LONGEST_QUERY]
        number = _page_number(request.GET.get("page", ""))
        hits, total = search(query, (number - 1) * HITS, HITS)
        pages = min(-(-total // HITS), _LAST_PAGE)
        page = self.press.print(
            "search.html",
            query=query,
            hits=[(hit, project_address(hit.key)) for hit in hits],
            total=total,
            first=(number - 1) * HITS + 1,
            number=number,
            pages=pages,
            before=number - 1 if 1 < number <= pages else 0,
            after=number + 1 if number < pages else 0,
        )
        return HttpResponse(page, content_type=PAGE)

    def person(self, _request: HttpRequest, name: str) -> HttpResponseBase:
        """Show a person's projects; never the e-mail address."""
        user = find_user(name)
        page = self.press.print(
            "user.html",
            name=user.username,
            admin=user.admin,
            since=user.created_at,
            projects=[
                (project.key, role, project_address(project.key))
                for project, role in public_of(user.pk)
            ],
        )
        return HttpResponse(page, content_type=PAGE)


def _page_number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(_LAST_PAGE)):
        return 1
    return min(max(int(text), 1), _LAST_PAGE)
