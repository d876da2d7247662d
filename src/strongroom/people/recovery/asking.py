"""Asking for a recovery by mail: a link to the verified primary address, and to no other.

Whoever asks is told the same whether there is such an account or not, and mails are few.
"""

from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction

from strongroom.core.errors import ForbiddenError
from strongroom.people.accounts import counters
from strongroom.people.accounts.users import fold
from strongroom.people.models import User
from strongroom.people.recovery import letters, links
from strongroom.people.recovery.acts import primary_of
from strongroom.people.recovery.office import ASK_FOR, Office

PAUSE = timedelta(minutes=10)  # between two mails to one account


def mail_link(office: Office, named: str) -> None:
    """Mail the link to the account of a user name or address, if there is one that can recover."""
    user = _named(named.strip())
    if user is None or not Authenticator.objects.filter(user=user).exists():
        return
    try:
        email = primary_of(user)
    except ForbiddenError:
        return
    now = office.clock.now()
    key, moment = f"recovery {user.pk}", now.timestamp()
    with transaction.atomic():
        if not counters.add(key, 1, moment + PAUSE.total_seconds(), moment):
            return
        secret = links.to_ask(office.key, user.pk, email, now + ASK_FOR)
        address = f"{office.url}{letters.ASK}{secret}/"
        office.tell_one(email, *letters.asking(user.username, address))


def account_of(office: Office, secret: str) -> User:
    """Return the account that a mailed link is for; raises ForbiddenError."""
    user = User.objects.filter(pk=links.user_of(secret), is_active=True).first()
    if user is None:
        raise links.refused()
    if not links.is_to_ask(office.key, secret, primary_of(user), office.clock.now()):
        raise links.refused()
    return user


def _named(named: str) -> User | None:
    if "@" not in named:
        return User.objects.filter(folded=fold(named), is_active=True).first()
    row = EmailAddress.objects.select_related("user").filter(
        email=named.lower(), primary=True, verified=True, user__is_active=True
    )
    found = row.first()
    return found.user if found else None
