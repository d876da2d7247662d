"""The verdict on a token's text: is it ours, what do its caveats leave, and is it spent by use.

Pure, and before any look at the database: a forged token costs a few HMACs and no query, and its
sender learns nothing of which tokens exist.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from strongroom.core.errors import ForbiddenError, InvalidError
from strongroom.people.tokens import caveats, macaroons, scopes


@dataclass(frozen=True, slots=True)
class Spent:
    """What the use of a single-use token burns: a digest, and when all tokens that burn it end."""

    digest: str
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Genuine:
    """A token that this registry made, unaltered but for narrowing.

    `spends` is what its use burns, or None if it may be used again.
    """

    kind: str
    identifier: str
    scope: scopes.Scope
    spends: Spent | None = None


def verify(text: str, master: bytes) -> Genuine:
    """Return what a token's text proves, or raise ForbiddenError with the reason."""
    try:
        macaroon = macaroons.parse(text)
        steps = macaroons.verify_chain(macaroon, master)
        limits = [caveats.decode(raw) for raw in macaroon.caveats]
    except InvalidError as error:
        raise ForbiddenError(error.code, error.sentence, error.remedy) from None
    return Genuine(
        kind=macaroon.kind,
        identifier=macaroon.identifier,
        scope=scopes.scope_of(limits),
        spends=_spent_by(limits, steps),
    )


def describe(text: str) -> dict[str, object]:
    """Return what a token says of itself, without its secrets and without judging it.

    Raises InvalidError where it is malformed or carries a limit that this version does not know.
    """
    macaroon = macaroons.parse(text)
    scope = scopes.scope_of(caveats.decode(raw) for raw in macaroon.caveats)
    return {"kind": macaroon.kind, "identifier": macaroon.identifier, **scopes.shown(scope)}


def _spent_by(limits: list[caveats.Caveat], steps: tuple[bytes, ...]) -> Spent | None:
    """Return the digest of the chain up to its first `once`, and the end that stands in that part.

    Not of the whole token: the holder of a single-use token could add harmless caveats to it, make
    as many different tokens as they like, and use each of them once.
    """
    for place, (limit, signature) in enumerate(zip(limits, steps, strict=True)):
        if isinstance(limit, caveats.Once):
            digest = hashlib.sha256(b"strongroom spent token: " + signature).hexdigest()
            return Spent(digest, scopes.scope_of(limits[:place]).expires_at)
    return None
