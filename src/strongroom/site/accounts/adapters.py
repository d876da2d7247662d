"""The hooks of django-allauth: each asks the rooms below.

allauth makes these objects itself, without arguments, so they ask for the house of this process.
"""

import logging
import secrets
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records as records_of
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import constants as levels
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from strongroom.core.actors import Assurance
from strongroom.core.errors import ConflictError, InvalidError
from strongroom.packages.catalog.demands import demanded
from strongroom.people.accounts import devices, domains, factors, letters
from strongroom.people.accounts.company import belongs, is_of
from strongroom.people.accounts.guesses import Watched
from strongroom.people.accounts.keyring import keyring
from strongroom.people.accounts.letters import Written
from strongroom.people.accounts.users import (
    ACCOUNTS,
    check_name,
    fold,
    refuse_taken,
    unclaimed,
)
from strongroom.people.models import User
from strongroom.people.oversight import names, switches
from strongroom.proof.ledger.turns import take_turn
from strongroom.site.accounts import guarding
from strongroom.site.accounts.passwords import is_stolen
from strongroom.site.accounts.sessions import BROWSER
from strongroom.site.assembly import house
from strongroom.site.company import domains as domains_of
from strongroom.web.accounts.confirmation import PROVED
from strongroom.web.accounts.devices import held, keep
from strongroom.web.accounts.duty import STOLEN
from strongroom.web.accounts.spoken import spoken
from strongroom.web.visitors import COMPANY, ENROLLED, SECURITY, SIGN_IN, assurance, tell

logger = logging.getLogger(__name__)

_PROVING = "account/email/email_confirmation"  # with or without a sign-up
_BY_CODE, _BY_KEY = "mfa_reauthenticate", "mfa_reauthenticate:webauthn"
_FACTORS_SHOWN = "allauth.mfa.stages.AuthenticateStage"
_ADDRESS_PROVED = "allauth.account.stages.EmailVerificationStage"
_UNKNOWN_DEVICE = "strongroom.site.accounts.stages.UnknownDevice"


class Accounts(DefaultAccountAdapter):
    """Accounts: names, sign-up, letters, and what a sign-in leaves in its session."""

    _watched: Sequence[Watched] = ()

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Say whether strangers may make accounts, which they may not before there is anybody."""
        opened = house().configuration.sign_up and not unclaimed()
        return opened and not switches.why_off(switches.Name.SIGN_UP)

    def clean_username(self, username: str, shallow: bool = False) -> str:  # noqa: FBT001, FBT002 - likewise
        """Refuse a name that nobody can take, that somebody has, or that speaks for others."""
        try:
            check_name(username)
            if not shallow:
                names.may_sign_up(username, house().configuration.site_name)
        except (ConflictError, InvalidError) as problem:
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
            with transaction.atomic():
                # Of two who want a name at once each was told that it is free.
                take_turn(ACCOUNTS)
                refuse_taken(made.username)
                made.save()
        return made

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Begin a session, and remember whose browser it is."""
        super().login(request, user)
        source = request.META.get("REMOTE_ADDR", "")
        agent = request.META.get("HTTP_USER_AGENT", "")
        request.session[BROWSER] = {"source": source, "agent": agent}

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:  # noqa: ANN401 - allauth's signature
        """Count a guess at a password before it is checked; raises TooOftenError."""
        login = str(credentials.get("username") or credentials.get("email") or "")
        self._watched, users = guarding.at_password(request, login)
        guarding.take("password", self._watched, users)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:  # noqa: ANN401 - likewise
        """Check a password; one that was stolen has to be changed before anything else."""
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if user is not None:
            guarding.give_back(self._watched)
            if is_stolen(str(credentials["password"])):
                request.session[STOLEN] = user.pk
        return user

    def send_account_already_exists_mail(self, email: str) -> None:
        """Tell the owner of an address that somebody signs up with it."""
        # As long as making an account takes, or the time would tell that there is one.
        if self.request is not None and "password1" in self.request.POST:
            make_password(self.request.POST["password1"])
        super().send_account_already_exists_mail(email)

    def pre_login(
        self,
        request: HttpRequest,
        user: AbstractBaseUser,
        *,
        signal_kwargs: dict[str, Any] | None,
        **named: Any,  # noqa: ANN401 - allauth's signature
    ) -> HttpResponse | None:
        """Have the people of a company sign in by it, and nobody else in their name."""
        by_company = bool(signal_kwargs and signal_kwargs.get(COMPANY))
        if not by_company and belongs(_ours(user), domains_of(house().configuration)):
            tell(request, gettext("Please sign in by your company."), grave=True)
            return HttpResponseRedirect(SIGN_IN)
        return super().pre_login(request, user, signal_kwargs=signal_kwargs, **named)

    def clean_email(self, email: str) -> str:
        """Refuse addresses of the company, which vouches for them itself, and unclear ones."""
        if is_of(email, domains_of(house().configuration)):
            raise ValidationError(gettext("Please sign in by your company."))
        if not domains.is_plain(email):
            raise ValidationError(gettext("This domain is not written as mail servers know it."))
        return str(super().clean_email(email))

    def get_login_stages(self) -> list[str]:
        """Ask for the second factor before anything is mailed, since mail may be read by others.

        Sign-ins from unknown devices are held at the end, when it is known who asks.
        """
        stages = sorted(super().get_login_stages(), key=lambda one: one != _FACTORS_SHOWN)
        stages.insert(stages.index(_ADDRESS_PROVED) + 1, _UNKNOWN_DEVICE)
        return stages

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Take an address as proved; one that has lapsed only with a second factor besides.

        This browser has just proved that it can read the account's mail, which is remembered.
        """
        user = _ours(email_address.user)
        known = assurance(request, user) >= Assurance.MULTI_FACTOR
        if domains.has_lapsed(user.pk, email_address.email) and not known:
            tell(
                request, gettext("This address has lapsed. Show a second factor first."), grave=True
            )
            return False
        done = bool(super().confirm_email(request, email_address))
        if done:
            request.session[PROVED] = user.pk
        return done

    def post_login(
        self,
        request: HttpRequest,
        user: AbstractBaseUser,
        **facts: Any,  # noqa: ANN401 - likewise
    ) -> HttpResponse:
        """Let the browser be known from now on."""
        response: HttpResponse = super().post_login(request, user, **facts)
        request.session.pop(PROVED, None)
        if isinstance(user, User):
            agent = request.META.get("HTTP_USER_AGENT", "")
            kept = devices.arrive(
                user.pk,
                held(request, user.pk),
                agent,
                timezone.now(),
                lambda: secrets.token_urlsafe(32),
            )
            keep(response, user.pk, kept, secure=settings.SESSION_COOKIE_SECURE)
        return response

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that the server found, which knows the trusted proxies."""
        return str(request.META.get("REMOTE_ADDR") or "0.0.0.0")  # noqa: S104 - no address at all

    def get_signup_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002 - likewise
        """Lead whoever has made an account to the factors that it lacks."""
        return SECURITY

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002 - likewise
        """Lead back to where the change began."""
        return SECURITY

    def get_reauthentication_methods(
        self, user: AbstractBaseUser | AnonymousUser
    ) -> list[dict[str, Any]]:
        """Offer the strongest factor first, and a password alone only where there is no factor.

        Beside a key there are only the codes for when it is lost: a code that an app shows can be
        talked out of its owner, and would then add a key of the thief.
        """
        offered: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        by_code = [one for one in offered if one["id"] == _BY_CODE]
        by_key = [one for one in offered if one["id"] == _BY_KEY]
        if by_key and by_code:
            spare = {"description": gettext("Use a recovery code")}
            by_code = [one | spare for one in by_code if keyring(_ours(user).pk).codes]
        return [*by_key, *by_code] or offered

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:  # noqa: ANN401 - likewise
        """Ask nobody for the best factor they have just after they showed or enrolled it.

        A code by time would not work twice, and whoever must ask too often is believed too easily.
        """
        request = context.request
        user = _ours(request.user)
        fresh = house().clock.now().timestamp() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
        enrolled = request.session.get(ENROLLED, {})
        if enrolled.get("user") == user.pk and enrolled.get("at", 0) > fresh:
            return False
        shown = factors.shown_at(records_of(request, user), factors.ability(user.pk))
        if shown is not None and shown.timestamp() > fresh:
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return where a new password is set: under the configured name, not a request's host."""
        user, _, rest = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": user, "key": rest})
        return f"{house().configuration.url}{path}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write a letter; a worker delivers it. None goes to where others may read it."""
        if domains.is_withheld(email) and not template_prefix.startswith(_PROVING):
            return
        if not guarding.may_write(template_prefix, email):
            logger.warning("too many letters of one kind to one address: %s", template_prefix)
            return
        made = house()
        words = {
            "site_name": made.configuration.site_name,
            # By this name allauth's own letters look for both.
            "current_site": {
                "name": made.configuration.site_name,
                "domain": made.configuration.url,
            },
            "public_url": made.configuration.url,
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
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",  # noqa: ARG002 - likewise
        message: str | None = None,
    ) -> None:
        """Leave a message for the next page."""
        text = message or spoken(message_template, message_context or {})
        if text:
            tell(request, text, grave=level >= levels.ERROR)


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
