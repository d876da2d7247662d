"""Making and finding accounts.

User names are compared case-blind and stay within a plain alphabet, so that no two look alike by
case or script. Names under which the registry itself acts are never a person's.
"""

import re

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q

from strongroom.core.actors import OPERATOR, REGISTRY, UNSEEN, Actor, Assurance, Browser
from strongroom.core.clock import Clock
from strongroom.core.errors import ConflictError, InvalidError, NotFoundError
from strongroom.core.events import Event, Kind
from strongroom.people.accounts.addresses import vouch
from strongroom.people.accounts.domains import prove
from strongroom.people.accounts.notices import Happening, note
from strongroom.people.models import User
from strongroom.proof.ledger.events import record
from strongroom.proof.ledger.turns import take_turn

NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?")
ACCOUNTS = "accounts"  # the turn of whoever makes an account, or makes or uses a link
RESERVED = frozenset({OPERATOR.name, REGISTRY.name, "anonymous", "nobody", "system", "__token__"})


def fold(name: str) -> str:
    """Return the form in which user names are compared."""
    return name.lower()


def check_name(name: str) -> None:
    """Refuse a user name that cannot be taken by anybody."""
    if not NAME.fullmatch(name):
        raise InvalidError(
            "user-name-invalid",
            f"{name[:64]!a} cannot be a user name.",
            "Use 1 to 64 letters, digits, dots, hyphens and underscores; begin and end with a"
            " letter or digit.",
        )
    if fold(name) in RESERVED:
        raise InvalidError(
            "user-name-reserved", f"{name!r} is reserved for the registry.", "Choose another name."
        )


def create_user(name: str, email: str, *, admin: bool, actor: Actor, clock: Clock) -> User:
    """Make an account on the word of the operator, who vouches for its address."""
    check_name(name)
    try:
        validate_email(email)
    except ValidationError:
        raise InvalidError(
            "email-invalid", f"{email[:100]!a} is not an e-mail address.", "Correct the address."
        ) from None
    with transaction.atomic():
        take_turn(ACCOUNTS)
        refuse_taken(name)
        user = User(
            username=name,
            folded=fold(name),
            email=email,
            admin=admin,
            created_at=clock.now(),
        )
        user.set_unusable_password()
        user.save()
        vouch(user)
        prove(user.pk, user.email, clock.now())
        note(Happening(Kind.USER_CREATED, user.pk), actor, clock)
        record(
            Event(
                kind=Kind.USER_CREATED,
                actor=actor.name,
                credential=actor.credential,
                facts={"user": name, "admin": admin},
            ),
            clock,
        )
    return user


def refuse_taken(name: str) -> None:
    """Raise ConflictError where somebody has a user name; the caller holds the turn of accounts."""
    if User.objects.filter(folded=fold(name)).exists():
        raise ConflictError(
            "user-name-taken", f"The user name {name!r} is taken.", "Choose another name."
        )


def unclaimed() -> bool:
    """Say whether the registry still waits for its first administrator."""
    return not User.objects.exists()


def find_user(name: str, *, closed: bool = False) -> User:
    """Return the account of a name, if asked for a closed one too; raises NotFoundError."""
    user = User.objects.filter(folded=fold(name)).first()
    if user is None or not (closed or user.is_active):
        raise NotFoundError(
            "no-such-user",
            f"There is no user named {name[:64]!a}.",
            "`strongroom user list` names them all.",
        )
    return user


def matching(login: str) -> tuple[User, ...]:
    """Return the accounts that somebody may mean who signs in by this name or address.

    It asks as allauth's backend does, so that no spelling reaches an account past its limits.
    """
    text = fold(login)
    rows = User.objects.filter(
        Q(folded=text)
        | Q(email=text)
        | Q(pk__in=EmailAddress.objects.filter(email=text).values("user"))
    )
    return tuple(rows.order_by("pk"))


def person(user: User, credential: str, assurance: Assurance, browser: Browser = UNSEEN) -> Actor:
    """Return the actor that a user is by a credential, having proved so much."""
    return Actor(
        kind="person",
        name=user.username,
        credential=credential,
        user_id=user.pk,
        admin=user.admin,
        assurance=assurance,
        browser=browser,
    )
