"""Making a project private, or public.

What was public stays known to whoever has it, and what becomes public cannot be unsaid: so that is
done by a person who has just shown a security key. Pages and files move in the reaction to the
event: taken down from where everybody reads before they are put up where only readers do.
"""

from django.db import transaction

from strongroom.core.actors import Action, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import InvalidError
from strongroom.core.events import Kind, Recorded
from strongroom.packages.catalog import sight
from strongroom.packages.catalog.acts import about, may, tell
from strongroom.packages.catalog.desk import Desk
from strongroom.people.access.rules import confirmed

PRIVATE, PUBLIC = "private", "public"


def visibility(raw: str) -> bool:
    """Read `private` or `public` as people write it; says whether it is private."""
    if raw not in {PRIVATE, PUBLIC}:
        raise InvalidError(
            "visibility-unknown",
            f"{raw[:40]!a} is not a visibility.",
            f"Use one of: {PRIVATE}, {PUBLIC}.",
        )
    return raw == PRIVATE


def set_private(desk: Desk, actor: Actor, project: ProjectId, *, private: bool) -> Recorded | None:
    """Say whether only those with a role in a project may know of it."""
    with transaction.atomic():
        row = sight.lock(actor, project)
        may(actor, Action.CONFIGURE, row)
        if row.private == private:
            return None
        if not private:
            confirmed(actor, desk.clock.now())
        row.private = private
        facts = {"to": PRIVATE if private else PUBLIC}
        recorded = tell(desk, row, about(actor, Kind.VISIBILITY_CHANGED, project, facts))
        row.told_from = recorded.serial
        row.save(update_fields=["private", "told_from"])
    desk.react([recorded])
    return recorded
