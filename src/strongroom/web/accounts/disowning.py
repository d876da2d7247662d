"""What happened to one's account, and "this was not me".

The link of a letter works without a session, because whoever else uses the account may have ended
that and changed the password. A GET changes nothing and says nothing of the account: scanners of
mail open every address they see, and a letter may be read by others.
"""

from dataclasses import dataclass, field
from datetime import datetime

from allauth.account.decorators import reauthentication_required
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token

from strongroom.core.actors import Actor
from strongroom.core.clock import Clock
from strongroom.packages.hooks.disowning import disown
from strongroom.people.accounts.notices import Noted, log
from strongroom.people.affairs import disavowal, links
from strongroom.people.affairs.span import FOR, can_be_disowned
from strongroom.people.models import User
from strongroom.web.accounts.sayings import about, line
from strongroom.web.headers import PAGE
from strongroom.web.press import Press
from strongroom.web.visitors import acting, browser, heard

LOG = "/account/log/"
LINES = 50
LINK = "disavowal link"  # the credential of whoever came by one


@dataclass(frozen=True, slots=True)
class Disowning:
    """The views of one's log, and of what one disowns of it."""

    press: Press
    clock: Clock
    key: bytes = field(repr=False)

    def show(self, request: HttpRequest, user: User) -> HttpResponseBase:
        """Show what happened to the account, the newest first."""
        before, now = request.GET.get("before", ""), self.clock.now()
        found = log(user.pk, int(before) if _is_number(before) else None, LINES + 1)
        page = self.press.print(
            "log.html",
            message=heard(request),
            lines=[(one, line(one), about(one), _recent(one, now)) for one in found[:LINES]],
            older=found[LINES - 1].id if len(found) > LINES else None,
        )
        return HttpResponse(page, content_type=PAGE)

    def by_line(self, request: HttpRequest, user: User, number: int) -> HttpResponseBase:
        """Ask whether a line of one's log was somebody else, or take away what came since."""
        owner, _ = disavowal.reach(number, self.clock.now())
        if owner.pk != user.pk:
            raise links.refused()
        if request.method != "POST":
            return self._form(request, LOG)
        return self._disown_proven(request, user, number)

    def by_link(self, request: HttpRequest, secret: str) -> HttpResponseBase:
        """Ask the same of whoever has a letter, or do it."""
        number = links.read(self.key, secret)
        owner, _ = disavowal.reach(number, self.clock.now())
        if request.method != "POST":
            return self._form(request, "/")
        by = Actor("person", owner.username, LINK, owner.pk, browser=browser(request))
        return self._disown(request, number, by)

    def _disown_proven(self, request: HttpRequest, user: User, number: int) -> HttpResponseBase:
        # Who sits down at a browser that is signed in must not take away what its owner has.
        @reauthentication_required
        def disown(request: HttpRequest) -> HttpResponseBase:
            return self._disown(request, number, acting(request, user))

        answer: HttpResponseBase = disown(request)
        return answer

    def _disown(self, request: HttpRequest, number: int, by: Actor) -> HttpResponseBase:
        disavowal.disavow(number, by, self.clock, (disown,))
        # This session has ended with the others, if it was one of the account.
        logout(request)
        return HttpResponse(self.press.print("not-me-done.html"), content_type=PAGE)

    def _form(self, request: HttpRequest, back: str) -> HttpResponseBase:
        page = self.press.print("not-me.html", csrf_token=get_token(request), back=back)
        return HttpResponse(page, content_type=PAGE)


def _recent(one: Noted, now: datetime) -> bool:
    return can_be_disowned(one.kind) and now - one.at <= FOR


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= len(str(2**62))
