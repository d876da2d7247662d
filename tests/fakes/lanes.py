"""A loop over a small shelf, with real sockets and real gunicorn code, in a thread of the test.

    with lane(tmp_path) as running:
        running.put("simple/demo/index.html", b"...")
        answer = running.ask(b"GET /simple/demo/ HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n")

What is not on the shelf is answered by `application`.
"""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from gunicorn.config import Config  # type: ignore[import-untyped] # no stubs
from gunicorn.util import write_error  # type: ignore[import-untyped] # no stubs

from strongroom.packages.shelf.serve import Answer, Readable, file, page
from strongroom.site.downloads import Seen
from strongroom.site.lane.behind import Behind
from strongroom.site.lane.loop import Loop
from strongroom.site.lane.pace import Pace, Patience
from strongroom.site.lane.parts import Parts
from strongroom.site.lane.places import Places
from strongroom.site.lane.shown import AtHand, Shelf
from strongroom.site.lane.tally import Tally
from strongroom.site.metrics import Metrics
from strongroom.site.wsgi import Front, ShelfDoor
from strongroom.stores.pages.disk import DiskPages
from tests.fakes.folders import disk_pages
from tests.fakes.gauges import silent

HASTY = Patience(
    head=0.4,
    idle=0.8,
    gone=0.2,
    heard_out=0.6,
    line=0.4,
    look=0.05,
    body=Pace(grace=0.4, rate=64 * 1024),
    answer=Pace(grace=0.5, rate=64 * 1024),
)
WITHIN = 10.0  # seconds until a test gives up


def echo(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Tell what was asked, after the whole body was read; `/unread` does not read it."""
    body = b"" if environ["PATH_INFO"] == "/unread" else environ["wsgi.input"].read()
    told = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {len(body)}".encode()
    status = "403 Not you, and here is why." if environ["PATH_INFO"] == "/unread" else "200 OK"
    start_response(status, [("Content-Length", str(len(told)))])
    return [told]


@dataclass(slots=True)
class Lane:
    """A running loop."""

    port: int
    pages: DiskPages
    metrics: Metrics
    loop: Loop
    stop: Callable[[], None]  # asks it to end, and does not wait
    errors: list[BaseException] = field(default_factory=list)

    def put(self, path: str, body: bytes) -> None:
        """Put a page, or a file under `files/`, on the shelf."""
        if path.startswith("files/"):
            place = self.pages.place(path)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(body)
        else:
            self.pages.put(path, body)

    def connect(self, receive: int | None = None) -> socket.socket:
        """Return a connection; `receive` is the size of its receiving buffer."""
        connection = socket.socket()
        if receive is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        connection.settimeout(WITHIN)
        connection.connect(("127.0.0.1", self.port))
        return connection

    def ask(self, sent: bytes) -> bytes:
        """Send bytes and return everything that comes until the server closes."""
        with self.connect() as connection:
            connection.sendall(sent)
            return rest(connection)


def rest(connection: socket.socket) -> bytes:
    """Return everything that still comes."""
    came = b""
    with suppress(ConnectionError):
        while block := connection.recv(65536):
            came += block
    return came


def one(connection: socket.socket, *, body: bool = True) -> tuple[bytes, bytes]:
    """Read one answer with a length: its head and its body."""
    came = b""
    while b"\r\n\r\n" not in came:
        block = connection.recv(1)
        assert block, came
        came += block
    lengths = [
        int(line.split(b":")[1])
        for line in came.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    ]
    content = b""
    while body and lengths and len(content) < lengths[0]:
        block = connection.recv(lengths[0] - len(content))
        assert block, content
        content += block
    return came, content


def doors(pages: Readable) -> dict[str, ShelfDoor]:
    """Return two doors of a shelf: pages under `simple`, files under `files`."""

    def simple(path: str, _query: str, headers: Mapping[str, str]) -> Answer | None:
        return page(pages, f"{path[1:]}index.html", headers, "text/html")

    def files(path: str, _query: str, headers: Mapping[str, str]) -> Answer | None:
        return file(pages, path[1:], headers, '"tag"')

    return {"simple": simple, "files": files}


@contextmanager
def lane(
    folder: Path,
    application: WSGIApplication = echo,
    *,
    patience: Patience = HASTY,
    threads: int = 4,
    connections: int = 200,
) -> Iterator[Lane]:
    """Run a loop until the end of the block."""
    pages, config = disk_pages(folder / "public"), Config()
    config.set("forwarded_allow_ips", "")
    metrics = Metrics(folder / "metrics", silent())
    failed = _failed
    behind = Behind(
        Front(doors(pages), application), config, patience, failed=failed, alive=lambda: True
    )
    at_hand = AtHand(pages)
    tally = Tally(metrics, Seen(lambda _: None))
    parts = Parts(Shelf(at_hand.taken, doors(at_hand)), doors(pages), behind, tally)
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
        listener.settimeout(0)
        loop = Loop([listener], parts, Places(connections, patience), threads)
        signals, signal = os.pipe()
        os.set_blocking(signals, False)
        stop = threading.Event()

        def stopping() -> None:
            stop.set()
            os.write(signal, b".")

        running = Lane(listener.getsockname()[1], pages, metrics, loop, stopping)
        thread = threading.Thread(target=_run, args=(running, signals, stop))
        thread.start()
        try:
            yield running
        finally:
            stopping()
            thread.join(2 * WITHIN)
            metrics.close()
            os.close(signal)
            os.close(signals)
    assert running.errors == []


def _run(running: Lane, signals: int, stop: threading.Event) -> None:
    loop = running.loop
    try:
        loop.start(signals)
        while not stop.is_set():
            loop.turn()
        loop.stop()
        until = time.monotonic() + WITHIN
        while not loop.empty and time.monotonic() < until:
            loop.turn()
        loop.close()
    except BaseException as error:  # noqa: BLE001 - told to the test
        running.errors.append(error)


def _failed(_request: object, wire: object, _peer: object, error: BaseException) -> None:
    write_error(wire, 400, "Bad Request", type(error).__name__)


def until(true: Callable[[], bool]) -> None:
    """Wait until something is true."""
    end = time.monotonic() + WITHIN
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)
