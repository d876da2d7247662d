"""Tokens for one request: burnt when they are used, and remembered for as long as they could be.

All tokens that were narrowed from one single-use token burn the same digest. It may be forgotten
only when each of them has expired, and that is when the single-use token itself has. No clock is
believed at once: one that is years ahead would have spent tokens work again when it is set right.
"""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from strongroom.core.errors import ForbiddenError
from strongroom.people.models import SpentToken
from strongroom.people.tokens.verdict import Spent

SIGHTINGS = 7  # days on which a token is seen to have ended before it is forgotten


def burn(spent: Spent, now: datetime) -> None:
    """Burn a single-use token; raises ForbiddenError if it was burnt before.

    Durable: refuses to run inside a transaction that could roll it back. Of two requests at once,
    the unique constraint lets one pass.
    """
    try:
        with transaction.atomic(durable=True):
            SpentToken.objects.create(digest=spent.digest, spent_at=now, ends_at=spent.ends_at)
    except IntegrityError:
        raise _spent() from None


def refuse_spent(spent: Spent) -> None:
    """Raise ForbiddenError if a single-use token was burnt."""
    if SpentToken.objects.filter(digest=spent.digest).exists():
        raise _spent()


def forget(now: datetime) -> int:
    """Forget tokens that have ended, each time it was looked at; returns how many.

    To be called once a day.
    """
    ended = SpentToken.objects.filter(ends_at__lt=now)
    SpentToken.objects.filter(ends_at__gte=now, seen_ended__gt=0).update(seen_ended=0)
    ended.update(seen_ended=F("seen_ended") + 1)
    return ended.filter(seen_ended__gt=SIGHTINGS).delete()[0]


def _spent() -> ForbiddenError:
    return ForbiddenError(
        "token-spent",
        "The token was for one request, and was used.",
        "Make another one for each request.",
    )
