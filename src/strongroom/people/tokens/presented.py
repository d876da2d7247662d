"""Finding the token in an Authorization header, as the clients of all ecosystems send one.

Basic with the user name `__token__` (pip, uv, twine, Maven, Composer), Bearer (npm, programs) and
`token` (old scripts) are read; RFC 7617 and RFC 6750. Anything else is refused with a hint, so
that a password typed out of habit is never mistaken for a token.
"""

import base64

from strongroom.core.errors import ForbiddenError

USER_NAME = "__token__"
WHO = "strongroom.actor"  # where a door leaves the name of who asked, for the access log


def presented(header: str) -> str | None:
    """Return the token text of a header, None if there is no header; raises ForbiddenError."""
    if not header.strip():
        return None
    scheme, _, rest = header.strip().partition(" ")
    if scheme.lower() in {"bearer", "token"}:
        return rest.strip()
    if scheme.lower() != "basic":
        # Not repeated: where the scheme should be may stand a secret that was sent bare.
        raise _refused("The authorization scheme is not known here.")
    try:
        name, _, password = base64.b64decode(rest.strip(), validate=True).decode().partition(":")
    except ValueError:
        raise _refused("The authorization header cannot be read.") from None
    if name != USER_NAME:
        raise _refused("User names and passwords are not accepted here.")
    return password


def _refused(sentence: str) -> ForbiddenError:
    return ForbiddenError(
        "credential-unreadable",
        sentence,
        f"Give {USER_NAME} as the user name and a token as the password.",
    )
