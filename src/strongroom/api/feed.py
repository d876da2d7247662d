"""The feed of all changes, and the key by which its pages are signed.

A page is signed over its bytes, whose registry it is, what was asked for and when it was answered,
so that nobody in between can leave something out, answer another question, or tell yesterday's
news. Asking again costs little: a page that is the same is not sent again, but signed anew.
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from ninja.decorators import decorate_view
from pydantic import Field

from strongroom.api import shapes, shown
from strongroom.api.reads import REFUSALS
from strongroom.packages.catalog import sight
from strongroom.packages.hooks.herald import Herald
from strongroom.proof.ledger import events as ledger

SIGNATURE = "X-JWS-Signature"
_GOOD, _SAME = 200, 304

View = Callable[..., HttpResponse]


class Key(Schema):
    """A public key (RFC 7517, RFC 8037)."""

    kty: str
    crv: str
    x: str
    kid: str = Field(description="Its thumbprint (RFC 7638).")
    alg: str
    use: str


class Keys(Schema):
    """The public keys of the registry."""

    keys: list[Key]


def routes(heralds: Callable[[], Herald]) -> Router:
    """Return the operations of the feed."""
    router = Router(tags=["events"])

    def signed(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, **found: Any) -> HttpResponse:  # noqa: ANN401 - Django's
            response = view(request, **found)
            if response.status_code != _GOOD:
                return response
            return _signed(request, response, heralds())

        return answer

    @router.get(
        "/events",
        operation_id="events",
        summary="Follow all changes",
        response={200: shapes.Feed, **REFUSALS},
    )
    @decorate_view(signed)
    def feed(
        request: HttpRequest,  # noqa: ARG001 - the framework's form of a view
        since: shapes.Serial = 0,
        limit: shapes.FeedLimit = 100,
    ) -> shapes.Feed:
        """Tell the events of all projects after a serial, oldest first, to mirror or to watch.

        The header `X-JWS-Signature` holds a detached JSON Web Signature (RFC 7515, appendix F) of
        the answer, by the key at `keys`: in its header stand `iss`, the address of the registry,
        `sub`, the address that was asked with its query, and `iat`, when. Send the ETag back in
        `If-None-Match`: where nothing is new, the answer is 304 and signs what you have, anew.
        """
        # Asked first: what is recorded in between then only makes `last` too small, never too big.
        last = ledger.last_serial()
        read = ledger.since(since, limit)
        return shapes.Feed(
            events=[shown.event(one) for one in sight.told(read)],
            next=read[-1].serial if read else since,
            last=max(last, read[-1].serial if read else 0),
        )

    @router.get(
        "/keys",
        operation_id="keys",
        summary="Read the public keys of the registry",
        response={200: Keys, **REFUSALS},
    )
    def keys(request: HttpRequest) -> Keys:  # noqa: ARG001 - the framework's form of a view
        """Tell the keys by which the registry signs, as a JSON Web Key Set (RFC 7517)."""
        return Keys(keys=[Key(**heralds().signer.public())])

    return router


def _signed(request: HttpRequest, response: HttpResponse, herald: Herald) -> HttpResponse:
    body = response.content
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    told = {
        "iss": herald.registry,
        "sub": request.get_full_path(),
        "iat": int(herald.clock.now().timestamp()),
    }
    known = [
        one.strip().removeprefix("W/")
        for one in request.headers.get("If-None-Match", "").split(",")
    ]
    if etag in known:
        response = HttpResponse(status=_SAME)
        del response["Content-Type"]
    response["ETag"] = etag
    response[SIGNATURE] = herald.signer.detached(body, told)
    return response
