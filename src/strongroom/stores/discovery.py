"""What an issuer of tokens says of itself, and its keys (OpenID Connect Discovery 1.0)."""

import json
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

from strongroom.core.errors import UnavailableError
from strongroom.stores.outside import Limits, Outside, Request

LIMITS = Limits(at_most=512 * 1024, total=10.0, connect=4.0, read=6.0)
WELL_KNOWN = "/.well-known/openid-configuration"
JSON = "application/json"
_OK = 200

Unusable = Callable[[str], UnavailableError]
"""Makes an error of a sentence about what is wrong with an issuer."""


def discovered(outside: Outside, issuer: str, unusable: Unusable) -> Mapping[str, object]:
    """Return what an issuer tells of itself; raises UnavailableError."""
    asked = Request(issuer.rstrip("/") + WELL_KNOWN, {"Accept": JSON})
    told = answered(outside, asked, unusable)
    # Discovery, 4.3: else one issuer could speak for another.
    if told.get("issuer") != issuer:
        raise unusable("It names another issuer than the one that is configured.")
    return told


def place(told: Mapping[str, object], issuer: str, name: str, unusable: Unusable) -> str:
    """Return an address that an issuer tells; raises UnavailableError."""
    url = told.get(name)
    secure = urlsplit(issuer).scheme == "https"
    if not isinstance(url, str) or (secure and not url.startswith("https:")):
        raise unusable(f"It names no {name} that can be trusted.")
    return url


def keys_at(outside: Outside, url: str, unusable: Unusable) -> Sequence[Mapping[str, object]]:
    """Return the keys that are shown at an address (RFC 7517); raises UnavailableError."""
    keys = answered(outside, Request(url, {"Accept": JSON}), unusable).get("keys")
    if not isinstance(keys, list):
        raise unusable("It shows no keys.")
    return [one for one in keys if isinstance(one, dict)]


def answered(outside: Outside, request: Request, unusable: Unusable) -> Mapping[str, object]:
    """Return the JSON object that answers a request; raises UnavailableError."""
    with outside.answer(request, LIMITS) as answer:
        if answer.status != _OK:
            raise unusable(f"It answers with status {answer.status}.")
        try:
            told = json.loads(answer.body())
        except (ValueError, RecursionError):
            told = None
    if not isinstance(told, dict):
        raise unusable("It answers what is no JSON object.")
    return told
