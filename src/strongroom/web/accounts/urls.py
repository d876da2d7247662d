"""The addresses of accounts: the views of django-allauth that are used here, and no others.

Their names are those by which allauth finds them. A change of an account and the event, the mail
and the counters that come of it are one transaction; a sign-in is not, because checking a password
takes long and would keep all other writers waiting.
"""

from collections.abc import Callable
from functools import wraps

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path, re_path

from strongroom.core.clock import Clock
from strongroom.web.accounts.confirmation import Confirmation
from strongroom.web.accounts.devices import Devices
from strongroom.web.accounts.removal import RemoveWebAuthn
from strongroom.web.accounts.sessions import Sessions
from strongroom.web.faults import guarded
from strongroom.web.press import Press
from strongroom.web.visitors import for_members

READ = frozenset({"GET", "HEAD"})
BOTH = READ | {"POST"}
SEND = frozenset({"POST"})


def urls(press: Press, clock: Clock) -> list[URLPattern]:
    """Return the addresses below `/account/`."""
    sessions, devices, confirmation = (
        Sessions(press, clock),
        Devices(press, clock),
        Confirmation(press),
    )

    def at(
        route: str,
        view: Callable[..., HttpResponseBase],
        name: str,
        methods: frozenset[str] = BOTH,
    ) -> URLPattern:
        return path(f"account/{route}", guarded(view, press, methods), name=name)

    def change(route: str, view: Callable[..., HttpResponseBase], name: str) -> URLPattern:
        return at(route, _whole(view), name)

    return [
        at("login/", account.login, "account_login"),
        at("logout/", account.logout, "account_logout"),
        at("inactive/", account.account_inactive, "account_inactive", READ),
        at("signup/", account.signup, "account_signup"),
        at("signup/passkey/", account.signup_by_passkey, "account_signup_by_passkey"),
        at("reauthenticate/", account.reauthenticate, "account_reauthenticate"),
        change("addresses/", account.email, "account_email"),
        at("verify/", account.email_verification_sent, "account_email_verification_sent"),
        change("password/change/", account.password_change, "account_change_password"),
        change("password/set/", account.password_set, "account_set_password"),
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
        at("security/", mfa.index, "mfa_index", READ),
        at("security/authenticate/", mfa.authenticate, "mfa_authenticate"),
        at("security/prove/", mfa.reauthenticate, "mfa_reauthenticate"),
        change("security/totp/add/", totp.activate_totp, "mfa_activate_totp"),
        change("security/totp/remove/", totp.deactivate_totp, "mfa_deactivate_totp"),
        at("security/codes/", recovery.view_recovery_codes, "mfa_view_recovery_codes"),
        change(
            "security/codes/new/", recovery.generate_recovery_codes, "mfa_generate_recovery_codes"
        ),
        at("security/codes/text/", recovery.download_recovery_codes, "mfa_download_recovery_codes"),
        at("security/keys/", webauthn.list_webauthn, "mfa_list_webauthn", READ),
        change("security/keys/add/", webauthn.add_webauthn, "mfa_add_webauthn"),
        change("security/keys/<int:pk>/remove/", RemoveWebAuthn.as_view(), "mfa_remove_webauthn"),
        change("security/keys/<int:pk>/name/", webauthn.edit_webauthn, "mfa_edit_webauthn"),
        at("security/keys/prove/", webauthn.reauthenticate_webauthn, "mfa_reauthenticate_webauthn"),
        at("security/keys/login/", webauthn.login_webauthn, "mfa_login_webauthn"),
        at("security/keys/signup/", webauthn.signup_webauthn, "mfa_signup_webauthn"),
        at("sessions/", for_members(sessions.listed), "account_sessions", READ),
        at("device/", confirmation.wait, "account_confirm_device", READ),
        at("device/<str:secret>/", confirmation.confirm, "account_confirm_device_link"),
        at("devices/", for_members(devices.listed), "account_devices", READ),
        at("devices/forget/", for_members(devices.forget), "account_devices_forget", SEND),
        at("sessions/end/", for_members(sessions.end), "account_sessions_end", SEND),
    ]


def _whole(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def answer(request: HttpRequest, /, *args: object, **kwargs: object) -> HttpResponseBase:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        with transaction.atomic():
            return view(request, *args, **kwargs)

    return answer
