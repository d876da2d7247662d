"""Accounts, as administrators see and change them: closed and open, administrators made and unmade.

What is dangerous becomes a proposal, unless the operator does it at the machine's own shell, or it
has been confirmed (`proposals`). All administrators are told of all of it.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from strongroom.core.actors import Actor
from strongroom.core.errors import ConflictError
from strongroom.core.events import Kind as Happened
from strongroom.people.access.grants import projects_of
from strongroom.people.access.roles import Role
from strongroom.people.access.rules import oversee
from strongroom.people.accounts.keyring import Keyring, keyring
from strongroom.people.accounts.notices import Happening, note
from strongroom.people.accounts.users import ACCOUNTS, find_user, fold
from strongroom.people.models import BrowserSession, DirectoryEntry, Proposal, SignInLink, User
from strongroom.people.oversight.acting import administrators, done, leave, reason, tell_all
from strongroom.people.oversight.proposals import Kind, propose
from strongroom.people.recovery.office import Office
from strongroom.proof.ledger.turns import take_turn

FOUND_AT_MOST = 100


@dataclass(frozen=True, slots=True)
class Shown:
    """An account as an administrator sees it: never more of a factor than its kind and name."""

    user: User
    projects: tuple[tuple[str, str], ...]
    keyring: Keyring
    sessions: int


def search(actor: Actor, text: str) -> tuple[User, ...]:
    """Return accounts whose name or primary address holds a text, in order of names."""
    oversee(actor)
    rows = User.objects.filter(Q(folded__contains=fold(text)) | Q(email__icontains=text))
    return tuple(rows.order_by("folded")[:FOUND_AT_MOST])


def shown(actor: Actor, name: str, now: datetime) -> Shown:
    """Return an account with what there is to know of it."""
    oversee(actor)
    user = find_user(name, closed=True)
    return Shown(
        user,
        tuple((one.key, str(role)) for one, role in projects_of(user.pk)),
        keyring(user.pk),
        BrowserSession.objects.filter(user=user, expire_date__gt=now).count(),
    )


def close(office: Office, actor: Actor, user: User, why: str) -> Proposal | None:
    """Close an account; returns the proposal, where somebody else must confirm it."""
    leave(office, actor)
    told = reason(why)
    owns = any(role == Role.OWNER for _project, role in projects_of(user.pk))
    if owns and actor.user_id is not None:
        facts = {"reason": told}
        return propose(office, actor, Kind.CLOSE_ACCOUNT, user.username, facts)
    with transaction.atomic():
        take_turn(ACCOUNTS)
        user = _held(user)
        # Whoever else closed it before, the company's directory does not open it again.
        DirectoryEntry.objects.filter(user=user).update(ended=False)
        if not user.is_active:
            return None
        _not_the_last(user)
        user.is_active = False
        user.save(update_fields=["is_active"])
        # Its tokens are refused while it is closed, and those made before work again after it.
        BrowserSession.objects.filter(user=user).delete()
        SignInLink.objects.filter(user=user).delete()
        tell_all(office, actor, _("account %s is closed") % user.username, told)
        note(Happening(Happened.USER_CLOSED, user.pk, {"reason": told}), actor, office.clock)
        done(office, Happened.USER_CLOSED, actor, {"user": user.username, "reason": told})
    return None


def reopen(office: Office, actor: Actor, user: User, why: str) -> None:
    """Open a closed account again."""
    leave(office, actor)
    told = reason(why)
    with transaction.atomic():
        take_turn(ACCOUNTS)
        user = _held(user)
        if user.is_active:
            return
        user.is_active = True
        user.save(update_fields=["is_active"])
        tell_all(office, actor, _("account %s is open again") % user.username, told)
        note(Happening(Happened.USER_REOPENED, user.pk, {"reason": told}), actor, office.clock)
        done(office, Happened.USER_REOPENED, actor, {"user": user.username, "reason": told})


def make_administrator(office: Office, actor: Actor, user: User, why: str) -> Proposal | None:
    """Make somebody an administrator; returns the proposal, where somebody must confirm it."""
    leave(office, actor)
    told = reason(why)
    if actor.user_id is not None:
        facts = {"reason": told}
        return propose(office, actor, Kind.MAKE_ADMINISTRATOR, user.username, facts)
    with transaction.atomic():
        take_turn(ACCOUNTS)
        user = _held(user)
        if not user.is_active:
            raise ConflictError(
                "account-closed", f"{user.username} is closed.", "Open the account again first."
            )
        if user.admin:
            return None
        tell_all(office, actor, _("%s is an administrator") % user.username, told)
        user.admin = True
        user.save(update_fields=["admin"])
        note(Happening(Happened.ADMINISTRATOR_MADE, user.pk), actor, office.clock)
        done(office, Happened.ADMINISTRATOR_MADE, actor, {"user": user.username, "reason": told})
    return None


def unmake_administrator(office: Office, actor: Actor, user: User, why: str) -> None:
    """Take from somebody what administrators may. At once: who finds a thief must be fast."""
    leave(office, actor)
    told = reason(why)
    with transaction.atomic():
        take_turn(ACCOUNTS)
        user = _held(user)
        if not user.admin:
            return
        _not_the_last(user)
        user.admin = False
        user.save(update_fields=["admin"])
        tell_all(office, actor, _("%s is no administrator any more") % user.username, told)
        note(Happening(Happened.ADMINISTRATOR_UNMADE, user.pk), actor, office.clock)
        facts = {"user": user.username, "reason": told}
        done(office, Happened.ADMINISTRATOR_UNMADE, actor, facts)


def confirmed_close(office: Office, row: Proposal, by: Actor) -> None:
    """Close the account of a confirmed proposal."""
    close(office, by, find_user(row.subject, closed=True), row.reason)


def confirmed_administrator(office: Office, row: Proposal, by: Actor) -> None:
    """Make the administrator of a confirmed proposal."""
    make_administrator(office, by, find_user(row.subject, closed=True), row.reason)


def _held(user: User) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _not_the_last(user: User) -> None:
    if user.admin and not set(administrators()) - {user.pk}:
        raise ConflictError(
            "account-last-administrator",
            f"{user.username} is the only administrator of this registry.",
            "Make somebody else an administrator first.",
        )
