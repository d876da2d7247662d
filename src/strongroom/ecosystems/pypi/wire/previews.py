"""A stage as an index for installers, at an address that nobody can guess (PEP 694, PEP 503, 691).

    pip install --extra-index-url URL/staged/SESSION-TOKEN/simple/ NAME

It takes no credential: the address is one. So nothing of it may be kept by a cache or travel on in
a referrer, and it holds the files of this one stage and nothing else.
"""

from collections.abc import Callable, Iterable
from urllib.parse import quote

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, re_path

from strongroom.core.ecosystem import Page
from strongroom.core.errors import MethodError, NotFoundError, StrongroomError
from strongroom.ecosystems.pypi.pages import simple
from strongroom.ecosystems.pypi.wire.faults import refusal
from strongroom.ecosystems.pypi.wire.reads import negotiate
from strongroom.packages.shelf.serve import ISOLATED
from strongroom.packages.staging import preview
from strongroom.packages.staging.shown import View
from strongroom.packages.staging.yard import Yard

METHODS = frozenset({"GET", "HEAD"})
PRIVATE = (
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Robots-Tag", "noindex"),
    *ISOLATED,
)


class Previews:
    """Answers reads of stages that are not published."""

    def __init__(self, yard: Yard) -> None:
        """Read the stages of `yard`."""
        self._yard = yard

    def urls(self) -> list[URLPattern]:
        """Return the addresses of this door."""
        root = r"^staged/(?P<token>[^/]+)"
        return [
            self._at(f"{root}/simple/?$", self._root),
            self._at(rf"{root}/simple/(?P<name>[^/]+)/?$", self._project),
            self._at(rf"{root}/files/(?P<name>[^/]+)$", self._file),
        ]

    def _at(self, pattern: str, view: Callable[..., HttpResponseBase]) -> URLPattern:
        def answer(request: HttpRequest, token: str, **found: str) -> HttpResponseBase:
            try:
                if request.method not in METHODS:
                    raise MethodError(
                        "method-not-allowed", "A preview can only be read.", "Use GET."
                    )
                response = view(request, preview.previewed(token, self._yard), **found)
            except StrongroomError as error:
                response = _refused(error)
            for name, value in PRIVATE:
                response[name] = value
            return _without_body(response) if request.method == "HEAD" else response

        return re_path(pattern, answer)

    def _root(self, request: HttpRequest, view: View) -> HttpResponseBase:
        return _page(request, lambda: simple.root([(view.project.key, view.name)], 0))

    def _project(self, request: HttpRequest, view: View, name: str) -> HttpResponseBase:
        if self._yard.desk.ecosystem(view.project.ecosystem).name(name).key != view.project.key:
            raise NotFoundError(
                "no-such-project", "This stage holds another project.", "Ask for that one."
            )
        return _page(request, lambda: simple.project(preview.listing(view, self._yard)))

    def _file(self, request: HttpRequest, view: View, name: str) -> HttpResponseBase:
        del request
        blob = self._yard.desk.blobs.open(preview.blob_of(view, name))
        return FileResponse(blob, content_type="application/octet-stream")


def _page(request: HttpRequest, pages: Callable[[], Iterable[Page]]) -> HttpResponse:
    if not request.path.endswith("/"):
        # Its links are relative to the address with the slash.
        return HttpResponse(status=301, headers={"Location": f"{quote(request.path)}/"})
    media_type, name = negotiate(request.headers.get("Accept", ""))
    (body,) = (page.body for page in pages() if page.path.endswith(name))
    response = HttpResponse(body, content_type=media_type)
    response["Vary"] = "Accept"
    return response


def _without_body(response: HttpResponseBase) -> HttpResponse:
    head = HttpResponse(status=response.status_code, reason=response.reason_phrase)
    for name, value in response.headers.items():
        head[name] = value
    if isinstance(response, HttpResponse):
        head["Content-Length"] = str(len(response.content))
    response.close()
    return head


def _refused(error: StrongroomError) -> HttpResponse:
    answer = refusal(error)
    body = answer.body if isinstance(answer.body, bytes) else b""
    headers = dict(answer.headers)
    if isinstance(error, MethodError):
        headers["Allow"] = ", ".join(sorted(METHODS))
    return HttpResponse(body, status=answer.status, reason=answer.reason, headers=headers)
