"""Who is looking: the account behind a session, and the one message that waits for it.

A message is told once, on the page that follows a change.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect

from strongroom.core.actors import Actor
from strongroom.people.accounts.users import person
from strongroom.people.models import User

P = ParamSpec("P")

SESSION = "session"
SIGN_IN = "/sign-in/"
_MESSAGE = "message"


def visitor(request: HttpRequest) -> User | None:
    """Return the account that is signed in, if any."""
    user = request.user
    return user if isinstance(user, User) else None


def acting(user: User) -> Actor:
    """Return the actor that a signed-in person is."""
    return person(user, SESSION)


def tell(request: HttpRequest, message: str) -> None:
    """Leave a message for the next page."""
    request.session[_MESSAGE] = message


def heard(request: HttpRequest) -> str:
    """Take the message that was left, or nothing."""
    return str(request.session.pop(_MESSAGE, ""))


def see_other(address: str) -> HttpResponseRedirect:
    """Send the browser on with a GET (RFC 9110, 15.4.4), so that a reload repeats nothing."""
    response = HttpResponseRedirect(address)
    response.status_code = 303
    return response


def for_members(
    view: Callable[Concatenate[HttpRequest, User, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Wrap a view that needs an account: it is handed the one signed in; others go to sign in."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        user = visitor(request)
        if user is None:
            return see_other(SIGN_IN)
        return view(request, user, *args, **kwargs)

    return answer
