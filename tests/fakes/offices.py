"""An office of recovery and administration whose letters are kept in a list."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from strongroom.core.coordinates import ProjectId
from strongroom.people.accounts.letters import Written
from strongroom.people.recovery.office import Office
from tests.fakes.clocks import StoppedClock

URL = "https://packages.test"


@dataclass
class Bureau:
    """An office, its clock, what it has written, and which projects it holds for critical."""

    clock: StoppedClock = field(default_factory=StoppedClock)
    sent: list[Written] = field(default_factory=list)
    critical: dict[int, tuple[ProjectId, ...]] = field(default_factory=dict)
    secret: Callable[[], str] = lambda: "secret-of-enrolment"

    @property
    def office(self) -> Office:
        return Office(
            clock=self.clock,
            write=self.sent.append,
            secret=self.secret,
            key=b"k" * 32,
            url=URL,
            site="Strongroom",
            recovery_delay=timedelta(hours=72),
            dangerous_delay=timedelta(hours=1),
            critical=lambda user_id: self.critical.get(user_id, ()),
        )

    def told(self, address: str) -> list[str]:
        """Return the subjects of the letters to an address."""
        return [one.subject for one in self.sent if one.to == address]
