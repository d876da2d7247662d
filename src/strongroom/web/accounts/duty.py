"""Who signed in with a password that was stolen elsewhere changes it before anything else."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext

from strongroom.web.visitors import see_other, tell, visitor

STOLEN = "stolen password"  # where a session holds whose password it was
CHANGE = "/account/password/change/"
# What the change itself may need: the page, proof by a factor, and the way out.
_OPEN = (
    "/account/password/",
    "/account/reauthenticate/",
    "/account/security/prove/",
    "/account/security/keys/prove/",
    "/account/logout/",
    "/sign-out/",
)


class ChangeFirst:
    """Middleware that leads all other pages to the change."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Take what answers otherwise."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or lead to the change."""
        # Most requests come without a session, and must not cost a look for one.
        if request.session.session_key and not request.path.startswith(_OPEN):
            marked = request.session.get(STOLEN)
            user = visitor(request) if marked is not None else None
            if user is not None and marked == user.pk:
                tell(
                    request,
                    gettext(
                        "Your password was stolen somewhere and is on lists that attackers use."
                        " Choose another one first."
                    ),
                )
                return see_other(CHANGE)
        return self._get_response(request)
