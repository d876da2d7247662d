"""What accounts that close leave behind: their roles are taken, and then they are erased."""

import logging
from datetime import datetime

from strongroom.core.actors import REGISTRY
from strongroom.core.errors import ConflictError
from strongroom.packages.catalog.changes import dismiss
from strongroom.packages.catalog.desk import Desk
from strongroom.packages.catalog.expelling import expel
from strongroom.people.access.grants import own_roles
from strongroom.people.access.ranks import seats_of
from strongroom.people.affairs import closing

logger = logging.getLogger(__name__)

AT_ONCE = 20


def leave(desk: Desk, now: datetime, limit: int = AT_ONCE) -> int:
    """Close the accounts whose time is over; returns how many were looked at.

    An account whose project or organisation would be left to nobody stays open, and is told so.
    """
    accounts = closing.due(now, limit)
    for number, name in accounts:
        try:
            for seat in seats_of(number):
                expel(desk, REGISTRY, seat.name, name)
            for project, _ in own_roles(number):
                dismiss(desk, REGISTRY, project, name)
        except ConflictError as needed:
            logger.warning("account %s is not closed: %s", name, needed.sentence)
        closing.erase(number, desk.clock)
    return len(accounts)
