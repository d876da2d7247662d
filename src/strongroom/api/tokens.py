"""Tokens for programs: the one that asks, and for one without limits those beside it.

A limited token sees and ends itself alone: what else its owner has is none of its business, and
whoever stole it must not learn from where the others are used. None makes another (a leaked token
must not outlive its own revocation): that takes a person at the pages of the registry.
"""

from collections.abc import Mapping

from django.http import HttpRequest
from ninja import Router

from strongroom.api import shapes
from strongroom.api.credentials import Token, actor_of
from strongroom.api.reads import REFUSALS, Counter
from strongroom.api.shapes import Problem
from strongroom.core.actors import EVERYWHERE, Actor
from strongroom.core.errors import ForbiddenError
from strongroom.people.access.grants import user_of
from strongroom.people.tokens.minting import revoke
from strongroom.people.tokens.register import Entry, find_token, register, unrevoked

_OF_TOKENS: Mapping[int, type[Problem]] = {**REFUSALS, 401: Problem, 403: Problem}


def routes(counter: Counter, token: Token) -> Router:
    """Return the operations on the tokens of whoever asks."""
    router = Router(auth=token)
    _reads(router)
    _changes(router, counter)
    return router


def _reads(router: Router) -> None:
    @router.get(
        "/me/tokens",
        operation_id="tokens",
        summary="List one's tokens",
        tags=["people"],
        response={200: shapes.Tokens, **_OF_TOKENS},
    )
    def listed(request: HttpRequest) -> shapes.Tokens:
        """Tell the token that asks; one that has no limits is told all of its owner's."""
        actor = actor_of(request)
        entries = register(actor.user_id) if actor.user_id is not None else ()
        seen = [one for one in entries if _is_own(actor, one.id) or _manages(actor)]
        return shapes.Tokens(tokens=[_row(one) for one in seen])


def _changes(router: Router, counter: Counter) -> None:
    @router.delete(
        "/me/tokens/{number}",
        operation_id="revoke_token",
        summary="End a token",
        tags=["people"],
        response={200: shapes.Ended, **_OF_TOKENS, 404: Problem},
    )
    def end(request: HttpRequest, number: shapes.TokenNumber) -> shapes.Ended:
        """End the token that asks, or, without limits, another one of its owner.

        It stops working at once, with every token that was narrowed from it.
        """
        actor = actor_of(request)
        if not _is_own(actor, number):
            _manage(actor)
        row = find_token(number, user_of(actor))
        return shapes.Ended(ended=int(revoke(row, by=actor, clock=counter().clock)))

    @router.delete(
        "/me/tokens",
        operation_id="revoke_tokens",
        summary="End all of one's tokens",
        tags=["people"],
        response={200: shapes.Ended, **_OF_TOKENS},
    )
    def end_all(request: HttpRequest) -> shapes.Ended:
        """End every token of the owner, the one that asks included; it must have no limits."""
        actor = actor_of(request)
        _manage(actor)
        rows, clock = unrevoked(user_of(actor)), counter().clock
        return shapes.Ended(ended=sum(revoke(row, by=actor, clock=clock) for row in rows))


def _is_own(actor: Actor, number: int) -> bool:
    return actor.credential == f"token {number}"


def _manages(actor: Actor) -> bool:
    return actor.reach == EVERYWHERE


def _manage(actor: Actor) -> None:
    if not _manages(actor):
        raise ForbiddenError(
            "token-out-of-scope",
            "This token has limits, and ends no token but itself.",
            "Sign in and end others under Account, Tokens, or use one without limits.",
        )


def _row(entry: Entry) -> shapes.TokenRow:
    return shapes.TokenRow(
        id=entry.id,
        label=entry.label,
        reach=shapes.Reach.model_validate(entry.limits),
        created_at=entry.created_at,
        last_used_at=entry.last_used_at,
        last_used_from=entry.last_used_from,
        revoked_at=entry.revoked_at,
    )
