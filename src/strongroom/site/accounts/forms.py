"""Forms of django-allauth in which a secret can be guessed; each counts the guess first."""

from collections.abc import Callable

from allauth.account.forms import ChangePasswordForm, ConfirmEmailVerificationCodeForm
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext

from strongroom.people.accounts import factors
from strongroom.people.accounts.keyring import keyring
from strongroom.site.accounts import guarding


class ChangePassword(ChangePasswordForm):
    """The present password is asked for."""

    def clean_oldpassword(self) -> str:
        """Check it, as a guess; raises TooOftenError."""
        user = guarding.ours(self.user)
        watched = guarding.at_account(_request(), "password", user)
        guarding.take("password", watched, [user])
        password = str(super().clean_oldpassword())
        guarding.give_back(watched)
        return password


class MailedCode(ConfirmEmailVerificationCodeForm):
    """A code is asked for that was mailed.

    allauth counts tries in the session, where of many requests at once each reads the same count.
    """

    def clean_code(self) -> str:
        """Check it, as a guess; raises TooOftenError."""
        watched = guarding.at_mailed_code(_request())
        guarding.take("code", watched)
        code = str(super().clean_code())
        guarding.give_back(watched)
        return code


class FactorCode(AuthenticateForm):
    """A code by time or a recovery code is asked for, at a sign-in."""

    def clean_code(self) -> str:
        """Check it, as a guess; raises TooOftenError."""
        return _counted(self, super().clean_code)


class FirstCode(ActivateTOTPForm):
    """The first code of an app is asked for; whoever saw it cannot sign in by it a moment later."""

    def clean_code(self) -> str:
        """Check it, and note that it was used."""
        code = str(super().clean_code())
        if not guarding.use_once(guarding.ours(self.user), code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class FactorCodeAgain(ReauthenticateForm):
    """A code is asked for, of somebody who is signed in.

    It takes no code of an app from whoever has a key: that would be the weaker proof.
    """

    def clean_code(self) -> str:
        """Check it, as a guess; raises TooOftenError. Where there is a key a right code fails."""
        code = _counted(self, super().clean_code)
        if self.authenticator.type == factors.TOTP and keyring(self.user.pk).keys:
            raise ValidationError(
                gettext("Use your key, or one of your recovery codes if you have lost it.")
            )
        return code


def _counted(form: BaseAuthenticateForm, check: Callable[[], str]) -> str:
    watched = guarding.at_account(_request(), "factor", form.user)
    guarding.take("factor", watched, [form.user])
    code = str(check())
    by_time = form.authenticator.type == factors.TOTP
    if by_time and not guarding.use_once(form.user, code):
        raise get_adapter().validation_error("incorrect_code")
    guarding.give_back(watched)
    return code


def _request() -> HttpRequest:
    request = context.request
    if not isinstance(request, HttpRequest):
        raise TypeError(request)
    return request
