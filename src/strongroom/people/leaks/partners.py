"""The keys with which a partner signs now: asked for, and remembered by all processes.

A key that is not known is asked for once more, for the partner may have changed it; but only so
often, whoever sends what names: forged reports must not have us ask all day.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from strongroom.core.errors import InvalidError, StrongroomError, UnavailableError
from strongroom.people.accounts import counters
from strongroom.people.leaks.signatures import Key, current_keys, read_key

KEPT = 3600.0  # seconds; a key that the partner withdraws is believed no longer than that
PAUSE = 60.0  # seconds between two times that the list is asked for


@dataclass(frozen=True, slots=True)
class Partner:
    """Who signs reports by keys of a list; `fetch` returns the list as it is now."""

    address: str
    fetch: Callable[[], bytes] = field(repr=False)

    def key(self, name: str, now: float) -> Key | None:
        """Return the key of a name, None where the partner shows none.

        Raises UnavailableError where nothing is known of any key. Call it outside transactions.
        """
        known = _known(counters.get(self._at("keys"), now))
        if known is None or name not in known:
            known = self._asked(now) or known
        if known is None:
            raise _silent()
        pem = known.get(name)
        return None if pem is None else read_key(pem.encode())

    def _asked(self, now: float) -> Mapping[str, str] | None:
        if not counters.add(self._at("asked"), 1, now + PAUSE, now):
            return None
        try:
            found = current_keys(self.fetch())
        except (InvalidError, StrongroomError):
            return None
        counters.put(self._at("keys"), dict(found), now + KEPT)
        return found

    def _at(self, what: str) -> str:
        return f"leak-{what}:{hashlib.sha256(self.address.encode()).hexdigest()}"


def _known(held: tuple[object] | None) -> Mapping[str, str] | None:
    value = held[0] if held is not None else None
    return value if isinstance(value, dict) else None


def _silent() -> UnavailableError:
    return UnavailableError(
        "leak-keys-unknown",
        "The keys with which reports are signed are not known now.",
        "Send the report again later.",
        retry_after=int(PAUSE),
    )
