"""The roll of accounts, as the operator reads it."""

from dataclasses import dataclass
from datetime import datetime

from strongroom.people.models import User


@dataclass(frozen=True, slots=True)
class Entry:
    """An account on the roll."""

    name: str
    email: str
    admin: bool
    active: bool
    created_at: datetime


def roll() -> tuple[Entry, ...]:
    """Return all accounts in the order of their names."""
    return tuple(
        Entry(row.username, row.email, row.admin, row.is_active, row.created_at)
        for row in User.objects.order_by("folded")
    )
