"""Hooks whose secret somebody knows who was not whom they seemed: they are told nothing more."""

from collections.abc import Sequence

from strongroom.core.actors import Actor
from strongroom.core.clock import Clock
from strongroom.core.events import Event, Kind
from strongroom.packages.hooks.rows import about
from strongroom.packages.hooks.rules import Fate, State
from strongroom.packages.models import Delivery, Hook
from strongroom.people.affairs.span import Span
from strongroom.people.models import User


def disown(user: User, span: Span, by: Actor, clock: Clock) -> Sequence[Event]:
    """Switch off for good the hooks that an account made or gave a secret in a span.

    They stay to be looked at, and can only be removed. Runs in the transaction of a disavowal,
    which records what is returned.
    """
    rows = Hook.objects.filter(maker=user, made_at__gte=span.begins).exclude(state=State.DISOWNED)
    if span.until is not None:
        rows = rows.filter(made_at__lte=span.until)
    hooks = list(rows.order_by("pk"))
    Hook.objects.filter(pk__in=[one.pk for one in hooks]).update(
        state=State.DISOWNED, state_at=clock.now()
    )
    waiting = Delivery.objects.filter(hook__in=hooks, state=Fate.WAITING)
    waiting.update(state=Fate.GIVEN_UP)
    return [about(one, Kind.HOOK_SWITCHED_OFF, by) for one in hooks]
