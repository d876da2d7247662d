"""One request on a thread, by gunicorn's parser and writer: whatever the loop does not answer.

The parser gets the very bytes that came. Two things differ from gunicorn's own worker. A client
that sends or takes too slowly is cut off, and what it has not taken yet is left to the loop, so
that no thread waits for it. And an answer that is given before its request was read to the end says
that the connection closes; the loop hears the client out, since most read nothing before they have
sent everything.
"""

import os
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, BinaryIO
from wsgiref.types import WSGIApplication, WSGIEnvironment

from gunicorn.http import get_parser, wsgi  # type: ignore[import-untyped] # no stubs
from gunicorn.http.body import ChunkedReader, LengthReader  # type: ignore[import-untyped]
from gunicorn.http.errors import NoMoreData  # type: ignore[import-untyped]

from strongroom.site.lane.connection import OpenFile, Output
from strongroom.site.lane.pace import Pace, Patience

OWED_AT_MOST = 64 * 1024 * 1024  # bytes of answers that wait in memory for slow readers


@dataclass(slots=True)
class Owed:
    """How many bytes of answers the loop holds for clients; threads and loop share it."""

    bytes: int = 0
    _lock: Lock = field(default_factory=Lock)

    def take(self, size: int) -> bool:
        """Say whether the loop can hold that much more, and count it if so."""
        with self._lock:
            if self.bytes + size > OWED_AT_MOST:
                return False
            self.bytes += size
            return True

    def give(self, size: int) -> None:
        """Count what has gone."""
        with self._lock:
            self.bytes -= size


class Wire:
    """A connection as gunicorn's code sees it: what it needs of a socket, at a pace."""

    def __init__(self, connection: socket.socket, patience: Patience) -> None:
        """Work on a connection that does not block."""
        self._connection = connection
        self._patience = patience
        self._received = self._sent = 0
        self._waited = {patience.body: 0.0, patience.answer: 0.0}
        self.output = Output()

    def recv(self, size: int) -> bytes:
        """Receive at most some bytes; raises TimeoutError if the client is too slow."""

        def receive() -> bytes:
            return self._connection.recv(size)

        data: bytes = self._paced(self._patience.body, self._received, receive)
        self._received += len(data)
        return data

    def send(self, data: bytes) -> int:
        """Send all of it at once (gunicorn's "100 Continue")."""
        self._paced(self._patience.answer, self._sent, lambda: self._connection.sendall(data))
        return len(data)

    def sendall(self, data: bytes) -> None:
        """Send what the client takes now, and keep the rest, but not much of it."""
        if len(self.output.blocks) > 1:
            self.drain()
        first = self.output.empty and not self._sent
        self.output.blocks.append(memoryview(data))
        if not first:  # which is the head, and goes out with what follows it
            self.flush()

    def sendfile(self, file: BinaryIO, offset: int = 0, count: int = 0) -> None:
        """Leave a stretch of a file to the loop."""
        self.output.file = OpenFile(os.dup(file.fileno()), offset, count)

    def flush(self) -> None:
        """Send what the client takes now."""
        self._sent += self.output.flush(self._connection)

    def drain(self) -> None:
        """Send everything in memory, as fast as the client takes it but not slower than it may."""

        def send() -> int:
            return self._connection.send(self.output.blocks[0])

        while self.output.blocks:
            sent = self._paced(self._patience.answer, self._sent, send)
            self._sent += sent
            rest = self.output.blocks.popleft()[sent:]
            if rest:
                self.output.blocks.appendleft(rest)

    @property
    def begun(self) -> bool:
        """Say whether any byte of an answer has left or waits to leave."""
        return bool(self._sent) or not self.output.empty

    def gettimeout(self) -> float:
        """Say that it does not block (gunicorn asks before it writes an error)."""
        return 0.0

    def _paced(self, pace: Pace, moved: int, act: Callable[[], Any]) -> Any:  # noqa: ANN401 - what `act` returns
        """Do what may wait for the client; only the waiting counts, not what we do in between."""
        left = pace.allowance(moved) - self._waited[pace]
        if left <= 0:
            raise TimeoutError
        began = time.monotonic()
        self._connection.settimeout(left)
        try:
            return act()
        finally:
            self._connection.settimeout(0)
            self._waited[pace] += time.monotonic() - began


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is left of a request when its thread is done with it."""

    output: Output  # still to be sent
    inbox: bytes  # of the next request
    keep: bool
    unread: bool  # the client may still be sending a body


class Behind:
    """Runs requests; every method may be called by many threads."""

    def __init__(
        self,
        application: WSGIApplication,
        config: Any,  # noqa: ANN401 - gunicorn is not typed
        patience: Patience,
        *,
        failed: Callable[[Any, Wire, tuple[str, int], BaseException], None],
        alive: Callable[[], bool],
    ) -> None:
        """Run requests by `application`; `failed` answers what cannot be parsed or has failed."""
        self._application = application
        self._config = config
        self.owed = Owed()
        self._patience = patience
        self._failed = failed
        self._alive = alive

    def handle(
        self,
        connection: socket.socket,
        inbox: bytes,
        peer: tuple[str, int],
        server: Any,  # noqa: ANN401
    ) -> Outcome:
        """Answer the request that the inbox begins with; raises OSError if the client went away."""
        wire = Wire(connection, self._patience)
        parser = get_parser(self._config, wire, peer)
        parser.unreader.unread(inbox)
        request = None
        try:
            request = next(parser)
            keep = self._respond(request, parser.unreader, wire, (peer, server))
        except (StopIteration, NoMoreData) as ended:
            raise ConnectionAbortedError from ended
        except (ConnectionError, TimeoutError):
            wire.output.close()
            raise
        except Exception as error:
            if wire.begun:
                wire.output.close()
                raise ConnectionAbortedError from error
            self._failed(request, wire, peer, error)
            return self._left(wire, b"", keep=False, unread=True)
        unread = request is not None and not _is_read(request)
        inbox = parser.unreader.take_buffered() if keep else b""
        return self._left(wire, inbox, keep=keep, unread=unread)

    def _left(self, wire: Wire, inbox: bytes, *, keep: bool, unread: bool) -> Outcome:
        try:
            wire.flush()
            if not self.owed.take(wire.output.bytes):
                wire.drain()
        except OSError:
            wire.output.close()
            raise
        return Outcome(wire.output, inbox, keep=keep, unread=unread)

    def _respond(self, request: Any, unreader: Any, wire: Wire, ends: tuple[Any, Any]) -> bool:  # noqa: ANN401
        answer, environ = wsgi.create(request, wire, *ends, self._config)
        environ["wsgi.multithread"] = True
        if not self._alive():
            answer.force_close()

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None, /) -> Any:  # noqa: ANN401
            _swallow(request, unreader)
            if not _is_read(request):
                answer.force_close()
            return answer.start_response(status, headers, exc_info)

        body = self._application(environ, start)
        try:
            _write(answer, body, environ)
        finally:
            close = getattr(body, "close", None)
            if close is not None:
                close()
        return not answer.should_close() and _is_read(request)


def _write(answer: Any, body: Iterable[bytes], environ: WSGIEnvironment) -> None:  # noqa: ANN401
    if isinstance(body, environ["wsgi.file_wrapper"]):
        answer.write_file(body)
    else:
        for block in body:
            answer.write(block)
    answer.close()


def _is_read(request: Any) -> bool:  # noqa: ANN401
    reader = request.body.reader
    if isinstance(reader, LengthReader):
        return bool(reader.length == 0)
    return isinstance(reader, ChunkedReader) and reader.parser is None


def _swallow(request: Any, unreader: Any) -> None:  # noqa: ANN401
    """Read the rest of a body if all of it is here already, so that the connection can be kept."""
    reader = request.body.reader
    here = len(unreader.buf.getvalue())
    if isinstance(reader, LengthReader) and 0 < reader.length <= here:
        reader.read(reader.length)
