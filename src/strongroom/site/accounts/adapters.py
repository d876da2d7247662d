"""The hooks of django-allauth: each asks the rooms below.

allauth makes these objects itself, without arguments, so they ask for the house of this process.
"""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest
from django.urls import reverse

from strongroom.core.errors import InvalidError
from strongroom.people.access.demands import demanded
from strongroom.people.accounts import factors, letters
from strongroom.people.accounts.letters import Written
from strongroom.people.accounts.users import check_name, fold, unclaimed
from strongroom.people.models import User
from strongroom.site.accounts.sessions import BROWSER
from strongroom.site.assembly import house
from strongroom.web.accounts.spoken import spoken
from strongroom.web.visitors import tell

_BY_FACTOR = "mfa_reauthenticate"


class Accounts(DefaultAccountAdapter):
    """Accounts: names, sign-up, letters, and what a sign-in leaves in its session."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Say whether strangers may make accounts, which they may not before there is anybody."""
        return house().configuration.sign_up and not unclaimed()

    def clean_username(self, username: str, shallow: bool = False) -> str:  # noqa: FBT001, FBT002 - likewise
        """Refuse a name that nobody can take, or that somebody has."""
        try:
            check_name(username)
        except InvalidError as problem:
            raise ValidationError(f"{problem.sentence} {problem.remedy}") from problem
        return str(super().clean_username(username, shallow))

    def save_user(
        self,
        request: HttpRequest,
        user: AbstractBaseUser,
        form: BaseForm,
        commit: bool = True,  # noqa: FBT001, FBT002 - likewise
    ) -> User:
        """Fill in an account that its owner makes."""
        made = _ours(super().save_user(request, user, form, commit=False))
        made.username = form.cleaned_data["username"]
        made.folded = fold(made.username)
        made.created_at = house().clock.now()
        if commit:
            made.save()
        return made

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Begin a session, and remember whose browser it is."""
        super().login(request, user)
        source = request.META.get("REMOTE_ADDR", "")
        agent = request.META.get("HTTP_USER_AGENT", "")
        request.session[BROWSER] = {"source": source, "agent": agent}

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that the server found, which knows the trusted proxies."""
        return str(request.META.get("REMOTE_ADDR") or "0.0.0.0")  # noqa: S104 - no address at all

    def get_reauthentication_methods(
        self, user: AbstractBaseUser | AnonymousUser
    ) -> list[dict[str, Any]]:
        """Offer the strongest factor first, and a password alone only where there is no factor."""
        offered: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        strong = [one for one in offered if one["id"].startswith(_BY_FACTOR)]
        return sorted(strong or offered, key=lambda one: not one["id"].endswith("webauthn"))

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return where a new password is set: under the configured name, not a request's host."""
        user, _, rest = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": user, "key": rest})
        return f"{house().configuration.url}{path}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write a letter; a worker delivers it."""
        made = house()
        words = {
            "site_name": made.configuration.site_name,
            "public_url": made.configuration.url,
            "current_site": {"name": made.configuration.site_name},  # as allauth's templates say it
            "email": email,
            **context,
        }
        mail = self.render_mail(template_prefix, email, words)
        letters.write(
            Written(email, str(mail.subject), str(mail.body)), made.letters, made.clock.now()
        )

    def add_message(  # noqa: PLR0913, PLR0917 - allauth's signature
        self,
        request: HttpRequest,
        level: int,  # noqa: ARG002 - likewise
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",  # noqa: ARG002 - likewise
        message: str | None = None,
    ) -> None:
        """Leave a message for the next page."""
        text = message or spoken(message_template, message_context or {})
        if text:
            tell(request, text)


class Factors(DefaultMFAAdapter):
    """Second factors: sealed, bound to the registry's own name, and not to be given up at will."""

    def encrypt(self, text: str) -> str:
        """Seal the secret of a factor."""
        return house().seal_factor(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open it."""
        return house().open_factor(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Keep what the account's roles need."""
        return factors.without(authenticator) >= demanded(_ours(authenticator.user))

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Name the relying party by the configuration, and never by what a request says."""
        configuration = house().configuration
        return {"id": urlsplit(configuration.url).hostname or "", "name": configuration.site_name}

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        """Name the account as its owner writes it; the address stays out of the key."""
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return {**entity, "name": _ours(user).username}


def _ours(user: object) -> User:
    """Return an account as the one kind that there is here (AUTH_USER_MODEL)."""
    if not isinstance(user, User):
        raise TypeError(user)
    return user
