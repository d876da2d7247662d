"""Upload 2.0 of Python's clients: publishing sessions in several requests (PEP 694).

After the draft of 29 July 2026, with its status codes. Every request names who asks and is judged
anew: a session is nobody's by right of having opened it. Who may not use it is told 403 before
anything tells of its state.

Left out, as the draft allows and answers say by what they do not name: attestations (there is no
`attestations_url`), other mechanisms, the extension of single files.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.urls import URLPattern, re_path
from django.views.decorators.csrf import csrf_exempt

from strongroom.core.actors import Action, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import (
    AssuranceError,
    ConflictError,
    ForbiddenError,
    InvalidError,
    MethodError,
    NotFoundError,
    StrongroomError,
    TooLargeError,
    UnauthenticatedError,
)
from strongroom.ecosystems.pypi.archive.inspection import named
from strongroom.ecosystems.pypi.wire import session_bodies as bodies
from strongroom.ecosystems.pypi.wire.credentials import token_of
from strongroom.ecosystems.pypi.wire.session_bodies import MEDIA_TYPE, Links
from strongroom.ecosystems.pypi.wire.session_faults import refused
from strongroom.packages.publishing.steps import Asked
from strongroom.packages.staging import opening, preview, promises, publication, putting, rows
from strongroom.packages.staging.shown import File, View, shown, shown_file
from strongroom.packages.staging.states import State
from strongroom.packages.staging.yard import Yard
from strongroom.people.tokens.presented import WHO
from strongroom.stores.databases import answering

Handler = Callable[..., HttpResponse]

ECOSYSTEM = "pypi"
BODY_AT_MOST = 16 * 1024  # bytes of a JSON request
BLOCK = 256 * 1024
BYTES_TYPE = "application/octet-stream"
POLL_AFTER = "1"  # seconds; everything here is answered at once
_ACCEPTED = frozenset({MEDIA_TYPE, "application/json", "application/*", "*/*", ""})


class Sessions:
    """Takes publishing sessions and hands them to the stages."""

    def __init__(
        self, yard: Yard, authenticate: Callable[[str, str], Actor], public_url: str
    ) -> None:
        """Keep sessions in `yard`, for whom `authenticate(token, source address)` says it is."""
        self._yard = yard
        self._authenticate = authenticate
        self._url = public_url

    def urls(self) -> list[URLPattern]:
        """Return the addresses of this door; clients learn all but the first from answers."""
        session = r"^upload/sessions/(?P<handle>[0-9a-f]{32})"
        file = r"^upload/files/(?P<token>[0-9a-f]{32}\.[\w-]{43})/(?P<handle>[0-9a-f]{32})"
        return [
            self._at(r"^upload/?$", {"GET": self._root, "POST": self._create}),
            self._at(f"{session}$", {"GET": self._status, "DELETE": self._cancel}),
            self._at(f"{session}/publish$", {"POST": self._publish}),
            self._at(f"{session}/extend$", {"POST": self._extend}),
            self._at(f"{session}/files$", {"POST": self._promise}),
            self._at(f"{file}$", {"GET": self._file_status, "DELETE": self._remove}),
            self._at(f"{file}/bytes$", {"POST": self._receive}),
            self._at(f"{file}/complete$", {"POST": self._complete}),
        ]

    def _at(self, pattern: str, handlers: Mapping[str, Handler]) -> URLPattern:
        def answer(request: HttpRequest, **found: str) -> HttpResponse:
            try:
                handler = handlers.get(str(request.method))
                if handler is None:
                    raise MethodError(
                        "method-not-allowed",
                        f"{str(request.method)[:20]} is not possible here.",
                        f"Use {' or '.join(sorted(handlers))}.",
                    )
                _acceptable(request)
                with answering():
                    response = handler(request, **found)
            except StrongroomError as error:
                return refused(error, handlers if isinstance(error, MethodError) else ())
            response["Cache-Control"] = "no-store"
            return response

        return re_path(pattern, csrf_exempt(answer))

    def _root(self, request: HttpRequest) -> HttpResponse:
        del request
        return _answer({"meta": bodies.META, "mechanisms": [bodies.MECHANISM]})

    def _create(self, request: HttpRequest) -> HttpResponse:
        actor, body = self._actor(request), _json(request)
        knows = self._yard.desk.ecosystem(ECOSYSTEM)
        name = knows.name(bodies.text(body, "name"))
        version = knows.version(bodies.text(body, "version"))
        asked = Asked(actor, ProjectId(ECOSYSTEM, name.key), name, version)
        opened = opening.open_stage(asked, self._yard)
        links = self._links(opened.stage.handle)
        if not opened.is_new:
            exists = ConflictError(
                "stage-exists",
                f"There is a publishing session of {name.display} {version.display} already.",
                "Go on with that one; its address is in the Location header.",
            )
            return _located(refused(exists), links.session)
        answer = bodies.session(shown(opened.stage, self._yard), links)
        return _located(_answer(answer, 201), links.session)

    def _status(self, request: HttpRequest, handle: str) -> HttpResponse:
        return _answer(self._told(self._session(self._actor(request), handle)))

    def _cancel(self, request: HttpRequest, handle: str) -> HttpResponse:
        actor = self._actor(request)
        self._session(actor, handle)
        opening.cancel(self._yard, actor, handle)
        return HttpResponse(status=204)

    def _publish(self, request: HttpRequest, handle: str) -> HttpResponse:
        actor = self._actor(request)
        self._session(actor, handle)
        _json(request)
        outcome = publication.publish(self._yard, actor, handle)
        status = 201 if outcome.state is State.PUBLISHED else 202
        answer = _answer(self._told(self._view(handle)), status)
        return _located(answer, self._links(handle).session)

    def _extend(self, request: HttpRequest, handle: str) -> HttpResponse:
        actor = self._actor(request)
        self._session(actor, handle)
        by = bodies.extension(_json(request))
        opening.extend(self._yard, actor, handle, by)
        return _answer(self._told(self._view(handle)))

    def _promise(self, request: HttpRequest, handle: str) -> HttpResponse:
        actor = self._actor(request)
        view, body = self._session(actor, handle), _json(request)
        promised = bodies.promise(body)
        _is_of(promised.filename, view, self._yard)
        if body.get("mechanism") != bodies.MECHANISM:
            raise InvalidError(
                "mechanism-unknown",
                "This registry does not know that way of sending a file.",
                f"Use {bodies.MECHANISM}.",
            )
        file = promises.promise(self._yard, actor, handle, promised)
        return self._told_file(shown_file(file), view, 202)

    def _file_status(self, request: HttpRequest, token: str, handle: str) -> HttpResponse:
        file, view = self._file(self._actor(request), token, handle)
        return self._told_file(file, view)

    def _receive(self, request: HttpRequest, token: str, handle: str) -> HttpResponse:
        actor = self._actor(request)
        self._file(actor, token, handle)
        promised = promises.expected(self._yard, actor, handle)
        if request.content_type != BYTES_TYPE:
            raise _content_type(BYTES_TYPE)
        with self._yard.desk.blobs.receive() as incoming:
            measured = promises.Measured(incoming, promised)
            while block := _read(request, BLOCK):
                measured.write(block)
            promises.receive(self._yard, actor, handle, measured)
        return self._told_file(*self._file(actor, token, handle))

    def _complete(self, request: HttpRequest, token: str, handle: str) -> HttpResponse:
        actor = self._actor(request)
        self._file(actor, token, handle)
        _json(request)
        promises.complete(self._yard, actor, handle)
        file, view = self._file(actor, token, handle)
        answer = self._told_file(file, view, 201)
        return _located(answer, self._links(view.handle).file(handle))

    def _remove(self, request: HttpRequest, token: str, handle: str) -> HttpResponse:
        actor = self._actor(request)
        self._file(actor, token, handle)
        putting.remove(self._yard, actor, handle)
        return HttpResponse(status=204)

    def _actor(self, request: HttpRequest) -> Actor:
        """Return who asks; a credential that is missing or invalid is 401 here (RFC 7235)."""
        try:
            token = token_of(request, "A publishing session needs a token.")
            actor = self._authenticate(token, request.META["REMOTE_ADDR"])
        except ForbiddenError as error:
            raise UnauthenticatedError(error.code, error.sentence, error.remedy) from error
        request.META[WHO] = actor.name
        return actor

    def _session(self, actor: Actor, handle: str) -> View:
        """Return a session that this actor may use, or the error that tells nothing of it."""
        stage = rows.find(handle)
        try:
            rows.allow(actor, Action.STAGE, stage)
        except AssuranceError:
            raise  # of the actor alone, or to whoever has a role in the project
        except ForbiddenError as error:
            raise ForbiddenError(
                "session-not-yours",
                "This credential may not use this publishing session.",
                "Use one of somebody who may upload to its project.",
            ) from error
        return shown(stage, self._yard)

    def _view(self, handle: str) -> View:
        return shown(rows.find(handle), self._yard)

    def _file(self, actor: Actor, token: str, handle: str) -> tuple[File, View]:
        row = rows.find_file(handle)
        if not preview.opens(token, row.stage.handle, self._yard):
            raise NotFoundError(
                "no-such-staged-file", "There is no such file in a stage here.", "Stage it again."
            )
        return shown_file(row), self._session(actor, row.stage.handle)

    def _links(self, handle: str) -> Links:
        return Links(self._url, handle, preview.token(handle, self._yard))

    def _told(self, view: View) -> dict[str, Any]:
        return bodies.session(view, self._links(view.handle))

    def _told_file(self, file: File, view: View, status: int = 200) -> HttpResponse:
        answer = _answer(bodies.file_session(file, view, self._links(view.handle)), status)
        answer["Retry-After"] = POLL_AFTER
        return answer


def _answer(body: dict[str, Any], status: int = 200) -> JsonResponse:
    return JsonResponse(body, content_type=MEDIA_TYPE, status=status)


def _located(response: HttpResponse, where: str) -> HttpResponse:
    response["Location"] = where
    return response


def _acceptable(request: HttpRequest) -> None:
    wanted = request.headers.get("Accept", "").lower().split(",")
    if _ACCEPTED.isdisjoint(one.partition(";")[0].strip() for one in wanted):
        raise InvalidError(
            "not-acceptable", "The request accepts none of the forms of answers.", MEDIA_TYPE
        )


def _json(request: HttpRequest) -> dict[str, Any]:
    if request.content_type != MEDIA_TYPE:
        raise _content_type(MEDIA_TYPE)
    body = _read(request, BODY_AT_MOST + 1)
    if len(body) > BODY_AT_MOST:
        raise TooLargeError(
            "body-too-large", f"The body has more than {BODY_AT_MOST} bytes.", "Send less."
        )
    return bodies.parsed(body)


def _read(request: HttpRequest, size: int) -> bytes:
    try:
        return request.read(size)
    except UnreadablePostError as error:
        raise InvalidError(
            "upload-malformed",
            "The connection broke before the body was complete.",
            "Send it again.",
        ) from error


def _content_type(wanted: str) -> InvalidError:
    return InvalidError(
        "content-type-unsupported",
        f"The body of the request is not declared as {wanted}.",
        f"Send Content-Type: {wanted}.",
    )


def _is_of(filename: str, view: View, yard: Yard) -> None:
    """Refuse the name of a file that cannot be one of this release."""
    key, version = named(filename)
    wanted = yard.desk.ecosystem(ECOSYSTEM).version(view.version).key
    if (key, version) != (view.project.key, wanted):
        raise InvalidError(
            "stage-differs",
            f"The file is named for {key} {version}; the session is for"
            f" {view.name} {view.version}.",
            "Put it into a session of its own version.",
        )
