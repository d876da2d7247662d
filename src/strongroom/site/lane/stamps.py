"""What is new in every answer: its date and its number."""

import os
from collections.abc import Callable
from email.utils import formatdate

_NUMBERS = 256  # drawn at once


class Stamps:
    """Makes the fields that no answer shares with another."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Take a clock in seconds since 1970."""
        self._clock = clock
        self._second = -1
        self._dated = b""
        self._numbers = ""

    def next(self) -> tuple[str, bytes]:
        """Return a number of 16 hexadecimal digits, and the fields `Date` and `X-Request-ID`."""
        if not self._numbers:
            self._numbers = os.urandom(8 * _NUMBERS).hex()
        number, self._numbers = self._numbers[-16:], self._numbers[:-16]
        second = int(self._clock())
        if second != self._second:
            self._second = second
            date = formatdate(second, usegmt=True)
            self._dated = f"Date: {date}\r\nX-Request-ID: ".encode("ascii")
        return number, self._dated + number.encode("ascii")
