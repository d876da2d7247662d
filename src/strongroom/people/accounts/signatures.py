"""JSON Web Tokens that others have signed: the signature and the form, nothing of what they say.

By RFC 8725: keys are those that the issuer shows now, algorithms are from our own list, so that no
token chooses "none", nor a public key as a shared secret. Pure.

jwt and all kinds of keys take a tenth of the program's start, and most commands meet no such token:
it is loaded with the first one.
"""

from collections.abc import Callable, Mapping, Sequence

from strongroom.core.errors import ForbiddenError

ALGORITHMS = frozenset({"RS256", "PS256", "ES256", "EdDSA"})
_KEYS = frozenset({"RSA", "EC", "OKP"})

Refuse = Callable[[str], ForbiddenError]
"""Makes an error of why a token cannot be taken, in a few words."""
Keys = Sequence[Mapping[str, object]]
"""The keys that an issuer shows (RFC 7517)."""


def signed_claims(
    token: str, keys: Keys, needed: Sequence[str], refuse: Refuse
) -> Mapping[str, object]:
    """Return the claims of a token that one of the keys has signed, all `needed` ones among them.

    What they say is for the caller to check, at a moment that is an argument there.
    """
    import jwt  # noqa: PLC0415 - see above

    try:
        head = jwt.get_unverified_header(token)
        algorithm = head.get("alg")
        if algorithm not in ALGORITHMS:
            raise refuse("it is not signed as it must be")
        key = _key(keys, head.get("kid"), algorithm, refuse)
        claims: Mapping[str, object] = jwt.decode(
            token,
            key=jwt.PyJWK(dict(key), algorithm=algorithm),
            algorithms=[algorithm],
            options={
                "require": list(needed),
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
                "verify_aud": False,
                "verify_iss": False,
                "verify_sub": False,
                "verify_jti": False,
            },
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise refuse("its signature or form is wrong") from error
    return claims


def key_name(token: str, refuse: Refuse) -> object:
    """Return how a token calls the key that has signed it, unchecked; None if it does not."""
    import jwt  # noqa: PLC0415 - see above

    try:
        return jwt.get_unverified_header(token).get("kid")
    except jwt.PyJWTError:
        raise refuse("its form is wrong") from None


def moment(value: object, refuse: Refuse) -> float:
    """Return a claim that is a moment (NumericDate, RFC 7519, 2) in seconds since 1970 UTC."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refuse("it has no moments")
    return float(value)


def _key(keys: Keys, name: object, algorithm: str, refuse: Refuse) -> Mapping[str, object]:
    fit = [
        one
        for one in keys
        if one.get("kty") in _KEYS
        and one.get("use", "sig") == "sig"
        and one.get("alg", algorithm) == algorithm
        and (name is None or one.get("kid") == name)
    ]
    if len(fit) != 1:
        raise refuse("its key is not one that the issuer shows")
    return fit[0]
