"""Coming in and going out: claiming the registry, signing in by a one-time link, signing out.

A GET never spends a link, because mail scanners and chat previews open every address they see;
only the form that the page offers does. The session gets a new key when a person signs in, so that
one planted before is worth nothing, and ends at a fixed moment however much it is used.
"""

from dataclasses import dataclass
from datetime import timedelta

from allauth.account.adapter import get_adapter
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.utils.translation import gettext as _

from strongroom.core.actors import Actor
from strongroom.core.clock import Clock
from strongroom.core.errors import ConflictError, ForbiddenError, InvalidError
from strongroom.people.accounts import links
from strongroom.people.affairs import closing
from strongroom.people.models import User
from strongroom.web.headers import PAGE
from strongroom.web.press import Press
from strongroom.web.visitors import (
    ENROL,
    SIGN_IN,
    acting,
    browser,
    lead_on,
    see_other,
    tell,
    visitor,
)

ACCOUNT = "/account/"


@dataclass(frozen=True, slots=True)
class Entrance:
    """The views by which people come in and go out."""

    press: Press
    clock: Clock

    def claim(self, request: HttpRequest, secret: str) -> HttpResponseBase:
        """Show or take the form by which the first administrator claims the registry."""
        if links.peek(secret, self.clock).user is not None:
            # A sign-in link at the wrong address; say no more than of any other wrong secret.
            raise ForbiddenError(
                "link-invalid", "This link claims nothing.", "Open it at the address it came with."
            )
        if request.method != "POST":
            return self._claim_form(request, None)
        name, email = (request.POST.get(field, "").strip() for field in ("name", "email"))
        claimant = Actor(kind="person", name=name, credential="sign-in link")
        try:
            user = links.claim(secret, name, email, claimant, self.clock)
        except (InvalidError, ConflictError) as problem:
            return self._claim_form(request, problem)
        self._admit(request, user, _("The registry is yours. Now give yourself a key to it."))
        # Without a second factor nobody changes anything here, the first administrator included.
        lead_on(request, ACCOUNT)
        return see_other(ENROL)

    def sign_in(self, request: HttpRequest, secret: str) -> HttpResponseBase:
        """Show whom a link signs in, or sign them in and spend it."""
        if request.method == "POST":
            user = links.use(secret, self.clock, browser(request))
            closing.keep(user, acting(request, user), self.clock)
            self._admit(request, user, _("You are signed in as %s.") % user.username)
            return see_other(ACCOUNT)
        invited, current = links.peek(secret, self.clock).user, visitor(request)
        if invited is None:
            return see_other(f"/claim/{secret}")
        page = self.press.print(
            "sign-in.html",
            csrf_token=get_token(request),
            name=invited.username,
            current=current.username if current else "",
        )
        return HttpResponse(page, content_type=PAGE)

    def explain(self, request: HttpRequest) -> HttpResponseBase:
        """Lead on to where people sign in."""
        return see_other(ACCOUNT if visitor(request) is not None else SIGN_IN)

    def sign_out(self, request: HttpRequest) -> HttpResponseBase:
        """End the session."""
        logout(request)
        return see_other("/")

    def _claim_form(
        self, request: HttpRequest, problem: InvalidError | ConflictError | None
    ) -> HttpResponse:
        page = self.press.print(
            "claim.html",
            csrf_token=get_token(request),
            problem=problem,
            name=request.POST.get("name", ""),
            email=request.POST.get("email", ""),
        )
        return HttpResponse(page, content_type=PAGE, status=400 if problem else 200)

    def _admit(self, request: HttpRequest, user: User, message: str) -> None:
        get_adapter(request).login(request, user)
        age = timedelta(seconds=request.session.get_session_cookie_age())
        request.session.set_expiry(self.clock.now() + age)
        tell(request, message)
