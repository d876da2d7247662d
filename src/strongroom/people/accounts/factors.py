"""Second factors: how well an account can prove who acts, and how well a session has.

Passwords, mails and sign-in links are one factor, however many of them were used. Recovery codes
stand in for a factor that is lost, and count as the weakest of those; alone they are none.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Exists, OuterRef

from strongroom.core.actors import Actor, Assurance
from strongroom.core.clock import Clock
from strongroom.core.errors import ConflictError
from strongroom.core.events import Event, Kind
from strongroom.people.accounts.notices import Happening, note
from strongroom.people.models import User
from strongroom.proof.ledger.events import record

if TYPE_CHECKING:
    from django.db.models import QuerySet

TOTP, WEBAUTHN = str(Authenticator.Type.TOTP), str(Authenticator.Type.WEBAUTHN)
_SHOWN = {
    WEBAUTHN: Assurance.PHISHING_RESISTANT,
    TOTP: Assurance.MULTI_FACTOR,
    str(Authenticator.Type.RECOVERY_CODES): Assurance.MULTI_FACTOR,
}


def ability(user_id: int) -> Assurance:
    """Return the best that an account can show with the factors it has."""
    return best(_factors(user_id).values_list("type", flat=True))


def without(authenticator: Authenticator) -> Assurance:
    """Return the best that an account could show without one of its factors."""
    others = _factors(authenticator.user_id).exclude(pk=authenticator.pk)
    return best(others.values_list("type", flat=True))


def hold(authenticator: Authenticator) -> None:
    """Let nobody else remove a factor of its account before the transaction ends."""
    User.objects.select_for_update(no_key=True).get(pk=authenticator.user_id)


def best(kinds: Iterable[str]) -> Assurance:
    """Return the best that factors of some kinds show; of a kind that is none, nothing."""
    return max((_SHOWN[kind] for kind in kinds if kind in _SHOWN), default=Assurance.SINGLE_FACTOR)


def holds(kind: str, user: str) -> Exists:
    """Return the question whether the account in a query's column has a factor of a kind."""
    return Exists(Authenticator.objects.filter(user=OuterRef(user), type=kind))


def shown(records: Iterable[Mapping[str, object]]) -> Assurance:
    """Return what a session has shown, by the records that allauth keeps in it."""
    return best(str(one.get("type")) for one in records if one.get("method") == "mfa")


def shown_at(records: Iterable[Mapping[str, object]], assurance: Assurance) -> datetime | None:
    """Return when a session has last shown so much, or None if it has not."""
    moments = [
        float(str(one["at"]))
        for one in records
        if "at" in one and one.get("method") == "mfa" and shown([one]) >= assurance
    ]
    return datetime.fromtimestamp(max(moments), UTC) if moments else None


def enrol_totp(
    user: User, secret: str, *, seal: Callable[[str], str], by: Actor, clock: Clock
) -> None:
    """Give an account without any factor a time-based one (RFC 6238), on the operator's word.

    It never replaces a factor: whoever lost theirs goes the way of recovery.
    """
    with transaction.atomic():
        # The row is held, so that of two at once one finds the other's factor.
        User.objects.select_for_update().get(pk=user.pk)
        if _factors(user.pk).exists():
            raise ConflictError(
                "factor-enrolled",
                f"{user.username} has a second factor already.",
                "Whoever lost a factor recovers it by the policy of this registry.",
            )
        row = Authenticator.objects.create(user=user, type=TOTP, data={"secret": seal(secret)})
        note(told(Kind.FACTOR_ADDED, row), by, clock)
        facts = {"user": user.username, "factor": TOTP}
        record(Event(Kind.FACTOR_ADDED, by.name, by.credential, facts=facts), clock)


def told(kind: Kind, authenticator: Authenticator) -> Happening:
    """Return what the owner of a factor is told of it."""
    name = str(authenticator.data.get("name", ""))
    facts = {"id": authenticator.pk, "factor": str(authenticator.type), "name": name}
    return Happening(kind, authenticator.user_id, facts)


def renamed(authenticator: Authenticator, by: Actor, clock: Clock) -> None:
    """Tell that a factor has another name, in the transaction in which it got it."""
    with transaction.atomic():
        note(told(Kind.FACTOR_RENAMED, authenticator), by, clock)
        facts = {"user": by.name, "factor": str(authenticator.type)}
        record(Event(Kind.FACTOR_RENAMED, by.name, by.credential, facts=facts), clock)


def _factors(user_id: int) -> "QuerySet[Authenticator]":
    return Authenticator.objects.filter(user_id=user_id, type__in=(TOTP, WEBAUTHN))
