"""One-time links: how a person signs in, given to them by the operator.

The link carries 256 random bits; the database keeps their SHA-256 only, so that its reader cannot
use one. A link works once and not for long. The first start makes one without a user: whoever
opens it becomes the first administrator, and it stops working when any account exists.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from strongroom.core.actors import UNSEEN, Actor, Assurance, Browser
from strongroom.core.clock import Clock
from strongroom.core.errors import ForbiddenError
from strongroom.core.events import Event, Kind
from strongroom.people.accounts.notices import Happening, note
from strongroom.people.accounts.users import ACCOUNTS, create_user, person, unclaimed
from strongroom.people.models import SignInLink, User
from strongroom.proof.ledger.events import record
from strongroom.proof.ledger.turns import take_turn

LINK = "sign-in link"  # the credential of whoever came by one
SIGN_IN_FOR = timedelta(minutes=15)
CLAIM_FOR = timedelta(days=7)
KEPT = timedelta(days=7)  # beyond its end: the clocks of several machines differ


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def create_link(
    user: User | None,
    actor: Actor,
    clock: Clock,
    secret: Callable[[], str],
    sign_in_for: timedelta = SIGN_IN_FOR,
) -> str:
    """Make a link's secret for a user, or for the first administrator if `user` is None."""
    text = secret()
    now = clock.now()
    with transaction.atomic():
        take_turn(ACCOUNTS)
        # A newer link replaces the older ones: only one can ever be lying about.
        SignInLink.objects.filter(user=user, used_at=None).delete()
        SignInLink.objects.create(
            digest=_digest(text),
            user=user,
            created_at=now,
            expires_at=now + (sign_in_for if user else CLAIM_FOR),
        )
        if user is not None:
            note(Happening(Kind.SIGN_IN_LINK_CREATED, user.pk), actor, clock)
        record(
            Event(
                kind=Kind.SIGN_IN_LINK_CREATED,
                actor=actor.name,
                credential=actor.credential,
                facts={"user": user.username if user else None},
            ),
            clock,
        )
    return text


def peek(secret: str, clock: Clock) -> SignInLink:
    """Return the link of a secret if it still works, without using it."""
    link = SignInLink.objects.filter(digest=_digest(secret), used_at=None).first()
    if link is None or link.expires_at <= clock.now() or (link.user is None and not unclaimed()):
        raise ForbiddenError(
            "link-invalid",
            "This sign-in link was used, has expired, or never was one.",
            "Ask the operator for a new one: `strongroom user link NAME`.",
        )
    return link


def use(secret: str, clock: Clock, browser: Browser = UNSEEN) -> User:
    """Sign a person in by a link: it is spent, and the event is recorded."""
    with transaction.atomic():
        take_turn(ACCOUNTS)
        link = peek(secret, clock)
        if link.user is None or not link.user.is_active:
            raise ForbiddenError("link-invalid", "This link signs nobody in.", "Ask for a new one.")
        _spend(link, clock)
        whoever = person(link.user, LINK, Assurance.SINGLE_FACTOR, browser)
        note(Happening(Kind.SIGNED_IN, link.user.pk), whoever, clock)
        record(Event(kind=Kind.SIGNED_IN, actor=link.user.username, credential=LINK), clock)
    return link.user


def claim(secret: str, name: str, email: str, actor: Actor, clock: Clock) -> User:
    """Make the first administrator by the claim link; raises if somebody was faster."""
    with transaction.atomic():
        take_turn(ACCOUNTS)
        link = peek(secret, clock)
        if link.user is not None:
            raise ForbiddenError(
                "link-invalid", "This registry has an administrator already.", "Ask for a link."
            )
        _spend(link, clock)
        user = create_user(name, email, admin=True, actor=actor, clock=clock)
        record(
            Event(kind=Kind.ADMINISTRATOR_CLAIMED, actor=user.username, credential=LINK),
            clock,
        )
    return user


def forget(now: datetime) -> int:
    """Forget links that sign nobody in any more; returns how many."""
    return SignInLink.objects.filter(expires_at__lt=now - KEPT).delete()[0]


def _spend(link: SignInLink, clock: Clock) -> None:
    link.used_at = clock.now()
    link.save(update_fields=["used_at"])
