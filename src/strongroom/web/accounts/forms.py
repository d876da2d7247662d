"""Forms of accounts that ask for more than those of allauth do."""

from allauth.mfa.base.forms import ReauthenticateForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from strongroom.people.accounts import factors
from strongroom.people.accounts.keyring import keyring


class Reauthenticate(ReauthenticateForm):
    """Takes no code of an app from whoever has a key: that would be the weaker proof."""

    def clean_code(self) -> str:
        """Refuse a right code, too, where a key is to be shown."""
        code: str = super().clean_code()
        if self.authenticator.type == factors.TOTP and keyring(self.user.pk).keys:
            raise ValidationError(
                gettext("Use your key, or one of your recovery codes if you have lost it.")
            )
        return code
