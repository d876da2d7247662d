"""Removing a security key: allauth asks its adapter for leave for codes by time only."""

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from django.http import HttpRequest, HttpResponseBase

from strongroom.core.errors import ConflictError


class RemoveWebAuthn(RemoveWebAuthnView):
    """Refuses to remove the key that the account's roles need."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """Ask for leave before anything is shown or done."""
        if request.user.is_authenticated and not get_adapter().can_delete_authenticator(
            self.get_object()
        ):
            raise ConflictError(
                "factor-needed",
                "Your roles need this security key: without it you could not act in them.",
                "Add another key first.",
            )
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer
