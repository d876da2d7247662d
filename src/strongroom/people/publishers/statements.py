"""What an issuer states of a program that runs, in a token for us: read and checked. Pure.

By RFC 7519 and OpenID Connect Core 1.0, 2: signed by its issuer, meant for us and nobody else, of
now. That it comes a second time is not seen here (`burning`).
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from strongroom.core.errors import ForbiddenError
from strongroom.people.accounts.signatures import Keys, moment, signed_claims
from strongroom.people.publishers.claims import Claims

LEEWAY = timedelta(seconds=30)
LONGEST_LIFE = timedelta(days=1)  # for so long its use must be remembered
LONGEST_TOKEN = 16 * 1024  # characters
_LONGEST_CLAIM = 1000
_NEEDED = ("iss", "sub", "aud", "exp", "iat")
_PARTS = 3


@dataclass(frozen=True, slots=True)
class Statement:
    """What was stated. `digest` is the same for each copy; it counts until `ends_at`."""

    issuer: str
    claims: Claims
    digest: str
    ends_at: datetime


def issuer_of(token: str) -> str:
    """Return who a token says it is of, and nobody has checked; raises ForbiddenError."""
    parts = token.split(".")
    try:
        if len(token) > LONGEST_TOKEN or len(parts) != _PARTS or not token.isascii():
            raise refused("it is no JSON Web Token")
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        raise refused("it is no JSON Web Token") from None
    issuer = claims.get("iss") if isinstance(claims, dict) else None
    if not isinstance(issuer, str):
        raise refused("it names no issuer")
    return issuer


def read(token: str, keys: Keys, audience: str, now: datetime) -> Statement:
    """Return what a token of the issuer with these keys states; raises ForbiddenError."""
    claims = signed_claims(token, keys, _NEEDED, refused)
    issuer, meant = claims["iss"], claims["aud"]
    if not isinstance(issuer, str):
        raise refused("it names no issuer")
    # One audience, ours: whoever else it is meant for could bring it here in the program's place.
    if meant not in (audience, [audience]):
        raise refused("it was made for another registry")
    at, leeway = now.timestamp(), LEEWAY.total_seconds()
    made, ends = (moment(claims[name], refused) for name in ("iat", "exp"))
    begins = moment(claims.get("nbf", made), refused)
    if not (max(made, begins) <= at + leeway and at - leeway < ends):
        raise refused("it is not of now")
    if not ends - made <= LONGEST_LIFE.total_seconds():
        raise refused("it lasts too long")
    if any(isinstance(one, str) and len(one) > _LONGEST_CLAIM for one in claims.values()):
        raise refused("a claim in it is too long")
    return Statement(
        issuer=issuer,
        claims=claims,
        digest=_digest(issuer, claims, token),
        ends_at=now + timedelta(seconds=ends - at) + LEEWAY,
    )


def _digest(issuer: str, claims: Claims, token: str) -> str:
    """Return by what a token is known again: its number, or where it has none what was signed.

    Not the whole of it: there are several valid signatures of the same (ECDSA).
    """
    number = claims.get("jti")
    named = isinstance(number, str) and number
    what = ["jti", number] if named else ["signed", token.rpartition(".")[0]]
    return hashlib.sha256(json.dumps([issuer, *what]).encode()).hexdigest()


def refused(why: str) -> ForbiddenError:
    """Return the error that a token cannot be taken."""
    return ForbiddenError(
        "invalid-token",
        f"The token of the identity provider cannot be taken: {why}.",
        "Ask the provider for a new one with the audience that /_/oidc/audience names.",
    )
