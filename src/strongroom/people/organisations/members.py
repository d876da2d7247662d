"""The members of an organisation: their ranks, dismissal, leaving. Its last owner stays."""

from django.db import transaction

from strongroom.core.actors import Actor
from strongroom.core.clock import Clock
from strongroom.core.errors import ConflictError, ForbiddenError, NotFoundError
from strongroom.core.events import Kind
from strongroom.people.access.grants import user_of
from strongroom.people.access.ranks import others_own, rank_of
from strongroom.people.access.roles import Power, Rank
from strongroom.people.access.rules import in_person, seats
from strongroom.people.accounts.users import ACCOUNTS, find_user
from strongroom.people.models import Invitation, Membership, Organisation, TeamMember, User
from strongroom.people.organisations.acts import done, entered, find, told
from strongroom.proof.ledger.turns import take_turn


def set_rank(actor: Actor, name: str, user_name: str, rank: Rank, clock: Clock) -> bool:
    """Give a member another rank; returns whether it is one. The operator adds members, too."""
    with transaction.atomic():
        row = entered(actor, name, Power.STAFF)
        user = find_user(user_name)
        held = rank_of(user.pk, row.pk)
        if held is None and actor.user_id is not None:
            raise no_member(row, user.username)
        may_seat(actor, row, {rank, held or rank}, to_self=user.pk == actor.user_id)
        if held is rank:
            return False
        if held is Rank.OWNER:
            not_the_last(row, user)
        seat(row, user, rank, clock)
        facts = {"organisation": row.name, "user": user.username, "rank": rank}
        if held:
            told(Kind.MEMBER_RANKED, user.pk, facts, actor, clock)
        else:
            told(Kind.MEMBER_ADDED, user.pk, facts, actor, clock)
        done(clock, actor, Kind.MEMBER_RANKED if held else Kind.MEMBER_ADDED, facts)
    return True


def dismiss(actor: Actor, name: str, user_name: str, clock: Clock) -> bool:
    """Take somebody out of an organisation and its teams; returns whether they were in it.

    What they are in single projects of it by themselves is the caller's to end.
    """
    with transaction.atomic():
        row = entered(actor, name, Power.STAFF)
        user = find_user(user_name)
        held = rank_of(user.pk, row.pk)
        if held is None:
            return False
        # Who dismisses themself leaves, as everybody may.
        if user.pk != actor.user_id:
            may_seat(actor, row, {held}, to_self=False)
        _out(actor, row, user, clock)
    return True


def leave(actor: Actor, name: str, clock: Clock) -> None:
    """Leave an organisation and its teams by oneself."""
    with transaction.atomic():
        take_turn(ACCOUNTS)
        in_person(actor, "To leave an organisation")
        row = find(name)
        user = User.objects.get(pk=user_of(actor))
        if rank_of(user.pk, row.pk) is None:
            raise no_member(row, user.username)
        _out(actor, row, user, clock)


def seat(row: Organisation, user: User, rank: Rank, clock: Clock) -> None:
    """Write somebody's rank, in place of the one held; an invitation of theirs is answered by it.

    Who becomes an owner or a manager is new as one: of approvals, it counts since when.
    """
    Membership.objects.update_or_create(
        organisation=row, user=user, defaults={"rank": rank, "since": clock.now()}
    )
    Invitation.objects.filter(organisation=row, user=user).delete()


def not_the_last(row: Organisation, user: User) -> None:
    """Raise ConflictError where an organisation would be left without an owner."""
    if not others_own(row.pk, user.pk):
        raise ConflictError(
            "organisation-last-owner",
            f"{user.username} is the last owner of {row.name}.",
            "Make somebody else an owner first.",
        )


def no_member(row: Organisation, name: str) -> NotFoundError:
    """Say that somebody is not in an organisation."""
    return NotFoundError(
        "no-such-member",
        f"{name[:64]} is not in {row.name}.",
        "Invite them; nobody is made a member without their own word.",
    )


def _out(actor: Actor, row: Organisation, user: User, clock: Clock) -> None:
    if rank_of(user.pk, row.pk) is Rank.OWNER:
        not_the_last(row, user)
    TeamMember.objects.filter(team__organisation=row, user=user).delete()
    Membership.objects.filter(organisation=row, user=user).delete()
    facts = {"organisation": row.name, "user": user.username}
    told(Kind.MEMBER_REMOVED, user.pk, facts, actor, clock)
    done(clock, actor, Kind.MEMBER_REMOVED, facts)


def may_seat(actor: Actor, row: Organisation, ranks: set[Rank], *, to_self: bool) -> None:
    """Return if the actor, who may look after the people, may give and take these ranks."""
    held = rank_of(actor.user_id, row.pk)
    if actor.user_id is None or held is Rank.OWNER:
        return
    if to_self or not seats(held, ranks):
        raise ForbiddenError(
            "organisation-manager-limits",
            "A manager neither makes nor dismisses owners, nor changes their own rank and teams.",
            "Ask an owner of the organisation.",
        )
