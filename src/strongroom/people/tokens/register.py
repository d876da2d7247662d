"""The register of tokens: what is known of each, which is never enough to use it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import NotFoundError
from strongroom.people.models import Token
from strongroom.people.tokens import caveats, scopes


@dataclass(frozen=True, slots=True)
class Entry:
    """A token on the register; `limits` are those it was made with, as JSON values."""

    id: int
    owner: str
    label: str
    limits: dict[str, object]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    last_used_from: str
    revoked_at: datetime | None


def register(owner_id: int | None = None) -> tuple[Entry, ...]:
    """Return the tokens of one owner, or of all, in the order of their making."""
    rows = Token.objects.select_related("user").order_by("pk")
    if owner_id is not None:
        rows = rows.filter(user_id=owner_id)
    return tuple(map(_entry, rows))


def find_token(number: int, owner_id: int | None = None) -> Token:
    """Return the row of a token, of one owner or of anybody; raises NotFoundError."""
    rows = Token.objects.select_related("user").filter(pk=number)
    row = (rows if owner_id is None else rows.filter(user_id=owner_id)).first()
    if row is None:
        raise NotFoundError(
            "no-such-token",
            f"There is no token {number} here.",
            "See the list of tokens: on the page, by the API, or by `strongroom token list`.",
        )
    return row


def unrevoked(owner_id: int) -> list[Token]:
    """Return the tokens of an owner that were not revoked, in the order of their making."""
    rows = Token.objects.select_related("user").filter(user_id=owner_id, revoked_at=None)
    return list(rows.order_by("pk"))


def for_alone(owners: Iterable[int], project: ProjectId) -> list[Token]:
    """Return the tokens of these people that are for one project and for nothing else."""
    rows = Token.objects.select_related("user").filter(user_id__in=owners, revoked_at=None)
    return [one for one in rows.order_by("pk") if _scope(one).reach.projects == {project}]


def _entry(row: Token) -> Entry:
    return Entry(
        id=row.pk,
        owner=row.user.username,
        label=row.label,
        limits=scopes.shown(_scope(row)),
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        last_used_from=row.last_used_from,
        revoked_at=row.revoked_at,
    )


def _scope(row: Token) -> scopes.Scope:
    return scopes.scope_of(caveats.decode(_spelt(one)) for one in row.caveats)


def _spelt(caveat: list[object]) -> bytes:
    return json.dumps(caveat, separators=(",", ":")).encode()
