"""Making an organisation, saying how it is, and ending one that holds nothing."""

from dataclasses import asdict, dataclass

from django.db import transaction

from strongroom.core.actors import Actor
from strongroom.core.clock import Clock
from strongroom.core.errors import ConflictError, ForbiddenError, InvalidError
from strongroom.core.events import Kind
from strongroom.people.access.roles import Power, Rank
from strongroom.people.access.rules import in_person
from strongroom.people.accounts.likeness import likeness, speaks_for
from strongroom.people.accounts.users import ACCOUNTS, NAME, RESERVED, find_user, fold
from strongroom.people.models import Holding, Membership, Organisation, User
from strongroom.people.organisations.acts import done, entered
from strongroom.people.oversight.names import USER, prohibited
from strongroom.proof.ledger.turns import take_turn

OWNED_AT_MOST = 10
TITLE_AT_MOST = 100


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms organisations are made: by everybody or by administrators; the site's name."""

    by_all: bool
    site: str


@dataclass(frozen=True, slots=True)
class Manner:
    """How an organisation is: what it is called in full, and what holds in it."""

    title: str = ""
    members_read: bool = True
    private_by_default: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """An organisation to be: its name, how it is, and whose, where the operator makes it."""

    name: str
    manner: Manner
    owner: str = ""


def create(terms: Terms, actor: Actor, plan: Plan, clock: Clock) -> Organisation:
    """Make an organisation whose owner is the actor; the operator names one."""
    may_found(terms, actor)
    name = plan.name
    _check(name)
    _check_title(plan.manner.title)
    with transaction.atomic():
        take_turn(ACCOUNTS)
        user = find_user(plan.owner if actor.user_id is None else actor.name)
        _is_free(terms, name, user)
        _within_bounds(user)
        row = Organisation.objects.create(
            name=name,
            folded=fold(name),
            similar=likeness(name),
            created_at=clock.now(),
            **asdict(plan.manner),
        )
        Membership.objects.create(organisation=row, user=user, rank=Rank.OWNER, since=clock.now())
        facts = {"organisation": name, "owner": user.username}
        done(clock, actor, Kind.ORGANISATION_CREATED, facts)
    return row


def change(actor: Actor, name: str, manner: Manner, clock: Clock) -> bool:
    """Say how an organisation is; returns whether that is another way than before."""
    _check_title(manner.title)
    with transaction.atomic():
        row = entered(actor, name, Power.RULE)
        if manner == manner_of(row):
            return False
        Organisation.objects.filter(pk=row.pk).update(**asdict(manner))
        facts = {"organisation": row.name, **asdict(manner)}
        done(clock, actor, Kind.ORGANISATION_CHANGED, facts)
    return True


def remove(actor: Actor, name: str, clock: Clock) -> None:
    """End an organisation that holds no project, with its teams and invitations."""
    with transaction.atomic():
        row = entered(actor, name, Power.RULE)
        if Holding.objects.filter(organisation=row).exists():
            raise ConflictError(
                "organisation-holds-projects",
                f"{row.name} holds projects.",
                "Transfer them first.",
            )
        row.delete()
        done(clock, actor, Kind.ORGANISATION_REMOVED, {"organisation": row.name})


def manner_of(row: Organisation) -> Manner:
    """Return how an organisation is."""
    return Manner(row.title, row.members_read, row.private_by_default)


def may_found(terms: Terms, actor: Actor) -> None:
    """Return if the actor may make an organisation, else raise."""
    if actor.user_id is None and actor.admin:
        return
    in_person(actor, "To make an organisation")
    if not (terms.by_all or actor.admin):
        raise ForbiddenError(
            "organisations-by-administrators",
            "Only administrators make organisations here.",
            "Ask an administrator.",
        )


def _check(name: str) -> None:
    if not NAME.fullmatch(name) or fold(name) in RESERVED:
        raise InvalidError(
            "organisation-name-invalid",
            f"{name[:64]!a} cannot be the name of an organisation.",
            "Use 1 to 64 letters, digits, dots, hyphens and underscores; begin and end with a"
            " letter or digit.",
        )


def _check_title(title: str) -> None:
    if len(title) > TITLE_AT_MOST or not title.isprintable():
        raise InvalidError(
            "organisation-title-invalid",
            f"A title is one line of at most {TITLE_AT_MOST} printable characters.",
            "Shorten it.",
        )


def _is_free(terms: Terms, name: str, owner: User) -> None:
    similar = likeness(name)
    why = prohibited(USER, similar)
    admins = User.objects.filter(admin=True).exclude(pk=owner.pk)
    others = (terms.site, *admins.values_list("username", flat=True))
    if why is not None or speaks_for(name, others):
        raise ConflictError(
            "organisation-name-reserved",
            f"The name {name!a} is reserved.",
            f"Choose another name: {why}" if why else "Choose another name.",
        )
    # Whoever is offered a project, or invited, goes by the name that they see.
    taken = User.objects.filter(folded=fold(name)).exclude(pk=owner.pk).exists()
    if taken or Organisation.objects.filter(similar=similar).exists():
        raise ConflictError(
            "organisation-name-taken",
            f"The name {name!a} is taken, or looks like one that is.",
            "Choose another name.",
        )


def _within_bounds(owner: User) -> None:
    if Membership.objects.filter(user=owner, rank=Rank.OWNER).count() >= OWNED_AT_MOST:
        raise ConflictError(
            "organisations-too-many",
            f"{owner.username} owns {OWNED_AT_MOST} organisations already.",
            "Leave one of them, or have somebody else make it.",
        )
