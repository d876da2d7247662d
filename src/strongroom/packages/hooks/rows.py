"""Finding webhooks, and who may set them up: those who configure a project, or run the registry."""

from django.db.models import QuerySet

from strongroom.core.actors import Action, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import NotFoundError
from strongroom.core.events import Event, Kind
from strongroom.packages.catalog import sight
from strongroom.packages.catalog.acts import may
from strongroom.packages.models import Delivery, Hook
from strongroom.people.access.rules import oversee

Place = ProjectId | None
"""Whose a hook is: a project's, or None for the registry's own."""

SHOWN = 50  # deliveries


def allow(actor: Actor, place: Place) -> None:
    """Raise unless the actor may set up the hooks of a place, and read of them."""
    if place is None:
        oversee(actor)
    else:
        may(actor, Action.CONFIGURE, sight.find(actor, place))


def hooks_of(actor: Actor, place: Place) -> tuple[Hook, ...]:
    """Return the hooks of a place, oldest first."""
    allow(actor, place)
    return tuple(of_place(place).order_by("pk"))


def find(actor: Actor, place: Place, handle: str) -> Hook:
    """Return a hook of a place; raises NotFoundError, also where it is another place's."""
    allow(actor, place)
    row = of_place(place).filter(handle=handle).first()
    if row is None:
        raise no_such_hook()
    return row


def deliveries_of(hook: Hook) -> tuple[Delivery, ...]:
    """Return the newest deliveries of a hook, newest first."""
    return tuple(hook.deliveries.order_by("-pk")[:SHOWN])


def of_place(place: Place) -> QuerySet[Hook]:
    """Return the rows of a place."""
    ecosystem, project = (place.ecosystem, place.key) if place else ("", "")
    return Hook.objects.filter(ecosystem=ecosystem, project=project)


def place_of(hook: Hook) -> Place:
    """Return whose a hook is."""
    return ProjectId(hook.ecosystem, hook.project) if hook.project else None


def no_such_hook() -> NotFoundError:
    """Say that there is no such hook here."""
    return NotFoundError("no-such-hook", "There is no such webhook here.", "Look at the list.")


def about(hook: Hook, kind: Kind, actor: Actor) -> Event:
    """Return an event about a hook; its address stays inside, because it may be a secret."""
    facts = {"hook": hook.handle, "host": hook.host}
    return Event(kind, actor.name, actor.credential, place_of(hook), facts=facts)
