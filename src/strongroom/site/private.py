"""The door of private projects: it asks who reads before it looks where their pages stand.

The shelf's doors hand on what they do not have. Here a token or a session says who asks, the one
rule whether they may read the project that the address names, and then the closed place answers as
the open one does. Whoever may not read gets the open place's answer, which knows no such name: the
same for a private name as for nobody's, by the same work.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import URLPattern, re_path

from strongroom.core.actors import NOBODY, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.ecosystem import Ecosystem
from strongroom.core.errors import (
    ForbiddenError,
    InvalidError,
    MethodError,
    StrongroomError,
    UnavailableError,
)
from strongroom.ecosystems.pypi.wire.faults import refusal
from strongroom.packages.catalog import sight
from strongroom.packages.shelf.serve import Answer, Stream, fetched
from strongroom.people.tokens.presented import WHO, presented
from strongroom.site.wsgi import ShelfDoor, blocks
from strongroom.stores.databases import answering
from strongroom.web.faults import not_found
from strongroom.web.visitors import acting, visitor

PEOPLE = "project"
ROOMS = frozenset({"simple", "pypi", "rss", "integrity", PEOPLE})
METHODS = frozenset({"GET", "HEAD"})
NOT_FOUND = 404

Authenticate = Callable[[str, str], Actor]

# A reader may keep what is theirs to read and asks each time whether it is still; nobody else may
# keep it, whatever stands in between (RFC 9111, 3.5 and 5.2.2.7). Pages for people are kept by
# none: the next person at the browser would find them.
CLIENT_CACHING = ("Cache-Control", "private, no-cache")
PEOPLE_CACHING = ("Cache-Control", "private, no-store")
_VARY = ("Vary", "Accept, Accept-Encoding, Authorization, Cookie")
_OURS = frozenset({"cache-control", "vary", "cross-origin-resource-policy"})


@dataclass(frozen=True, slots=True)
class Private:
    """Answers what the open shelf has not, to those who may read it."""

    opened: Mapping[str, ShelfDoor]
    closed: Mapping[str, ShelfDoor]
    ecosystem: Ecosystem
    authenticate: Authenticate

    def urls(self) -> list[URLPattern]:
        """Return the addresses of this door, which are those of the shelf."""
        return [re_path(rf"^(?:{'|'.join(sorted(ROOMS))})(?:/|$)", self.answer)]

    def answer(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a GET or HEAD of what the open shelf has not."""
        path = request.path_info
        room = path.split("/", 2)[1]
        query, asked = request.META.get("QUERY_STRING", ""), _Asked(request)
        try:
            if request.method not in METHODS:
                raise MethodError("method-not-allowed", "This address can only be read.")
            with answering():
                project = self._read_by(request, path)
            if project is None:
                found = self.opened[room](path, query, asked)
            else:
                found = self.closed[room](path, query, asked)
                if found is not None and found.status == NOT_FOUND and path == _index(project):
                    raise _not_ready()
                found = found and _held(found, room)
            if found is not None:
                return _respond(found, request)
        except StrongroomError as error:
            return _respond(refusal(error), request)
        return not_found(request, Http404())

    def _read_by(self, request: HttpRequest, path: str) -> ProjectId | None:
        """Return the private project that an address names, if who asks may read it."""
        project = self._project(path)
        if project is None:
            return None
        actor = self._actor(request)
        if actor != NOBODY:
            request.META[WHO] = actor.name
        return project if sight.reads(actor, project) else None

    def _project(self, path: str) -> ProjectId | None:
        """Return the project that an address names, if it names one in its own spelling."""
        _, room, *parts = path.split("/")
        if room == "rss":
            parts = parts[1:] if parts[:1] == ["project"] else []
        try:
            return ProjectId(self.ecosystem.id, self.ecosystem.name(parts[0]).key)
        except (IndexError, InvalidError):
            return None

    def _actor(self, request: HttpRequest) -> Actor:
        """Return who asks; whose credential is worth nothing is nobody."""
        try:
            text = presented(request.headers.get("Authorization", ""))
            if text is not None:
                return self.authenticate(text, request.META.get("REMOTE_ADDR", ""))
            user = visitor(request)
            return NOBODY if user is None else acting(request, user)
        except ForbiddenError:
            return NOBODY


def _index(project: ProjectId) -> str:
    return f"/simple/{project.key}/"


class _Asked(Mapping[str, str]):
    """The headers of a request by lower-case name."""

    def __init__(self, request: HttpRequest) -> None:
        self._headers = request.headers

    def __getitem__(self, name: str) -> str:
        return self._headers[name]

    def __iter__(self) -> Iterator[str]:
        return (name.lower() for name in self._headers)

    def __len__(self) -> int:
        return len(self._headers)


def _held(found: Answer, room: str) -> Answer:
    """Return an answer from the closed place with what caches must know of it."""
    caching = PEOPLE_CACHING if room == PEOPLE else CLIENT_CACHING
    kept = tuple(one for one in found.headers if one[0].lower() not in _OURS)
    return replace(found, headers=(*kept, caching, _VARY))


def _not_ready() -> UnavailableError:
    # An installer goes on to its next index after a 404 only, and would take a stranger's package
    # of that name (dependency confusion).
    return UnavailableError(
        "page-not-ready", "The pages of this project are being put up.", "Try again in a moment."
    )


def _respond(answer: Answer, request: HttpRequest) -> HttpResponseBase:
    reading = request.method != "HEAD"
    if reading:
        answer = fetched(answer)
    body, response = answer.body, HttpResponseBase()
    if not reading or isinstance(body, bytes):
        response = HttpResponse(body if reading else b"")
    elif isinstance(body, Stream):
        response = StreamingHttpResponse(body.opened())
    else:
        response = StreamingHttpResponse(blocks(body))
    response.status_code, response.reason_phrase = answer.status, answer.reason
    del response["Content-Type"]
    for name, value in answer.headers:
        response[name] = value
    return response
