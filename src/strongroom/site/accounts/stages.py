"""The stage of django-allauth in which a sign-in from an unknown device waits for a mail."""

import secrets

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.stages import LoginStage
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from strongroom.core.actors import Assurance
from strongroom.people.accounts import addresses, devices, factors, guesses
from strongroom.people.accounts.guesses import Watched
from strongroom.people.accounts.limits import MAILED_CODE
from strongroom.people.models import User
from strongroom.site.assembly import house
from strongroom.web.accounts.confirmation import DIGEST, PROVED, STAGE, digest_of
from strongroom.web.accounts.devices import held
from strongroom.web.visitors import COMPANY, see_other


class UnknownDevice(LoginStage):
    """Holds a sign-in until its owner says by mail that it is theirs.

    A security key cannot be shown to a copy of our pages, so it needs no mail; but nobody watches
    over an account that has slept for a year, so there every sign-in does.
    """

    key = STAGE
    urlname = "account_confirm_device"

    def handle(self) -> tuple[HttpResponseBase | None, bool]:
        """Let the sign-in go on, or send the mail and hold it."""
        user = self.login.user
        if not isinstance(user, User) or not self._is_held(user):
            return None, True
        # What the owner gets is not the attacker's to choose: so many mails, and then a pause.
        guesses.take([Watched(f"device-mail:{user.pk}", MAILED_CODE)], timezone.now().timestamp())
        secret = secrets.token_urlsafe(32)
        self.state[DIGEST] = digest_of(secret)
        path = reverse("account_confirm_device_link", args=[secret])
        # The name of the browser is left out: whoever signs in could write to the owner by it.
        context = {
            "user": user,
            "name": user.username,
            "link": house().configuration.url + path,
            "source": self.request.META.get("REMOTE_ADDR", ""),
        }
        for address in addresses.verified(user.pk):
            get_adapter().send_mail("account/email/device", address, context)
        return see_other(reverse(self.urlname)), True

    def _is_held(self, user: User) -> bool:
        session, now = self.request.session, timezone.now()
        # The company watches over the devices of its people.
        if (self.login.signal_kwargs or {}).get(COMPANY):
            return False
        if session.get(PROVED) == user.pk:
            return False
        if devices.is_dormant(user, now):
            return True
        shown = factors.shown(get_authentication_records(self.request, user))
        if shown >= Assurance.PHISHING_RESISTANT:
            return False
        return not devices.is_known(user.pk, held(self.request, user.pk), now)
