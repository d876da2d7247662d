"""Removing factors: one that the account's roles need stays, also where two are removed at once.

allauth asks its adapter for leave before the change, for codes by time only, and holds nothing
meanwhile: of two that are removed at once each would be let go because the other is still there.
"""

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import DeactivateTOTPForm
from allauth.mfa.totp.views import DeactivateTOTPView
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from strongroom.core.errors import ConflictError
from strongroom.people.accounts import factors


class RemoveWebAuthn(RemoveWebAuthnView):
    """Refuses to remove the key that the account's roles need."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """Ask for leave before anything is shown or done."""
        if request.user.is_authenticated:
            _spare(self.get_object())
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def form_valid(self, form: BaseForm) -> HttpResponse:
        """Ask once more, with the account held, and remove it."""
        _still_spare(self.get_object())
        answer: HttpResponse = super().form_valid(form)
        return answer


class RemoveTOTP(DeactivateTOTPView):
    """Removes codes by time where the account's roles can do without."""

    def form_valid(self, form: DeactivateTOTPForm) -> HttpResponse:
        """Ask once more, with the account held, and remove it."""
        _still_spare(self.authenticator)
        answer: HttpResponse = super().form_valid(form)
        return answer


def _still_spare(authenticator: Authenticator) -> None:
    factors.hold(authenticator)
    _spare(authenticator)


def _spare(authenticator: Authenticator) -> None:
    if not get_adapter().can_delete_authenticator(authenticator):
        raise ConflictError(
            "factor-needed",
            "Your roles need this factor: without it you could not act in them.",
            "Add another one first.",
        )
