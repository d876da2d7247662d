"""Every request is counted, timed and logged, and has a number that its answer carries.

The outermost layer of the application: it sees what was sent, whoever sent it. A body is timed to
its last block. Only a file that the server sends by itself is told when it begins, because to wrap
it would be to read it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import TypeAlias
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from strongroom.people.tokens.presented import WHO
from strongroom.site.downloads import Seen
from strongroom.site.logs import Access, accessed
from strongroom.site.metrics import OTHER, Metrics

REQUEST_ID = "strongroom.request_id"
HEADER = "X-Request-ID"
FILE = "file"  # the door of files
_BROKEN = 500
_DOORS = {
    "simple": "client",
    "pypi": "client",
    "integrity": "client",
    "rss": "client",
    "files": FILE,
    "legacy": "upload",
    "upload": "upload",
    "staged": "client",
    "api": "api",
    "health": "health",
    "metrics": "health",
}

ExceptionInfo: TypeAlias = (
    tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None] | None
)


@dataclass(slots=True)
class _Told:
    """What becomes known of one request while it is answered."""

    environ: WSGIEnvironment
    began: float
    request_id: str
    status: int = _BROKEN
    length: int = 0
    sent: int = 0


class Observed:
    """Watches the application behind it."""

    def __init__(
        self,
        behind: WSGIApplication,
        metrics: Metrics,
        downloads: Seen,
        tick: Callable[[], float],
        number: Callable[[], str],
    ) -> None:
        """Count into `metrics`, and files into `downloads`.

        `tick` is a steady clock in seconds; `number` numbers requests (16 hexadecimal digits).
        """
        self._behind = behind
        self._metrics = metrics
        self._downloads = downloads
        self._tick = tick
        self._number = number

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333) and tell of it."""
        told = _Told(environ, self._tick(), self._number())
        environ[REQUEST_ID] = told.request_id

        def start(
            status: str, headers: list[tuple[str, str]], exc_info: ExceptionInfo = None, /
        ) -> Callable[[bytes], object]:
            told.status = int(status.split(" ", 1)[0])
            told.length = _length(headers)
            return start_response(status, [*headers, (HEADER, told.request_id)], exc_info)

        try:
            body = self._behind(environ, start)
        except BaseException:
            self._tell(told)
            raise
        wrapper = environ.get("wsgi.file_wrapper")
        if isinstance(wrapper, type) and isinstance(body, wrapper):
            told.sent = told.length
            self._tell(told)
            return body
        return _Body(body, told, self._tell)

    def _tell(self, told: _Told) -> None:
        environ, seconds = told.environ, self._tick() - told.began
        method, path = environ.get("REQUEST_METHOD", ""), environ.get("PATH_INFO", "")
        by = door(path)
        self._metrics.observe(by, method, told.status, seconds)
        if by == FILE:
            self._downloads.count(method, path, told.status)
        accessed(
            Access(
                method=method,
                path=path.encode("latin-1", "replace").decode("utf-8", "replace"),
                status=told.status,
                sent=told.sent,
                milliseconds=round(seconds * 1000),
                actor=environ.get(WHO, "-"),
                request_id=told.request_id,
            )
        )


class _Body:
    """Passes blocks on and counts them; tells once, when the server is done with it."""

    def __init__(self, body: Iterable[bytes], told: _Told, tell: Callable[[_Told], None]) -> None:
        self._body = body
        self._told = told
        self._tell = tell

    def __iter__(self) -> Iterator[bytes]:
        for block in self._body:
            self._told.sent += len(block)
            yield block

    def close(self) -> None:
        """End the body (PEP 3333 has the server call this, whatever happened before)."""
        try:
            close = getattr(self._body, "close", None)
            if close is not None:
                close()
        finally:
            self._tell(self._told)


def door(path: str) -> str:
    """Return by which door a path enters; a closed list, because it becomes a label."""
    if not path.startswith("/"):
        return OTHER
    return _DOORS.get(path.split("/", 2)[1], "page")


def _length(headers: Iterable[tuple[str, str]]) -> int:
    for name, value in headers:
        if name.lower() == "content-length" and value.isdecimal():
            return int(value)
    return 0
