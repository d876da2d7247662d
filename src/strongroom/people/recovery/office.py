"""What recovery works with: the clock, the post, the delay, and the key of its links."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from strongroom.core.clock import Clock
from strongroom.core.coordinates import ProjectId
from strongroom.people.accounts.addresses import verified
from strongroom.people.accounts.letters import Written

ASK_FOR = timedelta(hours=1)  # how long the link lasts by which somebody asks
ENROL_FOR = timedelta(hours=24)  # and that by which they enrol anew


@dataclass(frozen=True, slots=True)
class Office:
    """The means of recovery and of administration, as the site has put them together.

    `critical` returns the critical projects in which an account has a role.
    """

    clock: Clock
    write: Callable[[Written], None]
    secret: Callable[[], str]
    key: bytes = field(repr=False)
    url: str
    site: str
    recovery_delay: timedelta
    dangerous_delay: timedelta
    critical: Callable[[int], tuple[ProjectId, ...]]

    def tell(self, accounts: Iterable[int], subject: str, text: str) -> None:
        """Write a letter to all verified addresses of accounts, in the caller's transaction."""
        reached = (address for one in dict.fromkeys(accounts) for address in verified(one))
        for address in dict.fromkeys(reached):
            self.tell_one(address, subject, text)

    def tell_one(self, address: str, subject: str, text: str) -> None:
        """Write a letter to one address."""
        self.write(Written(address, f"{self.site}: {subject}", text))
