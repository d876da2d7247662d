"""From a token's text to an actor, in one order that never changes.

1. Chain and caveats, then time and address: pure, and before any query.
2. The row: known, not revoked, not expired by the server's own record, its user active.
3. A single-use token is burnt now, whatever becomes of the request: a later moment could be
   forgotten by a door, or undone with a failed transaction. What failed earlier burns nothing.
4. The use is noted, at most once a minute for each token, so that reads do not turn into writes.

The actor is the person, but never an administrator: a leaked token must not govern the registry
(an upload token that opened management pages is how PyPI's second factor was bypassed in 2020). Or
it is a program that got the token, which is nobody's account (`programs`).
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from strongroom.core.actors import Actor, Assurance, Reach
from strongroom.core.clock import Clock
from strongroom.core.errors import ForbiddenError
from strongroom.people.accounts.addresses import has_verified
from strongroom.people.accounts.factors import TOTP, WEBAUTHN, holds
from strongroom.people.models import Token
from strongroom.people.tokens import programs
from strongroom.people.tokens.caveats import ACTIONS
from strongroom.people.tokens.macaroons import PUBLISHER
from strongroom.people.tokens.minting import CREDENTIAL
from strongroom.people.tokens.scopes import admit, as_made
from strongroom.people.tokens.spent import burn, refuse_spent
from strongroom.people.tokens.verdict import Genuine, verify
from strongroom.rows.prepared import Read

NOTE_EVERY = timedelta(minutes=1)
LONGEST_ADDRESS = 45


class _Row(NamedTuple):
    """What is asked of a token's row, and of its user's."""

    pk: int
    user_id: int
    caveats: list[list[object]]
    user__username: str
    user__is_active: bool
    verified: bool
    totp: bool
    webauthn: bool
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


_rows = Read(
    lambda at: (
        Token.objects.filter(identifier=at("identifier"), kind=at("kind"))
        .annotate(
            verified=has_verified("user"),
            totp=holds(TOTP, "user"),
            webauthn=holds(WEBAUTHN, "user"),
        )
        .values_list(*_Row._fields)
    )
)


def authenticate(text: str, *, master: bytes, clock: Clock, source: str) -> Actor:
    """Return who a token stands for and how far it goes, or raise ForbiddenError.

    `source` is the client's address, empty if unknown. Call it once for each request and outside
    any transaction, whose end could take back the burning of a single-use token.
    """
    now = clock.now()
    genuine = verify(text, master)
    reach = admit(genuine.scope, now, source)
    holder = _holder(genuine, now)
    if genuine.spends is not None:
        burn(genuine.spends, now)
    if isinstance(holder, programs.Program):
        return holder.used(reach, clock, source)
    return _used(holder, reach, now, source)


def _used(row: _Row, reach: Reach, now: datetime, source: str) -> Actor:
    _note_use(row, now, source)
    return Actor(
        kind="person",
        name=row.user__username,
        credential=f"{CREDENTIAL} {row.pk}",
        user_id=row.user_id,
        reach=as_made(reach, named=any(one[0] == ACTIONS for one in row.caveats)),
        assurance=_assurance(row),
    )


def _assurance(row: _Row) -> Assurance:
    """Return what the owner of a token can show: a token is no better than its account."""
    if row.webauthn:
        return Assurance.PHISHING_RESISTANT
    return Assurance.MULTI_FACTOR if row.totp else Assurance.SINGLE_FACTOR


def recognise(text: str, *, master: bytes, clock: Clock, source: str) -> None:
    """Raise ForbiddenError if a token would be refused now. Burns nothing and notes no use.

    For a proxy that asks before it takes a body; the request itself is judged again.
    """
    now = clock.now()
    genuine = verify(text, master)
    admit(genuine.scope, now, source)
    _holder(genuine, now)
    if genuine.spends is not None:
        refuse_spent(genuine.spends)


def _holder(genuine: Genuine, now: datetime) -> _Row | programs.Program:
    if genuine.kind == PUBLISHER:
        return programs.find(genuine.identifier, now)
    return _row(genuine, now)


def _row(genuine: Genuine, now: datetime) -> _Row:
    found = _rows.first(identifier=genuine.identifier, kind=genuine.kind)
    if found is None:
        raise ForbiddenError(
            "token-unknown", "The token does not exist any more.", "Create a new token."
        )
    row = _Row._make(found)
    if row.revoked_at is not None:
        raise ForbiddenError("token-revoked", "The token was revoked.", "Create a new token.")
    if row.expires_at is not None and now.replace(microsecond=0) > row.expires_at:
        raise ForbiddenError("token-expired", "The token has expired.", "Create a new token.")
    if not row.user__is_active:
        raise ForbiddenError(
            "account-inactive",
            "The account of this token is not active.",
            "Ask the operator of this registry.",
        )
    if not row.verified:
        raise ForbiddenError(
            "email-unverified",
            "The account of this token has no verified e-mail address.",
            "Sign in and verify one under Account, Addresses.",
        )
    return row


def _note_use(row: _Row, now: datetime, source: str) -> None:
    noted = row.last_used_at
    if noted is None or now - noted >= NOTE_EVERY:
        # Of several requests at once, the first to come notes it.
        Token.objects.filter(pk=row.pk, last_used_at=noted).update(
            last_used_at=now, last_used_from=source[:LONGEST_ADDRESS]
        )
