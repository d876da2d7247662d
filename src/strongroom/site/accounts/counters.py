"""Django's cache over `people.accounts.counters`: what limits and used codes are counted in.

Not Django's own over a database, which pickles: whoever can write a row would run code here.
"""

import time
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

from strongroom.people.accounts import counters

FOR_EVER = 1e12  # seconds since the epoch


class Counters(BaseCache):
    """A cache of small JSON values that all processes share."""

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        """Take Django's parameters."""
        super().__init__(params)

    def get(self, key: str, default: object = None, version: int | None = None) -> Any:  # noqa: ANN401 - Django's signature
        """Return the value of a key, or the default."""
        found = counters.get(self.make_and_validate_key(key, version), time.time())
        return found[0] if found else default

    def set(
        self,
        key: str,
        value: object,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> None:
        """Remember a value."""
        counters.put(self.make_and_validate_key(key, version), value, self._end(timeout))

    def add(
        self,
        key: str,
        value: object,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        """Remember a value unless the key is known."""
        made = self.make_and_validate_key(key, version)
        return counters.add(made, value, self._end(timeout), time.time())

    def touch(
        self,
        key: str,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        """Remember a value for longer."""
        made = self.make_and_validate_key(key, version)
        return counters.prolong(made, self._end(timeout), time.time())

    def delete(self, key: str, version: int | None = None) -> bool:
        """Forget a key."""
        return counters.drop([self.make_and_validate_key(key, version)])

    def clear(self) -> None:
        """Forget everything that has ended; what has not is nobody's to clear."""
        counters.forget(time.time())

    def _end(self, timeout: float | None) -> float:
        if timeout is None:
            return FOR_EVER
        if timeout is DEFAULT_TIMEOUT:
            return time.time() + float(self.default_timeout or 0)
        return time.time() + timeout
