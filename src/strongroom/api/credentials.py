"""Who calls the API: the holder of a token in the Authorization header, and nobody else.

A session cookie is never looked at. A browser sends it along with whatever another site makes it
ask for, so an API that took it would need protection against forged requests on every operation.
"""

from collections.abc import Callable
from typing import ClassVar, cast

from django.http import HttpRequest

from strongroom.core.actors import NOBODY, Actor
from strongroom.core.errors import ForbiddenError, UnauthenticatedError
from strongroom.people.tokens.presented import WHO, presented

Authenticate = Callable[[str, str], Actor]
"""Takes a token's text and the address that it came from; raises ForbiddenError."""


class Token:
    """Asks for a token before an operation runs, and before its arguments are read."""

    openapi_security_schema: ClassVar[dict[str, str]] = {
        "type": "http",
        "scheme": "bearer",
        "description": "A token of this registry. As the password of HTTP Basic authentication"
        " with the user name `__token__` it is taken too.",
    }

    def __init__(self, authenticate: Authenticate) -> None:
        """Judge tokens by `authenticate`."""
        self._authenticate = authenticate

    def __call__(self, request: HttpRequest) -> Actor:
        """Return whom the token of a request stands for."""
        actor = self._authenticate(text_of(request), request.META.get("REMOTE_ADDR", ""))
        request.META[WHO] = actor.name
        return actor


def reader(request: HttpRequest, authenticate: Authenticate) -> Actor:
    """Return who asks to read what may be private; whose credential is worth nothing is nobody."""
    try:
        text = presented(request.headers.get("Authorization", ""))
        if text is None:
            return NOBODY
        actor = authenticate(text, request.META.get("REMOTE_ADDR", ""))
    except ForbiddenError:
        return NOBODY
    request.META[WHO] = actor.name
    return actor


def text_of(request: HttpRequest) -> str:
    """Return the text of the token that came with a request; raises UnauthenticatedError."""
    text = presented(request.headers.get("Authorization", ""))
    if text is None:
        raise UnauthenticatedError(
            "credential-missing",
            "This needs a token.",
            "Send it in the header `Authorization: Bearer TOKEN`.",
        )
    return text


def actor_of(request: HttpRequest) -> Actor:
    """Return whom `Token` found; the framework keeps it on the request."""
    return cast("Actor", request.auth)  # type: ignore[attr-defined]
