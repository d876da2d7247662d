"""Tokens that end by themselves: their owners are told some days before, and then they end.

One that has expired needs no act. One that was not used for long is revoked, but never before its
owner has had a week to read of it, whatever the setting was until now.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from strongroom.core.actors import REGISTRY
from strongroom.core.clock import Clock
from strongroom.core.events import Event, Kind
from strongroom.people.accounts.notices import Happening, note
from strongroom.people.models import Token
from strongroom.people.tokens.lifetimes import NOTICE, SHORT, idle_end
from strongroom.people.tokens.minting import revoke
from strongroom.proof.ledger.events import record

AT_ONCE = 100
UNUSED = "it was not used for long"
OVER = "its time is over"


def warn(unused: timedelta | None, clock: Clock) -> int:
    """Tell the owners of tokens that end in less than a week; returns how many, 100 at most.

    To be called once a day or more often.
    """
    now = clock.now()
    ending = Q(expires_at__lte=now + NOTICE, expires_at__gte=F("created_at") + SHORT) & (
        Q(warned_at=None) | Q(warned_at__lt=F("expires_at") - NOTICE)
    )
    due = _live(now).filter(ending)
    if unused is not None:
        idle = Q(activity__lte=now - unused + NOTICE) & (
            Q(warned_at=None) | Q(warned_at__lte=F("activity"))
        )
        due = _live(now).filter(ending | idle)
    rows = list(due.order_by("pk")[:AT_ONCE])
    for row in rows:
        _warn(row, unused, clock)
    return len(rows)


def end_unused(unused: timedelta | None, clock: Clock) -> int:
    """Revoke the tokens that were not used for so long; returns how many, 100 at most."""
    if unused is None:
        return 0
    now = clock.now()
    long_ago = Q(activity__lte=now - unused, warned_at__gt=F("activity"))
    rows = _live(now).filter(long_ago, warned_at__lte=now - NOTICE)
    found = list(rows.order_by("pk")[:AT_ONCE])
    for row in found:
        revoke(row, by=REGISTRY, clock=clock, why=UNUSED)
    return len(found)


def _live(now: datetime) -> "QuerySet[Token]":
    rows = Token.objects.select_related("user").annotate(
        activity=Coalesce("last_used_at", "created_at")
    )
    return rows.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None)


def _warn(row: Token, unused: timedelta | None, clock: Clock) -> None:
    now = clock.now()
    idle = idle_end(row.last_used_at or row.created_at, unused)
    by_time = row.expires_at is not None and (idle is None or row.expires_at <= idle)
    ends = row.expires_at if by_time else idle
    # Not before the week is over in which this can be read.
    ends = ends if by_time or ends is None else max(ends, now + NOTICE)
    with transaction.atomic():
        here = Token.objects.filter(pk=row.pk, revoked_at=None, warned_at=row.warned_at)
        if not here.update(warned_at=now):
            return
        at = "" if ends is None else ends.isoformat(sep=" ", timespec="minutes")[:16]
        told = {"token": row.pk, "label": row.label, "ends_at": at}
        why = OVER if by_time else UNUSED
        note(Happening(Kind.TOKEN_ENDING, row.user_id, {**told, "why": why}), REGISTRY, clock)
        facts = {"token": row.pk, "owner": row.user.username, "ends_at": at}
        event = Event(Kind.TOKEN_ENDING, REGISTRY.name, REGISTRY.credential, facts=facts)
        record(event, clock)
