"""The signals of allauth, in one place: each becomes an event and a notice to the account.

Both stand in the transaction of the change where there is one (`web/accounts/urls.py`).
"""

from typing import Any

from allauth.account import signals as account
from allauth.account.authentication import get_authentication_records as records_of
from allauth.account.models import EmailAddress
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.http import HttpRequest

from strongroom.core.actors import SESSION, Actor, Assurance
from strongroom.core.events import Event, Kind
from strongroom.people.accounts import devices, domains, factors, notices
from strongroom.people.accounts.notices import Happening
from strongroom.people.accounts.users import person
from strongroom.people.affairs import closing
from strongroom.people.models import User
from strongroom.people.recovery import acts as recovery
from strongroom.proof.ledger.events import record
from strongroom.site.accounts import guarding
from strongroom.site.assembly import house
from strongroom.web.accounts.devices import held
from strongroom.web.accounts.duty import STOLEN
from strongroom.web.visitors import ENROLLED, browser


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
    mfa.authenticator_used.connect(factor_used)


def signed_up(request: HttpRequest, user: User, **_: Any) -> None:  # noqa: ANN401 - Django's signals carry anything
    """Tell that somebody has made an account."""
    _tell(request, user, Happening(Kind.USER_CREATED, user.pk), admin=False)


def signed_in(request: HttpRequest, user: User, **_: Any) -> None:  # noqa: ANN401
    """Tell that somebody has signed in, and how well they proved who they are.

    From a device that is known, that stands in the log and no letter tells it.
    """
    assurance = factors.shown(records_of(request, user))
    shown = assurance.name.lower().replace("_", "-")
    known = devices.is_known(user.pk, held(request, user.pk), house().clock.now())
    happening = Happening(Kind.SIGNED_IN, user.pk, {"assurance": shown}, quiet=known)
    _tell(request, user, happening, assurance=shown)
    if assurance >= Assurance.MULTI_FACTOR:
        recovery.stop_of(house().office, user, person(user, SESSION, assurance))
    closing.keep(user, _acting(request, user), house().clock)


def password_changed(request: HttpRequest, user: User, **_: Any) -> None:  # noqa: ANN401
    """Tell that a password was set or changed by somebody signed in."""
    request.session.pop(STOLEN, None)
    guarding.forgive_password(user)
    _tell(request, user, Happening(Kind.PASSWORD_CHANGED, user.pk))


def password_reset(request: HttpRequest, user: User, **_: Any) -> None:  # noqa: ANN401
    """Tell that a password was set by a link that was mailed."""
    guarding.forgive_password(user)
    _tell(request, user, Happening(Kind.PASSWORD_RESET, user.pk))


def address_added(
    request: HttpRequest,
    user: User,
    email_address: EmailAddress,
    **_: Any,  # noqa: ANN401
) -> None:
    """Tell that an account has got an address; which one is nobody else's to know."""
    _tell(request, user, Happening(Kind.ADDRESS_ADDED, user.pk, _named(email_address)))


def address_removed(
    request: HttpRequest,
    user: User,
    email_address: EmailAddress,
    **_: Any,  # noqa: ANN401
) -> None:
    """Tell that an account has lost an address, at that address too if it was proved."""
    also = (email_address.email,) if email_address.verified else ()
    happening = Happening(Kind.ADDRESS_REMOVED, user.pk, _named(email_address), also)
    _tell(request, user, happening)


def address_verified(request: HttpRequest, email_address: EmailAddress, **_: Any) -> None:  # noqa: ANN401
    """Tell that an address was proved."""
    user = email_address.user
    with transaction.atomic():
        domains.prove(user.pk, email_address.email, house().clock.now())
        _tell(request, user, Happening(Kind.ADDRESS_VERIFIED, user.pk, _named(email_address)))


def address_preferred(
    request: HttpRequest,
    user: User,
    to_email_address: EmailAddress,
    **_: Any,  # noqa: ANN401
) -> None:
    """Tell that another address is the primary one."""
    facts = _named(to_email_address)
    _tell(request, user, Happening(Kind.PRIMARY_ADDRESS_CHANGED, user.pk, facts))


def factor_added(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:  # noqa: ANN401
    """Tell of a new factor; whoever enrolled it in this session has just shown it."""
    if authenticator.type in {factors.TOTP, factors.WEBAUTHN}:
        at = house().clock.now().timestamp()
        request.session[ENROLLED] = {"user": user.pk, "type": str(authenticator.type), "at": at}
    _of_factor(Kind.FACTOR_ADDED, request, authenticator)


def factor_removed(request: HttpRequest, authenticator: Authenticator, **_: Any) -> None:  # noqa: ANN401
    """Tell that a factor is gone."""
    _of_factor(Kind.FACTOR_REMOVED, request, authenticator)


def factor_reset(request: HttpRequest, authenticator: Authenticator, **_: Any) -> None:  # noqa: ANN401
    """Tell that recovery codes were made anew."""
    _of_factor(Kind.FACTOR_RESET, request, authenticator)


def factor_used(request: HttpRequest, authenticator: Authenticator, **_: Any) -> None:  # noqa: ANN401
    """Tell that a recovery code was used; the use of other factors is told by the sign-in."""
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        _of_factor(Kind.RECOVERY_CODE_USED, request, authenticator)


def _named(address: EmailAddress) -> dict[str, object]:
    return {"address": address.email}


def _of_factor(kind: Kind, request: HttpRequest, authenticator: Authenticator) -> None:
    user = authenticator.user
    if isinstance(user, User):  # AUTH_USER_MODEL
        told = factors.told(kind, authenticator)
        _tell(request, user, told, factor=str(authenticator.type))


def _tell(request: HttpRequest, user: User, happening: Happening, **facts: object) -> None:
    actor, clock = _acting(request, user), house().clock
    event = Event(happening.kind, actor.name, SESSION, facts={"user": user.username, **facts})
    with transaction.atomic():
        notices.note(happening, actor, clock)
        record(event, clock)


def _acting(request: HttpRequest, user: User) -> Actor:
    return person(user, SESSION, Assurance.SINGLE_FACTOR, browser(request))
