"""What stands between a guess and an account: who is counted for it, and who is told.

A browser that has signed in to an account before is counted by itself, and so are strangers, by
account and by source: strangers can take the way by password from each other, and from nobody
else. Nothing here is asked where a security key is shown. Whether an account exists changes neither
what is counted nor what is answered.
"""

import ipaddress
from collections.abc import Collection, Sequence
from typing import Literal, TypeAlias

from allauth.account.adapter import get_adapter
from django.http import HttpRequest
from django.utils import timezone

from strongroom.core.errors import TooOftenError
from strongroom.people.accounts import addresses, counters, devices, guesses
from strongroom.people.accounts.guesses import Watched
from strongroom.people.accounts.limits import ACCOUNT, LETTERS, MAILED_CODE, SOURCE
from strongroom.people.accounts.sessions import digest_of
from strongroom.people.accounts.users import matching
from strongroom.people.models import User
from strongroom.site.assembly import house
from strongroom.web.accounts.devices import held

Secret: TypeAlias = Literal["password", "factor", "code", "directory"]
_TOLD_EVERY = 24 * 3600.0  # seconds


def at_password(request: HttpRequest, login: str) -> tuple[Sequence[Watched], Sequence[User]]:
    """Return what a guess at a password is counted for, and whose account it may be."""
    users = matching(login)
    if users:
        return _watched(request, "password", users), users
    name = Watched(f"password:name:{guesses.hidden(login.lower())}", ACCOUNT)
    return (name, _source(request)), ()


def at_account(request: HttpRequest, secret: Secret, user: User) -> Sequence[Watched]:
    """Return what a guess at a secret of one account is counted for."""
    return _watched(request, secret, [user])


def at_mailed_code(request: HttpRequest) -> Sequence[Watched]:
    """Return what a guess at a code is counted for that was mailed for this session."""
    session = digest_of(str(request.session.session_key))
    return Watched(f"code:session:{session}", MAILED_CODE), _source(request)


def at_directory(request: HttpRequest) -> None:
    """Count a wrong secret of a company's directory; raises TooOftenError."""
    take("directory", (_source(request),))


def take(secret: Secret, watched: Collection[Watched], users: Collection[User] = ()) -> None:
    """Count a guess before it is checked, and write to the owners when it is time to.

    Raises TooOftenError.
    """
    try:
        told = guesses.take(watched, _now())
    except TooOftenError:
        house().metrics.guess_refused(secret)
        raise
    if told:
        for user in users:
            _warn(user, secret)


def give_back(watched: Collection[Watched]) -> None:
    """Uncount a guess that was right."""
    guesses.give_back(watched, _now())


def forgive_password(user: User) -> None:
    """Forget guesses of strangers at a password that is another now."""
    guesses.forgive([_of_account("password", user)])


def may_write(kind: str, email: str) -> bool:
    """Say whether one more letter of a kind may go to an address now, and count it.

    Whoever asks is answered the same in both cases: pages do not tell what became of a letter.
    """
    watched = Watched(f"letters:{kind}:{guesses.hidden(email.lower())}", LETTERS)
    try:
        guesses.take((watched,), _now())
    except TooOftenError:
        return False
    return True


def ours(user: object) -> User:
    """Return an account as the one kind that there is here (AUTH_USER_MODEL)."""
    if not isinstance(user, User):
        raise TypeError(user)
    return user


def use_once(user: User, code: str) -> bool:
    """Note that a code by time was used; says whether it was not before.

    allauth forgets it after one step of 30 s, but takes it for three (RFC 6238, 5.2: only once).
    """
    digits = "".join(str(int(sign)) for sign in code if sign.isdecimal())
    key, now = f"code-used:{user.pk}:{guesses.hidden(digits)}", _now()
    return counters.add(key, value=True, ends_at=now + 120.0, now=now)


def _watched(request: HttpRequest, secret: Secret, users: Sequence[User]) -> Sequence[Watched]:
    # An address may belong to several accounts, one of them the attacker's own: a device that is
    # known to that one must not open the others to guesses.
    counted, strange = [], False
    for user in users:
        cookie = held(request, user.pk)
        if cookie and devices.is_known(user.pk, cookie, timezone.now()):
            name = f"{secret}:device:{user.pk}:{guesses.hidden(cookie)}"
            counted.append(Watched(name, ACCOUNT))
        else:
            strange = True
            counted.append(_of_account(secret, user))
    return [*counted, _source(request)] if strange else counted


def _of_account(secret: Secret, user: User) -> Watched:
    return Watched(f"{secret}:account:{user.pk}", ACCOUNT)


def _source(request: HttpRequest) -> Watched:
    text = get_adapter().get_client_ip(request)
    address = ipaddress.ip_address(text)
    # Whoever has one address of IPv6 has 2^64 of them (RFC 6177).
    network = ipaddress.ip_network(f"{text}/64", strict=False) if address.version > 4 else text  # noqa: PLR2004 - IPv4
    return Watched(f"source:{network}", SOURCE)


def _warn(user: User, secret: Secret) -> None:
    now = _now()
    if not counters.add(f"warned:{secret}:{user.pk}", True, now + _TOLD_EVERY, now):  # noqa: FBT003 - a value
        return
    context = {"user": user, "name": user.username, "secret": secret}
    for address in addresses.verified(user.pk):
        get_adapter().send_mail("account/email/guesses", address, context)


def _now() -> float:
    return timezone.now().timestamp()
