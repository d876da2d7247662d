"""What a key has signed must have been asked for by a page of ours, at exactly our address.

By WebAuthn (section 13.4.9) a page at another port, or at a name below ours, may ask a key of ours
too, and the library takes its answer. Here the origin must be the registry's own (7.2, step 13).
"""

import base64
import json
from collections.abc import Callable
from functools import wraps
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponseBase

from strongroom.core.errors import ForbiddenError

View = Callable[..., HttpResponseBase]
_USUAL = {"https": 443, "http": 80}


def from_here(view: View, url: str) -> View:
    """Return a view that refuses the answer of a key to a page that is not at the origin `url`."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: object, **kwargs: object) -> HttpResponseBase:
        credential = request.POST.get("credential")
        if credential and _parts(origin_of(credential)) != _parts(url):
            raise ForbiddenError(
                "key-asked-elsewhere",
                "A key was asked by a page that is not of this registry.",
                f"Use it at {url}, and nowhere else.",
            )
        return view(request, *args, **kwargs)

    return answer


def origin_of(credential: str) -> object:
    """Return the origin that the browser has put into a key's answer; None where it has none."""
    try:
        sent = json.loads(credential)["response"]["clientDataJSON"]
        padded = sent + "=" * (-len(sent) % 4)
        return json.loads(base64.b64decode(padded, b"-_", validate=True))["origin"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _parts(origin: object) -> tuple[str, str, int | None] | None:
    """Return an origin as it is compared (RFC 6454, 5): browsers leave out a port that is usual."""
    try:
        url = urlsplit(str(origin))
        host = (url.hostname or "").encode("idna").decode().lower()
        return url.scheme, host, url.port or _USUAL.get(url.scheme)
    except ValueError:
        return None
