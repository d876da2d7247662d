"""The addresses below `/scim/v2/`, for the company's directory and nobody else.

Its secret opens them; sessions and tokens of people are not looked at. Every answer, a refusal
too, has SCIM's form.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db import DataError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.urls import URLPattern, re_path
from django.views.decorators.csrf import csrf_exempt

from strongroom.api.scim import shown, words
from strongroom.core.errors import (
    InvalidError,
    MethodError,
    NotFoundError,
    StrongroomError,
    TooLargeError,
    UnauthenticatedError,
    UnavailableError,
)
from strongroom.core.statuses import status_of
from strongroom.people.oversight import directory
from strongroom.people.oversight.directory import Directory
from strongroom.people.recovery.office import Office
from strongroom.people.tokens.presented import WHO
from strongroom.stores.databases import answering

MEDIA_TYPE = "application/scim+json"
BODY_AT_MOST = 32 * 1024  # bytes
_TYPES = frozenset({MEDIA_TYPE, "application/json"})
Handler = Callable[..., HttpResponse]


def urls(
    known: Directory | None, office: Office, wrong: Callable[[HttpRequest], None]
) -> list[URLPattern]:
    """Return the addresses of this door; none where no directory is configured.

    `wrong` counts a request with a wrong secret, and raises TooOftenError.
    """
    if known is None:
        return []
    door = Door(known, office, wrong)
    base = rf"^{shown.BASE[1:]}"
    return [
        door.at(rf"{base}/ServiceProviderConfig/?$", {"GET": door.abilities}),
        door.at(rf"{base}/ResourceTypes(?:/(?P<name>[^/]+))?/?$", {"GET": door.kinds}),
        door.at(rf"{base}/Schemas(?:/(?P<name>[^/]+))?/?$", {"GET": door.schemas}),
        door.at(rf"{base}/Users/?$", {"GET": door.listed, "POST": door.enter}),
        door.at(
            rf"{base}/Users/(?P<number>[^/]+)/?$",
            {"GET": door.one, "PUT": door.put, "PATCH": door.patch, "DELETE": door.remove},
        ),
        door.at(r"^scim(?:/|$)", {}),
    ]


@dataclass(frozen=True, slots=True)
class Door:
    """What is answered to the directory."""

    known: Directory
    office: Office
    wrong: Callable[[HttpRequest], None]

    def at(self, pattern: str, handlers: Mapping[str, Handler]) -> URLPattern:
        """Return an address that hands each method on, once the secret was shown."""

        def answer(request: HttpRequest, **found: str) -> HttpResponse:
            try:
                handler = _handler(request, handlers)
                self._opened(request)
                with answering():
                    response = handler(request, **found)
            except StrongroomError as error:
                response = _refused(error, handlers)
            except (DataError, UnreadablePostError):
                response = _refused(_unreadable(), handlers)
            response["Cache-Control"] = "no-store"
            return response

        return re_path(pattern, csrf_exempt(answer))

    def abilities(self, request: HttpRequest) -> HttpResponse:
        """Say what this door can do."""
        del request
        return _answer(shown.abilities())

    def kinds(self, request: HttpRequest, name: str | None = None) -> HttpResponse:
        """Say which kinds of things there are."""
        del request
        return _listed_or_one(shown.kinds(self.office.url), name)

    def schemas(self, request: HttpRequest, name: str | None = None) -> HttpResponse:
        """Say what is kept of a user."""
        del request
        return _listed_or_one(shown.schemas(self.office.url), name)

    def listed(self, request: HttpRequest) -> HttpResponse:
        """List users, or those that a filter finds."""
        sought = words.sought(request.GET.get("filter"))
        start = max(1, _count(request, "startIndex", 1))
        count = min(shown.AT_MOST, max(0, _count(request, "count", shown.AT_MOST)))
        total, people = directory.listed(self.known.domains, sought, start - 1, count)
        told = [shown.user(one, self.office.url) for one in people]
        return _answer(shown.listing(total, start, told))

    def enter(self, request: HttpRequest) -> HttpResponse:
        """Make an account that waits for its person."""
        wish = words.user(_body(request))
        person = directory.enter(self.office, self.known.domains, wish)
        response = _answer(shown.user(person, self.office.url), 201)
        response["Location"] = f"{self.office.url}{shown.BASE}/Users/{person.number}"
        return response

    def one(self, request: HttpRequest, number: str) -> HttpResponse:
        """Show a user."""
        del request
        person = directory.find(self.known.domains, words.number(number))
        return _answer(shown.user(person, self.office.url))

    def put(self, request: HttpRequest, number: str) -> HttpResponse:
        """Take a whole user, and close or open the account."""
        return self._changed(number, words.user(_body(request)))

    def patch(self, request: HttpRequest, number: str) -> HttpResponse:
        """Take what is different of a user, and close or open the account."""
        return self._changed(number, words.patch(_body(request)))

    def remove(self, request: HttpRequest, number: str) -> HttpResponse:
        """Close an account for good, as far as the directory goes."""
        del request
        directory.remove(self.office, self.known.domains, words.number(number))
        return HttpResponse(status=204)

    def _changed(self, number: str, wish: directory.Wish) -> HttpResponse:
        found = words.number(number)
        person = directory.change(self.office, self.known.domains, found, wish)
        return _answer(shown.user(person, self.office.url))

    def _opened(self, request: HttpRequest) -> None:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        digest = hashlib.sha256(secret.strip().encode("utf-8", "surrogatepass")).digest()
        if scheme.lower() == "bearer" and hmac.compare_digest(digest, self.known.secret):
            request.META[WHO] = directory.DIRECTORY.name
            return
        with answering():
            self.wrong(request)
        raise UnauthenticatedError(
            "directory-secret-wrong",
            "This door is for the company's directory alone.",
            "Send `Authorization: Bearer` and the secret of company_scim_secret_file.",
        )


def _handler(request: HttpRequest, handlers: Mapping[str, Handler]) -> Handler:
    if not handlers:
        raise NotFoundError(
            "no-such-address", "There is nothing at this address.", "See /scim/v2/ResourceTypes."
        )
    handler = handlers.get(str(request.method))
    if handler is None:
        raise MethodError(
            "method-not-allowed",
            f"{str(request.method)[:20]} is not possible here.",
            f"Use {' or '.join(sorted(handlers))}.",
        )
    return handler


def _body(request: HttpRequest) -> Mapping[str, object]:
    if request.content_type not in _TYPES:
        raise InvalidError(
            "content-type-unsupported",
            "The body of the request is not declared as JSON.",
            f"Send `Content-Type: {MEDIA_TYPE}`.",
        )
    raw = request.read(BODY_AT_MOST + 1)
    if len(raw) > BODY_AT_MOST:
        raise TooLargeError(
            "body-too-large", f"The body has more than {BODY_AT_MOST} bytes.", "Send less."
        )
    return words.body(raw)


def _count(request: HttpRequest, name: str, otherwise: int) -> int:
    text = request.GET.get(name)
    if text is None:
        return otherwise
    if not text.removeprefix("-").isdecimal() or len(text) > 9:  # noqa: PLR2004 - more than there are people
        raise InvalidError("scim-value-invalid", f"{name} is not a number.", "Send a whole number.")
    return int(text)


def _listed_or_one(all_of_them: list[dict[str, object]], name: str | None) -> HttpResponse:
    if name is None:
        return _answer(shown.listing(len(all_of_them), 1, all_of_them))
    for one in all_of_them:
        if one["id"] == name:
            return _answer(one)
    raise NotFoundError(
        "no-such-address", "There is nothing at this address.", "See /scim/v2/ResourceTypes."
    )


def _answer(told: Mapping[str, object], status: int = 200) -> HttpResponse:
    return JsonResponse(told, status=status, content_type=MEDIA_TYPE)


def _refused(error: StrongroomError, handlers: Mapping[str, Handler]) -> HttpResponse:
    response = _answer(shown.refusal(error), status_of(error))
    if isinstance(error, UnauthenticatedError):
        response["WWW-Authenticate"] = 'Bearer realm="Strongroom"'
    if isinstance(error, MethodError):
        response["Allow"] = ", ".join(sorted(handlers))
    if isinstance(error, UnavailableError):
        response["Retry-After"] = str(error.retry_after)
    return response


def _unreadable() -> InvalidError:
    return InvalidError(
        "text-not-storable",
        "The request holds text that cannot be stored, or ended too soon.",
        "Shorten it; use characters that can be printed.",
    )
