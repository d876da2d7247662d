"""Who is what in a project: invitations into it and their answers, roles, leaving, transfers.

An address asks the one rule before it tells whether what it is about is there, and the act itself
asks it again.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path

from strongroom.core.actors import Action, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import NotFoundError
from strongroom.packages.catalog import changes, inviting, sight
from strongroom.packages.catalog.acts import case_of, id_of, may
from strongroom.packages.models import Project
from strongroom.packages.transfer import offers
from strongroom.packages.transfer.offers import Whom
from strongroom.people.access.grants import holder_of, people_of
from strongroom.people.access.roles import Role, role
from strongroom.people.access.rules import appoints, confirmed, in_person
from strongroom.people.models import User
from strongroom.people.organisations import invitations
from strongroom.web.deeds import Deed, Field, Said, answer
from strongroom.web.faults import guarded
from strongroom.web.headers import PAGE
from strongroom.web.organisation import ROLES, Means, address
from strongroom.web.press import Press
from strongroom.web.shelf import project_address
from strongroom.web.visitors import acting, for_members, heard

READ = frozenset({"GET", "HEAD"})
BOTH = READ | {"POST"}
WAITING = "/invitations/"
_NO_PAGE = ("no-such-page", "There is no page at this address.", "Go back to the project.")
_OWNER = (str(Role.OWNER), "owner: everything, its people included")
_TOLD = "They are told by letter."
_HANDED = (
    (
        "Everybody's own role in it ends, and so do teams, invitations, stages, trusted publishers,"
        " and tokens that are for it alone."
    ),
    "From then on the new side says who does what in it. Both sides are told by letter.",
)


@dataclass(frozen=True, slots=True)
class Staffing:
    """The views of a project's people, and of what waits for one's own answer."""

    press: Press
    means: Means

    def waiting(self, request: HttpRequest, user: User) -> HttpResponseBase:
        """List the invitations and offers that wait for somebody's answer."""
        actor, now = acting(request, user), self.means.desk.clock.now()
        in_person(actor, "To answer an invitation")
        return self._page(
            request,
            "invitations.html",
            invitations=invitations.mine(user.pk, now),
            offers=[(one, project_address(one.project)) for one in offers.offered_to(user.pk, now)],
        )

    def reply(self, request: HttpRequest, user: User, number: int, act: str) -> HttpResponseBase:
        """Explain what it is to accept or decline an invitation, or do it."""
        actor, desk = acting(request, user), self.means.desk
        if act not in {"accept", "decline"}:
            raise NotFoundError(*_NO_PAGE)
        row = invitations.answered(actor, number, desk.clock)
        what = f"{row.rank or row.role} of {row.organisation or row.project}"
        if act == "accept":
            deed = Deed(
                f"Be {what}",
                "Invitations",
                WAITING,
                (f"{row.inviter or 'The operator'} has invited you.", "You can leave at any time."),
                lambda _: inviting.accept(desk, actor, number),
            )
        else:
            deed = Deed(
                f"Decline to be {what}",
                "Invitations",
                WAITING,
                ("Nothing else changes.",),
                lambda _: invitations.decline(actor, number, desk.clock),
            )
        return answer(self.press, request, deed)

    def take(self, request: HttpRequest, user: User, name: str, act: str) -> HttpResponseBase:
        """Explain what it is to accept or decline a project that is offered, or do it."""
        actor, desk, project = acting(request, user), self.means.desk, self._project(name)
        if act not in {"accept", "decline"}:
            raise NotFoundError(*_NO_PAGE)
        in_person(actor, "To answer an offer")
        if act == "accept":
            confirmed(actor, desk.clock.now())
        offered = offers.offered_to(user.pk, desk.clock.now())
        if project not in {ProjectId(one.ecosystem, one.project) for one in offered}:
            raise NotFoundError(
                "no-such-offer", "This project is not offered to you.", "Ask its owner to offer it."
            )
        if act == "accept":
            deed = Deed(
                f"Take over {project.key}",
                "Invitations",
                WAITING,
                _HANDED,
                lambda _: offers.accept(desk, actor, project),
            )
        else:
            deed = Deed(
                f"Decline {project.key}",
                "Invitations",
                WAITING,
                ("It stays whose it is.",),
                lambda _: offers.withdraw(desk, actor, project),
            )
        return answer(self.press, request, deed)

    def people(self, request: HttpRequest, user: User, name: str) -> HttpResponseBase:
        """Show who is what in a project, to whoever is something in it."""
        actor = acting(request, user)
        row = sight.find(actor, self._project(name), Action.READ)
        may(actor, Action.READ, row)
        project, case, holder = id_of(row), case_of(actor, row), holder_of(id_of(row))
        return self._page(
            request,
            "people.html",
            row=row,
            here=_here(row),
            manage=f"/manage{project_address(row.key)}",
            people=[(one, held, one == user.username) for one, held in people_of(project)],
            holder=holder and (holder.name, address(holder)),
            appoints=appoints(case.roles, {Role.READER}),
            invitations=inviting.open_in(project),
            disposes=offers.may_dispose(actor, row),
            offer=offers.offer_of(project, self.means.desk.clock.now()),
        )

    def act(self, request: HttpRequest, user: User, name: str, act: str) -> HttpResponseBase:
        """Explain an act on a project's people or on whose it is, or do it."""
        return self._answer(request, user, name, _OF_ALL.get(act))

    def person(
        self, request: HttpRequest, user: User, name: str, person: str, act: str
    ) -> HttpResponseBase:
        """Explain another role of somebody, or their dismissal, or do it."""
        return self._answer(request, user, name, _OF_PEOPLE.get(act), person)

    def invitation(
        self, request: HttpRequest, user: User, name: str, number: int
    ) -> HttpResponseBase:
        """Explain what it is to withdraw an invitation, or do it."""
        return self._answer(request, user, name, _withdrawing, number)

    def _answer(
        self,
        request: HttpRequest,
        user: User,
        name: str,
        worded: "Callable[..., Deed] | None",
        *about: object,
    ) -> HttpResponseBase:
        if worded is None:
            raise NotFoundError(*_NO_PAGE)
        actor = acting(request, user)
        row = sight.find(actor, self._project(name))
        return answer(self.press, request, worded(self.means, actor, row, *about))

    def _project(self, name: str) -> ProjectId:
        knows = self.means.desk.ecosystem(self.means.ecosystem)
        return ProjectId(self.means.ecosystem, knows.name(name).key)

    def _page(self, request: HttpRequest, template: str, **values: object) -> HttpResponse:
        page = self.press.print(template, message=heard(request), **values)
        return HttpResponse(page, content_type=PAGE)


def _here(row: Project) -> str:
    return f"/manage{project_address(row.key)}people/"


def _deed(
    row: Project,
    words: str,
    effects: tuple[str, ...],
    make: Callable[[Said], object],
    *fields: Field,
) -> Deed:
    return Deed(words, f"People of {row.display}", _here(row), effects, make, fields)


def _roles(actor: Actor, row: Project) -> Field:
    owner = (_OWNER,) if appoints(case_of(actor, row).roles, {Role.OWNER}) else ()
    choices = (*((str(one), told) for one, told in ROLES.items()), *owner)
    return Field("role", "Role", choices=choices)


def _inviting(here: Means, actor: Actor, row: Project) -> Deed:
    may(actor, Action.APPOINT, row)
    return _deed(
        row,
        f"Invite somebody to {row.display}",
        (
            "They are asked by letter, and have the role when they accept.",
            f"The invitation ends in {invitations.VALID_FOR.days} days.",
        ),
        lambda said: inviting.invite(
            here.office, actor, id_of(row), said("whom"), role(said("role"))
        ),
        Field("whom", "Whom", hint="A user name, or an e-mail address."),
        _roles(actor, row),
    )


def _leaving(here: Means, actor: Actor, row: Project) -> Deed:
    may(actor, Action.READ, row)
    deed = _deed(
        row,
        f"Leave {row.display}",
        ("You give your own role in it back. Its last owner stays.",),
        lambda _: inviting.leave(here.desk, actor, id_of(row)),
    )
    return replace(deed, grave=True, to="/account/")


def _transferring(here: Means, actor: Actor, row: Project) -> Deed:
    may(actor, Action.TRANSFER, row)
    confirmed(actor, here.desk.clock.now())
    deed = _deed(
        row,
        f"Transfer {row.display}",
        (
            *_HANDED,
            (
                "If you own the organisation that gets it, it is done at once; else an owner there"
                f" accepts it within {offers.VALID_FOR.days} days."
            ),
        ),
        lambda said: offers.offer(
            here.desk, actor, id_of(row), Whom(said("organisation"), said("user"))
        ),
        Field("organisation", "To the organisation", required=False),
        Field("user", "Or to the user", required=False),
    )
    return replace(deed, grave=True)


def _calling_off(here: Means, actor: Actor, row: Project) -> Deed:
    may(actor, Action.TRANSFER, row)
    return _deed(
        row,
        "Withdraw the offer",
        ("It can be accepted no longer.",),
        lambda _: offers.withdraw(here.desk, actor, id_of(row)),
    )


def _appointing(here: Means, actor: Actor, row: Project, person: str) -> Deed:
    may(actor, Action.APPOINT, row)
    return _deed(
        row,
        f"Change the role of {person}",
        ("It holds at once, in place of the one held.", _TOLD),
        lambda said: changes.appoint(here.desk, actor, id_of(row), person, role(said("role"))),
        _roles(actor, row),
    )


def _dismissing(here: Means, actor: Actor, row: Project, person: str) -> Deed:
    may(actor, Action.APPOINT, row)
    deed = _deed(
        row,
        f"Dismiss {person}",
        ("Their own role in the project ends at once.", _TOLD),
        lambda _: changes.dismiss(here.desk, actor, id_of(row), person),
    )
    return replace(deed, grave=True)


def _withdrawing(here: Means, actor: Actor, row: Project, number: int) -> Deed:
    may(actor, Action.APPOINT, row)
    return _deed(
        row,
        "Withdraw an invitation",
        ("It can be accepted no longer.",),
        lambda _: inviting.withdraw(here.desk, actor, id_of(row), number),
    )


_OF_ALL: dict[str, Callable[..., Deed]] = {
    "invite": _inviting,
    "leave": _leaving,
    "transfer": _transferring,
    "keep": _calling_off,
}
_OF_PEOPLE: dict[str, Callable[..., Deed]] = {"role": _appointing, "dismiss": _dismissing}


def urls(press: Press, means: Means) -> list[URLPattern]:
    """Return the addresses of projects' people, and of answers to invitations and offers."""
    pages = Staffing(press, means)

    def at(
        route: str, view: Callable[..., HttpResponseBase], methods: frozenset[str] = BOTH
    ) -> URLPattern:
        return path(route, guarded(for_members(view), press, methods))

    people = "manage/project/<str:name>/people/"
    return [
        at("invitations/", pages.waiting, READ),
        at("invitations/<int:number>/<str:act>/", pages.reply),
        at("offers/<str:name>/<str:act>/", pages.take),
        at(people, pages.people, READ),
        at(f"{people}<str:act>/", pages.act),
        at(f"{people}invitations/<int:number>/withdraw/", pages.invitation),
        at(f"{people}<str:person>/<str:act>/", pages.person),
    ]
