"""Clocks that stand still until they are told to move."""

from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)


class StoppedClock:
    """A `Clock` that shows one moment."""

    def __init__(self, moment: datetime = NOON) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def forward(self, step: timedelta) -> None:
        self.moment += step
