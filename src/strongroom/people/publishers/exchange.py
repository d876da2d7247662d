"""A statement of an identity provider, exchanged for a token that lasts minutes.

1. Who issued it, by what it says unchecked: nobody but the providers that the operator lets in.
2. The signature by keys that this issuer shows now, for whom it is, and that it is of now.
3. That the run was not started by what strangers can start.
4. In one transaction: the publishers that it is of, what is pinned of them at their first use, that
   it was not used before, the token, the events. So of many copies at once one gets a token.

Of all that does not fit, the answer is the same: which publishers there are is nobody's to know.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from strongroom.core.actors import Action
from strongroom.core.clock import Clock
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ForbiddenError
from strongroom.core.events import Event, Kind
from strongroom.people.accounts.signatures import Keys, key_name
from strongroom.people.models import Publisher, PublisherToken, TokenPublisher, UsedStatement
from strongroom.people.publishers.claims import Claims, broken, filled, hold
from strongroom.people.publishers.providers import Provider, of_issuer
from strongroom.people.publishers.statements import Statement, issuer_of, read, refused
from strongroom.people.tokens import caveats, macaroons
from strongroom.people.tokens.programs import CREDENTIAL
from strongroom.people.tokens.verdict import verify
from strongroom.proof.ledger.events import record

LIFE = timedelta(seconds=900)  # PEP 807: no less
KEPT = timedelta(days=30)  # rows of tokens, after their end: events name them
LATE = timedelta(days=1)  # until a use is forgotten: no clock is trusted to the minute
LONGEST_NAME, LONGEST_ADDRESS = 64, 45  # characters that the columns have


@dataclass(frozen=True, slots=True)
class Exchange:
    """What an exchange takes. `keys` is asked with an issuer and the name of a key."""

    providers: Sequence[Provider]
    audience: str
    keys: Callable[[str, object], Keys]
    master: bytes = field(repr=False)
    clock: Clock
    entropy: Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token, which cannot be shown again, and its last second."""

    text: str = field(repr=False)
    expires_at: datetime


def mint(exchange: Exchange, token: str, source: str, *, once: bool = False) -> Issued:
    """Exchange a statement for a token, for one request alone if `once`.

    Raises ForbiddenError with the code that clients know, UnavailableError where the issuer's keys
    cannot be had.
    """
    if not exchange.providers:
        raise not_enabled()
    issuer = issuer_of(token)
    provider = of_issuer(exchange.providers, issuer)
    if provider is None:
        raise refused("nobody here trusts its issuer")
    # Of a provider with an issuer for each of its customers, strangers could name any.
    if "%" in provider.issuer and not Publisher.objects.filter(issuer=issuer).exists():
        raise refused("nobody here trusts its issuer")
    keys = exchange.keys(issuer, key_name(token, refused))
    said = read(token, keys, exchange.audience, exchange.clock.now())
    if said.issuer != issuer:  # pragma: no cover - the same bytes, read twice
        raise refused("it names two issuers")
    if claim := broken(provider.rules, said.claims):
        raise ForbiddenError(
            "invalid-publisher",
            f"No run publishes whose {claim} is {str(said.claims.get(claim))[:40]!a}.",
            "Publish from a run that only people of the repository can start.",
        )
    try:
        with transaction.atomic(durable=True):
            return _issued(exchange, provider, said, source, once=once)
    except IntegrityError:
        raise ForbiddenError(
            "invalid-reuse-token",
            "This token of the identity provider was exchanged before.",
            "Ask the provider for a new one each time.",
        ) from None


def burn(text: str, *, master: bytes, clock: Clock) -> bool:
    """End a token that was given out here; False if there is none in force, or it is a person's."""
    genuine = verify(text, master)
    if genuine.kind != macaroons.PUBLISHER:
        raise ForbiddenError(
            "invalid-token",
            "This is no token that was given out here for a statement.",
            "Its owner can revoke it, under Account.",
        )
    with transaction.atomic():
        rows = PublisherToken.objects.filter(identifier=genuine.identifier, revoked_at=None)
        row = rows.first()
        if row is None or not rows.update(revoked_at=clock.now()):
            return False
        told = {"token": row.pk}
        event = Event(Kind.PUBLISHER_TOKEN_BURNT, row.name, f"{CREDENTIAL} {row.pk}", facts=told)
        record(event, clock)
    return True


def forget(now: datetime) -> int:
    """Forget statements that no clock takes any more, and tokens that ended long ago."""
    used = UsedStatement.objects.filter(ends_at__lt=now - LATE).delete()[0]
    return used + PublisherToken.objects.filter(expires_at__lt=now - KEPT).delete()[0]


def not_enabled() -> ForbiddenError:
    """Return the error that the operator lets no provider in."""
    return ForbiddenError(
        "not-enabled",
        "Trusted publishing is not enabled at this registry.",
        "Publish with a token, or ask its operator.",
    )


def _issued(
    exchange: Exchange, provider: Provider, said: Statement, source: str, *, once: bool
) -> Issued:
    now = exchange.clock.now()
    rows = _matching(provider, said.claims)
    if not rows:
        raise ForbiddenError(
            "invalid-publisher",
            "No trusted publisher here is the one that this token states.",
            "Compare its claims with the publisher on the page of the project, letter by letter.",
        )
    UsedStatement.objects.create(digest=said.digest, used_at=now, ends_at=said.ends_at)
    expires_at = (now + LIFE + timedelta(seconds=1)).replace(microsecond=0)
    seed = exchange.entropy(macaroons.SEED_BYTES)
    row = PublisherToken.objects.create(
        identifier=macaroons.identifier_of(seed),
        name=_called(provider),
        minted_at=now,
        minted_from=source[:LONGEST_ADDRESS],
        expires_at=expires_at,
    )
    TokenPublisher.objects.bulk_create(TokenPublisher(token=row, publisher=one) for one, _ in rows)
    # What each may do is looked at once more when it is used; this is the most of them.
    action = Action.STAGE if all(one.stages_only for one, _ in rows) else Action.UPLOAD
    limits: list[caveats.Caveat] = [caveats.until(expires_at), caveats.actions([action])]
    encoded = [caveats.encode(one) for one in (*limits, *([caveats.Once()] if once else []))]
    text = macaroons.mint(exchange.master, seed, macaroons.PUBLISHER, encoded)
    for event in _news(row, rows, now):
        record(event, exchange.clock)
    return Issued(text, expires_at)


def _called(provider: Provider) -> str:
    """Return how a program is called in public: no account has a blank in its name.

    Not by its repository, whose name may be nobody's to know.
    """
    word = " (publisher)"
    return provider.title[: LONGEST_NAME - len(word)] + word


def _matching(provider: Provider, claims: Claims) -> list[tuple[Publisher, dict[str, str]]]:
    """Return the publishers that a statement is of, each with what is to be pinned of it."""
    lookup = filled(provider.claimed, claims, {})
    if lookup is None:
        return []
    rows = Publisher.objects.select_for_update(no_key=True).filter(
        issuer=claims["iss"], lookup=lookup.lower(), provider=provider.name
    )
    found = []
    for row in rows.order_by("pk"):
        whole = all(row.typed.get(one.name) for one in provider.fields if one.needed)
        pinned = provider.pinned(row.pinned, claims)
        if whole and pinned is not None and hold(provider.rules, claims, row.typed):
            found.append((row, pinned))
    return found


def _news(
    token: PublisherToken, rows: Iterable[tuple[Publisher, dict[str, str]]], now: datetime
) -> Iterable[Event]:
    """Note the use of publishers, and return what there is to tell of it."""
    credential = f"{CREDENTIAL} {token.pk}"
    numbers = []
    for row, pinned in rows:
        numbers.append(row.pk)
        if pinned != row.pinned:
            project = ProjectId(row.ecosystem, row.project)
            told = {"publisher": row.pk, "pinned": sorted(pinned)}
            yield Event(Kind.PUBLISHER_PINNED, token.name, credential, project, facts=told)
        row.pinned, row.last_used_at = pinned, now
        row.save(update_fields=["pinned", "last_used_at"])
    told = {"token": token.pk, "publishers": numbers}
    yield Event(Kind.PUBLISHER_TOKEN_MINTED, token.name, credential, facts=told)
