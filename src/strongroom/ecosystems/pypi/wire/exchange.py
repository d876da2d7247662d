"""Trusted publishing as Python's clients ask for it: an audience, a token, and its end.

The addresses stand at the root of the host, whatever prefix an index has: uv and the action for
GitHub use nothing of the upload's address but its host. PEP 807 (draft) lets others find them.

A refusal is in the form that they show (`message` and `errors`) and a problem (RFC 9457) in one.
"""

import json
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt

from strongroom.core.errors import (
    ForbiddenError,
    InvalidError,
    MethodError,
    NotFoundError,
    StrongroomError,
    UnavailableError,
)
from strongroom.core.statuses import status_of
from strongroom.ecosystems.pypi.wire.faults import phrase
from strongroom.people.publishers.exchange import Exchange, burn, mint, not_enabled
from strongroom.stores.databases import answering

PREFIX = "_/oidc/"
DISCOVERY = "application/vnd.pypi.pytp.v1+json"
SINGLE, MULTI = "single-use-token", "multi-use-token"
BODY_AT_MOST = 32 * 1024  # bytes
_UPLOADS = frozenset({"/legacy/", "/legacy", "/upload/", "/upload"})
_UNPROCESSABLE = 422
_NO_STORE = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class ExchangeDoor:
    """Takes statements and gives tokens for them; `public_url` is without a final slash."""

    exchange: Exchange
    public_url: str

    def urls(self) -> list[URLPattern]:
        """Return the addresses of this door."""
        return [
            path(f"{PREFIX}audience", self.audience),
            path(f"{PREFIX}mint-token", csrf_exempt(self.mint)),
            path(f"{PREFIX}burn-token", csrf_exempt(self.burn)),
            path(".well-known/pytp", self.discover),
        ]

    def audience(self, request: HttpRequest) -> HttpResponse:
        """Say for whom a statement must be made."""
        try:
            _asked_by(request, "GET")
            if not self.exchange.providers:
                raise not_enabled()
        except StrongroomError as error:
            return _refusal(error)
        return JsonResponse({"audience": self.exchange.audience}, headers=_NO_STORE)

    def mint(self, request: HttpRequest) -> HttpResponse:
        """Give a token for a statement."""
        try:
            _asked_by(request, "POST")
            with answering():
                body = _body(request)
                once = _is_single(body.get("features", [MULTI]))
                source = request.META["REMOTE_ADDR"]
                issued = mint(self.exchange, _token(body), source, once=once)
        except StrongroomError as error:
            return _refusal(error)
        told = {
            "success": True,
            "token": issued.text,
            "expires": int(issued.expires_at.timestamp()),
        }
        return JsonResponse(told, headers=_NO_STORE)

    def burn(self, request: HttpRequest) -> HttpResponse:
        """End a token that was given here; uv does so once it has uploaded everything."""
        try:
            _asked_by(request, "POST")
            with answering():
                text = _token(_body(request))
                burn(text, master=self.exchange.master, clock=self.exchange.clock)
        except StrongroomError as error:
            return _refusal(error)
        return JsonResponse({"message": "The token has ended."}, status=202, headers=_NO_STORE)

    def discover(self, request: HttpRequest) -> HttpResponse:
        """Say where the other addresses are, for an address of uploads (PEP 807, Discovery)."""
        try:
            _asked_by(request, "GET")
            if request.GET.get("discover") not in _UPLOADS or not self.exchange.providers:
                raise NotFoundError(
                    "no-trusted-publishing",
                    "There is no trusted publishing for this address of uploads.",
                    "Ask for /legacy/.",
                )
        except StrongroomError as error:
            return _refusal(error)
        at = f"{self.public_url}/{PREFIX}"
        told = {
            "audience-endpoint": f"{at}audience",
            # Drafts of the PEP give this one two names.
            "token-mint-endpoint": f"{at}mint-token",
            "mint-token-endpoint": f"{at}mint-token",
            "features": [SINGLE, MULTI],
            "default-features": [MULTI],
        }
        return JsonResponse(told, content_type=DISCOVERY)


def _asked_by(request: HttpRequest, method: str) -> None:
    if request.method != method:
        raise MethodError(
            "method-not-allowed",
            f"{str(request.method)[:20]} is not possible here.",
            f"Use {method}.",
        )


def _body(request: HttpRequest) -> dict[str, object]:
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    try:
        body = json.loads(request.read(BODY_AT_MOST)) if length <= BODY_AT_MOST else None
    except (ValueError, RecursionError, OSError):
        body = None
    if not isinstance(body, dict):
        raise _invalid("It is no JSON object of a few thousand bytes.")
    return body


def _token(body: dict[str, object]) -> str:
    token = body.get("token")
    if not isinstance(token, str) or not token:
        raise _invalid("Its member `token` is no text.")
    return token


def _is_single(features: object) -> bool:
    if features not in ([MULTI], [SINGLE], []):
        raise _invalid(f"Its member `features` is neither of {SINGLE} and {MULTI}.")
    return features == [SINGLE]


def _invalid(why: str) -> InvalidError:
    return InvalidError(
        "invalid-payload", f"The body cannot be read. {why}", 'Send {"token": "..."}.'
    )


def _refusal(error: StrongroomError) -> HttpResponse:
    status = status_of(error)
    if isinstance(error, InvalidError | ForbiddenError) and error.code != "not-enabled":
        status = _UNPROCESSABLE
    told = {
        "type": "about:blank",
        "status": status,
        "detail": str(error),
        "code": error.code,
        "message": "Token request failed",
        "errors": [{"code": error.code, "description": str(error)}],
    }
    headers = dict(_NO_STORE)
    if isinstance(error, UnavailableError):
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, MethodError):
        headers["Allow"] = error.remedy.removeprefix("Use ").rstrip(".")
    return JsonResponse(
        told,
        status=status,
        reason=phrase(error),
        content_type="application/problem+json",
        headers=headers,
    )
