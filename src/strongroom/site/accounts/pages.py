"""What the templates of accounts are told besides what their views tell them."""

from django.http import HttpRequest

from strongroom.people.models import User
from strongroom.site.assembly import house
from strongroom.web.press import Press
from strongroom.web.visitors import heard


def frame(request: HttpRequest) -> dict[str, object]:
    """Return what the frame of every page needs (a context processor)."""
    configuration = house().configuration
    press = Press(configuration.url, configuration.site_name)
    return {**press.known(), "message": lambda: heard(request)}


def name_of(user: User) -> str:
    """Return the name of an account as its owner writes it (ACCOUNT_USER_DISPLAY)."""
    return user.username
