"""What an identity provider states of somebody: ID tokens, checked. Pure.

By OpenID Connect Core 1.0, 3.1.3.7: the signature always (`signatures`), though the token came by a
connection of our own.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from strongroom.core.actors import Assurance
from strongroom.core.errors import ForbiddenError
from strongroom.people.accounts.signatures import Keys, moment, signed_claims

LEEWAY = timedelta(minutes=1)
OLDEST = timedelta(minutes=10)  # of a token that was made for a sign-in of this moment
_LONGEST = 255  # of a subject (Core, 2)
_NEEDED = ("iss", "sub", "aud", "exp", "iat", "nonce")


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must say: by whom, for whom, in answer to what, and when it is read."""

    issuer: str
    client: str
    nonce: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Statement:
    """Who somebody is, by their company. `email` is empty where it was not verified there."""

    subject: str
    email: str
    name: str
    groups: frozenset[str]
    methods: frozenset[str]  # `amr` (RFC 8176) and `acr`


def read(token: str, keys: Keys, expected: Expected, groups: str) -> Statement:
    """Return what a token states; `groups` is the claim that names them. Raises ForbiddenError."""
    claims = signed_claims(token, keys, _NEEDED, _refused)
    _check(claims, expected)
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST:
        raise _refused("its subject is none")
    email = claims.get("email")
    verified = claims.get("email_verified") is True and isinstance(email, str)
    name = claims.get("preferred_username")
    return Statement(
        subject=subject,
        email=str(email).lower() if verified else "",
        name=name if isinstance(name, str) else "",
        groups=_words(claims.get(groups)),
        methods=_words(claims.get("amr")) | _words(claims.get("acr")),
    )


def assured(statement: Statement, rules: Mapping[str, Assurance]) -> Assurance:
    """Return how well somebody has proved who they are: what the operator lets count, no more."""
    known = (rules[one] for one in statement.methods if one in rules)
    return max(known, default=Assurance.SINGLE_FACTOR)


def _check(claims: Mapping[str, object], expected: Expected) -> None:
    audience = claims["aud"]
    meant = audience if isinstance(audience, list) else [audience]
    party = claims.get("azp", expected.client if len(meant) == 1 else None)
    if claims["iss"] != expected.issuer:
        raise _refused("another issuer made it")
    if expected.client not in meant or party != expected.client:
        raise _refused("it was made for another")
    if not hmac.compare_digest(str(claims["nonce"]).encode(), expected.nonce.encode()):
        raise _refused("it answers another sign-in")
    now = expected.now.timestamp()
    ends, made = (moment(claims[name], _refused) for name in ("exp", "iat"))
    leeway = LEEWAY.total_seconds()
    if not (now - leeway < ends and now - OLDEST.total_seconds() < made <= now + leeway):
        raise _refused("it is not of now")


def _words(value: object) -> frozenset[str]:
    if isinstance(value, str):
        return frozenset({value})
    return (
        frozenset(one for one in value if isinstance(one, str))
        if isinstance(value, list)
        else frozenset()
    )


def _refused(why: str) -> ForbiddenError:
    return ForbiddenError(
        "company-login-refused",
        f"The statement of the company login cannot be taken: {why}.",
        "Sign in again; if it stays so, tell whoever runs this registry.",
    )
