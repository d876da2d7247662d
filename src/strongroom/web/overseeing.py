"""Administration: accounts, dangerous acts, switches, names, recoveries. Each act is explained.

What administrators may do is decided where it is done. Whoever comes to a form has shown a key just
now, so that no form is filled in for nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from strongroom.core.actors import Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ConflictError, InvalidError, NotFoundError
from strongroom.packages.catalog import orphans
from strongroom.packages.catalog.desk import Desk
from strongroom.people.accounts.users import find_user
from strongroom.people.models import Proposal, User
from strongroom.people.oversight import accounts, names, proposals, switches
from strongroom.people.oversight.acting import leave
from strongroom.people.oversight.names import USER, Named
from strongroom.people.recovery import acts as recovery
from strongroom.people.recovery.office import Office
from strongroom.web.faults import guarded
from strongroom.web.headers import PAGE
from strongroom.web.press import Press
from strongroom.web.visitors import acting, for_members, heard, see_other, tell

if TYPE_CHECKING:
    from django.utils.functional import Promise

READ = frozenset({"GET", "HEAD"})
BOTH = READ | {"POST"}
MANAGE = "/manage/"
_NO_PAGE = ("no-such-page", "There is no page at this address.", "Go back to the list.")
_BY_TWO = _("Another administrator must confirm it, and then some time passes before it is done.")
_TOLD = _("All administrators are told by letter.")


@dataclass(frozen=True, slots=True)
class Deed:
    """An act to explain: its words, what comes of it, what it asks for, and what does it.

    `make` is given the form's answers and returns what was proposed, if it is not done yet.
    """

    words: "str | Promise"
    back: str
    effects: "Sequence[str | Promise]"
    make: Callable[[Callable[[str], str]], object]
    asks: "tuple[tuple[str, str | Promise], ...]" = (("reason", _("Reason")),)


_OF_ACCOUNT = {
    "close": (
        _("Close the account"),
        accounts.close,
        (
            _("It is signed out everywhere, and its tokens are refused until it is opened again."),
            _("If it owns projects, another administrator must confirm it, and time must pass."),
            _("All administrators are told by letter, and so are the addresses of the account."),
        ),
    ),
    "reopen": (
        _("Open the account again"),
        accounts.reopen,
        (_("Its person can sign in again, and its tokens work again."), _TOLD),
    ),
    "make-administrator": (
        _("Make an administrator of it"),
        accounts.make_administrator,
        (_BY_TWO, _TOLD),
    ),
    "unmake-administrator": (
        _("Make no administrator of it"),
        accounts.unmake_administrator,
        (_("At once its person can look after the registry no more."), _TOLD),
    ),
}
_OF_PROPOSAL = {
    "confirm": (
        _("Confirm it"),
        proposals.confirm,
        (_("When the delay is over it is done, unless somebody withdraws it before."), _TOLD),
    ),
    "withdraw": (_("Withdraw it"), proposals.withdraw, (_("It is not done."), _TOLD)),
}
_OF_RECOVERY = (
    _("When two administrators agree, its factors, sessions, tokens and password end."),
    _("Then a link to enrol new factors goes to its primary address."),
    _("Agree only if you know, and not from a mail, that its person asks."),
)


@dataclass(frozen=True, slots=True)
class Overseeing:
    """The views of administration; `ecosystem` is the one whose projects these pages name."""

    press: Press
    office: Office
    desk: Desk
    ecosystem: str

    def start(self, request: HttpRequest, user: User) -> HttpResponseBase:
        """Lead to everything."""
        listed = proposals.listed(acting(request, user))
        still = [one for one in listed if one.state in proposals.OPEN]
        waiting = recovery.listed(acting(request, user))
        return self._page(request, "oversight.html", proposals=still, recoveries=waiting)

    def users(self, request: HttpRequest, user: User) -> HttpResponseBase:
        """Find accounts."""
        text = request.GET.get("q", "")[:100]
        found = accounts.search(acting(request, user), text)
        return self._page(request, "oversight-users.html", users=found, text=text)

    def account(self, request: HttpRequest, user: User, name: str) -> HttpResponseBase:
        """Show an account."""
        shown = accounts.shown(acting(request, user), name, self.office.clock.now())
        return self._page(request, "oversight-user.html", shown=shown)

    def change(self, request: HttpRequest, user: User, name: str, act: str) -> HttpResponseBase:
        """Explain an act on an account, or do it."""
        if act not in _OF_ACCOUNT:
            raise NotFoundError(*_NO_PAGE)
        words, make, effects = _OF_ACCOUNT[act]
        actor = self._actor(request, user)
        found = find_user(name, closed=True)
        deed = Deed(
            f"{words}: {found.username}",
            f"{MANAGE}users/{found.username}/",
            effects,
            lambda said: make(self.office, actor, found, said("reason")),
        )
        return self._answer(request, deed)

    def proposals(self, request: HttpRequest, user: User) -> HttpResponseBase:
        """List the dangerous acts."""
        listed = proposals.listed(acting(request, user))
        return self._page(
            request,
            "oversight-proposals.html",
            still=[one for one in listed if one.state in proposals.OPEN],
            ended=[one for one in listed if one.state not in proposals.OPEN],
        )

    def decide(self, request: HttpRequest, user: User, number: int, act: str) -> HttpResponseBase:
        """Explain what it is to confirm or withdraw a proposal, or do it."""
        if act not in _OF_PROPOSAL:
            raise NotFoundError(*_NO_PAGE)
        words, make, effects = _OF_PROPOSAL[act]
        actor = self._actor(request, user)
        found = proposals.find(actor, number)
        why = {"name": found.proposer.username, "reason": found.reason}
        deed = Deed(
            f"{words}: {found.kind} {found.subject}",
            f"{MANAGE}proposals/",
            (_("%(name)s gave this reason: %(reason)s") % why, *effects),
            lambda _said: make(self.office, actor, number),
            asks=(),
        )
        return self._answer(request, deed)

    def transfer(self, request: HttpRequest, user: User) -> HttpResponseBase:
        """Propose whose a project without owner is to be."""
        actor = self._actor(request, user)

        def make(said: Callable[[str], str]) -> Proposal:
            key = self.desk.ecosystem(self.ecosystem).name(said("project")).key
            project = ProjectId(self.ecosystem, key)
            return orphans.propose(self.office, actor, project, said("to"), said("reason"))

        asks = (
            ("project", _("Project without owner")),
            ("to", _("New owner")),
            ("reason", _("Reason")),
        )
        deed = Deed(_("Transfer a project"), f"{MANAGE}proposals/", (_BY_TWO, _TOLD), make, asks)
        return self._answer(request, deed)

    def switches(self, request: HttpRequest, user: User) -> HttpResponseBase:
        """List the switches."""
        listed = switches.listed(acting(request, user))
        return self._page(request, "oversight-switches.html", switches=listed)

    def turn(self, request: HttpRequest, user: User, name: str, to: str) -> HttpResponseBase:
        """Explain what it is to turn a switch, or do it."""
        if to not in {"on", "off"}:
            raise NotFoundError(*_NO_PAGE)
        actor, switch, on = self._actor(request, user), switches.name(name), to == "on"
        shown = () if on else (_("Whoever is refused is shown the reason."),)
        deed = Deed(
            _("Turn %s on") % switch if on else _("Turn %s off") % switch,
            f"{MANAGE}switches/",
            (_("It holds at once."), *shown, _TOLD),
            lambda said: switches.turn(self.office, actor, switch, said("reason"), on=on),
        )
        return self._answer(request, deed)

    def names(self, request: HttpRequest, user: User) -> HttpResponseBase:
        """List what nobody may be called."""
        listed = names.listed(acting(request, user))
        return self._page(request, "oversight-names.html", names=listed)

    def prohibit(self, request: HttpRequest, user: User, what: str) -> HttpResponseBase:
        """Explain what it is to prohibit a name, or do it."""
        if what not in {USER, self.ecosystem}:
            raise NotFoundError(*_NO_PAGE)
        actor = self._actor(request, user)
        deed = Deed(
            _("Prohibit a user name") if what == USER else _("Prohibit a project name"),
            f"{MANAGE}names/",
            (_("Nobody can take it or one that looks like it. Who has it keeps it."), _TOLD),
            lambda said: names.prohibit(
                self.office, actor, self._named(what, said("name")), said("reason")
            ),
            asks=(("name", _("Name")), ("reason", _("Reason"))),
        )
        return self._answer(request, deed)

    def allow(self, request: HttpRequest, user: User, number: int) -> HttpResponseBase:
        """Explain what it is to allow a name again, or propose it."""
        actor = self._actor(request, user)
        row = next((one for one in names.listed(actor) if one.pk == number), None)
        if row is None:
            raise NotFoundError(*_NO_PAGE)
        named = Named(row.what, row.key, row.display)
        deed = Deed(
            _("Allow %s again") % row.display,
            f"{MANAGE}names/",
            (_BY_TWO, _TOLD),
            lambda said: names.allow(self.office, actor, named, said("reason")),
        )
        return self._answer(request, deed)

    def recoveries(self, request: HttpRequest, user: User) -> HttpResponseBase:
        """List the recoveries that wait."""
        listed = recovery.listed(acting(request, user))
        now = self.office.clock.now()
        rows = [(one, one.ripe_at <= now, user.pk in one.approvals) for one in listed]
        return self._page(request, "oversight-recoveries.html", recoveries=rows)

    def approve(self, request: HttpRequest, user: User, number: int) -> HttpResponseBase:
        """Explain what it is to agree to a recovery, or do it."""
        actor, row = self._actor(request, user), recovery.find(number)
        deed = Deed(
            _("Agree to the recovery of %s") % row.user.username,
            f"{MANAGE}recoveries/",
            _OF_RECOVERY,
            lambda _said: recovery.approve(self.office, actor, number),
            asks=(),
        )
        return self._answer(request, deed)

    def _actor(self, request: HttpRequest, user: User) -> Actor:
        actor = acting(request, user)
        leave(self.office, actor)
        return actor

    def _named(self, what: str, raw: str) -> Named:
        if what == USER:
            return names.of_user(raw)
        name = self.desk.ecosystem(what).name(raw)
        return Named(what, name.similar, name.display)

    def _answer(self, request: HttpRequest, deed: Deed) -> HttpResponseBase:
        problem = None
        if request.method == "POST":
            try:
                made = deed.make(lambda field: request.POST.get(field, "").strip())
            except (ConflictError, InvalidError, NotFoundError) as refusal:
                problem = refusal
            else:
                proposed = isinstance(made, Proposal) and made.state == proposals.State.PROPOSED
                told = _("%s: proposed.") if proposed else _("%s: done.")
                tell(request, told % deed.words)
                return see_other(f"{MANAGE}proposals/" if proposed else deed.back)
        said = [(name, label, request.POST.get(name, "")) for name, label in deed.asks]
        return self._page(
            request,
            "oversight-act.html",
            status=400 if problem else 200,
            csrf_token=get_token(request),
            deed=deed,
            said=said,
            problem=problem,
        )

    def _page(
        self, request: HttpRequest, template: str, *, status: int = 200, **values: object
    ) -> HttpResponse:
        page = self.press.print(template, message=heard(request), **values)
        return HttpResponse(page, content_type=PAGE, status=status)


def urls(press: Press, office: Office, desk: Desk, ecosystem: str) -> list[URLPattern]:
    """Return the addresses below `/manage/` that are about the registry itself."""
    pages = Overseeing(press, office, desk, ecosystem)
    seen: dict[str, Callable[..., HttpResponseBase]] = {
        "": pages.start,
        "users/": pages.users,
        "users/<str:name>/": pages.account,
        "proposals/": pages.proposals,
        "switches/": pages.switches,
        "names/": pages.names,
        "recoveries/": pages.recoveries,
    }
    done: dict[str, Callable[..., HttpResponseBase]] = {
        "users/<str:name>/<str:act>/": pages.change,
        "proposals/transfer/": pages.transfer,
        "proposals/<int:number>/<str:act>/": pages.decide,
        "switches/<str:name>/<str:to>/": pages.turn,
        "names/prohibit/<str:what>/": pages.prohibit,
        "names/<int:number>/allow/": pages.allow,
        "recoveries/<int:number>/approve/": pages.approve,
    }
    return [
        path(f"manage/{route}", guarded(for_members(view), press, methods))
        for views, methods in ((seen, READ), (done, BOTH))
        for route, view in views.items()
    ]
