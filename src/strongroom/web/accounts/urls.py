"""The addresses of accounts: the views of django-allauth that are used here, and no others.

Their names are those by which allauth finds them. A change of an account and the event and the
letters that come of it are one transaction; a sign-in changes nothing. What would give an account
to a stranger asks for its strongest factor first: most of allauth's views do so themselves, the
others are told to.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account import views as account
from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.db import connection, transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path, re_path
from django.views.generic.edit import FormView

from strongroom.core.clock import Clock
from strongroom.web.accounts.confirmation import Confirmation
from strongroom.web.accounts.devices import Devices
from strongroom.web.accounts.disowning import Disowning
from strongroom.web.accounts.leaving import Leaving
from strongroom.web.accounts.origin import from_here
from strongroom.web.accounts.removal import RemoveTOTP, RemoveWebAuthn
from strongroom.web.accounts.renaming import RenameWebAuthn
from strongroom.web.accounts.security import Security
from strongroom.web.accounts.sessions import Sessions
from strongroom.web.accounts.telling import NOT_ME
from strongroom.web.faults import guarded
from strongroom.web.press import Press
from strongroom.web.visitors import for_members, see_other

READ = frozenset({"GET", "HEAD"})
BOTH = READ | {"POST"}
SEND = frozenset({"POST"})
ONCE = frozenset({"GET"})


def urls(press: Press, clock: Clock, disavowing: bytes) -> list[URLPattern]:
    """Return the addresses below `/account/`, and that of links by which one disowns.

    `disavowing` is the key of those links.
    """
    sessions, security = Sessions(press, clock), Security(press, clock)
    devices, confirmation = Devices(press, clock), Confirmation(press)
    disowning, leaving = Disowning(press, clock, disavowing), Leaving(press, clock)

    def at(
        route: str,
        view: Callable[..., HttpResponseBase],
        name: str,
        methods: frozenset[str] = BOTH,
    ) -> URLPattern:
        return path(f"account/{route}", guarded(view, press, methods), name=name)

    def change(route: str, view: Callable[..., HttpResponseBase], name: str) -> URLPattern:
        return at(route, _whole(view), name)

    def by_key(route: str, view: Callable[..., HttpResponseBase], name: str) -> URLPattern:
        return at(route, from_here(view, press.public_url), name)

    return [
        at("login/", account.login, "account_login"),
        at("logout/", account.logout, "account_logout"),
        at("inactive/", account.account_inactive, "account_inactive", READ),
        change("signup/", account.signup, "account_signup"),
        change("signup/passkey/", account.signup_by_passkey, "account_signup_by_passkey"),
        at("reauthenticate/", account.reauthenticate, "account_reauthenticate"),
        at("addresses/", _at_once(account.email), "account_email"),
        at("verify/", _at_once(account.email_verification_sent), "account_email_verification_sent"),
        at(
            "password/change/",
            _proved(_whole(account.password_change)),
            "account_change_password",
        ),
        at("password/set/", _proved(_whole(account.password_set)), "account_set_password"),
        at("password/reset/", account.password_reset, "account_reset_password"),
        at("password/reset/sent/", account.password_reset_done, "account_reset_password_done"),
        at(
            "password/reset/done/",
            account.password_reset_from_key_done,
            "account_reset_password_from_key_done",
        ),
        re_path(
            # A key has hyphens of its own; whose it is has none.
            r"^account/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
            guarded(_whole(account.password_reset_from_key), press, BOTH),
            name="account_reset_password_from_key",
        ),
        at("security/", for_members(security.show), "mfa_index", READ),
        by_key("security/authenticate/", mfa.authenticate, "mfa_authenticate"),
        at("security/prove/", mfa.reauthenticate, "mfa_reauthenticate"),
        change("security/totp/add/", totp.activate_totp, "mfa_activate_totp"),
        change("security/totp/remove/", RemoveTOTP.as_view(), "mfa_deactivate_totp"),
        # Not by HEAD: whoever looks ahead would use up the one time that they are shown.
        at("security/codes/", recovery.view_recovery_codes, "mfa_view_recovery_codes", ONCE),
        change(
            "security/codes/new/", recovery.generate_recovery_codes, "mfa_generate_recovery_codes"
        ),
        at("security/keys/", for_members(security.keys), "mfa_list_webauthn", READ),
        by_key("security/keys/add/", _whole(webauthn.add_webauthn), "mfa_add_webauthn"),
        change("security/keys/<int:pk>/remove/", RemoveWebAuthn.as_view(), "mfa_remove_webauthn"),
        change(
            "security/keys/<int:pk>/name/",
            RenameWebAuthn.as_view(clock=clock),
            "mfa_edit_webauthn",
        ),
        by_key(
            "security/keys/prove/", webauthn.reauthenticate_webauthn, "mfa_reauthenticate_webauthn"
        ),
        by_key("security/keys/login/", webauthn.login_webauthn, "mfa_login_webauthn"),
        by_key("security/keys/signup/", _whole(webauthn.signup_webauthn), "mfa_signup_webauthn"),
        at("sessions/", for_members(sessions.listed), "account_sessions", READ),
        at("device/", confirmation.wait, "account_confirm_device", READ),
        at("device/<str:secret>/", confirmation.confirm, "account_confirm_device_link"),
        at("devices/", for_members(devices.listed), "account_devices", READ),
        at("devices/forget/", for_members(devices.forget), "account_devices_forget", SEND),
        at("sessions/end/", for_members(sessions.end), "account_sessions_end", SEND),
        at("log/", for_members(disowning.show), "account_log", READ),
        at("log/<int:number>/not-me/", for_members(disowning.by_line), "account_disown"),
        at("data/", for_members(leaving.data), "account_data"),
        at("close/", for_members(leaving.close), "account_close"),
        path(
            f"{NOT_ME.strip('/')}/<str:secret>",
            guarded(disowning.by_link, press, BOTH),
            name="not_me",
        ),
    ]


def _whole(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Return a view of allauth that does in one transaction what a form asks for.

    The form is judged before: a guess must be counted even where the change fails, and passwords
    are looked up elsewhere while no transaction is open.
    """
    made: Any = view.view_class  # type: ignore[attr-defined] # Django's `as_view` sets it

    def form_valid(self: FormView[BaseForm], form: BaseForm) -> HttpResponseBase:
        with _together():
            response: HttpResponseBase = made.form_valid(self, form)
        return response

    whole: type[FormView[BaseForm]] = type(made.__name__, (made,), {"form_valid": form_valid})
    return whole.as_view(**view.view_initkwargs)  # type: ignore[attr-defined] # likewise


@contextmanager
def _together() -> Iterator[None]:
    with transaction.atomic():
        before = len(connection.run_on_commit)
        yield
        # allauth tells of some changes after their commit; a crash there would leave no event and
        # no letter. So it tells of them just before.
        told = connection.run_on_commit[before:]
        del connection.run_on_commit[before:]
        for waiting in told:
            waiting[1]()


def _at_once(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def answer(request: HttpRequest, /, *args: object, **kwargs: object) -> HttpResponseBase:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        with _together():
            return view(request, *args, **kwargs)

    return answer


def _proved(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    proved = reauthentication_required(view, app="allauth.account")

    @wraps(view)
    def answer(request: HttpRequest, /, *args: object, **kwargs: object) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return view(request, *args, **kwargs)
        try:
            response: HttpResponseBase = proved(request, *args, **kwargs)
        except ReauthenticationRequired:
            # allauth would keep a form that was sent, passwords included, to send it again later.
            first = get_adapter(request).get_reauthentication_methods(request.user)[0]["url"]
            return see_other(f"{first}?{urlencode({'next': request.path})}")
        return response

    return answer
