"""How long tokens last: for a while, unless their maker says otherwise, and not for ever. Pure.

A token that nobody remembers is the one that leaks: the second wave of a published attack of 2024
came by one that had been forgotten beside a better way to publish.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from strongroom.core.errors import InvalidError

NOTICE = timedelta(days=7)  # in which its owner knows that a token will end
SHORT = 2 * NOTICE  # what is made for less ends without a word


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long a token lasts if nobody says, at most, and unused; None is without end."""

    usual: timedelta = timedelta(days=90)
    at_most: timedelta | None = timedelta(days=365)
    unused: timedelta | None = timedelta(days=180)

    def end(self, asked: datetime | None, now: datetime, *, endless: bool) -> datetime | None:
        """Return when a new token ends; raises InvalidError where it would last for too long."""
        ends = asked or (None if endless else now + self.usual)
        if self.at_most is not None and (ends is None or ends > now + self.at_most):
            days = self.at_most // timedelta(days=1)
            raise InvalidError(
                "token-lasts-too-long",
                f"A token lasts for at most {days} days here.",
                "Name an earlier end; the operator can allow more.",
            )
        if ends is not None and ends <= now:
            raise InvalidError(
                "token-bad-expiry", "The token would have expired already.", "Name a later time."
            )
        return ends


def idle_end(activity: datetime, unused: timedelta | None) -> datetime | None:
    """Return when a token ends that is not used from now on; `activity` is its last use or making.

    None where that never ends one.
    """
    return None if unused is None else activity + unused
