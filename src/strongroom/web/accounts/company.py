"""Signing in by the company: a browser is sent to the identity provider, and comes back.

What it brings back counts only for the sign-in that this browser began here, once, and within
minutes: the state against login CSRF, the nonce against tokens of another sign-in, the verifier
(PKCE, RFC 7636) against stolen codes, the issuer (RFC 9207) against mixing up providers.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from allauth.account.utils import perform_login
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path
from django.utils.translation import gettext

from strongroom.core.actors import Assurance
from strongroom.core.clock import Clock
from strongroom.core.errors import ForbiddenError
from strongroom.people.access.rules import proven
from strongroom.people.accounts import company, factors
from strongroom.people.accounts.statements import Expected, Statement, assured, read
from strongroom.people.models import User
from strongroom.stores.identity import Proof, Provider
from strongroom.web.faults import guarded
from strongroom.web.press import Press
from strongroom.web.visitors import COMPANY, acting, for_members, see_other, tell, visitor

CALLBACK = "/account/company/back/"
MINUTES = 10
_BEGUN = "company-login"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a company login may do here, as the operator configured it."""

    provider: Provider
    domains: frozenset[str]
    groups: str  # the claim that names them
    assurances: Mapping[str, Assurance]
    follow: Callable[[User, frozenset[str]], None]


def urls(terms: Terms | None, press: Press, clock: Clock) -> list[URLPattern]:
    """Return the addresses of the company login; none where there is none."""
    if terms is None:
        return []
    views, get = Company(terms, press.public_url, clock), frozenset({"GET"})
    return [
        path("account/company/", guarded(views.begin, press, get), name="company_login"),
        path(CALLBACK.strip("/") + "/", guarded(views.back, press, get), name="company_back"),
    ]


@dataclass(frozen=True, slots=True)
class Company:
    """The views of the company login."""

    terms: Terms
    public_url: str
    clock: Clock

    def begin(self, request: HttpRequest) -> HttpResponseBase:
        """Send a browser to the identity provider; who is signed in comes back to link."""
        if visitor(request) is None:
            return self._send(request)
        return for_members(self._send_known)(request)

    def _send_known(self, request: HttpRequest, user: User) -> HttpResponseBase:
        # Who holds a session without the account's factor must not make themselves a second door.
        proven(acting(request, user), factors.ability(user.pk))
        return self._send(request)

    def _send(self, request: HttpRequest) -> HttpResponseBase:
        places = self.terms.provider.places()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        at = self.clock.now().timestamp()
        request.session[_BEGUN] = {"state": state, "nonce": nonce, "verifier": verifier, "at": at}
        digest = hashlib.sha256(verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "scope": "openid email profile",
            "client_id": self.terms.provider.client,
            "redirect_uri": self._callback,
            "state": state,
            "nonce": nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        mark = "&" if "?" in places.authorize else "?"
        return see_other(f"{places.authorize}{mark}{urlencode(asked)}")

    def back(self, request: HttpRequest) -> HttpResponseBase:
        """Take what a browser brings back, and sign its person in, or link their account."""
        said = self._statement(request)
        issuer, current = self.terms.provider.issuer, visitor(request)
        user = company.known(issuer, said.subject)
        if current is not None:
            return self._link(request, current, user, said)
        if user is None:
            user = company.make(issuer, said, self.terms.domains, self.clock)
        company.remember(user, said)
        if user.is_active:
            self.terms.follow(user, said.groups)
        shown = assured(said, self.terms.assurances)
        request.session[COMPANY] = {"user": user.pk, "assurance": int(shown)}
        user.refresh_from_db()
        answer: HttpResponseBase = perform_login(
            request, user, redirect_url="/account/", signal_kwargs={COMPANY: True}
        )
        return answer

    @property
    def _callback(self) -> str:
        return f"{self.public_url}{CALLBACK}"

    def _statement(self, request: HttpRequest) -> Statement:
        begun = request.session.pop(_BEGUN, None)
        code, provider, now = request.GET.get("code", ""), self.terms.provider, self.clock.now()
        if (
            begun is None
            or not hmac.compare_digest(
                request.GET.get("state", "").encode(), str(begun["state"]).encode()
            )
            or not 0 <= now.timestamp() - begun["at"] <= MINUTES * 60
            or request.GET.get("iss", provider.issuer) != provider.issuer
        ):
            raise _refused("It was not begun in this browser, or too long ago.")
        if not code:
            raise _refused("The company login signed nobody in.")
        places = provider.places()
        token = provider.token(places, Proof(code, begun["verifier"], self._callback))
        expected = Expected(provider.issuer, provider.client, begun["nonce"], self.clock.now())
        return read(token, provider.keys(places), expected, self.terms.groups)

    def _link(
        self, request: HttpRequest, current: User, user: User | None, said: Statement
    ) -> HttpResponseBase:
        by = acting(request, current)
        if by.assurance < factors.ability(current.pk):
            raise _refused("This session has not shown the second factor of its account.")
        if user is None or user.pk != current.pk:
            company.link(current, self.terms.provider.issuer, said.subject, by, self.clock)
        company.remember(current, said)
        self.terms.follow(current, said.groups)
        tell(request, gettext("Your account is linked to the company login."))
        return see_other("/account/")


def _refused(sentence: str) -> ForbiddenError:
    return ForbiddenError("company-login-refused", sentence, "Sign in again.")
