"""What the templates of accounts are told besides what their views tell them."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from strongroom.people.models import User
from strongroom.site.assembly import house
from strongroom.web.press import Press, asset
from strongroom.web.visitors import heard, onward


def frame(request: HttpRequest) -> dict[str, object]:
    """Return what the frame of every page needs (a context processor)."""
    configuration = house().configuration
    press = Press(configuration.url, configuration.site_name)
    return {
        **press.known(),
        "passkeys": asset("passkeys.js"),
        "sign_up": configuration.sign_up,
        "company": configuration.company_name if configuration.company_issuer else "",
        # Taken by the page that shows it, and by no other.
        "message": SimpleLazyObject(lambda: heard(request)),
        "onward": onward(request),
    }


def name_of(user: User) -> str:
    """Return the name of an account as its owner writes it (ACCOUNT_USER_DISPLAY)."""
    return user.username
