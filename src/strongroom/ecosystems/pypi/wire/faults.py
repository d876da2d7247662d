"""How a refusal is worded to Python's clients.

pip, uv and twine show the HTTP/1.1 reason phrase, so it carries the sentence and the remedy. After
an upload uv shows title and detail of `application/problem+json` (RFC 9457) one after the other;
the title may be left out, and would say the sentence twice.
"""

import json

from strongroom.core.errors import StrongroomError, UnauthenticatedError, UnavailableError
from strongroom.core.statuses import status_of
from strongroom.packages.shelf.serve import NOSNIFF, Answer, Headers

LONGEST_PHRASE = 400
CHALLENGE = ("WWW-Authenticate", 'Basic realm="Strongroom", charset="UTF-8"')


def phrase(error: StrongroomError) -> str:
    """Return the reason phrase: printable ASCII on one line (RFC 9112, section 4), bounded."""
    text = " ".join(str(error).split())
    plain = "".join(letter if " " <= letter <= "~" else "?" for letter in text)
    return plain if len(plain) <= LONGEST_PHRASE else plain[: LONGEST_PHRASE - 3] + "..."


def refusal(error: StrongroomError) -> Answer:
    """Return the answer that tells a client why not."""
    problem = {
        "type": "about:blank",
        "status": status_of(error),
        "detail": str(error),
        "code": error.code,
    }
    body = json.dumps(problem).encode()
    headers: Headers = (
        ("Content-Type", "application/problem+json"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        NOSNIFF,
    )
    if isinstance(error, UnauthenticatedError):
        headers = (*headers, CHALLENGE)
    if isinstance(error, UnavailableError):
        headers = (*headers, ("Retry-After", str(error.retry_after)))
    return Answer(status_of(error), phrase(error), headers, body)
