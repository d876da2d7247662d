"""Reports of leaked tokens, by the protocols of those who scan; and the patterns that they scan by.

Below `/leaks/`, beside the API: the addresses, bodies and answers are those of others' protocols,
and who reports proves it by a signature over the body, with no token. A token that was revoked
before is answered like one that is revoked now.
"""

from collections.abc import Callable, Mapping
from functools import wraps

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from strongroom.api.guard import View, guarded
from strongroom.api.problems import problem
from strongroom.core.errors import InvalidError, StrongroomError, TooLargeError
from strongroom.people.leaks import patterns
from strongroom.people.leaks.acts import Judged
from strongroom.people.leaks.intake import Intake, Signed
from strongroom.people.leaks.reports import AT_MOST
from strongroom.stores.databases import answering

_NOTHING_TO_SAY = 204
_PATTERNS: Mapping[str, tuple[str, Callable[[], str]]] = {
    "gitleaks.toml": ("application/toml", patterns.gitleaks),
    "trufflehog.yaml": ("application/yaml", patterns.trufflehog),
    "pattern.json": ("application/json", patterns.plain),
}


def urls(intake: Intake) -> list[URLPattern]:
    """Return the addresses below `/leaks/`."""

    def by_partner(request: HttpRequest) -> HttpResponse:
        report = _signed(request, "Github-Public-Key-Identifier", "Github-Public-Key-Signature")
        return _labelled(intake.by_partner(report))

    def by_reporter(request: HttpRequest) -> HttpResponse:
        report = _signed(request, "Strongroom-Reporter", "Strongroom-Signature")
        return _labelled(intake.by_reporter(report))

    def by_gitlab(request: HttpRequest) -> HttpResponse:
        intake.by_gitlab(_body(request), _secret(request), _source(request))
        return HttpResponse(status=_NOTHING_TO_SAY)

    def types(request: HttpRequest) -> HttpResponse:
        intake.greet_gitlab(_secret(request), _source(request))
        return JsonResponse({"types": [f"gitleaks_rule_id_{patterns.RULE}"]})

    gitlab = "leaks/gitlab/v1/"
    return [
        path("leaks/github", _taking(require_POST(by_partner))),
        path("leaks/reports", _taking(require_POST(by_reporter))),
        path(f"{gitlab}revoke_tokens", _taking(require_POST(by_gitlab))),
        path(f"{gitlab}revocable_token_types", _taking(require_safe(types))),
        *(path(f"leaks/patterns/{name}", guarded(_shown(*_PATTERNS[name]))) for name in _PATTERNS),
    ]


def _taking(view: View) -> View:
    """Return a view whose refusals are problems, and which no form of another site can send."""

    @wraps(view)
    def answer(request: HttpRequest, **found: object) -> HttpResponse:
        try:
            with answering():
                response = view(request, **found)
        except StrongroomError as error:
            return problem(error)
        response["Cache-Control"] = "no-store"
        return response

    return csrf_exempt(guarded(answer))


def _signed(request: HttpRequest, key: str, signature: str) -> Signed:
    said = request.headers
    return Signed(_body(request), said.get(key, ""), said.get(signature, ""), _source(request))


def _body(request: HttpRequest) -> bytes:
    size = request.META.get("CONTENT_LENGTH") or "0"
    if not size.isdecimal():
        raise InvalidError(
            "length-missing", "The length of the body is not given.", "Send Content-Length."
        )
    if int(size) > AT_MOST:
        raise TooLargeError(
            "body-too-large", f"The body has more than {AT_MOST} bytes.", "Send less."
        )
    return request.body


def _source(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


def _secret(request: HttpRequest) -> str:
    """Return what a GitLab instance knows us by: bare, after Bearer, or in a header of its own."""
    said = request.headers.get("Authorization") or request.headers.get("X-Gitlab-Token") or ""
    scheme, _, rest = said.strip().partition(" ")
    return rest.strip() if scheme.lower() == "bearer" else said.strip()


def _labelled(judged: tuple[Judged, ...]) -> HttpResponse:
    """Say of each token whether it is one, in the words of GitHub's program."""
    labels = {True: "true_positive", False: "false_positive"}
    told = [
        {"token_raw": one.found.token, "token_type": one.found.sort, "label": labels[one.is_ours]}
        for one in judged
    ]
    return JsonResponse(told, safe=False)


def _shown(media_type: str, made: Callable[[], str]) -> View:
    def show(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's form of a view
        response = HttpResponse(made(), f"{media_type}; charset=utf-8")
        response["Cache-Control"] = "public, max-age=3600"
        response["X-Content-Type-Options"] = "nosniff"
        return response

    return require_safe(show)
