"""Who is looking: the account behind a session, and the one message that waits for it.

A message is told once, on the page that follows a change. Whoever must first enrol a factor is led
back afterwards to where they wanted to go.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect

from strongroom.core.actors import SESSION, Actor, Assurance, Browser
from strongroom.core.errors import AssuranceError, UnreachableError
from strongroom.people.accounts import factors
from strongroom.people.accounts.addresses import verified
from strongroom.people.accounts.users import person
from strongroom.people.models import User

P = ParamSpec("P")

SIGN_IN = "/account/login/"
SECURITY = "/account/security/"
ADDRESSES = "/account/addresses/"
ENROL = "/account/security/keys/add/"
ENROLLED = "enrolled"  # where a session holds whose factor was enrolled in it, and its type
COMPANY = "company"  # where a session holds who signed in by the company, and how surely
_MESSAGE = "message"
_ONWARD = "onward"


@dataclass(frozen=True, slots=True)
class Told:
    """A message; a grave one says that something did not happen."""

    text: str
    grave: bool = False

    def __str__(self) -> str:
        """Return the text, so that it can be printed as one."""
        return self.text


def visitor(request: HttpRequest) -> User | None:
    """Return the account that is signed in, if any."""
    user = request.user
    return user if isinstance(user, User) else None


def acting(request: HttpRequest, user: User) -> Actor:
    """Return the actor that a signed-in person is, having shown what the session says.

    Raises UnreachableError where an account has lost its verified address since it signed in.
    """
    if not verified(user.pk):
        raise UnreachableError(
            "email-unverified",
            f"{user.username} has no verified e-mail address.",
            "Verify one first, under Account, Addresses.",
        )
    shown = assurance(request, user)
    at = factors.shown_at(get_authentication_records(request, user), shown)
    return replace(person(user, SESSION, shown, browser(request)), proved_at=at)


def browser(request: HttpRequest) -> Browser:
    """Return from where a request comes, as far as its sender and the server say."""
    return Browser(request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_USER_AGENT", ""))


def assurance(request: HttpRequest, user: User) -> Assurance:
    """Return what the session has shown of its person.

    Who enrols a factor shows it by that; allauth keeps a record only of factors that are used.
    """
    records = get_authentication_records(request, user)
    enrolled = request.session.get(ENROLLED, {})
    if enrolled.get("user") == user.pk:
        records = [*records, {"method": "mfa", "type": enrolled["type"]}]
    company = request.session.get(COMPANY, {})
    elsewhere = company["assurance"] if company.get("user") == user.pk else 0
    return max(factors.shown(records), Assurance(elsewhere))


def tell(request: HttpRequest, message: str, *, grave: bool = False) -> None:
    """Leave a message for the next page."""
    request.session[_MESSAGE] = [message, grave]


def heard(request: HttpRequest) -> Told | None:
    """Take the message that was left, if any."""
    left = request.session.pop(_MESSAGE, None)
    return None if left is None else Told(*left)


def onward(request: HttpRequest) -> str:
    """Return where somebody wanted to go when a factor was missing, or nothing."""
    return str(request.session.get(_ONWARD, ""))


def lead_on(request: HttpRequest, address: str) -> None:
    """Remember where somebody wants to go once a factor is enrolled."""
    request.session[_ONWARD] = address


def see_other(address: str) -> HttpResponseRedirect:
    """Send the browser on with a GET (RFC 9110, 15.4.4), so that a reload repeats nothing."""
    response = HttpResponseRedirect(address)
    response.status_code = 303
    return response


def _prove(request: HttpRequest, user: User, error: AssuranceError) -> HttpResponseBase:
    """Lead to where a factor is shown, or enrolled where there is none; and back from there."""
    tell(request, f"{error.sentence} {error.remedy}")
    able = factors.ability(user.pk) >= error.needed
    offered = get_adapter(request).get_reauthentication_methods(user) if able else []
    where = offered[0]["url"] if offered else SECURITY
    if not offered:
        lead_on(request, request.path)
    return see_other(f"{where}?{urlencode({'next': request.get_full_path()})}")


def for_members(
    view: Callable[Concatenate[HttpRequest, User, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Wrap a view that needs an account: it is handed the one signed in; others go to sign in."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        user = visitor(request)
        if user is None:
            return see_other(f"{SIGN_IN}?{urlencode({'next': request.path})}")
        try:
            response = view(request, user, *args, **kwargs)
        except AssuranceError as error:
            return _prove(request, user, error)
        except UnreachableError as error:
            tell(request, f"{error.sentence} {error.remedy}")
            return see_other(ADDRESSES)
        if onward(request) == request.path:
            del request.session[_ONWARD]
        return response

    return answer
