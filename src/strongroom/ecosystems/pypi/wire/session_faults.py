"""How a refusal is worded to clients of Upload 2.0 (PEP 694, "Errors"): problems of RFC 9457.

Besides what every problem here has, the draft's extension members `meta` and `errors`. Two of its
statuses stand for no class of error, but for one code each.
"""

import json
from collections.abc import Iterable, Mapping

from django.http import HttpResponse

from strongroom.core.errors import StrongroomError, UnauthenticatedError, UnavailableError
from strongroom.core.statuses import status_of
from strongroom.ecosystems.pypi.wire.faults import CHALLENGE, phrase
from strongroom.ecosystems.pypi.wire.session_bodies import META

STATUS_OF_CODE: Mapping[str, int] = {"mechanism-unknown": 422, "not-acceptable": 406}


def refused(error: StrongroomError, allowed: Iterable[str] = ()) -> HttpResponse:
    """Return the answer that tells a client why not; `allowed` are methods, where that is why."""
    code = STATUS_OF_CODE.get(error.code, status_of(error))
    problem = {
        "type": f"urn:strongroom:problem:{error.code}",
        "status": code,
        "title": error.sentence,
        "detail": str(error),
        "code": error.code,
        "meta": META,
        "errors": [{"source": error.code, "message": str(error)}],
    }
    response = HttpResponse(
        json.dumps(problem), "application/problem+json", status=code, reason=phrase(error)
    )
    response["Cache-Control"] = "no-store"
    if isinstance(error, UnauthenticatedError):
        response[CHALLENGE[0]] = CHALLENGE[1]
    if isinstance(error, UnavailableError):
        response["Retry-After"] = str(error.retry_after)
    if allowed:
        response["Allow"] = ", ".join(sorted(allowed))
    return response
