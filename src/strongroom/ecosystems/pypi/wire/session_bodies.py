"""The JSON of PEP 694 (Upload 2.0): what requests say, and what answers look like. Pure.

After the draft of 29 July 2026. Unknown keys of a request are passed over, as the draft allows
clients keys of an index's own; what it demands is demanded.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from strongroom.core.errors import InvalidError
from strongroom.packages.staging.files import Promise
from strongroom.packages.staging.shown import File, View
from strongroom.packages.staging.states import FileState, State

MEDIA_TYPE: Final = "application/vnd.pypi.upload.v2+json"
API_VERSION: Final = "2.0"
MECHANISM: Final = "http-post-bytes"
META: Final = {"api-version": API_VERSION}
LONGEST_EXTENSION: Final = 10 * 365 * 24 * 3600  # seconds; a stage gets far less
LONGEST_TEXT: Final = 1000
_HEX = frozenset("0123456789abcdef")

_STATUS: Mapping[State, str] = {
    State.OPEN: "open",
    State.PROCESSING: "processing",
    State.ERROR: "error",
    State.PUBLISHED: "published",
    State.CANCELLED: "canceled",
    State.EXPIRED: "canceled",
}
_FILE_STATUS: Mapping[FileState, str] = {
    FileState.PENDING: "pending",
    FileState.COMPLETED: "completed",
    FileState.ERROR: "error",
    FileState.CANCELLED: "canceled",
}


@dataclass(frozen=True, slots=True)
class Links:
    """Where the parts of a publishing session are: absolute addresses under one root.

    `token` is the session token, which is the secret of the stage's preview too.
    """

    url: str
    handle: str
    token: str

    @property
    def session(self) -> str:
        """Return where the session is."""
        return f"{self.url}/upload/sessions/{self.handle}"

    @property
    def stage(self) -> str:
        """Return the index for installers: `{url}/staged/{session-token}/simple/`."""
        return f"{self.url}/staged/{self.token}/simple/"

    def file(self, handle: str) -> str:
        """Return where the upload session of a file is."""
        return f"{self.url}/upload/files/{self.token}/{handle}"


def parsed(body: bytes) -> dict[str, Any]:
    """Read a request's JSON object and see that it is of this version of the API."""
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise InvalidError(
            "json-malformed", "The body of the request is not JSON.", "Send one JSON object."
        )
    meta = read.get("meta")
    if not isinstance(meta, dict) or meta.get("api-version") != API_VERSION:
        raise InvalidError(
            "api-version-unknown",
            f"The request does not say that it is of version {API_VERSION} of the upload API.",
            'Send "meta": {"api-version": "2.0"}.',
        )
    return read


def text(body: Mapping[str, Any], key: str) -> str:
    """Return a text that a request must have."""
    value = body.get(key)
    if not isinstance(value, str) or not value or len(value) > LONGEST_TEXT or "\0" in value:
        raise _invalid(key, "a text")
    return value


def promise(body: Mapping[str, Any]) -> Promise:
    """Return the file that a request announces."""
    size, hashes = body.get("size"), body.get("hashes")
    # `true` is an int to Python.
    if not isinstance(size, int) or isinstance(size, bool) or size < 1:
        raise _invalid("size", "a number of bytes")
    if not isinstance(hashes, dict) or not hashes:
        raise _invalid("hashes", "an object of digests by algorithm")
    digests = {str(name): _hexadecimal(value) for name, value in hashes.items()}
    return Promise(text(body, "filename"), size, digests)


def extension(body: Mapping[str, Any]) -> timedelta:
    """Return for how much longer a session is to last."""
    seconds = body.get("extend-for")
    if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds < 0:
        raise _invalid("extend-for", "a number of seconds")
    return timedelta(seconds=min(seconds, LONGEST_EXTENSION))


def session(view: View, links: Links) -> dict[str, Any]:
    """Return a publishing session ("Response Body")."""
    return {
        "meta": META,
        "links": {
            "session": links.session,
            "publish": f"{links.session}/publish",
            "extend": f"{links.session}/extend",
            "upload": f"{links.session}/files",
            "stage": links.stage,
        },
        "mechanisms": [MECHANISM],
        "session-token": links.token,
        "expires-at": moment(view.expires_at),
        "status": _STATUS[view.state],
        "files": {one.filename: _listed(one, links) for one in view.files},
        "notices": _notices(view, links),
    }


def file_session(file: File, view: View, links: Links) -> dict[str, Any]:
    """Return a file upload session; attestations are not taken, so there is no address for them."""
    here = links.file(file.handle)
    return {
        "meta": META,
        "links": {"file-upload-session": here, "complete": f"{here}/complete"},
        "status": _FILE_STATUS[file.state],
        "expires-at": moment(view.expires_at),
        "mechanism": {"identifier": MECHANISM, "file_url": f"{here}/bytes"},
        **({"notices": [file.fault]} if file.fault else {}),
    }


def moment(at: datetime) -> str:
    """Return a moment as RFC 3339 has it, in UTC, in whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _listed(file: File, links: Links) -> dict[str, Any]:
    notices = [file.fault] if file.fault else []
    notices += [found.sentence for found in file.findings]
    listed: dict[str, Any] = {"status": _FILE_STATUS[file.state], "link": links.file(file.handle)}
    return {**listed, "notices": notices} if notices else listed


def _notices(view: View, links: Links) -> list[str]:
    notices = [view.fault] if view.fault else []
    if view.state is State.EXPIRED:
        notices.append("The session expired.")
    if view.wanted and view.ended_at is None:
        notices.append(
            f"{view.missing} of {view.wanted} approvals by people are missing;"
            f" they approve it at {links.url}/stages/{view.handle}/"
        )
    return notices


def _hexadecimal(value: object) -> str:
    if not isinstance(value, str) or not value or not set(value.lower()) <= _HEX:
        raise _invalid("hashes", "an object of digests by algorithm")
    return value.lower()


def _invalid(key: str, kind: str) -> InvalidError:
    return InvalidError(
        "request-invalid", f"The request's {key} is missing or is not {kind}.", "Send it."
    )
