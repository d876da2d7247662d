"""Setting webhooks up: making, giving a new secret, switching, taking away, trying out.

A secret is shown once, to whoever asked for it. Address and events of a hook never change: another
one is made instead, so that nobody finds an old hook quietly sending elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from strongroom.core.actors import Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ConflictError
from strongroom.core.events import Event, Kind
from strongroom.packages.hooks import messages, rules
from strongroom.packages.hooks.herald import Herald
from strongroom.packages.hooks.rows import (
    Place,
    about,
    allow,
    find,
    no_such_hook,
    of_place,
)
from strongroom.packages.hooks.rules import MOST, OVERLAP, Fate, State
from strongroom.packages.models import Delivery, Hook
from strongroom.people.accounts.notices import Happening, note
from strongroom.proof.ledger.events import last_serial, record
from strongroom.proof.ledger.turns import take_turn

HANDLE_BYTES = 16


@dataclass(frozen=True, slots=True)
class Wanted:
    """A hook as it is asked for: its address, and the kinds of events that it hears of."""

    url: str
    kinds: Sequence[str]


@dataclass(frozen=True, slots=True)
class Made:
    """A hook with its new secret, which is not shown again."""

    hook: Hook
    secret: str


def create(herald: Herald, actor: Actor, place: Place, wanted: Wanted) -> Made:
    """Make a hook. It hears of what happens from now on."""
    allow(actor, place)  # who may not learns nothing of what an address is taken for
    aim = rules.address(wanted.url, herald.outside.allowed, http=herald.http)
    kinds = rules.kinds(wanted.kinds)
    handle, secret = herald.entropy(HANDLE_BYTES).hex(), messages.new_secret(herald.entropy)
    with transaction.atomic():
        _alone(place)
        allow(actor, place)
        if of_place(place).count() >= MOST:
            raise ConflictError(
                "hooks-too-many", f"There are {MOST} webhooks already.", "Remove one first."
            )
        now = herald.clock.now()
        hook = Hook.objects.create(
            handle=handle,
            ecosystem=place.ecosystem if place else "",
            project=place.key if place else "",
            host=aim.host,
            sealed_url=herald.close(aim.url, handle, "url"),
            sealed_secret=herald.close(secret, handle, "secret"),
            kinds=list(kinds),
            maker_id=actor.user_id,
            made_at=now,
            begins=last_serial(),
            state_at=now,
            next_try_at=now,
        )
        _told(Kind.HOOK_CREATED, hook, actor, herald)
    return Made(hook, secret)


def renew(herald: Herald, actor: Actor, place: Place, handle: str) -> Made:
    """Give a hook a new secret; the former signs too for a day, and one before that no more."""
    secret = messages.new_secret(herald.entropy)
    with transaction.atomic():
        hook = _held(actor, place, handle)
        _not_disowned(hook)
        hook.sealed_former = hook.sealed_secret
        hook.sealed_secret = herald.close(secret, handle, "secret")
        hook.former_until = herald.clock.now() + OVERLAP
        hook.maker_id, hook.made_at = actor.user_id, herald.clock.now()
        hook.save()
        _told(Kind.HOOK_RENEWED, hook, actor, herald)
    return Made(hook, secret)


def switch(herald: Herald, actor: Actor, place: Place, handle: str, *, on: bool) -> Hook:
    """Switch a hook on or off. What happened while it was off is not sent afterwards."""
    with transaction.atomic():
        hook = _held(actor, place, handle)
        _not_disowned(hook)
        if (hook.state == State.ON) is on:
            return hook
        turn(hook, State.ON if on else State.OFF, herald)
        kind = Kind.HOOK_SWITCHED_ON if on else Kind.HOOK_SWITCHED_OFF
        record(about(hook, kind, actor), herald.clock)
    return hook


def remove(herald: Herald, actor: Actor, place: Place, handle: str) -> None:
    """Take a hook away, with what is known of its deliveries."""
    with transaction.atomic():
        hook = _held(actor, place, handle)
        event = about(hook, Kind.HOOK_REMOVED, actor)
        hook.delete()
        record(event, herald.clock)


def clear(project: ProjectId, actor: Actor) -> list[Event]:
    """Take away all hooks of a project that somebody else holds from now on.

    Returns what is to be recorded of it, last in the caller's transaction.
    """
    rows = Hook.objects.select_for_update(no_key=True).order_by("pk")
    gone = list(rows.filter(ecosystem=project.ecosystem, project=project.key))
    told = [about(hook, Kind.HOOK_REMOVED, actor) for hook in gone]
    Hook.objects.filter(pk__in=[hook.pk for hook in gone]).delete()
    return told


def try_out(herald: Herald, actor: Actor, place: Place, handle: str) -> Delivery:
    """Send a message that tells nothing, as soon as a worker comes to it."""
    with transaction.atomic():
        hook = _held(actor, place, handle)
        _is_on(hook)
        if hook.deliveries.filter(serial=None, state=Fate.WAITING).exists():
            raise ConflictError(
                "hook-test-waiting", "A test is on its way already.", "Wait for what becomes of it."
            )
        now = herald.clock.now()
        _at_once(hook, herald)
        row = {"made_at": now, "wanted_at": now, "next_try_at": now}
        return Delivery.objects.create(hook=hook, message=new_message(herald), **row)


def again(herald: Herald, actor: Actor, place: Place, handle: str, message: str) -> Delivery:
    """Send once more what was delivered or given up; it bears the same id."""
    with transaction.atomic():
        hook = _held(actor, place, handle)
        _is_on(hook)
        row = hook.deliveries.filter(message=message).first()
        if row is None:
            raise no_such_hook()
        now = herald.clock.now()
        row.state, row.tries, row.wanted_at, row.next_try_at = Fate.WAITING, 0, now, now
        row.save()
        _at_once(hook, herald)
    return row


def new_message(herald: Herald) -> str:
    """Make the id of a message: nobody's to guess, and without a full stop (Standard Webhooks)."""
    return f"msg_{herald.entropy(HANDLE_BYTES).hex()}"


def turn(hook: Hook, state: State, herald: Herald) -> None:
    """Write down that a hook is on or off, and give up what waits for it."""
    hook.state, hook.state_at = state, herald.clock.now()
    if state is State.ON:
        hook.begins, hook.failures, hook.failing_since = last_serial(), 0, None
        hook.next_try_at = hook.state_at
    hook.deliveries.filter(state=Fate.WAITING).update(state=Fate.GIVEN_UP)
    hook.save()


def _alone(place: Place) -> None:
    take_turn(f"hooks of {place.ecosystem}:{place.key}" if place else "hooks of the registry")


def _held(actor: Actor, place: Place, handle: str) -> Hook:
    _alone(place)
    found = find(actor, place, handle)
    row = Hook.objects.select_for_update(no_key=True).filter(pk=found.pk).first()
    if row is None:
        raise no_such_hook()
    return row


def _at_once(hook: Hook, herald: Herald) -> None:
    Hook.objects.filter(pk=hook.pk).update(next_try_at=herald.clock.now())


def _is_on(hook: Hook) -> None:
    if hook.state != State.ON:
        raise ConflictError(
            "hook-off", f"The webhook is {hook.state}: nothing is sent.", "Switch it on first."
        )


def _not_disowned(hook: Hook) -> None:
    if hook.state == State.DISOWNED:
        raise ConflictError(
            "hook-disowned",
            "Whoever knows the secret of this webhook was not whom they seemed.",
            "Remove it, and make another one if it is wanted.",
        )


def _told(kind: Kind, hook: Hook, actor: Actor, herald: Herald) -> None:
    if actor.user_id is not None:
        facts = {"hook": hook.handle, "host": hook.host, "project": hook.project}
        note(Happening(kind, actor.user_id, facts), actor, herald.clock)
    record(about(hook, kind, actor), herald.clock)
