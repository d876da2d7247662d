"""The chain of HMACs: whoever holds a token can add a caveat, and nobody can take one away.

    payload = version (1 byte) seed (16) { length (2) caveat }* signature (32)

1. The root key is HMAC-SHA256(master, kind and seed). The master key never meets the database.
2. signature 0 = HMAC(root key, version); signature n = HMAC(signature n-1, caveat n). The token
   carries the last one alone, so that adding needs no key and removing would invert HMAC-SHA256.
   (Birgisson et al., "Macaroons", NDSS 2014, section IV; first-party caveats only.)
3. The database knows a token by a digest of its seed. So neither the rows alone, nor the rows and
   the master key together, as in a stolen backup, are enough to make the token again.
4. Here a caveat is bytes: what it means, and that an unknown one is refused, is said in `scopes`.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field

from strongroom.core.errors import ForbiddenError, InvalidError
from strongroom.people.tokens import secrets

PERSONAL = "u"  # a token that a person made for themselves
PUBLISHER = "p"  # one that a program got for what its identity provider states of it
VERSION = b"\x01"
SEED_BYTES = 16
SIGNATURE_BYTES = 32
LENGTH_BYTES = 2
MOST_CAVEATS = 32


@dataclass(frozen=True, slots=True)
class Macaroon:
    """A token taken apart. It proves nothing before `verify_chain` has passed it."""

    kind: str
    seed: bytes = field(repr=False)
    caveats: tuple[bytes, ...]
    signature: bytes = field(repr=False)

    @property
    def identifier(self) -> str:
        """Return the name by which the database knows the token: 32 hexadecimal digits."""
        return identifier_of(self.seed)


def identifier_of(seed: bytes) -> str:
    """Return the digest of a seed that stands in the database in its place."""
    return hashlib.sha256(b"strongroom token identifier: " + seed).hexdigest()[:32]


def mint(master: bytes, seed: bytes, kind: str, caveats: Sequence[bytes]) -> str:
    """Return the text of a new token; the seed must be 16 fresh random bytes."""
    signature = _start(master, kind, seed)
    return _text(_extended(Macaroon(kind, seed, (), signature), caveats))


def narrow(text: str, caveats: Sequence[bytes]) -> str:
    """Return the token with further caveats, without any key; raises InvalidError if it cannot."""
    return _text(_extended(parse(text), caveats))


def parse(text: str) -> Macaroon:
    """Take a token apart without judging it; raises InvalidError where its form is wrong."""
    kind, payload = secrets.unwrap(text)
    if len(payload) < secrets.SMALLEST_PAYLOAD or not payload.startswith(VERSION):
        raise _malformed()
    start, end = len(VERSION) + SEED_BYTES, len(payload) - SIGNATURE_BYTES
    caveats = _split(payload[start:end])
    if len(caveats) > MOST_CAVEATS:
        raise _malformed()
    return Macaroon(kind, payload[len(VERSION) : start], caveats, payload[end:])


def verify_chain(macaroon: Macaroon, master: bytes) -> tuple[bytes, ...]:
    """Return the signature after each caveat, or raise ForbiddenError if this key did not sign.

    These signatures are secrets: whoever has one holds the token without the later caveats.
    """
    signature = _start(master, macaroon.kind, macaroon.seed)
    steps = []
    for caveat in macaroon.caveats:
        signature = _next(signature, caveat)
        steps.append(signature)
    if not hmac.compare_digest(signature, macaroon.signature):
        raise ForbiddenError(
            "token-invalid",
            "This registry did not make this token, or it was altered.",
            "Create a new token here.",
        )
    return tuple(steps)


def _start(master: bytes, kind: str, seed: bytes) -> bytes:
    root = hmac.digest(master, b"strongroom token root: " + kind.encode() + b"_" + seed, "sha256")
    return hmac.digest(root, VERSION, "sha256")


def _next(signature: bytes, caveat: bytes) -> bytes:
    return hmac.digest(signature, caveat, "sha256")


def _extended(macaroon: Macaroon, caveats: Sequence[bytes]) -> Macaroon:
    signature = macaroon.signature
    for caveat in caveats:
        signature = _next(signature, caveat)
    return Macaroon(macaroon.kind, macaroon.seed, (*macaroon.caveats, *caveats), signature)


def _text(macaroon: Macaroon) -> str:
    size = sum(LENGTH_BYTES + len(caveat) for caveat in macaroon.caveats)
    size += secrets.SMALLEST_PAYLOAD
    if len(macaroon.caveats) > MOST_CAVEATS or size > secrets.LARGEST_PAYLOAD:
        raise InvalidError(
            "token-too-long",
            f"A token holds at most {MOST_CAVEATS} limits in {secrets.LARGEST_PAYLOAD} bytes.",
            "Name fewer projects or networks, or narrow the token in fewer steps.",
        )
    framed = b"".join(
        len(caveat).to_bytes(LENGTH_BYTES, "big") + caveat for caveat in macaroon.caveats
    )
    return secrets.wrap(macaroon.kind, VERSION + macaroon.seed + framed + macaroon.signature)


def _split(framed: bytes) -> tuple[bytes, ...]:
    caveats = []
    while framed:
        end = LENGTH_BYTES + int.from_bytes(framed[:LENGTH_BYTES], "big")
        if len(framed) < end or end == LENGTH_BYTES:
            raise _malformed()
        caveats.append(framed[LENGTH_BYTES:end])
        framed = framed[end:]
    return tuple(caveats)


def _malformed() -> InvalidError:
    return InvalidError(
        "token-malformed",
        "The token has a form that this version does not know.",
        "Create a new token, or upgrade this program.",
    )
