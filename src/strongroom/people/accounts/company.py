"""Accounts of people who sign in by their company: found, made, linked.

An account belongs to a subject of an issuer, never to an address: addresses are given to others. It
is made of itself only for somebody whose address the company vouches for, at a domain of its own,
that no account here has. Whoever has an account already links it while signed in to it.
"""

import re
from collections.abc import Collection
from itertools import chain, count

from allauth.account.models import EmailAddress
from django.db import transaction

from strongroom.core.actors import Actor
from strongroom.core.clock import Clock
from strongroom.core.errors import ConflictError, ForbiddenError
from strongroom.core.events import Event, Kind
from strongroom.people.accounts.addresses import vouch
from strongroom.people.accounts.domains import domain_of, prove
from strongroom.people.accounts.notices import Happening, note
from strongroom.people.accounts.statements import Statement
from strongroom.people.accounts.users import ACCOUNTS, RESERVED, fold
from strongroom.people.models import CompanyIdentity, User
from strongroom.proof.ledger.events import record
from strongroom.proof.ledger.turns import take_turn

COMPANY = Actor(kind="registry", name="registry", credential="company login", admin=True)
_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")
_NAME_AT_MOST = 50


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
    """Make an account for somebody who signs in for the first time.

    Raises ForbiddenError where the company does not vouch for an address at its own domains, and
    ConflictError where an account has that address.
    """
    if not said.email or not is_of(said.email, domains):
        raise ForbiddenError(
            "company-address-missing",
            "The company login vouches for no address that this registry takes from it.",
            "Ask whoever runs this registry for an account.",
        )
    with transaction.atomic():
        take_turn(ACCOUNTS)
        # Unverified ones too: theirs may be somebody's who is only about to prove it.
        taken = EmailAddress.objects.filter(email=said.email).exists()
        if taken or User.objects.filter(email__iexact=said.email).exists():
            raise ConflictError(
                "company-account-exists",
                "There is an account with this address already.",
                "Sign in to it as before, and then open /account/company/ to link it.",
            )
        name = _free_name(said)
        user = User(username=name, folded=fold(name), email=said.email, created_at=clock.now())
        user.set_unusable_password()
        user.save()
        vouch(user)
        prove(user.pk, said.email, clock.now())
        CompanyIdentity.objects.create(
            user=user, issuer=issuer, subject=said.subject, linked_at=clock.now()
        )
        note(Happening(Kind.USER_CREATED, user.pk), COMPANY, clock)
        facts = {"user": name, "admin": False}
        record(Event(Kind.USER_CREATED, COMPANY.name, COMPANY.credential, facts=facts), clock)
    return user


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
        note(Happening(Kind.COMPANY_LINKED, user.pk), by, clock)
        facts = {"user": user.username}
        record(Event(Kind.COMPANY_LINKED, by.name, by.credential, facts=facts), clock)


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


def _free_name(said: Statement) -> str:
    """Return a user name like the one that somebody has at their company, and nobody here."""
    wanted = said.name.partition("@")[0] or said.email.partition("@")[0]
    plain = _UNFIT.sub("-", wanted)[:_NAME_AT_MOST].strip("._-") or "person"
    for name in chain([plain], (f"{plain}-{number}" for number in count(2))):
        if fold(name) not in RESERVED and not User.objects.filter(folded=fold(name)).exists():
            return name
    raise AssertionError
