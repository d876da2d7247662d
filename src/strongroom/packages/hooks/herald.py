"""What telling others needs, put together by the site."""

from collections.abc import Callable
from dataclasses import dataclass

from strongroom.core.clock import Clock
from strongroom.stores.outside import Outside
from strongroom.stores.seals import Seal
from strongroom.stores.signatures import Signer


@dataclass(frozen=True, slots=True)
class Herald:
    """A clock, a seal for addresses and secrets, random bytes, the guard of requests to others.

    `http` says whether an address may be reached without TLS; `registry` is our own address;
    `signer` signs what is told to everybody.
    """

    clock: Clock
    seal: Seal
    entropy: Callable[[int], bytes]
    outside: Outside
    http: bool
    registry: str
    signer: Signer

    def close(self, text: str, handle: str, what: str) -> str:
        """Seal the `url` or the `secret` of a hook."""
        return self.seal.close(text, f"{what} of webhook {handle}")

    def open(self, sealed: str, handle: str, what: str) -> str:
        """Return what was sealed."""
        return self.seal.open(sealed, f"{what} of webhook {handle}")
