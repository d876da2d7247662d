"""The keyring of an account: its factors as its owner sees them, and what would happen without one.

A factor that is lost must not lock its owner out, so there should be two, or recovery codes.
"""

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator

from strongroom.core.actors import Assurance
from strongroom.people.accounts import factors

CODES = str(Authenticator.Type.RECOVERY_CODES)


@dataclass(frozen=True, slots=True)
class Held:
    """A factor; `given_up` is whether what the account must keep could be shown without it."""

    number: int
    name: str
    added_at: datetime
    used_at: datetime | None
    given_up: bool


@dataclass(frozen=True, slots=True)
class Keyring:
    """The factors of an account: keys, the time-based one, and whether there are recovery codes."""

    keys: tuple[Held, ...]
    totp: Held | None
    codes: bool

    @property
    def empty(self) -> bool:
        """Say whether there is no second factor at all."""
        return not self.keys and self.totp is None

    @property
    def spare(self) -> bool:
        """Say whether one factor can be lost without losing the account."""
        return self.codes or len(self.keys) + (self.totp is not None) > 1


def keyring(user_id: int, demanded: Assurance = Assurance.SINGLE_FACTOR) -> Keyring:
    """Return the factors of an account that must go on to be able to show `demanded`."""
    rows = list(Authenticator.objects.filter(user_id=user_id).order_by("created_at", "pk"))
    shown = [row for row in rows if row.type != CODES]  # codes alone are no factor
    held: dict[str, list[Held]] = {factors.WEBAUTHN: [], factors.TOTP: []}
    for row in shown:
        left = factors.best(other.type for other in shown if other is not row)
        held[row.type].append(_held(row, given_up=left >= demanded))
    return Keyring(
        tuple(held[factors.WEBAUTHN]),
        next(iter(held[factors.TOTP]), None),
        any(row.type == CODES for row in rows),
    )


def _held(row: Authenticator, *, given_up: bool) -> Held:
    name = str(row.data.get("name", ""))
    return Held(row.pk, name, row.created_at, row.last_used_at, given_up)
