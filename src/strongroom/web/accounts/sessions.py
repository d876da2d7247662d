"""The browsers in which one is signed in, and ending that."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.utils.translation import gettext, ngettext

from strongroom.core.actors import SESSION
from strongroom.core.clock import Clock
from strongroom.people.accounts import devices, sessions
from strongroom.people.accounts.users import person
from strongroom.people.models import User
from strongroom.web.accounts.devices import held
from strongroom.web.headers import PAGE
from strongroom.web.press import Press
from strongroom.web.visitors import assurance, browser, heard, see_other, tell

HERE = "/account/sessions/"


@dataclass(frozen=True, slots=True)
class Sessions:
    """The views of one's own sessions."""

    press: Press
    clock: Clock

    def listed(self, request: HttpRequest, user: User) -> HttpResponseBase:
        """List the sessions."""
        page = self.press.print(
            "sessions.html",
            csrf_token=get_token(request),
            message=heard(request),
            sessions=sessions.signed_in(user.pk, self.clock.now()),
            this=sessions.digest_of(str(request.session.session_key)),
        )
        return HttpResponse(page, content_type=PAGE)

    def end(self, request: HttpRequest, user: User) -> HttpResponseBase:
        """End one session, or all but this one."""
        this = sessions.digest_of(str(request.session.session_key))
        actor = person(user, SESSION, assurance(request, user), browser(request))
        if "others" in request.POST:
            count = sessions.end_others(actor, this, self.clock)
            devices.forget_others(actor, held(request, user.pk), self.clock)
            told = ngettext("%d other session has ended.", "%d other sessions have ended.", count)
            tell(request, told % count)
        else:
            sessions.end(actor, request.POST.get("session", ""), self.clock)
            tell(request, gettext("That session has ended."))
        return see_other(HERE)
