"""Invitations: nobody is made anything without their own word.

1. Whom: an account, or an address; who has no account signs up first, and has verified the address
   by the time they answer. The letter holds no secret: whoever reads it along can do nothing.
2. What was asked when it was sent is asked again when it is accepted: the inviter still may, and
   what they invited into still is.
3. Of those to one organisation or project somebody has one, the newest.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from strongroom.core.actors import Actor
from strongroom.core.clock import Clock
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import (
    ConflictError,
    InvalidError,
    NotFoundError,
    TooOftenError,
)
from strongroom.core.events import Event, Kind
from strongroom.people.access.grants import user_of
from strongroom.people.access.ranks import rank_of
from strongroom.people.access.roles import Power, Rank
from strongroom.people.access.rules import in_person, seats
from strongroom.people.accounts import counters
from strongroom.people.accounts.addresses import verified
from strongroom.people.accounts.users import ACCOUNTS, find_user
from strongroom.people.models import Invitation, Organisation, Team, TeamMember, User
from strongroom.people.organisations.acts import entered, told
from strongroom.people.organisations.members import may_seat, seat
from strongroom.people.organisations.teams import find_team
from strongroom.people.recovery.office import Office
from strongroom.proof.ledger.events import record
from strongroom.proof.ledger.turns import take_turn

if TYPE_CHECKING:
    from django.db.models import QuerySet

VALID_FOR = timedelta(days=7)
A_DAY = timedelta(days=1)
SENT_A_DAY = 50  # by one person: letters go to addresses that they name
OPEN_AT_MOST = 200  # into one organisation or project


@dataclass(frozen=True, slots=True)
class Whom:
    """Who is invited: an account, or an address."""

    user: User | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class Chair:
    """What somebody is to be in an organisation: a rank, and the names of teams."""

    rank: Rank
    teams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """What somebody is invited to be: a rank with teams in an organisation, or a role."""

    organisation: Organisation | None = None
    rank: str = ""
    teams: tuple[int, ...] = field(default=())
    project: ProjectId | None = None
    role: str = ""


def whom(raw: str) -> Whom:
    """Read who is invited, a user name or an e-mail address; raises InvalidError, NotFoundError."""
    text = raw.strip()
    if "@" not in text:
        return Whom(user=find_user(text))
    try:
        validate_email(text)
    except ValidationError:
        raise InvalidError(
            "email-invalid", f"{text[:100]!a} is not an e-mail address.", "Correct the address."
        ) from None
    return Whom(address=text.lower())


def invite(office: Office, actor: Actor, name: str, raw: str, chair: Chair) -> Invitation:
    """Invite somebody into an organisation."""
    with transaction.atomic():
        row = entered(actor, name, Power.STAFF)
        asked = whom(raw)
        own = asked.user is not None and asked.user.pk == actor.user_id
        may_seat(actor, row, {chair.rank}, to_self=own)
        if asked.user is not None and rank_of(asked.user.pk, row.pk) is not None:
            raise _member_already(asked.user, row)
        chosen = tuple(find_team(row, team).pk for team in chair.teams)
        place = Place(organisation=row, rank=chair.rank, teams=chosen)
        return send(office, actor, asked, place)


def send(office: Office, actor: Actor, asked: Whom, place: Place) -> Invitation:
    """Write an invitation and its letter, in the caller's transaction, which has judged it."""
    now = office.clock.now()
    _not_too_often(actor, now)
    here = _into(place)
    here.filter(user=asked.user, address=asked.address).delete()
    if here.filter(expires_at__gt=now).count() >= OPEN_AT_MOST:
        raise ConflictError(
            "invitations-too-many",
            f"{OPEN_AT_MOST} invitations are open there already.",
            "Withdraw some of them.",
        )
    row = Invitation.objects.create(
        user=asked.user,
        address=asked.address,
        organisation=place.organisation,
        rank=place.rank,
        teams=list(place.teams),
        ecosystem=place.project.ecosystem if place.project else "",
        project=place.project.key if place.project else "",
        role=place.role,
        inviter_id=actor.user_id,
        sent_at=now,
        expires_at=now + VALID_FOR,
    )
    if asked.user is not None:
        told(Kind.INVITATION_SENT, asked.user.pk, about(row), actor, office.clock)
    else:
        office.tell_one(asked.address, _("you are invited"), _letter(office, actor, row))
    tell(office.clock, actor, Kind.INVITATION_SENT, row)
    return row


def mine(user_id: int, now: datetime) -> "QuerySet[Invitation]":
    """Return the open invitations of somebody, the oldest first: to them, or to their addresses."""
    rows = Invitation.objects.select_related("organisation", "inviter", "user")
    to_me = Q(user=user_id) | Q(address__in=verified(user_id))
    return rows.filter(to_me, expires_at__gt=now).order_by("pk")


def answered(actor: Actor, number: int, clock: Clock) -> Invitation:
    """Return an open invitation of the actor, who is there; in the caller's transaction.

    Of somebody else's it is told that there is none.
    """
    in_person(actor, "To answer an invitation")
    row = mine(user_of(actor), clock.now()).filter(pk=number).first()
    if row is None:
        raise _none()
    return row


def accept(actor: Actor, number: int, clock: Clock) -> Invitation:
    """Enter the organisation of an invitation, and the teams that it names and are still there."""
    with transaction.atomic():
        take_turn(ACCOUNTS)
        row = answered(actor, number, clock)
        user = User.objects.get(pk=user_of(actor))
        organisation = row.organisation
        if organisation is None:
            raise _none()
        rank = Rank(row.rank)
        if rank_of(user.pk, organisation.pk) is not None:
            raise _member_already(user, organisation)
        inviter = inviter_of(row, user)
        if inviter is not None and not seats(rank_of(inviter.pk, organisation.pk), {rank}):
            raise lapsed()
        teams = Team.objects.filter(organisation=organisation, pk__in=row.teams)
        facts = {"organisation": organisation.name, "user": user.username, "rank": rank}
        by = inviter.username if inviter else ""
        row.delete()
        seat(organisation, user, rank, clock)
        TeamMember.objects.bulk_create(
            TeamMember(team=team, user=user, since=clock.now()) for team in teams
        )
        told(Kind.MEMBER_ADDED, user.pk, facts, actor, clock)
        names = [team.name for team in teams]
        record(
            Event(
                Kind.MEMBER_ADDED,
                actor.name,
                actor.credential,
                facts={**facts, "teams": names, "inviter": by},
            ),
            clock,
        )
    return row


def decline(actor: Actor, number: int, clock: Clock) -> Invitation:
    """Refuse an invitation."""
    with transaction.atomic():
        row = answered(actor, number, clock)
        tell(clock, actor, Kind.INVITATION_DECLINED, row)
        Invitation.objects.filter(pk=row.pk).delete()
    return row


def withdraw(actor: Actor, name: str, number: int, clock: Clock) -> None:
    """Withdraw an invitation into an organisation."""
    with transaction.atomic():
        row = entered(actor, name, Power.STAFF)
        found = Invitation.objects.filter(organisation=row, pk=number).first()
        if found is None:
            raise _none()
        may_seat(actor, row, {Rank(found.rank)}, to_self=False)
        end(found, actor, clock)


def end(row: Invitation, actor: Actor, clock: Clock) -> None:
    """Write that an invitation is withdrawn, in the caller's transaction."""
    Invitation.objects.filter(pk=row.pk).delete()
    tell(clock, actor, Kind.INVITATION_WITHDRAWN, row)


def forget(now: datetime) -> int:
    """Forget the invitations whose time is over; returns how many."""
    return Invitation.objects.filter(expires_at__lte=now).delete()[0]


def inviter_of(row: Invitation, user: User) -> User | None:
    """Return who has invited somebody, None for the operator; raises where that cannot stand.

    By an invitation to another address of theirs a manager would make themself a publisher.
    """
    inviter = row.inviter
    if inviter is not None and (
        inviter.pk == user.pk or not inviter.is_active or inviter.closes_at is not None
    ):
        raise lapsed()
    return inviter


def lapsed() -> ConflictError:
    """Return the refusal of an invitation that stands no longer."""
    return ConflictError(
        "invitation-lapsed",
        "Whoever sent this invitation may not give what it offers, or may no longer.",
        "Ask an owner for another one.",
    )


def about(row: Invitation) -> dict[str, object]:
    """Return what an invitation is about, as facts."""
    if row.organisation is not None:
        return {"organisation": row.organisation.name, "rank": row.rank}
    return {"project": row.project, "role": row.role}


def tell(clock: Clock, actor: Actor, kind: Kind, row: Invitation) -> None:
    """Record an act on an invitation: the address to which it went is nobody's to read."""
    project = ProjectId(row.ecosystem, row.project) if row.project else None
    facts = {**about(row), "user": row.user.username if row.user else None}
    record(Event(kind, actor.name, actor.credential, project, facts=facts), clock)


def _into(place: Place) -> "QuerySet[Invitation]":
    if place.project is None:
        return Invitation.objects.filter(organisation=place.organisation)
    return Invitation.objects.filter(ecosystem=place.project.ecosystem, project=place.project.key)


def _not_too_often(actor: Actor, now: datetime) -> None:
    if actor.user_id is None:
        return
    key, at = f"invitations:{actor.user_id}", now.timestamp()
    seen = counters.hold([key], at)[key]
    known = seen if isinstance(seen, list) else []
    moments = [one for one in known if one > at - A_DAY.total_seconds()]
    if len(moments) >= SENT_A_DAY:
        raise TooOftenError(
            "invitations-too-often",
            f"{actor.name} has sent {SENT_A_DAY} invitations in a day.",
            "Send the others tomorrow.",
            retry_after=int(moments[0] + A_DAY.total_seconds() - at) + 1,
        )
    counters.put(key, [*moments, at], at + A_DAY.total_seconds())


def _letter(office: Office, actor: Actor, row: Invitation) -> str:
    what = about(row)
    into = what.get("organisation") or what["project"]
    text = _(
        "%(actor)s invites you on %(site)s: to be %(role)s of %(into)s.\n\nSign in with an account"
        " that has this address, or make one, and answer here:\n\n%(url)s/invitations/\n\nThe"
        " invitation ends in %(days)s days. If you do not know what this is, do nothing.\n"
    )
    return text % {
        "actor": actor.name,
        "site": office.site,
        "role": row.rank or row.role,
        "into": into,
        "url": office.url,
        "days": VALID_FOR.days,
    }


def _member_already(user: User, row: Organisation) -> ConflictError:
    return ConflictError(
        "member-already", f"{user.username} is in {row.name} already.", "Change their rank."
    )


def _none() -> NotFoundError:
    return NotFoundError(
        "no-such-invitation", "There is no such invitation, or it has ended.", "Ask for another."
    )
