"""Accounts of people who sign in by their company: found, made, linked.

An account belongs to a subject of an issuer, never to an address: addresses are given to others. It
is made of itself only for somebody whose address the company vouches for, at a domain of its own,
that no account here has. Whoever has an account already links it while signed in to it.
"""

import re
from collections.abc import Collection
from itertools import chain, count

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from strongroom.core.actors import Actor
from strongroom.core.clock import Clock
from strongroom.core.errors import ConflictError, ForbiddenError
from strongroom.core.events import Event, Kind
from strongroom.people.accounts.addresses import vouch
from strongroom.people.accounts.domains import domain_of, is_plain, prove
from strongroom.people.accounts.notices import Happening, note
from strongroom.people.accounts.statements import Statement
from strongroom.people.accounts.users import ACCOUNTS, RESERVED, fold
from strongroom.people.models import CompanyIdentity, DirectoryEntry, User
from strongroom.proof.ledger.events import record
from strongroom.proof.ledger.turns import take_turn

COMPANY = Actor(kind="registry", name="registry", credential="company login", admin=True)
_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")
_NAME_AT_MOST = 50
_DIRECTORY_AT_MOST = 255


def is_of(email: str, domains: Collection[str]) -> bool:
    """Say whether an address is at one of the company's domains, and not at a part of one."""
    return domain_of(email) in domains


def belongs(user: User, domains: Collection[str]) -> bool:
    """Say whether somebody must sign in by the company: an address of theirs is at its domains."""
    rows = EmailAddress.objects.filter(user=user, verified=True)
    return any(is_of(one, domains) for one in rows.values_list("email", flat=True))


def known(issuer: str, subject: str) -> User | None:
    """Return the account of a subject, whether or not it is still active."""
    row = CompanyIdentity.objects.select_related("user").filter(issuer=issuer, subject=subject)
    found = row.first()
    return found.user if found is not None else None


def make(issuer: str, said: Statement, domains: Collection[str], clock: Clock) -> User:
    """Return the account of somebody who signs in for the first time: made, or waiting for them.

    Raises ForbiddenError where the company does not vouch for an address at its own domains, and
    ConflictError where an account has that address.
    """
    if not vouched(said.email, domains):
        raise ForbiddenError(
            "company-address-missing",
            "The company login vouches for no address that this registry takes from it.",
            "Ask whoever runs this registry for an account.",
        )
    with transaction.atomic():
        take_turn(ACCOUNTS)
        user, told = _expected(said.email), Kind.COMPANY_LINKED
        if user is None:
            user, told = open_account(said.name, said.email, clock), Kind.USER_CREATED
        CompanyIdentity.objects.create(
            user=user, issuer=issuer, subject=said.subject, linked_at=clock.now()
        )
        announce(told, user, COMPANY, clock)
    return user


def vouched(email: str, domains: Collection[str]) -> bool:
    """Say whether an address is one, and the company's."""
    try:
        validate_email(email)
    except ValidationError:
        return False
    return is_plain(email) and is_of(email, domains)


def open_account(wanted: str, email: str, clock: Clock) -> User:
    """Make an account with a verified address, on the company's word, in the caller's transaction.

    It holds the turn of accounts, and announces it. Raises ConflictError.
    """
    # Unverified ones too: theirs may be somebody's who is only about to prove it.
    taken = EmailAddress.objects.filter(email=email).exists()
    if taken or User.objects.filter(email__iexact=email).exists():
        raise ConflictError(
            "company-account-exists",
            "There is an account with this address already.",
            "Sign in to it as before, and then open /account/company/ to link it.",
        )
    name = _free_name(wanted, email)
    user = User(username=name, folded=fold(name), email=email, created_at=clock.now())
    user.set_unusable_password()
    user.save()
    vouch(user)
    prove(user.pk, email, clock.now())
    return user


def announce(kind: Kind, user: User, by: Actor, clock: Clock) -> None:
    """Tell that an account was made or linked, at the end of the transaction that did it."""
    note(Happening(kind, user.pk), by, clock)
    facts: dict[str, object] = {"user": user.username}
    if kind is Kind.USER_CREATED:
        facts["admin"] = False
    record(Event(kind, by.name, by.credential, facts=facts), clock)


def remember(user: User, said: Statement) -> None:
    """Keep what the company calls somebody, so that its directory finds their account by that."""
    name = (said.name or said.email)[:_DIRECTORY_AT_MOST]
    if name:
        DirectoryEntry.objects.get_or_create(user=user, defaults={"user_name": name})


def _expected(email: str) -> User | None:
    """Return the account that the directory made for whoever has an address, and nobody has used.

    The same company vouches for the address in both; whoever has signed in since is not expected.
    """
    rows = DirectoryEntry.objects.select_related("user").filter(
        expected=True, deleted=False, user__email=email, user__company=None, user__last_login=None
    )
    row = rows.first()
    if row is None:
        return None
    DirectoryEntry.objects.filter(pk=row.pk).update(expected=False)
    return row.user


def link(user: User, issuer: str, subject: str, by: Actor, clock: Clock) -> None:
    """Link the account of whoever is signed in to a subject; raises ConflictError."""
    with transaction.atomic():
        take_turn(ACCOUNTS)
        rows = CompanyIdentity.objects
        if rows.filter(user=user).exists() or rows.filter(issuer=issuer, subject=subject).exists():
            raise ConflictError(
                "company-linked",
                "This account, or this company login, is linked to another already.",
                "Sign out, and sign in by the company login.",
            )
        rows.create(user=user, issuer=issuer, subject=subject, linked_at=clock.now())
        announce(Kind.COMPANY_LINKED, user, by, clock)


def set_admin(user: User, clock: Clock, *, given: bool) -> None:
    """Give or take the running of the registry, as groups say; what others gave stays."""
    with transaction.atomic():
        row = CompanyIdentity.objects.select_for_update(no_key=True).get(user=user)
        now = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if given == row.admin or (given and now.admin):
            return
        CompanyIdentity.objects.filter(pk=row.pk).update(admin=given)
        User.objects.filter(pk=user.pk).update(admin=given)
        made, unmade = (
            Happening(Kind.ADMINISTRATOR_MADE, user.pk),
            Happening(Kind.ADMINISTRATOR_UNMADE, user.pk),
        )
        told = made if given else unmade
        note(told, COMPANY, clock)
        facts = {"user": user.username, "reason": "groups of the company"}
        record(Event(told.kind, COMPANY.name, COMPANY.credential, facts=facts), clock)


def _free_name(wanted: str, email: str) -> str:
    """Return a user name like the one that somebody has at their company, and nobody here."""
    text = wanted.partition("@")[0] or email.partition("@")[0]
    plain = _UNFIT.sub("-", text)[:_NAME_AT_MOST].strip("._-") or "person"
    for name in chain([plain], (f"{plain}-{number}" for number in count(2))):
        if fold(name) not in RESERVED and not User.objects.filter(folded=fold(name)).exists():
            return name
    raise AssertionError
