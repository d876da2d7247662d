"""Delivering: what waits is sent, and what becomes of it is written down.

1. At least once: a delivery is put off before it is sent, and no transaction is open meanwhile; a
   crash in between sends it again, under the same id.
2. Of each hook the event with the lowest serial goes first. One that is refused waits and lets
   others go before it, so that one message cannot hold up all; each holds its serial.
3. A server that is slow or silent is bounded in seconds, put last, and asked ever more rarely, so
   that it does not keep those of others waiting for long.
4. Redirects are not followed. Of an answer its status alone is kept, and of a name that leads
   nowhere or inside alike that it was not reached: else a hook would look around in our network.
5. What a hook may no longer hear of when its turn comes is not sent.
"""

import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from strongroom.core.actors import REGISTRY
from strongroom.core.errors import StrongroomError
from strongroom.core.events import Kind
from strongroom.packages.catalog import sight
from strongroom.packages.hooks import messages, rules
from strongroom.packages.hooks.changes import turn
from strongroom.packages.hooks.herald import Herald
from strongroom.packages.hooks.rows import about, place_of
from strongroom.packages.hooks.rules import KEPT, TRIED_FOR, Fate, State
from strongroom.packages.models import Delivery, Hook
from strongroom.people.access.grants import held
from strongroom.people.access.roles import Role
from strongroom.people.accounts.notices import Happening, note
from strongroom.people.oversight.acting import administrators
from strongroom.proof.ledger.events import of_serials, record
from strongroom.stores.outside import Limits, Outside, Request

logger = logging.getLogger(__name__)

AT_ONCE = 8  # hooks that are spoken to side by side
LIMITS = Limits(at_most=0, total=15.0, connect=5.0, read=15.0)
_FAULTS = {"outside-redirected": "redirected", "outside-too-slow": "too-slow"}
_UNREACHED = "unreachable"
_LONGEST_WISH = 3600  # seconds that a server may ask to be left alone


@dataclass(frozen=True, slots=True)
class Sending:
    """A delivery that is about to be sent, as it stood in the rows."""

    hook: int
    delivery: int
    host: str
    request: Request = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: a status, or why there is none; milliseconds; what the server wished."""

    status: int | None
    fault: str
    took: int
    wish: timedelta


def are_due(now: datetime) -> bool:
    """Say whether there is something to send now."""
    return _due(now).exists()


def deliver(herald: Herald) -> int:
    """Send what is due, of each hook one and of at most AT_ONCE hooks; returns how many."""
    now = herald.clock.now()
    taken = [
        _taken(herald, hook, now) for hook in _due(now).order_by("took", "next_try_at")[:AT_ONCE]
    ]
    sendings = [one for one in taken if one is not None]
    if sendings:
        with ThreadPoolExecutor(len(sendings)) as threads:
            outcomes = list(threads.map(partial(_sent, herald.outside), sendings))
        for sending, outcome in zip(sendings, outcomes, strict=True):
            _settle(herald, sending, outcome)
    return len(taken)


def forget(now: datetime) -> int:
    """Forget deliveries of a month ago; returns how many."""
    old = Delivery.objects.filter(made_at__lt=now - KEPT).exclude(state=Fate.WAITING)
    return old.delete()[0]


def _due(now: datetime) -> QuerySet[Hook]:
    waiting = Delivery.objects.filter(hook=OuterRef("pk"), state=Fate.WAITING, next_try_at__lte=now)
    return Hook.objects.filter(Exists(waiting), state=State.ON, next_try_at__lte=now)


def _taken(herald: Herald, hook: Hook, now: datetime) -> Sending | None:
    """Put the first delivery of a hook off, and return it as it is to be sent."""
    rows = hook.deliveries.filter(state=Fate.WAITING, next_try_at__lte=now)
    row = rows.order_by(F("serial").asc(nulls_first=True), "pk").first()
    if row is None:
        return None
    if _has_left(hook):
        with transaction.atomic():
            _switch_off(herald, hook, State.LEFT)
        return None
    body = _body(herald, row)
    if body is None:
        row.delete()  # it is no longer for this hook to know
        return None
    later = now + rules.pause(row.tries + 1)
    Delivery.objects.filter(pk=row.pk).update(next_try_at=later, tries=F("tries") + 1, tried_at=now)
    headers = messages.headers(row.message, body, _secrets(herald, hook, now), now)
    url = herald.open(hook.sealed_url, hook.handle, "url")
    return Sending(hook.pk, row.pk, hook.host, Request(url, headers, body))


def _body(herald: Herald, row: Delivery) -> bytes | None:
    if row.serial is None:
        return messages.trial_body(row.made_at, herald.registry)
    recorded = of_serials([row.serial])[row.serial]
    if place_of(row.hook) is None and not sight.told([recorded]):
        return None  # the project has become private since
    return messages.body(recorded, herald.registry)


def _has_left(hook: Hook) -> bool:
    """Say whether a hook of a private project is somebody's who may no longer read of it."""
    place = place_of(hook)
    if place is None or hook.maker_id is None or not sight.private_among([place]):
        return False
    return all(one.user_id != hook.maker_id for one in held(place))


def _secrets(herald: Herald, hook: Hook, now: datetime) -> Sequence[str]:
    sealed = [hook.sealed_secret]
    if hook.former_until is not None and now < hook.former_until:
        sealed.append(hook.sealed_former)
    return [herald.open(one, hook.handle, "secret") for one in sealed]


def _sent(outside: Outside, sending: Sending) -> Outcome:
    began, status, fault, wish = time.monotonic(), None, "", timedelta(0)
    try:
        with outside.answer(sending.request, LIMITS) as answer:
            status, wish = answer.status, _wished(answer.headers.get("retry-after", ""))
    except StrongroomError as error:
        fault = _FAULTS.get(error.code, _UNREACHED)
        logger.info("a webhook at %s was not reached: %s", sending.host, error.code)
    return Outcome(status, fault, int((time.monotonic() - began) * 1000), wish)


def _wished(header: str) -> timedelta:
    """Read how long a server wants to be left alone (RFC 9110, 10.2.3), in seconds."""
    seconds = int(header) if header.isascii() and header.isdigit() and len(header) < 7 else 0  # noqa: PLR2004 - digits
    return timedelta(seconds=min(seconds, _LONGEST_WISH))


def _settle(herald: Herald, sending: Sending, outcome: Outcome) -> None:
    now = herald.clock.now()
    with transaction.atomic():
        hook = Hook.objects.select_for_update(no_key=True).filter(pk=sending.hook).first()
        row = Delivery.objects.filter(pk=sending.delivery).first()
        if hook is None or row is None:
            return  # removed meanwhile
        row.status, row.fault = outcome.status, outcome.fault
        hook.took = outcome.took
        if rules.is_delivered(outcome.status):
            row.state, hook.failures, hook.failing_since = Fate.DELIVERED, 0, None
            hook.next_try_at = now
        else:
            if now - row.wanted_at >= TRIED_FOR:
                row.state = Fate.GIVEN_UP
            hook.failures += 1
            hook.failing_since = hook.failing_since or now
            hook.next_try_at = now + max(rules.pause(hook.failures), outcome.wish)
        row.save()
        hook.save()
        if hook.failing_since is not None and hook.state == State.ON:
            state = rules.after_failure(outcome.status, hook.failing_since, now)
            if state is not State.ON:
                _switch_off(herald, hook, state)


def _switch_off(herald: Herald, hook: Hook, state: State) -> None:
    turn(hook, state, herald)
    facts = {"hook": hook.handle, "host": hook.host, "project": hook.project, "why": state}
    for user_id in _owners(hook):
        note(Happening(Kind.HOOK_SWITCHED_OFF, user_id, facts), REGISTRY, herald.clock)
    record(about(hook, Kind.HOOK_SWITCHED_OFF, REGISTRY), herald.clock)


def _owners(hook: Hook) -> Sequence[int]:
    place = place_of(hook)
    if place is None:
        return administrators()
    return [one.user_id for one in held(place, {Role.OWNER})]
