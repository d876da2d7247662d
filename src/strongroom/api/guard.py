"""What is settled before an operation runs and after it ran, alike for all of them.

1. No NUL in an address: databases end a text there or fail.
2. A body is JSON, and small; what is larger is refused before it is read.
3. HEAD is answered wherever GET is; another method is a problem that names the right ones.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from strongroom.api.problems import problem
from strongroom.core.errors import InvalidError, MethodError, StrongroomError, TooLargeError

View = Callable[..., HttpResponse]

BODY_AT_MOST = 16 * 1024  # bytes; the largest body is a reason of 500 characters
_NOT_ALLOWED = 405


def guarded(view: View) -> View:
    """Return a view that keeps the rules of this module."""

    @wraps(view)
    def answer(request: HttpRequest, **found: Any) -> HttpResponse:  # noqa: ANN401 - Django's
        try:
            _refuse_unreadable(request)
        except StrongroomError as error:
            return problem(error)
        head = request.method == "HEAD"
        if head:
            request.method = "GET"
        response = view(request, **found)
        if response.status_code == _NOT_ALLOWED:
            response = _not_allowed(request, response["Allow"], head=head)
        # What came with a token is for its holder; all else may be kept but must be asked for anew.
        caching = "no-store" if "HTTP_AUTHORIZATION" in request.META else "no-cache"
        response.headers.setdefault("Cache-Control", caching)
        if head:
            response["Content-Length"] = str(len(response.content))
            response.content = b""
        return response

    return answer


def _refuse_unreadable(request: HttpRequest) -> None:
    values = [value for _, given in request.GET.lists() for value in given]
    if "\0" in request.path_info or any("\0" in value for value in (*values, *request.GET)):
        raise InvalidError("address-invalid", "The address holds a NUL character.", "Remove it.")


def json_body(view: View) -> View:
    """Return a view that takes a small JSON body and refuses any other before reading it."""

    @wraps(view)
    def answer(request: HttpRequest, **found: Any) -> HttpResponse:  # noqa: ANN401 - Django's
        try:
            _refuse_body(request)
        except StrongroomError as error:
            return problem(error)
        return view(request, **found)

    return answer


def _refuse_body(request: HttpRequest) -> None:
    size = request.META.get("CONTENT_LENGTH") or "0"
    if request.headers.get("Transfer-Encoding") or not size.isdecimal():
        raise InvalidError(
            "length-missing", "The length of the body is not given.", "Send Content-Length."
        )
    if int(size) > BODY_AT_MOST:
        raise TooLargeError(
            "body-too-large", f"The body has more than {BODY_AT_MOST} bytes.", "Send less."
        )
    if request.content_type != "application/json":
        raise InvalidError(
            "content-type-unsupported",
            "The body of the request is not declared as JSON.",
            "Send `Content-Type: application/json`.",
        )


def _not_allowed(request: HttpRequest, allowed: str, *, head: bool) -> HttpResponse:
    methods = {method.strip() for method in allowed.split(",")}
    if "GET" in methods:
        methods.add("HEAD")
    named = ", ".join(sorted(methods))
    method = "HEAD" if head else str(request.method)
    response = problem(
        MethodError("method-not-allowed", f"{method[:20]} is not possible here.", f"Use {named}.")
    )
    response["Allow"] = named
    return response
