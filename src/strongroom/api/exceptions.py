"""What the API's framework raises, worded as problems; what is unexpected goes to the log.

Apart from `problems`, so that whoever words a refusal does not load the framework: every command
would wait for that.
"""

import logging

from django.db import DatabaseError, DataError, InterfaceError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from strongroom.api.problems import problem, unexpected
from strongroom.core.errors import InvalidError, StrongroomError
from strongroom.stores.databases import has_failed, unanswered

logger = logging.getLogger(__name__)

PLACE_AT_MOST = 80


def hear(api: NinjaAPI) -> None:
    """Make an API answer every exception with a problem."""
    api.add_exception_handler(StrongroomError, lambda _, error: problem(_one(error)))
    api.add_exception_handler(ValidationError, lambda _, error: problem(_invalid(error)))
    api.add_exception_handler(HttpError, lambda _, error: problem(_unread(error)))
    api.add_exception_handler(UnreadablePostError, lambda _, error: problem(_unread(error)))
    api.add_exception_handler(DatabaseError, _database)
    api.add_exception_handler(InterfaceError, _database)  # a connection that has ended
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


def _database(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    raised = error if isinstance(error, Exception) else error()
    if not has_failed(raised):
        return _unexpected(request, error)
    _log("database failed", request, error)
    return problem(unanswered(raised))


def _unexpected(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    _log("unexpected error", request, error)
    return unexpected()


def _log(told: str, request: HttpRequest, error: Exception | type[Exception]) -> None:
    raised = error if isinstance(error, Exception) else None
    logger.error("%s at %s %s", told, request.method, request.path, exc_info=raised)
