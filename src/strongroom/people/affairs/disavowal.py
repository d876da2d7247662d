"""By saying "this was not me": one act that takes away what somebody else has done to an account.

It ends all sessions, revokes tokens, removes factors, addresses and trusted publishers, and makes a
password unusable, each only where it came since the line of the log that is disowned (`span`). It
gives nothing back: an address that was removed may have been given up by its owner, because others
read it. For the rest there is the case that it opens.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Q

from strongroom.core.actors import Actor
from strongroom.core.clock import Clock
from strongroom.core.events import Event, Kind
from strongroom.people.accounts.addresses import prefer_any
from strongroom.people.accounts.notices import Happening, Noted, note, noted
from strongroom.people.affairs.cases import DISAVOWAL, open_case
from strongroom.people.affairs.links import refused
from strongroom.people.affairs.span import SINCE, Span, span
from strongroom.people.models import BrowserSession, Device, Notice, SignInLink, Token, User
from strongroom.people.publishers.register import take_back
from strongroom.people.tokens.minting import revocation
from strongroom.proof.ledger.events import record

Further = Callable[[User, Span, Actor, Clock], Sequence[Event]]
"""Takes away what somebody made in a span besides their account; returns events to record."""


@dataclass(frozen=True, slots=True)
class Taken:
    """How much a disavowal took away."""

    sessions: int
    tokens: int
    factors: int
    addresses: int
    password: bool

    def facts(self) -> dict[str, object]:
        """Return it as facts of an event."""
        return {
            "sessions": self.sessions,
            "tokens": self.tokens,
            "factors": self.factors,
            "addresses": self.addresses,
            "password": self.password,
        }


def reach(line: int, now: datetime) -> tuple[User, Span]:
    """Return whose account a line is of, and what disowning it reaches; raises ForbiddenError."""
    row = Notice.objects.select_related("user").filter(pk=line, user__is_active=True).first()
    found = span(_since(row), now) if row is not None else None
    if row is None or found is None:
        raise refused()
    return row.user, found


def disavow(line: int, by: Actor, clock: Clock, further: Iterable[Further] = ()) -> Taken:
    """Take away what came since a line of an account's log; raises ForbiddenError.

    `by` acts for the account: by a link of a letter to it, or in a session of its own. What rooms
    above take away besides is done by `further`, in the same transaction.
    """
    now = clock.now()
    with transaction.atomic():
        user, _ = reach(line, now)
        # Of two at once the second finds the other's line in the log.
        user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        _, found = reach(line, now)
        ended = _tokens(user, found)
        taken = Taken(
            sessions=_sessions(user, found),
            tokens=len(ended),
            factors=_factors(user, found),
            addresses=_addresses(user, found),
            password=found.password and user.has_usable_password(),
        )
        Token.objects.filter(pk__in=[one.pk for one in ended]).update(revoked_at=now)
        SignInLink.objects.filter(user=user, used_at=None).delete()
        _devices(user, found)
        _withdraw(user, found, now)
        distrusted = take_back(user.pk, found.publishers, found.begins, found.until, by)
        facts = {SINCE: line, **taken.facts()}
        told = Happening(Kind.ACCOUNT_DISAVOWED, user.pk, facts, also=tuple(sorted(found.lost)))
        note(told, by, clock)
        open_case(DISAVOWAL, user, {**taken.facts(), "lines": _listed(found)}, now)
        news = [event for take in further for event in take(user, found, by, clock)]
        for one in news:
            record(one, clock)
        for token in ended:
            record(revocation(token, by), clock)
        for one in distrusted:
            record(one, clock)
        event = {"user": user.username, **taken.facts()}
        record(Event(Kind.ACCOUNT_DISAVOWED, by.name, by.credential, facts=event), clock)
    return taken


def _since(row: Notice) -> tuple[Noted, ...]:
    rows = Notice.objects.filter(user_id=row.user_id, pk__gte=row.pk).order_by("pk")
    return noted(rows)


def _sessions(user: User, found: Span) -> int:
    rows = BrowserSession.objects.filter(user=user)
    if found.until is not None:
        rows = rows.filter(created_at__lte=found.until)
    return rows.delete()[0]


def _devices(user: User, found: Span) -> None:
    """Forget the browsers that are known, each: who signs in next is a stranger."""
    rows = Device.objects.filter(user=user)
    if found.until is not None:
        rows = rows.filter(first_seen_at__lte=found.until)
    rows.delete()


def _tokens(user: User, found: Span) -> list[Token]:
    made = Q(pk__in=found.tokens) | Q(created_at__gt=found.begins)
    rows = Token.objects.select_related("user").filter(made, user=user, revoked_at=None)
    if found.until is not None:
        rows = rows.filter(created_at__lte=found.until)
    return list(rows.order_by("pk"))


def _factors(user: User, found: Span) -> int:
    made = Q(pk__in=found.factors) | Q(created_at__gt=found.begins)
    rows = Authenticator.objects.filter(made, user=user)
    if found.until is not None:
        rows = rows.filter(created_at__lte=found.until)
    return rows.delete()[0]


def _addresses(user: User, found: Span) -> int:
    count = EmailAddress.objects.filter(user=user, email__in=found.added).delete()[0]
    if count:
        prefer_any(user)
    return count


def _withdraw(user: User, found: Span, now: datetime) -> None:
    if found.password:
        user.set_unusable_password()
    if found.closing:
        user.closes_at = None
    # Links to set a password that were mailed before are bound to this moment, and end with it.
    user.last_login = now
    user.save(update_fields=["password", "closes_at", "last_login"])


def _listed(found: Span) -> list[dict[str, object]]:
    """Return what happened as a case shows it: without addresses and names of tokens."""
    return [{"kind": one.kind, "at": one.at.isoformat(), "actor": one.actor} for one in found.lines]
