"""What an identity provider states of somebody: ID tokens, checked. Pure.

By OpenID Connect Core 1.0, 3.1.3.7, and RFC 8725: the signature always, though the token came by a
connection of our own; by keys that the provider shows now, with algorithms from our own list, so
that no token chooses "none", nor a public key as a shared secret.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from strongroom.core.actors import Assurance
from strongroom.core.errors import ForbiddenError

ALGORITHMS = frozenset({"RS256", "PS256", "ES256", "EdDSA"})
LEEWAY = timedelta(minutes=1)
OLDEST = timedelta(minutes=10)  # of a token that was made for a sign-in of this moment
_KEYS = frozenset({"RSA", "EC", "OKP"})
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


def read(
    token: str, keys: Sequence[Mapping[str, object]], expected: Expected, groups: str
) -> Statement:
    """Return what a token states; `groups` is the claim that names them. Raises ForbiddenError."""
    claims = _claims(token, keys)
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


def _claims(token: str, keys: Sequence[Mapping[str, object]]) -> Mapping[str, object]:
    import jwt  # noqa: PLC0415 - a tenth of every start, and only who has a company login needs it

    try:
        head = jwt.get_unverified_header(token)
        algorithm = head.get("alg")
        if algorithm not in ALGORITHMS:
            raise _refused("it is not signed as it must be")
        key = _key(keys, head.get("kid"), algorithm)
        claims: Mapping[str, object] = jwt.decode(
            token,
            key=jwt.PyJWK(dict(key), algorithm=algorithm),
            algorithms=[algorithm],
            # All else is checked below, at a moment that is an argument.
            options={
                "require": list(_NEEDED),
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
                "verify_aud": False,
                "verify_iss": False,
                "verify_sub": False,
            },
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise _refused("its signature or form is wrong") from error
    return claims


def _key(
    keys: Sequence[Mapping[str, object]], name: object, algorithm: str
) -> Mapping[str, object]:
    fit = [
        one
        for one in keys
        if one.get("kty") in _KEYS
        and one.get("use", "sig") == "sig"
        and one.get("alg", algorithm) == algorithm
        and (name is None or one.get("kid") == name)
    ]
    if len(fit) != 1:
        raise _refused("its key is not one that the provider shows")
    return fit[0]


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
    now, ends, made = expected.now.timestamp(), _moment(claims["exp"]), _moment(claims["iat"])
    leeway = LEEWAY.total_seconds()
    if not (now - leeway < ends and now - OLDEST.total_seconds() < made <= now + leeway):
        raise _refused("it is not of now")


def _moment(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _refused("it has no moments")
    return float(value)


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
