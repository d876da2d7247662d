"""Every refusal of the API, as `application/problem+json` (RFC 9457); nothing else is ever sent.

`type` is a URN made of the code and stable for ever; `title` is the sentence, `detail` adds the
remedy. One table says which status each class of error has.
"""

import json
import logging

from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from strongroom.core.errors import (
    ConfigurationError,
    ConflictError,
    ForbiddenError,
    GoneError,
    InvalidError,
    MethodError,
    NotFoundError,
    StrongroomError,
    TooLargeError,
    UnauthenticatedError,
    UnavailableError,
)

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
STATUS: dict[type[StrongroomError], int] = {
    InvalidError: 400,
    UnauthenticatedError: 401,
    ForbiddenError: 403,
    NotFoundError: 404,
    MethodError: 405,
    ConflictError: 409,
    GoneError: 410,
    TooLargeError: 413,
    UnavailableError: 503,
    ConfigurationError: 500,
}
CHALLENGE = 'Bearer realm="Strongroom", Basic realm="Strongroom", charset="UTF-8"'
PLACE_AT_MOST = 80
_UNEXPECTED = 500


def problem(error: StrongroomError) -> HttpResponse:
    """Return the answer that tells a program why not, and what to do."""
    status = STATUS[type(error)]
    response = _answer(status, error.code, error.sentence, error.remedy)
    if isinstance(error, UnauthenticatedError):
        response["WWW-Authenticate"] = CHALLENGE
    if isinstance(error, UnavailableError):
        response["Retry-After"] = str(error.retry_after)
    return response


def _answer(status: int, code: str, sentence: str, remedy: str) -> HttpResponse:
    body = {
        "type": f"urn:strongroom:problem:{code}",
        "title": sentence,
        "status": status,
        "detail": f"{sentence} {remedy}".strip(),
        "code": code,
        "remedy": remedy,
    }
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(json.dumps(body), MEDIA_TYPE, status, headers=headers)


def hear(api: NinjaAPI) -> None:
    """Make an API answer every exception with a problem."""
    api.add_exception_handler(StrongroomError, lambda _, error: problem(_one(error)))
    api.add_exception_handler(ValidationError, lambda _, error: problem(_invalid(error)))
    api.add_exception_handler(HttpError, lambda _, error: problem(_unread(error)))
    api.add_exception_handler(UnreadablePostError, lambda _, error: problem(_unread(error)))
    api.add_exception_handler(OperationalError, _busy)
    api.add_exception_handler(InterfaceError, _busy)  # a connection that has ended
    api.add_exception_handler(DataError, lambda _, error: problem(_unstorable(error)))
    api.add_exception_handler(Exception, _unexpected)


def _one(error: StrongroomError | type[StrongroomError]) -> StrongroomError:
    # The framework's own type allows a class in place of an error, as `raise` does.
    return error if isinstance(error, StrongroomError) else error("refused", "This was refused.")


def _invalid(error: ValidationError | type[ValidationError]) -> InvalidError:
    found = error.errors[0] if isinstance(error, ValidationError) else {"loc": (), "msg": ""}
    place = ".".join(str(part) for part in found["loc"])
    shown = "".join(letter if letter.isprintable() else "?" for letter in place[:PLACE_AT_MOST])
    return InvalidError(
        "request-invalid",
        f"{shown} is not valid: {found['msg']}.",
        "The document at /api/v1/openapi.json says what each operation takes.",
    )


def _unread(_error: object) -> InvalidError:
    # Raised by the framework in one place only: where it cannot read or parse a body.
    return InvalidError(
        "json-malformed", "The body of the request is not JSON.", "Send one JSON object as UTF-8."
    )


def _unstorable(_error: object) -> InvalidError:
    return InvalidError(
        "text-not-storable",
        "The request holds text that cannot be stored: it is too long or malformed.",
        "Shorten it; use characters that can be printed.",
    )


def _busy(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    _log("database failed", request, error)
    return problem(
        UnavailableError("database-busy", "The database did not answer in time.", "Try again.")
    )


def _unexpected(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    # The program learns nothing of what went wrong inside; the operator finds it in the log.
    _log("unexpected error", request, error)
    return _answer(
        _UNEXPECTED,
        "unexpected",
        "The registry failed to answer.",
        "Try again; if it stays, tell the operator when it happened.",
    )


def _log(told: str, request: HttpRequest, error: Exception | type[Exception]) -> None:
    raised = error if isinstance(error, Exception) else None
    logger.error("%s at %s %s", told, request.method, request.path, exc_info=raised)
