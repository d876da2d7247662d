"""Making and revoking tokens: the row and the event in one transaction, the text shown once.

1. The text is returned and never stored. The row keeps what people need to recognise a token.
2. A token makes no tokens: a leaked one must not outlive its own revocation (the num2words upload
   of 2025 came from a token that the thief had minted).
3. Events carry no label, project or network of a token: those are for its owner alone.
Whether an actor may do this for that user is decided before, by access.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import transaction

from strongroom.core.actors import Actor, Assurance
from strongroom.core.clock import Clock
from strongroom.core.errors import AssuranceError, ForbiddenError, InvalidError
from strongroom.core.events import Event, Kind
from strongroom.people.accounts.addresses import verified
from strongroom.people.accounts.factors import ability
from strongroom.people.accounts.notices import Happening, note
from strongroom.people.models import Token, User
from strongroom.people.tokens import macaroons
from strongroom.people.tokens.caveats import Caveat, as_list, encode, until
from strongroom.people.tokens.lifetimes import Lifetimes
from strongroom.people.tokens.scopes import scope_of
from strongroom.proof.ledger.events import record

CREDENTIAL = "token"  # an actor's credential reads "token 41" when it came with a token
LONGEST_LABEL = 100


@dataclass(frozen=True, slots=True)
class Mint:
    """What making a token takes: the master key of tokens, the time, random bytes, lifetimes."""

    master: bytes = field(repr=False)
    clock: Clock
    entropy: Callable[[int], bytes]
    lifetimes: Lifetimes = field(default_factory=Lifetimes)


@dataclass(frozen=True, slots=True)
class Order:
    """The token that somebody asks for: a name to recognise it by, and its limits.

    Where no limit is one of time it lasts as long as is usual here; `endless`: for ever, if it may.
    """

    label: str = ""
    caveats: tuple[Caveat, ...] = ()
    endless: bool = False


@dataclass(frozen=True, slots=True)
class Minted:
    """A new token: its text, which cannot be shown again, and its row."""

    text: str = field(repr=False)
    row: Token


def create(user: User, order: Order, *, by: Actor, mint: Mint) -> Minted:
    """Make a personal token of a user, with its event."""
    if by.credential.partition(" ")[0] == CREDENTIAL:
        raise ForbiddenError(
            "token-makes-no-token",
            "A token cannot make another token.",
            "Sign in to make one, or narrow this one with `strongroom token narrow`.",
        )
    if len(order.label) > LONGEST_LABEL or not order.label.isprintable():
        raise InvalidError(
            "token-bad-label",
            f"A token's label has at most {LONGEST_LABEL} printable characters.",
            "Give it a shorter name on one line.",
        )
    _may_hold(user)
    now, wanted = mint.clock.now(), order.caveats
    asked = scope_of(wanted).expires_at
    ends = mint.lifetimes.end(asked, now, endless=order.endless)
    if asked is None and ends is not None:
        wanted = (*wanted, until(ends))
    seed = mint.entropy(macaroons.SEED_BYTES)
    text = macaroons.mint(mint.master, seed, macaroons.PERSONAL, [encode(one) for one in wanted])
    with transaction.atomic():
        row = Token.objects.create(
            identifier=macaroons.identifier_of(seed),
            user=user,
            kind=macaroons.PERSONAL,
            label=order.label,
            caveats=[as_list(caveat) for caveat in wanted],
            created_at=now,
            expires_at=scope_of(wanted).expires_at,
        )
        note(_told(Kind.TOKEN_CREATED, row), by, mint.clock)
        record(_event(Kind.TOKEN_CREATED, row, by), mint.clock)
    return Minted(text, row)


def _may_hold(user: User) -> None:
    """Refuse a token to an account that could not use it, or that nobody can be reached by."""
    if not verified(user.pk):
        raise ForbiddenError(
            "email-unverified",
            f"{user.username} has no verified e-mail address.",
            "Verify one first, under Account, Addresses.",
        )
    if ability(user.pk) < Assurance.MULTI_FACTOR:
        raise AssuranceError(
            "mfa-needed",
            f"{user.username} has no second factor.",
            "Add one first: under Account, Security, or by `strongroom user enrol NAME`.",
            needed=Assurance.MULTI_FACTOR,
        )


def revoke(row: Token, *, by: Actor, clock: Clock, why: str = "") -> bool:
    """End a token and every token narrowed from it; False, and no event, if it had ended before.

    `why` is for its owner, where it is not they who do it.
    """
    now = clock.now()
    with transaction.atomic():
        if not Token.objects.filter(pk=row.pk, revoked_at=None).update(revoked_at=now):
            return False
        note(_told(Kind.TOKEN_REVOKED, row, why), by, clock)
        record(revocation(row, by), clock)
    row.revoked_at = now
    return True


def revocation(row: Token, by: Actor) -> Event:
    """Return the event that a token was revoked."""
    return _event(Kind.TOKEN_REVOKED, row, by)


def _told(kind: Kind, row: Token, why: str = "") -> Happening:
    facts = {"token": row.pk, "label": row.label} | ({"why": why} if why else {})
    return Happening(kind, row.user_id, facts)


def _event(kind: Kind, row: Token, by: Actor) -> Event:
    facts = {"token": row.pk, "owner": row.user.username, "kind": row.kind}
    if row.expires_at is not None:
        facts["expires_at"] = row.expires_at.isoformat()
    return Event(kind=kind, actor=by.name, credential=by.credential, facts=facts)
