import io
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment
from wsgiref.util import FileWrapper

import pytest
from werkzeug.test import Client

from strongroom.core.jobs import Counts
from strongroom.people.tokens.presented import WHO
from strongroom.site.downloads import Seen
from strongroom.site.metrics import Gauges, Metrics
from strongroom.site.observed import REQUEST_ID, Observed, door
from strongroom.stores.mail import Backlog
from tests.fakes.streams import logged

GAUGES = Gauges(
    *(lambda: 0,) * 5, lambda: Counts(0, 0, 0, timedelta(0)), lambda: Backlog(0, timedelta(0), 0)
)


class Ticks:
    """A steady clock of which each look takes a quarter of a second."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        self.at += 0.25
        return self.at


@pytest.fixture
def metrics(tmp_path: Path) -> Iterator[Metrics]:
    with closing(Metrics(tmp_path, GAUGES)) as metrics:
        yield metrics


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    with logged("json") as stream:
        yield stream


def observed(behind: WSGIApplication, metrics: Metrics) -> Observed:
    return Observed(behind, metrics, Seen(lambda _: None), Ticks(), lambda: "00ff00ff00ff00ff")


def hello(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    environ[WHO] = "alice"
    start_response("201 Created", [("X-Seen", environ[REQUEST_ID])])
    return [b"hel", b"lo"]


def failing(_environ: WSGIEnvironment, _start_response: StartResponse) -> Iterable[bytes]:
    raise ZeroDivisionError


def sending(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Length", "5"), ("Content-Type", "text/plain")])
    wrapper: type[FileWrapper] = environ["wsgi.file_wrapper"]
    return wrapper(io.BytesIO(b"hello"))


def test_a_request_is_logged_when_its_body_was_sent(metrics: Metrics, log: io.StringIO) -> None:
    Client(observed(hello, metrics)).get("/api/v1/?q=secret", buffered=True)
    told = json.loads(log.getvalue())
    assert (told["path"], told["status"], told["sent"]) == ("/api/v1/", 201, 5)
    assert (told["actor"], told["milliseconds"]) == ("alice", 250)


def test_a_request_has_a_number_that_its_answer_carries(metrics: Metrics, log: io.StringIO) -> None:
    answer = Client(observed(hello, metrics)).get("/", buffered=True)
    assert answer.headers["X-Request-ID"] == "00ff00ff00ff00ff"
    assert answer.headers["X-Seen"] == "00ff00ff00ff00ff"
    assert json.loads(log.getvalue())["request_id"] == "00ff00ff00ff00ff"


@pytest.mark.usefixtures("log")
def test_a_request_is_counted_by_its_door(metrics: Metrics) -> None:
    Client(observed(hello, metrics)).get("/files/x", buffered=True)
    counted = b'strongroom_requests_total{door="file",method="GET",status="2xx"} 1.0'
    assert counted in metrics.exposition()


def test_a_request_that_fails_is_told_and_fails_on(metrics: Metrics, log: io.StringIO) -> None:
    with pytest.raises(ZeroDivisionError):
        Client(observed(failing, metrics)).get("/", buffered=True)
    assert json.loads(log.getvalue())["status"] == 500


def test_a_file_stays_one_that_the_server_can_send_itself(
    metrics: Metrics, log: io.StringIO
) -> None:
    bodies: list[object] = []

    def watch(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["wsgi.file_wrapper"] = FileWrapper
        body = observed(sending, metrics)(environ, start_response)
        bodies.append(body)
        return body

    Client(watch).get("/files/x", buffered=True)
    assert isinstance(bodies[0], FileWrapper)
    assert json.loads(log.getvalue())["sent"] == 5


@pytest.mark.usefixtures("log")
def test_the_body_behind_is_closed(metrics: Metrics) -> None:
    closed: list[bool] = []

    def streaming(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        start_response("200 OK", [])
        try:
            yield b"x"
        finally:
            closed.append(True)

    Client(observed(streaming, metrics)).get("/").close()
    assert closed == [True]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/simple/", "client"),
        ("/files/pypi/a", "file"),
        ("/legacy/", "upload"),
        ("/project/a/", "page"),
        ("/", "page"),
        ("*", "other"),
    ],
)
def test_a_door_comes_from_a_closed_list(path: str, expected: str) -> None:
    assert door(path) == expected


def test_files_that_a_thread_has_answered_are_downloads(metrics: Metrics) -> None:
    files: list[Mapping[tuple[str, str], int]] = []

    def behind(_: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        start("200 OK", [])
        return [b""]

    seen = Seen(files.append)
    app = Observed(behind, metrics, seen, Ticks(), lambda: "00ff00ff00ff00ff")
    Client(app).get("/files/pypi/aa/bb/cc/demo-1.0.tar.gz", buffered=True)
    Client(app).get("/simple/demo/")
    seen.flush()
    assert files == [{("pypi", "demo-1.0.tar.gz"): 1}]
