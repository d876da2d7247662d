"""The legacy upload of Python's clients (twine, uv): one multipart form, one file, one answer.

The token is judged before a byte of the body is read. The file streams to a nameless blob as it
arrives; only the form's fields are held in memory. A proxy that holds bodies back until they are
whole can ask beforehand whether a token is worth it.
"""

from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.urls import URLPattern, path, re_path
from django.views.decorators.csrf import csrf_exempt

from strongroom.core.actors import Actor
from strongroom.core.errors import (
    InvalidError,
    MethodError,
    StrongroomError,
    TooLargeError,
)
from strongroom.ecosystems.pypi.wire.credentials import token_of
from strongroom.ecosystems.pypi.wire.faults import refusal
from strongroom.packages.publishing.foresee import foresee
from strongroom.packages.publishing.receive import Bounded
from strongroom.packages.publishing.steps import Receipt, Upload
from strongroom.packages.staging.putting import Staged, take
from strongroom.packages.staging.shown import shown, shown_file
from strongroom.packages.staging.yard import Yard
from strongroom.people.publishers.beside import WARNING
from strongroom.people.tokens.presented import WHO
from strongroom.stores.databases import answering

FILE_FIELD = "content"
DIGESTS = ("sha256_digest", "blake2_256_digest", "md5_digest")
PROTOCOL = {":action": "file_upload", "protocol_version": "1"}
METHODS = "POST"
NEEDED = "Uploading needs a token."
BESIDES_AT_MOST = 20 * 1024 * 1024  # bytes of a form that are not its file; more are refused
_NOTHING = frozenset({"", "UNKNOWN"})


class Door:
    """Takes uploads and hands them to the pipeline."""

    def __init__(
        self,
        yard: Yard,
        authenticate: Callable[[str, str], Actor],
        recognise: Callable[[str, str], None],
        count: Callable[[str, int], None],
        public_url: str,
    ) -> None:
        """Publish or stage in `yard`, for whom `authenticate(token, source address)` says it is.

        `recognise` takes the same, and raises ForbiddenError if the token would be refused.
        `count` is told the code of each outcome, and the bytes of each file that was published.
        """
        self._yard = yard
        self._authenticate = authenticate
        self._recognise = recognise
        self._count = count
        self._url = public_url

    def urls(self) -> list[URLPattern]:
        """Return the addresses of this door."""
        # Without the final slash too: clients do not follow a redirect of an upload.
        return [
            re_path(r"^legacy/?$", csrf_exempt(self.upload), name="pypi-upload"),
            path("legacy/credential", self.credential),
        ]

    def upload(self, request: HttpRequest) -> HttpResponse:
        """Publish the file of a form, or say why not."""
        try:
            with answering():
                _posted(request)
                actor = self._actor(request)
                foresee(actor, at_least(request), self._yard.desk)
                outcome, ignored = self._take(request, actor)
        except StrongroomError as error:
            return self._refused(error)
        lines = self._staged(outcome) if isinstance(outcome, Staged) else self._published(outcome)
        if ignored:
            lines.append("Note: this registry does not take attestations; they were not stored.")
        body = "\n".join(lines) + "\n"
        status = 202 if isinstance(outcome, Staged) else 200
        return HttpResponse(body, content_type="text/plain; charset=utf-8", status=status)

    def _published(self, receipt: Receipt) -> list[str]:
        told = f"Published {receipt.filename}."
        if receipt.events:
            self._count("published", receipt.size)
        else:
            self._count("unchanged", 0)
            told = f"{receipt.filename} was published already, with the same bytes."
        warned = [f"Warning: {WARNING.format(receipt.project.key)}"] if receipt.beside else []
        return [told, *warned, *(f"Note: {remark.sentence}" for remark in receipt.remarks)]

    def _staged(self, staged: Staged) -> list[str]:
        view, filename = shown(staged.stage, self._yard), staged.file.filename
        self._count("staged" if staged.is_new else "unchanged", 0)
        told = "waits in a stage" if staged.is_new else "is in its stage already"
        wanted = "somebody says so"
        if view.missing:
            wanted = f"people have approved it ({view.missing} missing)"
        address = f"{self._url}/stages/{view.handle}/"
        return [
            f"{filename} {told}, and is NOT published yet.",
            f"{view.name} {view.version} is published once {wanted}: {address}",
            *(f"Note: {found.sentence}" for found in shown_file(staged.file).findings),
        ]

    def credential(self, request: HttpRequest) -> HttpResponse:
        """Say (204) that an upload with this token would be read, or refuse it as that would be."""
        try:
            with answering():
                self._recognise(token_of(request, NEEDED), request.META["REMOTE_ADDR"])
        except StrongroomError as error:
            return _refused(error)
        return HttpResponse(status=204, headers={"Cache-Control": "no-store"})

    def _refused(self, error: StrongroomError) -> HttpResponse:
        self._count(error.code, 0)
        return _refused(error)

    def _actor(self, request: HttpRequest) -> Actor:
        actor = self._authenticate(token_of(request, NEEDED), request.META["REMOTE_ADDR"])
        request.META[WHO] = actor.name
        return actor

    def _take(self, request: HttpRequest, actor: Actor) -> tuple[Receipt | Staged, bool]:
        desk = self._yard.desk
        with desk.blobs.receive() as incoming:
            content = _Content(Bounded(incoming, desk.limits.max_file_bytes))
            form = _read(request, content)
            for field, expected in PROTOCOL.items():
                _expected(form, field, expected)
            _has_digest(form)
            if content.filename is None:
                raise InvalidError(
                    "file-missing",
                    "The upload has no file.",
                    f"Send the distribution in the field {FILE_FIELD!r}.",
                )
            ignored = bool(form.pop("attestations", None))
            upload = Upload(actor, "pypi", content.filename, form, incoming)
            return take(upload, self._yard), ignored


class _Content(FileUploadHandler):
    """Receives the one file of the form as it arrives (Django's way to hear of it)."""

    def __init__(self, sink: Bounded) -> None:
        super().__init__()
        self._sink = sink
        self._taking = False
        self.filename: str | None = None

    def new_file(self, field_name: str, file_name: str, *_: object, **__: object) -> None:
        # Not SkipFile: after it, the parser takes a form that ends with such a part for torn off.
        self._taking = field_name == FILE_FIELD
        if not self._taking:
            return
        if self.filename is not None:
            raise InvalidError(
                "file-repeated", "The upload has more than one file.", "Upload one at a time."
            )
        self.filename = file_name

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        del start
        if self._taking:
            self._sink.write(raw_data)

    def file_complete(self, file_size: int) -> None:
        del file_size

    def upload_interrupted(self) -> None:
        raise _broken("The upload ended before its last part was complete.")


def at_least(request: HttpRequest) -> int:
    """Return how many bytes the file of a form has at least, from the length of the request."""
    length = request.META.get("CONTENT_LENGTH") or ""
    if request.headers.get("Transfer-Encoding") or not (length.isascii() and length.isdigit()):
        return 0
    return max(int(length) - BESIDES_AT_MOST, 0)


def _posted(request: HttpRequest) -> None:
    if request.method != "POST":
        raise MethodError("method-not-allowed", "Uploads are sent by POST.", "Use twine or uv.")


def _read(request: HttpRequest, content: _Content) -> dict[str, list[str]]:
    if request.content_type != "multipart/form-data":
        raise _broken("An upload is a multipart/form-data form.")
    request.upload_handlers = [content]
    # Core metadata is UTF-8 whatever a header says; Python knows character sets that are none.
    request.encoding = "utf-8"
    try:
        form = request.POST
    except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent) as error:
        raise TooLargeError(
            "form-too-large",
            "The form has more fields, or more text in them, than any distribution needs.",
            "Upload with twine or uv.",
        ) from error
    except MultiPartParserError as error:
        raise _broken(f"The form cannot be read: {str(error)[:100]}.") from error
    except UnreadablePostError as error:
        raise _broken("The connection broke before the upload was complete.") from error
    # Clients write UNKNOWN where old build tools left a field empty.
    return {
        field: [value for value in form.getlist(field) if value.strip() not in _NOTHING]
        for field in form
    }


def _expected(form: dict[str, list[str]], field: str, expected: str) -> None:
    other = [given for given in form.pop(field, []) if given != expected]
    if other:
        raise InvalidError(
            "form-not-supported",
            f"The form's {field} is {other[0][:40]!r}; only {expected!r} is supported.",
            "Use a current twine or uv.",
        )


def _has_digest(form: dict[str, list[str]]) -> None:
    if not any(form.get(field) for field in DIGESTS):
        raise InvalidError(
            "digest-missing",
            "The upload says no digest of its file.",
            f"Send one of {', '.join(DIGESTS)}; current clients do.",
        )


def _refused(error: StrongroomError) -> HttpResponse:
    answer = refusal(error)
    body = answer.body if isinstance(answer.body, bytes) else b""
    headers = dict(answer.headers)
    if isinstance(error, MethodError):
        headers["Allow"] = METHODS
    return HttpResponse(body, status=answer.status, reason=answer.reason, headers=headers)


def _broken(sentence: str) -> InvalidError:
    return InvalidError("upload-malformed", sentence, "Upload the file again.")
