"""Who publishes: the holder of the token that came with a request, and nobody else."""

from django.http import HttpRequest

from strongroom.core.errors import UnauthenticatedError
from strongroom.people.tokens.presented import presented


def token_of(request: HttpRequest, why: str) -> str:
    """Return the token that came with a request; `why` is the sentence if there is none."""
    token = presented(request.headers.get("Authorization", ""))
    if token is None:
        raise UnauthenticatedError(
            "credential-missing",
            why,
            "Give __token__ as the user name and a token as the password.",
        )
    return token
