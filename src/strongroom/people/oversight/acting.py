"""What every act of an administrator begins and ends with: leave, a reason, an event, letters."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from strongroom.core.actors import SESSION, Actor
from strongroom.core.errors import InvalidError
from strongroom.core.events import Event, Kind
from strongroom.people.access.rules import confirmed, oversee
from strongroom.people.models import User
from strongroom.people.recovery.office import Office
from strongroom.proof.ledger.events import record

REASON_AT_MOST = 200


def leave(office: Office, actor: Actor) -> None:
    """Return if the actor may administer now: at the machine, or having just shown a key."""
    oversee(actor)
    if actor.credential == SESSION:
        confirmed(actor, office.clock.now())


def reason(raw: str) -> str:
    """Read a reason: one line that is not empty, since it is asked for later."""
    text = " ".join(raw.split())
    if not text or len(text) > REASON_AT_MOST or not text.isprintable():
        raise InvalidError(
            "oversight-reason-invalid",
            f"A reason is one line of 1 to {REASON_AT_MOST} printable characters.",
            "Say in a few words why.",
        )
    return text


def administrators() -> tuple[int, ...]:
    """Return the accounts that run the registry."""
    rows = User.objects.filter(admin=True, is_active=True).order_by("pk")
    return tuple(rows.values_list("pk", flat=True))


def done(office: Office, kind: Kind, actor: Actor, facts: Mapping[str, object]) -> None:
    """Record an act, in its transaction."""
    record(Event(kind, actor.name, actor.credential, facts=facts), office.clock)


def tell_all(office: Office, actor: Actor, what: str, why: str) -> None:
    """Write to all administrators what one of them does; in its transaction."""
    text = _("%(actor)s on %(site)s: %(what)s.\nThe reason given: %(why)s\n\n%(url)s/manage/\n")
    words = {"actor": actor.name, "site": office.site, "what": what, "why": why, "url": office.url}
    office.tell(administrators(), what, text % words)
