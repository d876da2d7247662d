"""Closing an account: asked for by its owner, undone by a sign-in, and final after some days.

What is left of a closed account is its name, so that nobody can ever take it: events, files and
histories name it.
"""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Q

from strongroom.core.actors import REGISTRY, Actor
from strongroom.core.clock import Clock
from strongroom.core.errors import ConflictError
from strongroom.core.events import Event, Kind
from strongroom.people.access import ranks
from strongroom.people.access.grants import alone_in
from strongroom.people.accounts.notices import Happening, note
from strongroom.people.accounts.users import ACCOUNTS
from strongroom.people.models import (
    BrowserSession,
    CompanyGrant,
    CompanyIdentity,
    Device,
    DirectoryEntry,
    Grant,
    Invitation,
    Letter,
    Membership,
    Notice,
    Offer,
    ProvedAddress,
    SignInLink,
    Token,
    User,
)
from strongroom.people.tokens.minting import revocation
from strongroom.proof.ledger.events import record
from strongroom.proof.ledger.turns import take_turn

GRACE = timedelta(days=7)
PERSONAL = (
    *(Notice, EmailAddress, ProvedAddress, CompanyGrant, CompanyIdentity, DirectoryEntry),
    *(Authenticator, BrowserSession, Device, SignInLink, Token),
    *(Invitation, Offer),
)


def refuse_needed(user: User) -> None:
    """Raise ConflictError where projects or the registry would be left to nobody."""
    projects = alone_in(user.pk)
    if projects:
        # A project without owners can be claimed by nobody, or, worse, by somebody.
        named = ", ".join(one.key for one in projects)
        raise ConflictError(
            "account-owns-projects",
            f"{user.username} is the only owner of: {named}.",
            "Make somebody else an owner of each first.",
        )
    organisations = ranks.alone_in(user.pk)
    if organisations:
        raise ConflictError(
            "account-owns-organisations",
            f"{user.username} is the only owner of: {', '.join(organisations)}.",
            "Make somebody else an owner of each first, or delete it.",
        )
    others = User.objects.filter(admin=True, is_active=True, closes_at=None).exclude(pk=user.pk)
    if user.admin and not others.exists():
        raise ConflictError(
            "account-last-administrator",
            f"{user.username} is the only administrator of this registry.",
            "Make somebody else an administrator first.",
        )


def close(user: User, by: Actor, clock: Clock) -> datetime:
    """Ask for an account to be closed: it is signed out, its tokens end; returns when it closes."""
    now = clock.now()
    with transaction.atomic():
        # Of two owners who close their accounts at once, the second is the only one left.
        take_turn(ACCOUNTS)
        user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        refuse_needed(user)
        at = now + GRACE
        User.objects.filter(pk=user.pk).update(closes_at=at)
        tokens = list(Token.objects.select_related("user").filter(user=user, revoked_at=None))
        Token.objects.filter(pk__in=[one.pk for one in tokens]).update(revoked_at=now)
        BrowserSession.objects.filter(user=user).delete()
        SignInLink.objects.filter(user=user, used_at=None).delete()
        facts = {"closes_at": at.isoformat(timespec="minutes")}
        note(Happening(Kind.ACCOUNT_CLOSING, user.pk, facts), by, clock)
        for token in tokens:
            record(revocation(token, by), clock)
        told = {"user": user.username, **facts}
        record(Event(Kind.ACCOUNT_CLOSING, by.name, by.credential, facts=told), clock)
    return at


def due(now: datetime, limit: int) -> tuple[tuple[int, str], ...]:
    """Return the numbers and names of accounts whose time is over, the first to close first."""
    rows = User.objects.filter(closes_at__lte=now).order_by("closes_at", "pk")
    return tuple(rows.values_list("pk", "username")[:limit])


def erase(user_id: int, clock: Clock) -> bool:
    """Remove what is personal of an account whose time is over; says whether it was.

    One that is still needed, because others left its projects or organisations, is kept open.
    """
    now = clock.now()
    with transaction.atomic():
        take_turn(ACCOUNTS)
        due_now = User.objects.select_for_update().filter(pk=user_id, closes_at__lte=now)
        user = due_now.first()
        if user is None:
            return False
        needed = Grant.objects.filter(user=user), Membership.objects.filter(user=user)
        if any(rows.exists() for rows in needed):
            _keep(user, REGISTRY, clock)
            return False
        emails = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
        Letter.objects.filter(Q(to__in=list(emails)) | Q(notice__user=user)).delete()
        Invitation.objects.filter(address__in=list(emails)).delete()
        for rows in PERSONAL:
            rows.objects.filter(user=user).delete()
        user.email, user.admin, user.is_active = "", False, False
        user.closes_at = user.last_login = None
        user.set_unusable_password()
        user.save()
        facts = {"user": user.username}
        record(Event(Kind.ACCOUNT_CLOSED, REGISTRY.name, REGISTRY.credential, facts=facts), clock)
    return True


def keep(user: User, by: Actor, clock: Clock) -> bool:
    """Let an account stay, because somebody has signed in to it; says whether it was to close."""
    with transaction.atomic():
        rows = User.objects.select_for_update(no_key=True)
        closing = rows.filter(pk=user.pk).exclude(closes_at=None).first()
        if closing is None:
            return False
        _keep(closing, by, clock)
    return True


def _keep(user: User, by: Actor, clock: Clock) -> None:
    User.objects.filter(pk=user.pk).update(closes_at=None)
    note(Happening(Kind.ACCOUNT_KEPT, user.pk), by, clock)
    facts = {"user": user.username}
    record(Event(Kind.ACCOUNT_KEPT, by.name, by.credential, facts=facts), clock)
