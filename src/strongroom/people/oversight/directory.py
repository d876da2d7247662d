"""The company's directory: what it may see of the accounts of its people, and do to them.

It makes accounts that wait for their first sign-in, closes those of people who left, and opens
again what it has closed itself, and no others. Whom an administrator has closed stays closed. What
it closes is signed out, and its tokens are revoked for good, in one transaction.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q, QuerySet

from strongroom.core.actors import Actor
from strongroom.core.errors import ConflictError, InvalidError, NotFoundError
from strongroom.core.events import Kind
from strongroom.people.accounts import company
from strongroom.people.accounts.users import ACCOUNTS
from strongroom.people.models import DirectoryEntry, Token, User
from strongroom.people.oversight import accounts
from strongroom.people.recovery.office import Office
from strongroom.people.tokens.minting import revocation
from strongroom.proof.ledger.events import record
from strongroom.proof.ledger.turns import take_turn

DIRECTORY = Actor(kind="registry", name="registry", credential="company directory", admin=True)
_WHY = "the company's directory says so"


@dataclass(frozen=True, slots=True)
class Directory:
    """A directory that is listened to: the mail domains that are its own, and its secret's digest.

    `secret` is the SHA-256 of what it presents.
    """

    domains: frozenset[str]
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Person:
    """An account as the directory sees it: what it called it, and whether it is open."""

    number: int
    user_name: str
    external_id: str
    active: bool
    name: str
    email: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Wish:
    """What the directory wants of an account; None in a field: nothing.

    `email` matters only where an account is made.
    """

    user_name: str | None = None
    external_id: str | None = None
    active: bool | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Sought:
    """By what accounts are sought; all, where nothing is given."""

    user_name: str | None = None
    external_id: str | None = None
    number: int | None = None


def listed(
    domains: Collection[str], sought: Sought, start: int, count: int
) -> tuple[int, tuple[Person, ...]]:
    """Return how many accounts are found, and `count` of them after the first `start`."""
    rows = _of_company(domains)
    if sought.user_name is not None:
        rows = rows.filter(_called(sought.user_name))
    if sought.external_id is not None:
        rows = rows.filter(directory__external_id=sought.external_id)
    if sought.number is not None:
        rows = rows.filter(pk=sought.number)
    page = rows.select_related("directory").order_by("pk")[start : start + count]
    return rows.count(), tuple(map(_person, page))


def find(domains: Collection[str], number: int) -> Person:
    """Return an account; raises NotFoundError for others than the company's too."""
    return _person(_found(domains, number))


def enter(office: Office, domains: Collection[str], wish: Wish) -> Person:
    """Make an account for somebody of the company, which waits for their first sign-in.

    Raises InvalidError where the address is not the company's, ConflictError where there is one.
    """
    user_name = wish.user_name or ""
    email = (wish.email or user_name).lower()
    if not company.vouched(email, domains):
        raise InvalidError(
            "directory-address-foreign",
            "The address of this person is not at a domain of the company.",
            "Send one that is, or add its domain to company_domains.",
        )
    with transaction.atomic():
        take_turn(ACCOUNTS)
        _free(user_name, None)
        user = company.open_account(user_name, email, office.clock)
        DirectoryEntry.objects.create(
            user=user, user_name=user_name, external_id=wish.external_id or "", expected=True
        )
        company.announce(Kind.USER_CREATED, user, DIRECTORY, office.clock)
        if wish.active is False:
            _end(office, user)
    return find(domains, user.pk)


def change(office: Office, domains: Collection[str], number: int, wish: Wish) -> Person:
    """Take what the directory says of an account, and close or open it."""
    with transaction.atomic():
        take_turn(ACCOUNTS)
        user = _found(domains, number)
        entry, _ = DirectoryEntry.objects.get_or_create(
            user=user, defaults={"user_name": _name_of(user)}
        )
        if wish.user_name is not None and wish.user_name.lower() != entry.user_name.lower():
            _free(wish.user_name, user)
        if wish.user_name is not None:
            entry.user_name = wish.user_name
        if wish.external_id is not None:
            entry.external_id = wish.external_id
        entry.save(update_fields=["user_name", "external_id"])
        if wish.active is False:
            _end(office, user)
        elif wish.active and not user.is_active:
            _begin_again(office, user, entry)
    return find(domains, number)


def remove(office: Office, domains: Collection[str], number: int) -> None:
    """Close an account, and let the directory hear no more of it. Its name stays taken."""
    with transaction.atomic():
        take_turn(ACCOUNTS)
        user = _found(domains, number)
        DirectoryEntry.objects.update_or_create(
            user=user,
            defaults={"deleted": True, "expected": False},
            create_defaults={"user_name": _name_of(user), "deleted": True},
        )
        _end(office, user)


def _end(office: Office, user: User) -> None:
    if not user.is_active:
        return
    tokens = list(Token.objects.select_related("user").filter(user=user, revoked_at=None))
    numbers = [one.pk for one in tokens]
    Token.objects.filter(pk__in=numbers).update(revoked_at=office.clock.now())
    accounts.close(office, DIRECTORY, user, _WHY)
    DirectoryEntry.objects.filter(user=user).update(ended=True)
    for token in tokens:
        record(revocation(token, DIRECTORY), office.clock)


def _begin_again(office: Office, user: User, entry: DirectoryEntry) -> None:
    if not entry.ended:
        raise ConflictError(
            "directory-account-closed",
            f"{user.username} was closed by an administrator of this registry.",
            "Ask one to open it again.",
        )
    accounts.reopen(office, DIRECTORY, user, _WHY)


def _of_company(domains: Collection[str]) -> QuerySet[User]:
    """Return the accounts that are linked to the company, or have a verified address of its own."""
    at = Q()
    for one in domains:
        at |= Q(email__endswith=f"@{one}")
    own = EmailAddress.objects.filter(at, verified=True).values("user") if at else ()
    known = Q(company__isnull=False) | Q(directory__isnull=False) | Q(pk__in=own)
    deleted = DirectoryEntry.objects.filter(deleted=True).values("user")
    return User.objects.filter(known).exclude(pk__in=deleted)


def _found(domains: Collection[str], number: int) -> User:
    user = _of_company(domains).select_related("directory").filter(pk=number).first()
    if user is None:
        raise NotFoundError("no-such-user", f"The company has no user {number} here.")
    return user


def _called(user_name: str) -> Q:
    """Return the condition that the directory means an account by a name, in any case."""
    address = EmailAddress.objects.filter(email=user_name.lower(), verified=True)
    by_address = Q(directory=None, pk__in=address.values("user"))
    return Q(directory__user_name__iexact=user_name) | by_address


def _free(user_name: str, but: User | None) -> None:
    rows = DirectoryEntry.objects.filter(user_name__iexact=user_name)
    if but is not None:
        rows = rows.exclude(user=but)
    if rows.exists():
        raise ConflictError(
            "directory-user-exists",
            "Another account has this name in the company's directory.",
            "Find it by its name; one that was deleted there is opened by an administrator.",
        )


def _name_of(user: User) -> str:
    return user.email or user.username


def _person(user: User) -> Person:
    entry: DirectoryEntry | None = getattr(user, "directory", None)
    return Person(
        number=user.pk,
        user_name=entry.user_name if entry else _name_of(user),
        external_id=entry.external_id if entry else "",
        active=user.is_active,
        name=user.username,
        email=user.email,
        made_at=user.created_at,
    )
