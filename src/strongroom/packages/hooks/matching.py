"""Handing events to hooks: each event to each hook that hears of it, once.

What was handed on and the serial up to which that is so are written in one transaction, one at a
time; so a crash repeats nothing and forgets nothing. Serials are in the order of commits
(`events.record`), so that nothing comes in behind.

Of projects that not everybody may read, nothing goes to hooks of the registry.
"""

from collections.abc import Set as AbstractSet

from django.db import transaction
from django.db.models import Min

from strongroom.core.events import Recorded, is_public
from strongroom.packages.catalog import sight
from strongroom.packages.hooks.changes import new_message
from strongroom.packages.hooks.herald import Herald
from strongroom.packages.hooks.rows import place_of
from strongroom.packages.hooks.rules import State
from strongroom.packages.models import Delivery, Heard, Hook
from strongroom.proof.ledger.events import since
from strongroom.proof.ledger.turns import take_turn

AT_ONCE = 500  # events in one transaction


def is_behind() -> bool:
    """Say whether there are events that were not handed on, and hooks that may hear of them."""
    after = _after()
    return after is not None and bool(since(after, 1))


def match(herald: Herald, at_once: int = AT_ONCE) -> int:
    """Hand the next events on; returns how many there were, 0 if all are handed on."""
    with transaction.atomic():
        take_turn("handing events to hooks")
        after = _after()
        if after is None:
            return 0
        read = since(after, at_once)
        if not read:
            return 0
        keys = {one.event.project.key for one in read if one.event.project is not None}
        # Those of the registry have no project. Of many hooks few hear of these events.
        hooks = list(Hook.objects.filter(state=State.ON, project__in={"", *keys}).order_by("pk"))
        everybodys = frozenset(one.serial for one in sight.told(read))
        now = herald.clock.now()
        Delivery.objects.bulk_create(
            Delivery(
                hook=hook,
                message=new_message(herald),
                serial=one.serial,
                made_at=now,
                wanted_at=now,
                next_try_at=now,
            )
            for one in read
            for hook in hooks
            if hears(hook, one, everybodys)
        )
        Heard.objects.update_or_create(pk=1, defaults={"serial": read[-1].serial})
    return len(read)


def hears(hook: Hook, recorded: Recorded, everybodys: AbstractSet[int]) -> bool:
    """Say whether a hook is told of an event; `everybodys` are the serials that anybody may read.

    A project's own hooks hear also of what only its readers may know.
    """
    place = place_of(hook)
    return (
        recorded.serial > hook.begins
        and is_public(recorded)
        and recorded.event.kind in hook.kinds
        and (recorded.serial in everybodys if place is None else place == recorded.event.project)
    )


def _after() -> int | None:
    """Return the serial after which there may be something to hand on; None without hooks."""
    on = Hook.objects.filter(state=State.ON)
    first: int | None = on.aggregate(first=Min("begins"))["first"]
    if first is None:
        return None
    # What came while nobody listened is passed over.
    heard: int = Heard.objects.values_list("serial", flat=True).first() or 0
    return max(heard, first)
