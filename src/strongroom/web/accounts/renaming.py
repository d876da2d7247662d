"""Giving a security key another name: allauth tells nobody of it."""

from typing import TYPE_CHECKING

from allauth.mfa.webauthn.views import EditWebAuthnView
from django.forms import ModelForm

from strongroom.core.clock import Clock, SystemClock
from strongroom.people.accounts import factors
from strongroom.web.visitors import acting, visitor

if TYPE_CHECKING:
    from django.http import HttpResponse


class RenameWebAuthn(EditWebAuthnView):
    """Renames a key, and tells its owner: by its name one knows which to remove."""

    clock: Clock = SystemClock()

    def form_valid(self, form: ModelForm) -> "HttpResponse":  # type: ignore[type-arg] # as Django's own
        """Take the new name."""
        answer: HttpResponse = super().form_valid(form)
        user = visitor(self.request)
        if user is not None:
            factors.renamed(self.object, acting(self.request, user), self.clock)
        return answer
