"""Devices: the browsers in which an account has signed in before.

A browser keeps 256 random bits for each account, which it got when it had signed in; the database
keeps their SHA-256 only. Nothing that a browser brings along is ever taken for its own, so nobody
can plant what they know. A device says nothing of who sits at it: it only is no stranger.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from strongroom.core.actors import Actor
from strongroom.core.clock import Clock
from strongroom.core.events import Event, Kind
from strongroom.people.accounts.notices import Happening, note
from strongroom.people.models import Device, User
from strongroom.proof.ledger.events import record

if TYPE_CHECKING:
    from django.db.models import QuerySet

KEPT = timedelta(days=365)  # after its last use
AT_MOST = 20  # of one account; a newer one takes the place of that which was used longest ago
DORMANT = timedelta(days=365)  # without a sign-in: nobody watches over the account


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A device as its owner sees it."""

    number: int
    agent: str
    first_seen_at: datetime
    last_seen_at: datetime
    here: bool


def is_known(user_id: int, secret: str, now: datetime) -> bool:
    """Say whether a browser that holds this has signed in to the account before."""
    return _live(user_id, now).filter(digest=_digest(secret)).exists()


def is_dormant(user: User, now: datetime) -> bool:
    """Say whether nobody has signed in to an account for a year."""
    return now - (user.last_login or user.created_at) > DORMANT


def arrive(
    user_id: int, held: str, agent: str, now: datetime, make_secret: Callable[[], str]
) -> str:
    """Note that a browser has signed in; returns what it is to keep from now on."""
    known = _live(user_id, now).filter(digest=_digest(held))
    if known.update(last_seen_at=now, agent=agent[:200]):
        return held
    secret = make_secret()
    with transaction.atomic():
        Device.objects.create(
            user_id=user_id,
            digest=_digest(secret),
            agent=agent[:200],
            first_seen_at=now,
            last_seen_at=now,
        )
        newest = Device.objects.filter(user_id=user_id).order_by("-last_seen_at", "-pk")
        kept = list(newest.values_list("pk", flat=True)[:AT_MOST])
        Device.objects.filter(user_id=user_id).exclude(pk__in=kept).delete()
    return secret


def listed(user_id: int, held: str, now: datetime) -> tuple[KnownDevice, ...]:
    """Return the devices of an account, the one used last first."""
    here = _digest(held)
    return tuple(
        KnownDevice(row.pk, row.agent, row.first_seen_at, row.last_seen_at, row.digest == here)
        for row in _live(user_id, now).order_by("-last_seen_at", "-pk")
    )


def forget_one(actor: Actor, number: int, clock: Clock) -> int:
    """Forget one device of whoever asks; returns how many there were."""
    return _forget(actor, Device.objects.filter(pk=number), clock)


def forget_others(actor: Actor, held: str, clock: Clock) -> int:
    """Forget all devices of whoever asks but the one that holds this; returns how many."""
    return _forget(actor, Device.objects.exclude(digest=_digest(held)), clock)


def forget(now: datetime) -> int:
    """Forget devices that nobody has used for long; returns how many."""
    return Device.objects.filter(last_seen_at__lte=now - KEPT).delete()[0]


def _live(user_id: int, now: datetime) -> "QuerySet[Device]":
    return Device.objects.filter(user_id=user_id, last_seen_at__gt=now - KEPT)


def _forget(actor: Actor, rows: "QuerySet[Device]", clock: Clock) -> int:
    if actor.user_id is None:
        return 0
    with transaction.atomic():
        count = rows.filter(user_id=actor.user_id).delete()[0]
        if count:
            told = Happening(Kind.DEVICE_FORGOTTEN, actor.user_id, {"devices": count}, quiet=True)
            note(told, actor, clock)
            facts = {"user": actor.name, "devices": count}
            record(Event(Kind.DEVICE_FORGOTTEN, actor.name, actor.credential, facts=facts), clock)
    return count


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
