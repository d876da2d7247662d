"""Browser sessions: who is signed in where, and ending that."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count

from strongroom.core.actors import Actor
from strongroom.core.clock import Clock
from strongroom.core.events import Event, Kind
from strongroom.people.accounts.notices import Happening, note
from strongroom.people.models import BrowserSession, Device, User
from strongroom.proof.ledger.events import record

if TYPE_CHECKING:
    from django.db.models import QuerySet

NOTE_EVERY = timedelta(minutes=5)  # so that reads do not turn into writes


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A browser that is signed in, as its owner sees it."""

    key: str
    source: str
    agent: str
    created_at: datetime
    seen_at: datetime
    ends_at: datetime


def digest_of(key: str) -> str:
    """Return the key of the row of a session: a digest of what the browser holds."""
    return hashlib.sha256(key.encode()).hexdigest()


def live(key: str, now: datetime) -> BrowserSession | None:
    """Return the row of a session that has not ended, and note that it is in use."""
    row = BrowserSession.objects.filter(session_key=key, expire_date__gt=now).first()
    if row is not None and row.user_id is not None and now - row.seen_at >= NOTE_EVERY:
        BrowserSession.objects.filter(pk=key, seen_at=row.seen_at).update(seen_at=now)
    return row


def signed_in(user_id: int, now: datetime) -> tuple[SignedIn, ...]:
    """Return the browsers in which somebody is signed in, the one used last first."""
    rows = BrowserSession.objects.filter(user_id=user_id, expire_date__gt=now)
    return tuple(
        SignedIn(
            row.session_key, row.source, row.agent, row.created_at, row.seen_at, row.expire_date
        )
        for row in rows.order_by("-seen_at", "session_key")
    )


def end(actor: Actor, key: str, clock: Clock) -> int:
    """End one session of whoever asks; returns how many there were."""
    return _end(actor, BrowserSession.objects.filter(session_key=key), clock)


def end_others(actor: Actor, key: str, clock: Clock) -> int:
    """End all sessions of whoever asks but one; returns how many."""
    return _end(actor, BrowserSession.objects.exclude(session_key=key), clock)


def _end(actor: Actor, rows: "QuerySet[BrowserSession]", clock: Clock) -> int:
    if actor.user_id is None:
        return 0
    with transaction.atomic():
        ended = rows.filter(user_id=actor.user_id).delete()[0]
        if ended:
            note(Happening(Kind.SESSION_ENDED, actor.user_id, {"sessions": ended}), actor, clock)
            facts = {"user": actor.name, "sessions": ended}
            event = Event(Kind.SESSION_ENDED, actor.name, actor.credential, facts=facts)
            record(event, clock)
    return ended


def end_all(actor: Actor, user: User | None, clock: Clock) -> int:
    """End all sessions of an account, or of everybody; returns how many.

    The devices of an account are forgotten too: whoever signs in next is a stranger.
    """
    with transaction.atomic():
        rows = BrowserSession.objects.exclude(user=None)
        known = Device.objects.all()
        if user is not None:
            rows, known = rows.filter(user=user), known.filter(user=user)
        known.delete()
        for number, count in rows.values_list("user").annotate(Count("pk")).order_by("user"):
            note(Happening(Kind.SESSION_ENDED, number, {"sessions": count}), actor, clock)
        ended = rows.delete()[0]
        if user is not None:
            note(Happening(Kind.SESSION_ENDED, user.pk, {"sessions": ended}), actor, clock)
        facts = {"user": user.username if user else None, "sessions": ended}
        record(Event(Kind.SESSION_ENDED, actor.name, actor.credential, facts=facts), clock)
    return ended


def forget(now: datetime) -> int:
    """Forget sessions that have ended; returns how many."""
    return BrowserSession.objects.filter(expire_date__lt=now).delete()[0]
