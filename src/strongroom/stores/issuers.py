"""The keys of issuers whose programs publish: asked for when they are needed, and kept a while.

Whoever sends tokens that name keys which nobody has can make us ask an issuer once a minute, no
oftener. Keys that an issuer shows no more are forgotten within minutes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock

from strongroom.core.errors import UnavailableError
from strongroom.stores.discovery import discovered, keys_at, place
from strongroom.stores.outside import Outside

FRESH_FOR = 600.0  # seconds
AGAIN_AFTER = 60.0  # seconds; before a key that is not there is asked for once more
MOST = 64  # issuers

Keys = Sequence[Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class _Kept:
    at: float
    keys: Keys


@dataclass(slots=True)
class Issuers:
    """Asks issuers by `outside`, which is given an issuer; `now` are seconds of a steady clock."""

    outside: Callable[[str], Outside]
    now: Callable[[], float]
    _kept: dict[str, _Kept] = field(default_factory=dict)
    _asking: Lock = field(default_factory=Lock)

    def keys(self, issuer: str, name: object) -> Keys:
        """Return the keys of an issuer, for a token signed by one of that name (`kid`).

        Raises UnavailableError.
        """
        if (kept := self._fresh(issuer, name)) is not None:
            return kept.keys
        with self._asking:  # of many at once one asks
            if (kept := self._fresh(issuer, name)) is not None:
                return kept.keys
            keys = self._asked(issuer)
            self._kept.pop(issuer, None)
            while len(self._kept) >= MOST:
                del self._kept[next(iter(self._kept))]
            self._kept[issuer] = _Kept(self.now(), keys)
            return keys

    def _fresh(self, issuer: str, name: object) -> _Kept | None:
        kept = self._kept.get(issuer)
        if kept is None:
            return None
        there = name is None or any(one.get("kid") == name for one in kept.keys)
        return kept if self.now() - kept.at < (FRESH_FOR if there else AGAIN_AFTER) else None

    def _asked(self, issuer: str) -> Keys:
        outside = self.outside(issuer)
        told = discovered(outside, issuer, _unusable)
        return keys_at(outside, place(told, issuer, "jwks_uri", _unusable), _unusable)


def _unusable(told: str) -> UnavailableError:
    return UnavailableError(
        "issuer-unusable",
        f"The identity provider cannot be asked for its keys now. {told}",
        "Try again; if it stays so, tell whoever runs this registry.",
        retry_after=30,
    )
