"""Organisations: their pages, who is in them, their teams. Each act is explained on a page first.

What everybody sees is the name and the public projects. An address asks the one rule before it
tells whether what it is about is there, and the act itself asks it again.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path

from strongroom.core.actors import NOBODY
from strongroom.core.errors import NotFoundError
from strongroom.packages.catalog.held import held_by
from strongroom.people.access.ranks import rank_of, seats_of
from strongroom.people.access.roles import Power
from strongroom.people.access.rules import govern
from strongroom.people.models import User
from strongroom.people.organisations import founding
from strongroom.people.organisations.acts import find
from strongroom.people.organisations.founding import Manner, Plan, Terms
from strongroom.people.organisations.shown import inside, powers
from strongroom.web.deeds import Deed, Field, Said, answer
from strongroom.web.faults import guarded
from strongroom.web.headers import PAGE
from strongroom.web.organisation import (
    HERE,
    OF_ALL,
    OF_MEMBERS,
    OF_TEAMS,
    Act,
    Means,
    address,
    withdrawing,
)
from strongroom.web.press import Press
from strongroom.web.shelf import project_address
from strongroom.web.visitors import acting, for_members, heard, visitor

READ = frozenset({"GET", "HEAD"})
BOTH = READ | {"POST"}
_NO_PAGE = ("no-such-page", "There is no page at this address.", "Go back to the organisation.")


@dataclass(frozen=True, slots=True)
class Organising:
    """The views of organisations."""

    press: Press
    means: Means
    terms: Terms

    def mine(self, request: HttpRequest, user: User) -> HttpResponseBase:
        """List the organisations that somebody is in."""
        return self._page(request, "organisations.html", seats=seats_of(user.pk))

    def found(self, request: HttpRequest, user: User) -> HttpResponseBase:
        """Explain what an organisation is, or make one."""
        actor = acting(request, user)
        founding.may_found(self.terms, actor)

        def make(said: Said) -> object:
            plan = Plan(said("name"), Manner(title=said("title")))
            return founding.create(self.terms, actor, plan, self.means.desk.clock)

        deed = Deed(
            "Make an organisation",
            "Your organisations",
            HERE,
            (
                "You are its owner, and invite others.",
                "Projects are put into it by a transfer; then its people look after them.",
                "Its name stays as it is.",
            ),
            make,
            (
                Field("name", "Name", hint="Letters, digits, dots, hyphens, underscores."),
                Field("title", "Title", hint="As it is called in full.", required=False),
            ),
        )
        return answer(self.press, request, deed)

    def show(self, request: HttpRequest, name: str) -> HttpResponseBase:
        """Show an organisation: to everybody what is public, to its members who is in it."""
        user, row = visitor(request), find(name)
        actor = acting(request, user) if user else NOBODY
        projects = [
            (one.display, one.summary, project_address(one.key), one.private)
            for one in held_by(row.pk, actor)
        ]
        return self._page(
            request,
            "organisation.html",
            row=row,
            here=address(row),
            projects=projects,
            inside=inside(actor, row, self.means.desk.clock.now()) if user else None,
            powers={power.name for power in powers(actor, row)},
            own=user.username if user else "",
        )

    def act(self, request: HttpRequest, user: User, name: str, act: str) -> HttpResponseBase:
        """Explain an act in an organisation, or do it."""
        return self._answer(request, user, name, OF_ALL.get(act), ())

    def member(
        self, request: HttpRequest, user: User, name: str, member: str, act: str
    ) -> HttpResponseBase:
        """Explain an act on a member, or do it."""
        return self._answer(request, user, name, OF_MEMBERS.get(act), (member,))

    def team(
        self, request: HttpRequest, user: User, name: str, team: str, act: str
    ) -> HttpResponseBase:
        """Explain an act on a team, or do it."""
        return self._answer(request, user, name, OF_TEAMS.get(act), (team,))

    def invitation(
        self, request: HttpRequest, user: User, name: str, number: int
    ) -> HttpResponseBase:
        """Explain what it is to withdraw an invitation, or do it."""
        return self._answer(request, user, name, (Power.STAFF, withdrawing), (number,))

    def _answer(
        self,
        request: HttpRequest,
        user: User,
        name: str,
        known: Act | None,
        about: tuple[object, ...],
    ) -> HttpResponseBase:
        if known is None:
            raise NotFoundError(*_NO_PAGE)
        actor, row = acting(request, user), find(name)
        power, worded = known
        govern(actor, power, row.name, rank_of(actor.user_id, row.pk))
        return answer(self.press, request, worded(self.means, actor, row, *about))

    def _page(self, request: HttpRequest, template: str, **values: object) -> HttpResponse:
        page = self.press.print(template, message=heard(request), **values)
        return HttpResponse(page, content_type=PAGE)


def urls(press: Press, means: Means, terms: Terms) -> list[URLPattern]:
    """Return the addresses of organisations."""
    pages = Organising(press, means, terms)

    def at(
        route: str, view: Callable[..., HttpResponseBase], methods: frozenset[str] = BOTH
    ) -> URLPattern:
        return path(route, guarded(view, press, methods))

    one = "organisation/<str:name>/"
    return [
        at("organisations/", for_members(pages.mine), READ),
        at("organisations/new/", for_members(pages.found)),
        at(one, pages.show, READ),
        at(f"{one}members/<str:member>/<str:act>/", for_members(pages.member)),
        at(f"{one}teams/<str:team>/<str:act>/", for_members(pages.team)),
        at(f"{one}invitations/<int:number>/withdraw/", for_members(pages.invitation)),
        at(f"{one}<str:act>/", for_members(pages.act)),
    ]
