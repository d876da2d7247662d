"""Tokens for one request: burnt when they are used, and remembered for as long as they could be.

All tokens that were narrowed from one single-use token burn the same digest. It may be forgotten
only when each of them has expired, and that is when the single-use token itself has.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from strongroom.core.errors import ForbiddenError
from strongroom.people.models import SpentToken
from strongroom.people.tokens.verdict import Spent

KEPT = timedelta(days=7)  # beyond its end: the clocks of several machines differ


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
    """Forget tokens that could not be used any more anyway; returns how many."""
    return SpentToken.objects.filter(ends_at__lt=now - KEPT).delete()[0]


def _spent() -> ForbiddenError:
    return ForbiddenError(
        "token-spent",
        "The token was for one request, and was used.",
        "Make another one for each request.",
    )
