"""Every refusal of the API, as `application/problem+json` (RFC 9457); nothing else is ever sent.

`type` is a URN made of the code and stable for ever; `title` is the sentence, `detail` adds the
remedy.
"""

import json

from django.http import HttpResponse

from strongroom.core.errors import StrongroomError, UnauthenticatedError, UnavailableError
from strongroom.core.statuses import status_of

MEDIA_TYPE = "application/problem+json"
CHALLENGE = 'Bearer realm="Strongroom", Basic realm="Strongroom", charset="UTF-8"'
_UNEXPECTED = 500


def problem(error: StrongroomError) -> HttpResponse:
    """Return the answer that tells a program why not, and what to do."""
    status = status_of(error)
    response = _answer(status, error.code, error.sentence, error.remedy)
    if isinstance(error, UnauthenticatedError):
        response["WWW-Authenticate"] = CHALLENGE
    if isinstance(error, UnavailableError):
        response["Retry-After"] = str(error.retry_after)
    return response


def unexpected() -> HttpResponse:
    """Return the answer to what must not happen: it tells nothing of what went wrong inside."""
    return _answer(
        _UNEXPECTED,
        "unexpected",
        "The registry failed to answer.",
        "Try again; if it stays, tell the operator when it happened.",
    )


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
