"""Confirming a sign-in from an unknown device: by a link in a mail, in the browser that waits.

It is a link and no code: whoever was led to a copy of the sign-in page would type a code into that
copy, but the link leads to the registry itself, in a browser that has nothing to confirm. A GET
confirms nothing, because mail scanners open every address they see.
"""

import hashlib
from dataclasses import dataclass
from hmac import compare_digest

from allauth.account.stages import LoginStageController
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token

from strongroom.core.errors import ForbiddenError
from strongroom.web.headers import PAGE
from strongroom.web.press import Press
from strongroom.web.visitors import SIGN_IN, see_other

STAGE = "unknown_device"  # allauth's key of the stage in which a sign-in waits
DIGEST = "digest"  # where the stage keeps the digest of what the link holds
PROVED = "mail proved"  # where a session holds whose mail it has just proved to read


def digest_of(secret: str) -> str:
    """Return what the session keeps of a link."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The views of whoever waits for the mail, and of whoever follows its link."""

    press: Press

    def wait(self, request: HttpRequest) -> HttpResponseBase:
        """Say that a mail is on its way, while a sign-in waits for it."""
        if LoginStageController.enter(request, STAGE) is None:
            return see_other(SIGN_IN)
        return HttpResponse(self.press.print("device-waiting.html"), content_type=PAGE)

    def confirm(self, request: HttpRequest, secret: str) -> HttpResponseBase:
        """Ask whether to sign in, or do so."""
        stage = LoginStageController.enter(request, STAGE)
        expected = "" if stage is None else str(stage.state.get(DIGEST, ""))
        if stage is None or not compare_digest(expected, digest_of(secret)):
            raise ForbiddenError(
                "device-link-elsewhere",
                "No sign-in waits for this link in this browser.",
                "Open it in the browser in which you began to sign in, within 15 minutes. If you"
                " did not begin to, somebody knows your password: change it.",
            )
        if request.method == "POST":
            response: HttpResponseBase = stage.exit()
            return response
        page = self.press.print(
            "device-confirm.html", csrf_token=get_token(request), name=stage.login.user.username
        )
        return HttpResponse(page, content_type=PAGE)
