"""What is said of each thing that can happen to an account: in its log, and in letters.

One table: a kind of event, what it is in one line, and what it was about. Facts that strangers may
have written stand in the second alone, which is no header of a mail.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from strongroom.core.events import Kind
from strongroom.people.accounts.notices import Noted
from strongroom.web.words import visible

if TYPE_CHECKING:
    from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Saying:
    """One line, and perhaps another with facts in it."""

    line: "str | Promise"
    about: "str | Promise" = ""


_FACTORS = {
    "totp": _("an authenticator app"),
    "webauthn": _("a security key or passkey"),
    "recovery_codes": _("recovery codes"),
}
_ADDRESS = _("The address: %(address)s")
_FACTOR = _("What it is: %(factor)s %(name)s")
_TOKEN = _("Its number: %(token)s. Its name: %(label)s")
_PUBLISHER = _("The project: %(project)s. The publisher: %(publisher)s")
_HOOK = _("Where it sends: %(host)s. Of the project: %(project)s")
_WHY_OFF = _("Where it sends: %(host)s. Of the project: %(project)s. Why: %(why)s")
_ROLE = _("The role: %(role)s of %(project)s")
_RANK = _("The rank: %(rank)s in %(organisation)s")
_TEAM = _("The team: %(team)s of %(organisation)s")
_TEAM_ROLE = _("The team: %(team)s of %(organisation)s. The role: %(role)s of %(project)s")
_HANDED = _("The project: %(project)s. To whom: %(to)s")

SAYINGS: Mapping[Kind, Saying] = {
    Kind.USER_CREATED: Saying(_("Your account was made")),
    Kind.SIGN_IN_LINK_CREATED: Saying(_("A link was made that signs somebody in to your account")),
    Kind.SIGNED_IN: Saying(_("Somebody signed in to your account")),
    Kind.PASSWORD_CHANGED: Saying(_("Your password was set or changed")),
    Kind.PASSWORD_RESET: Saying(_("Your password was set anew by a link that was mailed")),
    Kind.ADDRESS_ADDED: Saying(_("An e-mail address was added to your account"), _ADDRESS),
    Kind.ADDRESS_REMOVED: Saying(_("An e-mail address was removed from your account"), _ADDRESS),
    Kind.ADDRESS_VERIFIED: Saying(_("An e-mail address of your account was verified"), _ADDRESS),
    Kind.COMPANY_LINKED: Saying(_("Your account was linked to the company login")),
    Kind.ADMINISTRATOR_MADE: Saying(_("You were made an administrator of this registry")),
    Kind.ADMINISTRATOR_UNMADE: Saying(_("You are an administrator of this registry no longer")),
    Kind.USER_CLOSED: Saying(_("Your account was closed"), _("Why: %(reason)s")),
    Kind.USER_REOPENED: Saying(_("Your account is open again"), _("Why: %(reason)s")),
    Kind.ADDRESS_LAPSED: Saying(
        _("An e-mail address of your account counts as verified no longer: its domain lapsed"),
        _("The address: %(address)s. Why: %(reason)s"),
    ),
    Kind.PRIMARY_ADDRESS_CHANGED: Saying(_("Your primary e-mail address was changed"), _ADDRESS),
    Kind.FACTOR_ADDED: Saying(_("A second factor was added to your account"), _FACTOR),
    Kind.FACTOR_REMOVED: Saying(_("A second factor was removed from your account"), _FACTOR),
    Kind.FACTOR_RENAMED: Saying(_("A security key of your account was renamed"), _FACTOR),
    Kind.FACTOR_RESET: Saying(_("New recovery codes were made for your account")),
    Kind.RECOVERY_CODE_USED: Saying(_("A recovery code of your account was used")),
    Kind.SESSION_ENDED: Saying(
        _("Sessions of your account were ended"), _("How many: %(sessions)s")
    ),
    Kind.DEVICE_FORGOTTEN: Saying(
        _("Devices of your account were forgotten"), _("How many: %(devices)s")
    ),
    Kind.TOKEN_CREATED: Saying(_("A token was made for your account"), _TOKEN),
    Kind.TOKEN_REVOKED: Saying(
        _("A token of your account was revoked"),
        _("Its number: %(token)s. Its name: %(label)s. %(why)s"),
    ),
    Kind.TOKEN_ENDING: Saying(
        _("A token of your account ends soon"),
        _("Its number: %(token)s. Its name: %(label)s. When: %(ends_at)s, UTC. Why: %(why)s"),
    ),
    Kind.TOKEN_LEAKED: Saying(
        _("A token of your account was found where others can read it, and was revoked"),
        _("Its number: %(token)s. Its name: %(label)s. Where it was found: %(where)s"),
    ),
    Kind.TOKEN_BESIDE_PUBLISHER: Saying(
        _("A token of yours was used for a project that has a trusted publisher"),
        _("The project: %(project)s. The token's number: %(token)s"),
    ),
    Kind.PUBLISHER_ADDED: Saying(_("A trusted publisher was added to a project"), _PUBLISHER),
    Kind.PUBLISHER_REMOVED: Saying(_("A trusted publisher was removed from a project"), _PUBLISHER),
    Kind.PUBLISHER_TOKEN_MOVED: Saying(
        _("The token of a trusted publisher was used from another address than it was given to"),
        _PUBLISHER,
    ),
    Kind.TRUSTED_ONLY_CHANGED: Saying(
        _("Who publishes for a project was changed: trusted publishers alone, or people too"),
        _("The project: %(project)s"),
    ),
    Kind.ROLE_GRANTED: Saying(_("You were given a role in a project"), _ROLE),
    Kind.ROLE_TAKEN: Saying(_("Your role in a project was taken away"), _ROLE),
    Kind.MEMBER_ADDED: Saying(_("You are in an organisation"), _RANK),
    Kind.MEMBER_RANKED: Saying(_("Your rank in an organisation was changed"), _RANK),
    Kind.MEMBER_REMOVED: Saying(
        _("You are in an organisation no longer"), _("The organisation: %(organisation)s")
    ),
    Kind.TEAM_JOINED: Saying(_("You were put into a team"), _TEAM),
    Kind.TEAM_LEFT: Saying(_("You are in a team no longer"), _TEAM),
    Kind.TEAM_ROLE_GRANTED: Saying(_("A team of yours was given a role"), _TEAM_ROLE),
    Kind.TEAM_ROLE_TAKEN: Saying(_("A team of yours has a role no longer"), _TEAM_ROLE),
    Kind.INVITATION_SENT: Saying(
        _("You are invited: answer under Account, Invitations"),
        _("To be: %(rank)s%(role)s of %(organisation)s%(project)s"),
    ),
    Kind.TRANSFER_OFFERED: Saying(
        _("A project is offered to you: answer under Account, Invitations"), _HANDED
    ),
    Kind.PROJECT_TRANSFERRED: Saying(_("A project was transferred"), _HANDED),
    Kind.HOOK_CREATED: Saying(_("A webhook was made by your account"), _HOOK),
    Kind.HOOK_RENEWED: Saying(_("A webhook was given a new secret by your account"), _HOOK),
    Kind.HOOK_SWITCHED_OFF: Saying(_("A webhook was switched off by the registry"), _WHY_OFF),
    Kind.RECOVERY_ASKED: Saying(
        _("Somebody asked to remove all second factors of your account"),
        _("From when on: %(ripe_at)s, UTC"),
    ),
    Kind.RECOVERY_CANCELLED: Saying(_("That your second factors are removed was stopped")),
    Kind.RECOVERY_DONE: Saying(_("All second factors of your account were removed")),
    Kind.ACCOUNT_EXPORTED: Saying(_("The data of your account were downloaded")),
    Kind.ACCOUNT_CLOSING: Saying(
        _("Your account will be closed"),
        _("When: %(closes_at)s, UTC, unless somebody signs in to it before"),
    ),
    Kind.ACCOUNT_KEPT: Saying(_("Your account stays open")),
    Kind.ACCOUNT_DISAVOWED: Saying(
        _("Somebody said that it was not you who used your account"),
        _(
            "Taken away: %(sessions)s sessions, %(tokens)s tokens, %(factors)s factors,"
            " %(addresses)s addresses"
        ),
    ),
}


def line(noted: Noted) -> str:
    """Return what happened, in one line."""
    return str(SAYINGS[noted.kind].line)


def about(noted: Noted) -> str:
    """Return what it was about, in one line; empty where there is no more to say."""
    known = {"factor": _FACTORS.get(str(noted.facts.get("factor")), "")}
    facts = defaultdict(str, {name: visible(value) for name, value in noted.facts.items()} | known)
    return (str(SAYINGS[noted.kind].about) % facts).strip()
