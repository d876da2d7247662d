"""Letters: mails on their way. A change and the letter about it are written in one transaction.

Their text is sealed while they wait, because it may hold a code that signs in. A letter that
cannot be delivered is tried again, ever more rarely, for a day; then it is given up, and that it
was is remembered for a week.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from strongroom.people.accounts.notices import Noted, noted
from strongroom.people.models import Letter
from strongroom.stores.mail import Backlog
from strongroom.stores.seals import Seal

if TYPE_CHECKING:
    from django.db.models import QuerySet

logger = logging.getLogger(__name__)

TRIED_FOR = timedelta(days=1)
KEPT = timedelta(days=7)
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
_ABOUT = "letter"


@dataclass(frozen=True, slots=True)
class Written:
    """A letter: to one address, a subject of one line, a text."""

    to: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Postman:
    """How letters get out: what sends one, how it fails, and how a notice is worded.

    `word` is given a notice and the name of its account, and returns subject and text.
    """

    send: Callable[[str, str, str], None]
    failed: tuple[type[Exception], ...]
    seal: Seal
    word: Callable[[Noted, str], tuple[str, str]]


def write(letter: Written, seal: Seal, now: datetime) -> None:
    """Put a letter among those to be delivered."""
    text = json.dumps([letter.subject, letter.text])
    Letter.objects.create(
        to=letter.to, sealed=seal.close(text, _ABOUT), written_at=now, next_try_at=now
    )


def are_due(now: datetime) -> bool:
    """Say whether a letter is to be delivered now."""
    return _due(now).exists()


def deliver(postman: Postman, now: datetime) -> bool:
    """Deliver the letter that has waited longest; False if none is due.

    It is put off before it is sent: no transaction is open while another machine is spoken to, and
    a crash in between delivers it once more, which is better than never. Of several at once the
    first to put it off has it; how long they speak is their caller's to bound.
    """
    row = _due(now).select_related("notice__user").order_by("next_try_at", "pk").first()
    if row is None:
        return False
    here = Letter.objects.filter(pk=row.pk, next_try_at=row.next_try_at, given_up_at=None)
    if now - row.written_at >= TRIED_FOR:
        # Its text goes: what it held is of no use by now, to those whom it was meant for.
        if here.update(given_up_at=now, sealed=""):
            logger.error("%s to %s was not delivered in a day", row, _domain(row.to))
        return True
    pause = min(FIRST_PAUSE * 2 ** min(row.tries, 10), LONGEST_PAUSE)
    if here.update(next_try_at=now + pause, tries=row.tries + 1):
        subject, text = _worded(row, postman)
        try:
            postman.send(row.to, subject, text)
        except postman.failed as error:
            logger.warning("%s to %s was not delivered: %s", row, _domain(row.to), error)
        else:
            row.delete()
    return True


def counts(now: datetime) -> Backlog:
    """Return how letters stand."""
    waiting = Letter.objects.filter(given_up_at=None)
    oldest = waiting.order_by("written_at").values_list("written_at", flat=True).first()
    return Backlog(
        waiting=waiting.count(),
        oldest_wait=max(now - oldest, timedelta(0)) if oldest else timedelta(0),
        given_up=Letter.objects.exclude(given_up_at=None).count(),
    )


def forget(now: datetime) -> int:
    """Forget letters that were given up a week ago; returns how many."""
    return Letter.objects.filter(given_up_at__lt=now - KEPT).delete()[0]


def _due(now: datetime) -> "QuerySet[Letter]":
    return Letter.objects.filter(next_try_at__lte=now, given_up_at=None)


def _worded(row: Letter, postman: Postman) -> tuple[str, str]:
    if row.notice is not None:
        return postman.word(noted([row.notice])[0], row.notice.user.username)
    subject, text = json.loads(postman.seal.open(row.sealed, _ABOUT))
    return subject, text


def _domain(address: str) -> str:
    """Return the part of an address that a log may hold."""
    return f"an address at {address.rpartition('@')[2]}"
