"""The signals of allauth, in one place: each becomes an event in the transaction of its change."""

from typing import Any

from allauth.account import signals as account
from allauth.account.authentication import get_authentication_records as records_of
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from strongroom.core.actors import SESSION, Actor, Assurance
from strongroom.core.events import Event, Kind
from strongroom.people.accounts import factors
from strongroom.people.accounts.users import person
from strongroom.people.models import User
from strongroom.proof.ledger.events import record
from strongroom.site.accounts import guarding
from strongroom.site.assembly import house
from strongroom.web.accounts.duty import STOLEN
from strongroom.web.visitors import ENROLLED


def begin() -> None:
    """Listen."""
    account.user_signed_up.connect(signed_up)
    account.user_logged_in.connect(signed_in)
    account.password_set.connect(password_changed)
    account.password_changed.connect(password_changed)
    account.password_reset.connect(password_reset)
    account.email_added.connect(address_added)
    account.email_removed.connect(address_removed)
    account.email_confirmed.connect(address_verified)
    account.email_changed.connect(address_preferred)
    mfa.authenticator_added.connect(factor_added)
    mfa.authenticator_removed.connect(factor_removed)
    mfa.authenticator_reset.connect(factor_reset)


def signed_up(user: User, **_: Any) -> None:  # noqa: ANN401 - Django's signals carry anything
    """Tell that somebody has made an account."""
    _tell(Kind.USER_CREATED, user, admin=False)


def signed_in(request: HttpRequest, user: User, **_: Any) -> None:  # noqa: ANN401
    """Tell that somebody has signed in, and how well they proved who they are."""
    shown = factors.shown(records_of(request, user))
    _tell(Kind.SIGNED_IN, user, assurance=shown.name.lower().replace("_", "-"))


def password_changed(request: HttpRequest, user: User, **_: Any) -> None:  # noqa: ANN401
    """Tell that a password was set or changed by somebody signed in."""
    request.session.pop(STOLEN, None)
    guarding.forgive_password(user)
    _tell(Kind.PASSWORD_CHANGED, user)


def password_reset(user: User, **_: Any) -> None:  # noqa: ANN401
    """Tell that a password was set by a link that was mailed."""
    guarding.forgive_password(user)
    _tell(Kind.PASSWORD_RESET, user)


def address_added(user: User, **_: Any) -> None:  # noqa: ANN401
    """Tell that an account has got an address; which one is nobody else's to know."""
    _tell(Kind.ADDRESS_ADDED, user)


def address_removed(user: User, **_: Any) -> None:  # noqa: ANN401
    """Tell that an account has lost an address."""
    _tell(Kind.ADDRESS_REMOVED, user)


def address_verified(email_address: Any, **_: Any) -> None:  # noqa: ANN401
    """Tell that an address was proved."""
    _tell(Kind.ADDRESS_VERIFIED, email_address.user)


def address_preferred(user: User, **_: Any) -> None:  # noqa: ANN401
    """Tell that another address is the primary one."""
    _tell(Kind.PRIMARY_ADDRESS_CHANGED, user)


def factor_added(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:  # noqa: ANN401
    """Tell of a new factor; whoever enrolled it in this session has just shown it."""
    if authenticator.type in {factors.TOTP, factors.WEBAUTHN}:
        request.session[ENROLLED] = {"user": user.pk, "type": str(authenticator.type)}
    record(factors.added(user, str(authenticator.type), _self(user)), house().clock)


def factor_removed(user: User, authenticator: Authenticator, **_: Any) -> None:  # noqa: ANN401
    """Tell that a factor is gone."""
    record(factors.removed(user, str(authenticator.type), _self(user)), house().clock)


def factor_reset(user: User, authenticator: Authenticator, **_: Any) -> None:  # noqa: ANN401
    """Tell that recovery codes were made anew."""
    _tell(Kind.FACTOR_RESET, user, factor=str(authenticator.type))


def _self(user: User) -> Actor:
    return person(user, SESSION, Assurance.SINGLE_FACTOR)


def _tell(kind: Kind, user: User, **facts: object) -> None:
    event = Event(kind, user.username, SESSION, facts={"user": user.username, **facts})
    record(event, house().clock)
