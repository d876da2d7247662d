"""What a disavowal reaches: pure, from the lines of an account's log.

1. It takes away what came with the disowned line or after it, and never what was there before: who
   reads somebody's mail must not be able to lock them out.
2. It reaches no further than to the next disavowal. What an owner sets up after that is theirs, and
   no letter from before it can take that away.
3. What one disavowal has reached, no second one does.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from strongroom.core.events import Kind
from strongroom.people.accounts.notices import Noted

FOR = timedelta(days=14)
SINCE = "since"  # where the line of a disavowal says from which line on
# There is nothing to take back of these.
_LAST_WORDS = frozenset(
    {
        Kind.ACCOUNT_DISAVOWED,
        Kind.ACCOUNT_CLOSED,
        Kind.USER_CLOSED,
        Kind.TOKEN_ENDING,
        Kind.TOKEN_LEAKED,
    }
)
_PASSWORDS = frozenset({Kind.PASSWORD_CHANGED, Kind.PASSWORD_RESET})


@dataclass(frozen=True, slots=True)
class Span:
    """What came since: lines of the log, oldest first, and what they made.

    `until` is the moment of the next disavowal, None where it reaches to now. `password` says that
    the one that holds was set in it.
    """

    lines: tuple[Noted, ...]
    until: datetime | None
    password: bool

    @property
    def begins(self) -> datetime:
        """Return when it begins."""
        return self.lines[0].at

    @property
    def factors(self) -> frozenset[int]:
        """Return the numbers of the factors that were added, or made anew."""
        return frozenset(self._said("id", Kind.FACTOR_ADDED, Kind.FACTOR_RESET))  # type: ignore[arg-type] # numbers

    @property
    def tokens(self) -> frozenset[int]:
        """Return the numbers of the tokens that were made."""
        return frozenset(self._said("token", Kind.TOKEN_CREATED))  # type: ignore[arg-type] # likewise

    @property
    def publishers(self) -> frozenset[int]:
        """Return the numbers of the trusted publishers that were set up."""
        return frozenset(self._said("number", Kind.PUBLISHER_ADDED))  # type: ignore[arg-type] # likewise

    @property
    def added(self) -> frozenset[str]:
        """Return the addresses that were added."""
        return frozenset(map(str, self._said("address", Kind.ADDRESS_ADDED)))

    @property
    def lost(self) -> frozenset[str]:
        """Return the addresses that were removed, and had not been added in it."""
        return frozenset(map(str, self._said("address", Kind.ADDRESS_REMOVED))) - self.added

    @property
    def closing(self) -> bool:
        """Say whether somebody asked in it for the account to be closed."""
        return any(one.kind is Kind.ACCOUNT_CLOSING for one in self.lines)

    def _said(self, fact: str, *kinds: Kind) -> Iterator[object]:
        return (one.facts[fact] for one in self.lines if one.kind in kinds and fact in one.facts)


def can_be_disowned(kind: Kind) -> bool:
    """Say whether there is anything to take back of a kind of happening."""
    return kind not in _LAST_WORDS


def span(lines: Sequence[Noted], now: datetime) -> Span | None:
    """Return what a disavowal of the first of these lines reaches; None where it reaches nothing.

    `lines` are those of one account from that one on, oldest first.
    """
    if not lines or not can_be_disowned(lines[0].kind) or now - lines[0].at > FOR:
        return None
    before = [one for one in lines if one.kind is Kind.ACCOUNT_DISAVOWED]
    if any(_since(one) <= lines[0].id for one in before):
        return None
    end = lines.index(before[0]) if before else len(lines)
    until = before[0].at if before else None
    return Span(tuple(lines[:end]), until, _sets(lines[:end]) and not _sets(lines[end:]))


def _since(line: Noted) -> int:
    return int(str(line.facts[SINCE]))


def _sets(lines: Iterable[Noted]) -> bool:
    return any(one.kind in _PASSWORDS for one in lines)
