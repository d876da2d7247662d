"""Refusals and failures as pages: what went wrong, what to do about it, and a stable code.

These pages need no session and no database, because they are shown when those fail.
"""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeAlias

from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from strongroom.core.errors import (
    ConfigurationError,
    ForbiddenError,
    InvalidError,
    MethodError,
    NotFoundError,
    StrongroomError,
    TooOftenError,
    UnavailableError,
)
from strongroom.core.statuses import status_of
from strongroom.stores.databases import answering, has_failed, unanswered
from strongroom.web.headers import PAGE, UNTOLD, dress
from strongroom.web.press import Press

SECRET = frozenset({"secret", "key"})  # parts of addresses by which somebody comes in
P = ParamSpec("P")
View: TypeAlias = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

HEADINGS = {
    400: "That cannot be read",
    401: "Sign in first",
    403: "Not allowed",
    404: "Not here",
    405: "Not that way",
    409: "That contradicts what stands",
    410: "Removed",
    413: "Too large",
    429: "Too often",
    500: "Something broke",
    503: "Not now",
    507: "No room",
}


def guarded(view: View[P], press: Press, methods: frozenset[str]) -> View[P]:
    """Wrap a view: refusals become pages, and every answer carries this door's headers."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            _check_method(request, methods)
            _check_text(request)
            with answering():
                response = view(request, *args, **kwargs)
        except DataError:
            response = fault(_unstorable(), press)
        except StrongroomError as error:
            response = fault(error, press)
            if isinstance(error, MethodError):
                response["Allow"] = ", ".join(sorted(methods))
        dressed = dress(response)
        if kwargs.keys() & SECRET:
            dressed["Referrer-Policy"] = UNTOLD
        return dressed

    return answer


def _check_method(request: HttpRequest, methods: frozenset[str]) -> None:
    if request.method not in methods:
        raise MethodError(
            "method-not-allowed",
            f"{request.method} is not possible here.",
            "Follow a link or send a form of this registry's pages.",
        )


def _check_text(request: HttpRequest) -> None:
    # Databases end a text at a NUL or refuse it; nobody types one.
    texts = [request.path_info, *request.COOKIES.values()]
    for form in (request.GET, request.POST):
        texts += [text for name, values in form.lists() for text in (name, *values)]
    if any("\0" in text for text in texts):
        raise _unstorable()


def _unstorable() -> InvalidError:
    return InvalidError(
        "text-not-storable",
        "The request holds text that cannot be stored: it is too long or malformed.",
        "Go back and shorten it; use characters that can be printed.",
    )


def fault(error: StrongroomError, press: Press) -> HttpResponse:
    """Return the page of a refusal."""
    status = status_of(error)
    body = press.print(
        "fault.html",
        status=status,
        heading=HEADINGS[status],
        sentence=error.sentence,
        remedy=error.remedy,
        code=error.code,
    )
    response = HttpResponse(body, content_type=PAGE, status=status)
    if isinstance(error, UnavailableError):
        response["Retry-After"] = str(error.retry_after)
    dress(response)
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - the signature is Django's
    """Answer what Django could not read (handler400)."""
    return fault(
        InvalidError(
            "request-invalid",
            "The request could not be read.",
            "Go back, reload the page and try again.",
        ),
        Press(),
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - the signature is Django's
    """Answer what Django does not allow (handler403)."""
    return fault(ForbiddenError("forbidden", "This is not allowed."), Press())


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - the signature is Django's
    """Answer an address that nothing stands at (handler404)."""
    return fault(
        NotFoundError(
            "no-such-page",
            "There is no page at this address.",
            "Check the spelling, or search for the project.",
        ),
        Press(),
    )


def too_often(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - the signature is allauth's
    """Answer what was asked too often by a limit of allauth (its handler429)."""
    return fault(
        TooOftenError(
            "too-many-requests",
            "There were too many requests of this kind from you.",
            "Wait a while and try again.",
            retry_after=60,
        ),
        Press(),
    )


def failed(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - the signature is Django's
    """Answer after an error that nobody expected (handler500); the log has its trace.

    Sessions are saved outside the views, so a database that is away may show here.
    """
    raised = sys.exc_info()[1]
    if raised is not None and has_failed(raised):
        return fault(unanswered(raised), Press())
    error = ConfigurationError(
        "internal-error",
        "The registry made a mistake. Nothing that was confirmed to you is lost.",
        "Try again; if it happens again, tell whoever runs this registry when it happened.",
    )
    return fault(error, Press())


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - the signature is Django's
    """Answer a form that did not come from one of our pages, or came from an old one."""
    return fault(
        ForbiddenError(
            "form-expired",
            "This form was not sent from a current page of this registry.",
            "Go back, reload the page, and send the form again; cookies must be allowed.",
        ),
        Press(),
    )
