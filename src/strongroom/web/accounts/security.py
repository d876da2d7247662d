"""How one signs in: the page of one's own factors, addresses, password and sessions."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token

from strongroom.core.clock import Clock
from strongroom.packages.catalog.demands import demanded
from strongroom.people.accounts import addresses, sessions
from strongroom.people.accounts.keyring import keyring
from strongroom.people.models import User
from strongroom.web.headers import PAGE
from strongroom.web.press import Press
from strongroom.web.visitors import SECURITY, heard, onward, see_other


@dataclass(frozen=True, slots=True)
class Security:
    """The view of how one signs in."""

    press: Press
    clock: Clock

    def show(self, request: HttpRequest, user: User) -> HttpResponseBase:
        """Show what somebody signs in with, and lead to what is missing."""
        page = self.press.print(
            "security.html",
            csrf_token=get_token(request),
            message=heard(request),
            onward=onward(request),
            keyring=keyring(user.pk, demanded(user)),
            addresses=addresses.verified(user.pk),
            password=user.has_usable_password(),
            sessions=len(sessions.signed_in(user.pk, self.clock.now())),
        )
        return HttpResponse(page, content_type=PAGE)

    def keys(self, request: HttpRequest, user: User) -> HttpResponseBase:
        """Lead on to the page that lists keys among the rest; allauth goes here after a change."""
        del request, user
        return see_other(SECURITY)
