"""What a browser keeps of its sign-ins, for each account by itself; the page of devices."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.utils.translation import ngettext

from strongroom.core.clock import Clock
from strongroom.people.accounts import devices
from strongroom.people.models import User
from strongroom.web.headers import PAGE
from strongroom.web.press import Press
from strongroom.web.visitors import acting, heard, see_other, tell

HERE = "/account/devices/"
KEPT = 400 * 24 * 3600  # seconds, as long as browsers keep a cookie (RFC 6265bis, 5.5)


def held(request: HttpRequest, user_id: int) -> str:
    """Return what a browser has kept of its sign-ins to an account, or nothing."""
    return str(request.COOKIES.get(_name(user_id), ""))


def keep(response: HttpResponse, user_id: int, secret: str, *, secure: bool) -> None:
    """Have a browser keep what makes it known to an account."""
    response.set_cookie(
        _name(user_id),
        secret,
        max_age=KEPT,
        secure=secure,
        httponly=True,
        samesite="Lax",
    )


def _name(user_id: int) -> str:
    return f"strongroom_device_{user_id}"


@dataclass(frozen=True, slots=True)
class Devices:
    """The views of one's own devices."""

    press: Press
    clock: Clock

    def listed(self, request: HttpRequest, user: User) -> HttpResponseBase:
        """List the devices."""
        page = self.press.print(
            "devices.html",
            csrf_token=get_token(request),
            message=heard(request),
            devices=devices.listed(user.pk, held(request, user.pk), self.clock.now()),
        )
        return HttpResponse(page, content_type=PAGE)

    def forget(self, request: HttpRequest, user: User) -> HttpResponseBase:
        """Forget one device, or all but this one."""
        actor, number = acting(request, user), request.POST.get("device", "")
        if "others" in request.POST:
            count = devices.forget_others(actor, held(request, user.pk), self.clock)
        elif number.isascii() and number.isdecimal() and len(number) < 19:  # noqa: PLR2004 - of 64 bits
            count = devices.forget_one(actor, int(number), self.clock)
        else:
            count = 0
        tell(request, ngettext("%s device forgotten.", "%s devices forgotten.", count) % count)
        return see_other(HERE)
