"""Time as an argument: whoever needs the time is handed a `Clock`."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Answers what time it is, in UTC."""

    def now(self) -> datetime:
        """Return the present moment; always aware, always UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC)
