"""The rules for passwords (AUTH_PASSWORD_VALIDATORS), and the look among stolen ones.

Length, and not what everybody knows; no rule says of which characters a password is made, because
such rules make worse ones (NIST SP 800-63B-4, 3.1.1.2).
"""

import logging
from functools import cache

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
)
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from strongroom.core.errors import StrongroomError, UnavailableError
from strongroom.people.accounts.passwords import LEAST, holds_only
from strongroom.site.assembly import house

logger = logging.getLogger(__name__)


class Long(MinimumLengthValidator):
    """Refuses short passwords."""

    def __init__(self) -> None:
        """Ask for the least length."""
        super().__init__(LEAST)


class Own:
    """Refuses what everybody can read of an account or of the registry."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError where a password holds little else."""
        configuration = house().configuration
        words = [configuration.site_name, *configuration.hosts, *_words_of(user)]
        if holds_only(password, words):
            raise ValidationError(
                _("This password is the user name, an address or the name of this site."),
                code="password_own",
            )

    def get_help_text(self) -> str:
        """Return what is asked for."""
        return _("It is not your user name, your address or the name of this site.")


class Unstolen:
    """Refuses passwords that were stolen somewhere."""

    def validate(self, password: str, user: object = None) -> None:  # noqa: ARG002 - Django's signature
        """Raise ValidationError where a password was stolen."""
        if is_stolen(password):
            raise ValidationError(
                _("This password was stolen somewhere and is on lists that attackers use."),
                code="password_stolen",
            )

    def get_help_text(self) -> str:
        """Return what is asked for."""
        return _("It is on no list of stolen passwords.")


def is_stolen(password: str) -> bool:
    """Say whether a password is known to attackers.

    Where that cannot be asked, the operator's choice holds: it passes and the log says so, or
    UnavailableError is raised.
    """
    made = house()
    try:
        found = _is_common(password) or made.stolen(password)
    except StrongroomError as problem:
        made.metrics.password_looked_up("unknown")
        logger.warning("stolen passwords could not be asked for: %s", problem.code)
        if made.configuration.breached_passwords_unasked == "admit":
            return False
        raise UnavailableError(
            "breach-list-unasked",
            "It cannot be found out now whether this password was stolen.",
            "Try again later, or sign in with a security key.",
            retry_after=60,
        ) from problem
    made.metrics.password_looked_up("stolen" if found else "clean")
    return found


def _is_common(password: str) -> bool:
    try:
        _common().validate(password)
    except ValidationError:
        return True
    return False


@cache
def _common() -> CommonPasswordValidator:
    return CommonPasswordValidator()


def _words_of(user: object) -> list[str]:
    """Return the names and addresses of an account, which may not have been made yet."""
    words = [str(getattr(user, name, "")) for name in ("username", "folded", "email")]
    if key := getattr(user, "pk", None):
        words += EmailAddress.objects.filter(user_id=key).values_list("email", flat=True)
    return [*words, *(word.partition("@")[0] for word in words if "@" in word)]
