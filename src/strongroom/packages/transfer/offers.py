"""Offering a project to an organisation or a person, and accepting it.

1. Both take a person who has just shown a security key: nothing that can be stolen gives a project
   away, or takes one over that nobody wanted.
2. Of a project that an organisation holds, only its owners dispose: somebody from outside whom they
   made an owner of the project must not walk away with it.
3. Who may speak for the receiving side as well hands it over at once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from strongroom.core.actors import Action, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from strongroom.core.events import Kind, Recorded
from strongroom.packages.catalog import sight
from strongroom.packages.catalog.acts import about, id_of, may
from strongroom.packages.catalog.desk import Desk
from strongroom.packages.catalog.listing import find_project
from strongroom.packages.models import Project
from strongroom.packages.publishing.commit import hold
from strongroom.packages.transfer.handover import Receiver, hand_over
from strongroom.people.access.grants import granted, holder_of, roles_of, user_of
from strongroom.people.access.ranks import rank_of
from strongroom.people.access.roles import Rank, Role
from strongroom.people.access.rules import confirmed, in_person
from strongroom.people.accounts.notices import Happening, note
from strongroom.people.accounts.users import ACCOUNTS, find_user
from strongroom.people.models import Membership, Offer, Organisation, User
from strongroom.people.organisations.acts import find as find_organisation
from strongroom.proof.ledger.events import record
from strongroom.proof.ledger.turns import take_turn

VALID_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Whom:
    """To whom a project goes: an organisation or a user, by name; one of the two."""

    organisation: str = ""
    user: str = ""


def offer(desk: Desk, actor: Actor, project: ProjectId, to: Whom) -> Recorded | None:
    """Offer a project; returns the event of its transfer where that is done at once."""
    confirmed(actor, desk.clock.now())
    with transaction.atomic():
        row = _held(project, sight.find(actor, project))
        _may_dispose(actor, row)
        receiver = _found(to)
        _is_another(project, receiver)
        if not _speaks_for(actor, receiver):
            _put(desk, actor, row, receiver)
            return None
        recorded = hand_over(desk, actor, row, receiver)
    desk.react([recorded])
    return recorded


def accept(desk: Desk, actor: Actor, project: ProjectId) -> Recorded:
    """Take over a project that was offered; whoever offered it must still be able to give it."""
    now = desk.clock.now()
    in_person(actor, "To accept a project")
    confirmed(actor, now)
    with transaction.atomic():
        _open(project, now)  # where nothing is offered, nothing is told of the name
        row = _held(project, find_project(project))
        made = _open(project, now)
        receiver = made.organisation or made.user
        if receiver is None or not _speaks_for(actor, receiver):
            raise _no_offer()
        _still_theirs(made, project)
        recorded = hand_over(desk, actor, row, receiver)
    desk.react([recorded])
    return recorded


def withdraw(desk: Desk, actor: Actor, project: ProjectId) -> None:
    """End an offer, by whoever may dispose of the project or speaks for the receiving side."""
    in_person(actor, "To withdraw an offer")
    with transaction.atomic():
        _open(project, desk.clock.now())
        _held(project, find_project(project))
        made = _open(project, desk.clock.now())
        receiver = made.organisation or made.user
        if receiver is None or not _speaks_for(actor, receiver):
            _may_dispose(actor, sight.find(actor, project))
        made.delete()
        facts = {"to": str(receiver)}
        record(about(actor, Kind.TRANSFER_WITHDRAWN, project, facts), desk.clock)


def offered_to(user_id: int, now: datetime) -> "QuerySet[Offer]":
    """Return the open offers that somebody can accept, the oldest first."""
    owned = Q(organisation__memberships__user=user_id, organisation__memberships__rank=Rank.OWNER)
    rows = Offer.objects.select_related("organisation", "user", "giver")
    return rows.filter(owned | Q(user=user_id), expires_at__gt=now).order_by("pk")


def offer_of(project: ProjectId, now: datetime) -> Offer | None:
    """Return the open offer of a project."""
    rows = Offer.objects.select_related("organisation", "user", "giver")
    here = {"ecosystem": project.ecosystem, "project": project.key}
    return rows.filter(**here, expires_at__gt=now).first()


def may_dispose(actor: Actor, row: Project) -> bool:
    """Say whether an actor could offer a project, having shown a key."""
    try:
        _may_dispose(actor, row)
    except ForbiddenError:
        return False
    return True


def forget(now: datetime) -> int:
    """Forget the offers whose time is over; returns how many."""
    return Offer.objects.filter(expires_at__lte=now).delete()[0]


def _held(project: ProjectId, seen: Project) -> Project:
    """Hold accounts, the project's name and the project itself: the order of everybody."""
    take_turn(ACCOUNTS)
    hold(project, seen.similar)
    return find_project(project)


def _may_dispose(actor: Actor, row: Project) -> None:
    may(actor, Action.TRANSFER, row)
    holder = holder_of(id_of(row))
    if holder is not None and not _speaks_for(actor, holder):
        raise ForbiddenError(
            "transfer-by-organisation",
            f"{holder.name} holds {row.display}, and its owners alone transfer it.",
            f"Ask an owner of {holder.name}.",
        )


def _speaks_for(actor: Actor, receiver: Receiver) -> bool:
    if actor.user_id is None:
        return actor.admin
    if isinstance(receiver, Organisation):
        return rank_of(actor.user_id, receiver.pk) is Rank.OWNER
    return actor.user_id == receiver.pk


def _found(to: Whom) -> Receiver:
    if bool(to.organisation) == bool(to.user):
        raise InvalidError(
            "transfer-to-whom",
            "A project is transferred to one organisation or to one user.",
            "Name one of the two.",
        )
    return find_organisation(to.organisation) if to.organisation else find_user(to.user)


def _is_another(project: ProjectId, receiver: Receiver) -> None:
    holder = holder_of(project)
    own = isinstance(receiver, User) and granted(receiver.pk, project) is Role.OWNER
    if holder == receiver or (holder is None and own):
        raise ConflictError(
            "transfer-to-itself",
            f"{receiver} has {project.key} already.",
            "Nothing is to be done; people are invited and dismissed on the project's page.",
        )


def _put(desk: Desk, actor: Actor, row: Project, receiver: Receiver) -> None:
    project, now = id_of(row), desk.clock.now()
    Offer.objects.filter(ecosystem=project.ecosystem, project=project.key).delete()
    organisation = receiver if isinstance(receiver, Organisation) else None
    Offer.objects.create(
        ecosystem=project.ecosystem,
        project=project.key,
        organisation=organisation,
        user=None if isinstance(receiver, Organisation) else receiver,
        giver_id=user_of(actor),
        made_at=now,
        expires_at=now + VALID_FOR,
    )
    facts = {"project": project.key, "to": str(receiver)}
    for person in _owners(receiver):
        note(Happening(Kind.TRANSFER_OFFERED, person, facts), actor, desk.clock)
    told = {"to": str(receiver)}
    record(about(actor, Kind.TRANSFER_OFFERED, project, told), desk.clock)


def _owners(receiver: Receiver) -> tuple[int, ...]:
    if isinstance(receiver, User):
        return (receiver.pk,)
    rows = Membership.objects.filter(
        organisation=receiver, rank=Rank.OWNER, user__is_active=True
    ).order_by("pk")
    return tuple(rows.values_list("user_id", flat=True))


def _open(project: ProjectId, now: datetime) -> Offer:
    made = offer_of(project, now)
    if made is None:
        raise _no_offer()
    return made


def _still_theirs(made: Offer, project: ProjectId) -> None:
    giver = Actor("person", made.giver.username, "offer", made.giver_id)
    holder = holder_of(project)
    gone = not made.giver.is_active or Role.OWNER not in roles_of(giver, project)
    if gone or (holder is not None and not _speaks_for(giver, holder)):
        raise ConflictError(
            "offer-lapsed",
            f"{made.giver.username}, who offered {project.key}, can give it no longer.",
            "Ask an owner of the project to offer it anew.",
        )


def _no_offer() -> NotFoundError:
    return NotFoundError(
        "no-such-offer", "This project is not offered to you.", "Ask its owner to offer it."
    )
