"""One's own tokens: seen with the forgotten ones first, made for a purpose, ended one or all.

A token is shown once, in the answer to the form that made it. Making one asks for a fresh proof of
who it is: a token outlives the session by which it was made, and so must not come of a stolen one.
"""

from collections.abc import Callable
from dataclasses import dataclass

from allauth.account.decorators import reauthentication_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from strongroom.core.actors import Actor, Assurance
from strongroom.core.errors import InvalidError
from strongroom.people.access.grants import projects_of
from strongroom.people.access.rules import proven
from strongroom.people.models import User
from strongroom.people.tokens.minting import Mint, create, revoke
from strongroom.people.tokens.register import Entry, find_token, register, unrevoked
from strongroom.people.tokens.standing import State, by_need
from strongroom.web.accounts.ordering import OFFERED, Canonical, Wanted, asked, like, order
from strongroom.web.faults import guarded
from strongroom.web.headers import PAGE
from strongroom.web.press import Press
from strongroom.web.visitors import acting, for_members, heard, see_other, tell

HERE = "/account/tokens/"
READ = frozenset({"GET", "HEAD"})
BOTH = READ | {"POST"}


def urls(press: Press, mint: Mint, canonical: Canonical) -> list[URLPattern]:
    """Return the addresses below `/account/tokens/`; `canonical` writes a project as tokens do."""
    tokens = Tokens(press, mint, canonical)

    def at(
        route: str, view: Callable[..., HttpResponseBase], methods: frozenset[str] = BOTH
    ) -> URLPattern:
        return path(f"{HERE.strip('/')}/{route}", guarded(for_members(view), press, methods))

    return [
        at("", tokens.listed, READ),
        at("new/", tokens.new),
        at("<int:number>/revoke/", tokens.revoke),
        at("revoke/", tokens.revoke_all),
    ]


@dataclass(frozen=True, slots=True)
class Tokens:
    """The views of one's own tokens."""

    press: Press
    mint: Mint
    canonical: Canonical

    def listed(self, request: HttpRequest, user: User) -> HttpResponseBase:
        """List them: those that ask to be looked at first, those that have ended last."""
        now, unused = self.mint.clock.now(), self.mint.lifetimes.unused
        found = by_need(register(user.pk), unused, now)
        page = self.press.print(
            "tokens.html",
            message=heard(request),
            live=[one for one in found if one.is_live],
            ended=[one for one in found if not one.is_live],
            forgotten=State.FORGOTTEN,
            soon=State.ENDS_SOON,
            unused=unused.days if unused else 0,
        )
        return HttpResponse(page, content_type=PAGE)

    def new(self, request: HttpRequest, user: User) -> HttpResponseBase:
        """Ask what a token is to be for, or make it and show it this once."""
        actor = acting(request, user)
        proven(actor, Assurance.MULTI_FACTOR)

        @reauthentication_required
        def answer(request: HttpRequest) -> HttpResponseBase:
            if request.method == "POST":
                return self._made(request, user, actor)
            former = self._like(user, request.GET.get("like", ""))
            return self._form(request, user, like(former) if former else Wanted())

        response: HttpResponseBase = answer(request)
        return response

    def revoke(self, request: HttpRequest, user: User, number: int) -> HttpResponseBase:
        """Explain what ending a token does, or end it."""
        row = find_token(number, user.pk)
        called = row.label or f"token {row.pk}"
        if request.method == "POST":
            ended = revoke(row, by=acting(request, user), clock=self.mint.clock)
            told = _("%s is revoked.") if ended else _("%s was revoked before.")
            tell(request, told % called)
            return see_other(HERE)
        effects = (
            _("It stops working at once, and so does every token that was narrowed from it."),
            _("What was published by it stays. Whatever uses it needs another one."),
        )
        return self._confirm(request, _("Revoke %s") % called, effects)

    def revoke_all(self, request: HttpRequest, user: User) -> HttpResponseBase:
        """Explain what ending all of them does, or end them."""
        if request.method == "POST":
            actor = acting(request, user)
            count = sum(revoke(row, by=actor, clock=self.mint.clock) for row in unrevoked(user.pk))
            told = ngettext("%d token is revoked.", "%d tokens are revoked.", count)
            tell(request, told % count)
            return see_other(HERE)
        effects = (
            _("Each of your tokens stops working at once, with all that were narrowed from it."),
            _("Whatever publishes for you by a token needs another one."),
        )
        return self._confirm(request, _("Revoke all your tokens"), effects)

    def _made(self, request: HttpRequest, user: User, actor: Actor) -> HttpResponseBase:
        wanted = asked(request.POST)
        try:
            made = order(wanted, self.canonical, self.mint.clock.now())
            minted = create(user, made, by=actor, mint=self.mint)
        except InvalidError as problem:
            return self._form(request, user, wanted, problem)
        former = self._like(user, wanted.like)
        page = self.press.print(
            "token-made.html",
            text=minted.text,
            row=minted.row,
            former=former if former and former.revoked_at is None else None,
        )
        return HttpResponse(page, content_type=PAGE)

    def _form(
        self,
        request: HttpRequest,
        user: User,
        wanted: Wanted,
        problem: InvalidError | None = None,
    ) -> HttpResponse:
        own = [str(project) for project, _role in projects_of(user.pk)]
        lifetimes = self.mint.lifetimes
        page = self.press.print(
            "token-new.html",
            csrf_token=get_token(request),
            wanted=wanted,
            projects=[(one, one.partition(":")[2], one in wanted.projects) for one in own],
            others=" ".join(sorted(wanted.projects.difference(own) | set(wanted.others))),
            actions=[(one, words, one in wanted.actions) for one, words in OFFERED.items()],
            usual=lifetimes.usual.days,
            at_most=lifetimes.at_most.days if lifetimes.at_most else 0,
            problem=problem,
        )
        return HttpResponse(page, content_type=PAGE, status=400 if problem else 200)

    def _confirm(
        self, request: HttpRequest, heading: str, effects: tuple[str, ...]
    ) -> HttpResponse:
        page = self.press.print(
            "confirm.html",
            csrf_token=get_token(request),
            above=_("Tokens"),
            back=HERE,
            heading=heading,
            act=heading,
            effects=effects,
            grave=True,
        )
        return HttpResponse(page, content_type=PAGE)

    def _like(self, user: User, number: str) -> Entry | None:
        return next((one for one in register(user.pk) if str(one.id) == number), None)
