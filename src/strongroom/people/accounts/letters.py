"""Letters: mails on their way. A change and the letter about it are written in one transaction.

Their text is sealed while they wait, because it may hold a code that signs in. A letter that
cannot be delivered is tried again, ever more rarely, for a day.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from strongroom.people.models import Letter
from strongroom.stores.seals import Seal

TRIED_FOR = timedelta(days=1)
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
_ABOUT = "letter"


@dataclass(frozen=True, slots=True)
class Written:
    """A letter: to one address, a subject of one line, a text."""

    to: str
    subject: str
    text: str


def write(letter: Written, seal: Seal, now: datetime) -> None:
    """Put a letter among those to be delivered."""
    text = json.dumps([letter.subject, letter.text])
    Letter.objects.create(
        to=letter.to, sealed=seal.close(text, _ABOUT), written_at=now, next_try_at=now
    )


def waiting(now: datetime) -> bool:
    """Say whether a letter is to be delivered now."""
    return Letter.objects.filter(next_try_at__lte=now).exists()


def deliver(
    send: Callable[[Written], None], failed: tuple[type[Exception], ...], seal: Seal, now: datetime
) -> bool:
    """Deliver the letter that has waited longest; False if none is due.

    It is put off before it is sent: no transaction is open while another machine is spoken to, and
    a crash in between delivers it once more, which is better than never.
    """
    row = Letter.objects.filter(next_try_at__lte=now).order_by("next_try_at", "pk").first()
    if row is None:
        return False
    if now - row.written_at >= TRIED_FOR:
        row.delete()
        return True
    pause = min(FIRST_PAUSE * 2 ** min(row.tries, 10), LONGEST_PAUSE)
    here = Letter.objects.filter(pk=row.pk, next_try_at=row.next_try_at)
    if here.update(next_try_at=now + pause, tries=row.tries + 1):
        subject, text = json.loads(seal.open(row.sealed, _ABOUT))
        with suppress(*failed):
            send(Written(row.to, subject, text))
            row.delete()
    return True
