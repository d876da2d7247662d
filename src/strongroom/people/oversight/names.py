"""Names that nobody may take: of users and of projects, each with a reason.

A name is compared in the form in which an eye confuses it with others (`likeness` for users, the
ecosystem's own for projects). Prohibiting is done at once; allowing again takes two.
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from strongroom.core.actors import Actor
from strongroom.core.errors import ConflictError, NotFoundError
from strongroom.core.events import Kind as Happened
from strongroom.people.access.rules import oversee
from strongroom.people.accounts.likeness import likeness, speaks_for
from strongroom.people.accounts.users import ACCOUNTS
from strongroom.people.models import Organisation, Prohibition, Proposal, User
from strongroom.people.oversight.acting import done, leave, reason, tell_all
from strongroom.people.oversight.proposals import Kind, propose
from strongroom.people.recovery.office import Office
from strongroom.proof.ledger.turns import take_turn
from strongroom.rows.prepared import Read

USER = "user"
_prohibited = Read(
    lambda at: Prohibition.objects.filter(what=at("what"), key=at("key")).values_list("reason")
)


@dataclass(frozen=True, slots=True)
class Named:
    """A name: of a user or in an ecosystem, as compared and as written."""

    what: str
    key: str
    display: str


def of_user(name: str) -> Named:
    """Return a user's name."""
    return Named(USER, likeness(name), name[:64])


def prohibit(office: Office, actor: Actor, named: Named, why: str) -> bool:
    """Prohibit a name; returns whether it was not before. Who has it already keeps it."""
    leave(office, actor)
    told = reason(why)
    with transaction.atomic():
        take_turn(ACCOUNTS)
        row, new = Prohibition.objects.get_or_create(
            what=named.what,
            key=named.key,
            defaults={
                "display": named.display,
                "reason": told,
                "by": actor.name,
                "at": office.clock.now(),
            },
        )
        if new:
            tell_all(office, actor, _("%s is prohibited") % row, told)
            facts = {"what": named.what, "name": named.display, "reason": told}
            done(office, Happened.NAME_PROHIBITED, actor, facts)
    return new


def allow(office: Office, actor: Actor, named: Named, why: str) -> Proposal | None:
    """Allow a name again; returns the proposal, where somebody must confirm it."""
    leave(office, actor)
    told = reason(why)
    if not Prohibition.objects.filter(what=named.what, key=named.key).exists():
        raise NotFoundError(
            "name-not-prohibited",
            f"{named.display!a} is not prohibited.",
            "`strongroom name list` names what is.",
        )
    if actor.user_id is not None:
        facts = {"what": named.what, "key": named.key, "reason": told}
        subject = f"{named.what} {named.display}"
        return propose(office, actor, Kind.ALLOW_NAME, subject, facts)
    with transaction.atomic():
        take_turn(ACCOUNTS)
        Prohibition.objects.filter(what=named.what, key=named.key).delete()
        tell_all(office, actor, _("%s is allowed again") % named.display, told)
        facts = {"what": named.what, "name": named.display, "reason": told}
        done(office, Happened.NAME_ALLOWED, actor, facts)
    return None


def confirmed_allow(office: Office, row: Proposal, by: Actor) -> None:
    """Allow the name of a confirmed proposal."""
    what, key = row.facts["what"], row.facts["key"]
    display = row.subject.partition(" ")[2]
    allow(office, by, Named(what, key, display), row.reason)


def listed(actor: Actor) -> tuple[Prohibition, ...]:
    """Return what is prohibited, in order of names."""
    oversee(actor)
    return tuple(Prohibition.objects.order_by("what", "key"))


def prohibited(what: str, key: str) -> str | None:
    """Return why a name is prohibited, None if it is not."""
    found = _prohibited.first(what=what, key=key)
    return found[0] if found else None


def may_sign_up(name: str, site: str) -> None:
    """Refuse a name to a stranger: prohibited, or like an organisation's or somebody in charge."""
    admins = User.objects.filter(admin=True).values_list("username", flat=True)
    why = prohibited(USER, likeness(name))
    others = Organisation.objects.filter(similar=likeness(name))
    if why is None and not speaks_for(name, (site, *admins)) and not others.exists():
        return
    raise ConflictError(
        "user-name-not-for-all",
        f"The user name {name[:64]!a} is reserved.",
        "Choose another name." if why is None else f"Choose another name: {why}",
    )
