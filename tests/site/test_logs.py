import io
import json
import logging
import warnings
from collections.abc import Iterator

import pytest
from django.http import HttpRequest
from django.test import Client
from django.urls import path
from gunicorn.config import Config  # type: ignore[import-untyped] # no stubs
from hypothesis import given
from hypothesis import strategies as st
from ninja import NinjaAPI
from pytest_django import Settings

from strongroom.api.exceptions import hear
from strongroom.people.tokens.secrets import wrap
from strongroom.site.logs import (
    Access,
    JsonLines,
    ServerLog,
    TextLines,
    accessed,
    one_line,
    redacted,
)
from tests.fakes.streams import logged

TOKEN = wrap("p", b"\x01" * 60)
BASIC = "X190b2tlbl9fOnN0cm9uZ3Jvb21fcF9hYmNkZWZnaGlqa2xtbm9w"
LINK = "Zb3-x_9QkLm2NvRt5WyA7cEfGhJkPqSuVwXyZ012345"
logger = logging.getLogger("strongroom.test")

SECRETS = [
    TOKEN,
    TOKEN[:30],
    f"https://__token__:{TOKEN}@example.org/simple/",
    f"Authorization: Bearer {LINK}",
    f"Authorization: Basic {BASIC}",
    f"authorization=Digest username=a, response={LINK}",
    f"{{'HTTP_AUTHORIZATION': 'Basic {BASIC}', 'PATH_INFO': '/'}}",
    f'{{"authorization": "Bearer {LINK}"}}',
    f'"{{\\"authorization\\": \\"Bearer {LINK}\\"}}"',
    f"[(b'authorization', b'Bearer {LINK}'), (b'host', b'a')]",
    f"Cookie: a=b; strongroom_session={LINK}",
    f"{{'HTTP_COOKIE': 'csrftoken={LINK}'}}",
    f"Set-Cookie: strongroom_session={LINK}; HttpOnly",
    f"strongroom_session={LINK}",
    f"GET /claim/{LINK} HTTP/1.1",
    f"POST /sign-in/{LINK}?next=/ HTTP/1.1",
    f"GET /staged/{'0' * 32}.{LINK}/simple/ HTTP/1.1",
    f"POST /upload/files/{'0' * 32}.{LINK}/{'1' * 32}/bytes HTTP/1.1",
    f"link {LINK} made",
    f"secret={LINK[:12]}&x=1",
    f"{{'csrfmiddlewaretoken': '{LINK[:20]}'}}",
    f"bearer {LINK[:25]}",
    f"strongroom_device_12={LINK[:20]}; a=b",
    f"<QueryDict: {{'password1': ['{LINK[:20]}']}}>",
    f"oldpassword={LINK[:20]}&x=1",
    f"POST /account/device/{LINK[:30]}/ HTTP/1.1",
    f"GET /account/password/reset/key/3-{LINK[:30]}/ HTTP/1.1",
]


@pytest.fixture(params=["text", "json"])
def stream(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """Return where the logs of a test go, in each format."""
    with logged(request.param) as stream:
        yield stream


def hidden(text: str) -> bool:
    """Say whether no part of a secret is left."""
    return not any(
        secret[start : start + 12] in text
        for secret in (TOKEN[16:], BASIC, LINK)
        for start in range(len(secret) - 11)
    )


def fail(text: str) -> None:
    raise ValueError(text)


@pytest.mark.parametrize("text", SECRETS)
def test_a_secret_does_not_leave_in_a_message(stream: io.StringIO, text: str) -> None:
    logger.error(text)
    assert hidden(stream.getvalue())
    assert "[redacted]" in stream.getvalue()


@pytest.mark.parametrize("text", SECRETS)
def test_a_secret_does_not_leave_in_an_argument(stream: io.StringIO, text: str) -> None:
    logger.error("got %s and %r", text, {"sent": text})
    assert hidden(stream.getvalue())


@pytest.mark.parametrize("text", SECRETS)
def test_a_secret_does_not_leave_in_a_traceback(stream: io.StringIO, text: str) -> None:
    try:
        fail(text)
    except ValueError:
        logger.exception("failed")
    assert "Traceback" in stream.getvalue()
    assert hidden(stream.getvalue())


@pytest.mark.parametrize(
    "text",
    [
        "published parcel-1.0-py3-none-any.whl",
        "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "the token 41 of alice was revoked",
        "a basic check and a bearer of news",
        "strongroom_events_serial",
        "GET /project/strongroom/ 200",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redacted(text) == text


@pytest.mark.parametrize("attack", ["\n", "\r\n", "\x1b[2J", "\x85", "\u2028", "\u202e", "\0"])
def test_no_record_can_pass_for_two(stream: io.StringIO, attack: str) -> None:
    logger.warning("user agent %s", f"curl{attack}ERROR all is lost")
    (line,) = stream.getvalue().splitlines()
    assert attack not in line


def test_a_traceback_is_one_line_too(stream: io.StringIO) -> None:
    try:
        fail("why")
    except ValueError:
        logger.exception("failed")
    assert stream.getvalue().count("\n") == 1


@given(st.text())
def test_every_text_becomes_one_printable_line(text: str) -> None:
    assert one_line(text).isprintable()


@given(st.text(), st.text())
def test_json_lines_can_be_read_back(message: str, logger_name: str) -> None:
    record = logging.LogRecord(logger_name, logging.INFO, "", 1, "%s", (message,), None)
    line = JsonLines().format(record)
    assert line.isascii()
    assert json.loads(line)["logger"] == logger_name


def test_arguments_that_do_not_fit_lose_nothing() -> None:
    record = logging.LogRecord("a", logging.INFO, "", 1, "%d of %d", (TOKEN,), None)
    line = TextLines().format(record)
    assert "%d of %d" in line
    assert hidden(line)


def test_a_stack_is_told_without_its_secrets(stream: io.StringIO) -> None:
    record = logging.LogRecord("a", logging.INFO, "", 1, "here", (), None)
    record.stack_info = f"Stack:\n  token = {TOKEN}"
    logger.handle(record)
    assert "Stack:" in stream.getvalue()
    assert hidden(stream.getvalue())


def test_quieter_records_are_left_out(stream: io.StringIO) -> None:
    logger.debug("whisper")
    assert stream.getvalue() == ""


def test_warnings_of_libraries_are_logged(stream: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    assert "DeprecationWarning" in stream.getvalue()


ACCESS = Access(
    method="GET",
    path=f"/sign-in/{LINK}/now?token={TOKEN}",
    status=200,
    sent=512,
    milliseconds=7,
    actor="alice",
    request_id="f00d",
)


def test_an_access_tells_who_did_what() -> None:
    with logged("json") as stream:
        accessed(ACCESS)
    told = json.loads(stream.getvalue())
    assert told["path"] == "/sign-in/[redacted]/now"
    assert (told["method"], told["status"], told["sent"]) == ("GET", 200, 512)
    assert (told["milliseconds"], told["actor"], told["request_id"]) == (7, "alice", "f00d")


def test_an_access_hides_links_and_queries(stream: io.StringIO) -> None:
    accessed(ACCESS)
    assert hidden(stream.getvalue())
    assert "?" not in stream.getvalue()


def test_the_servers_own_errors_go_the_same_way(stream: io.StringIO) -> None:
    log = ServerLog(Config())
    log.error("Error handling request /claim/%s", LINK)
    assert hidden(stream.getvalue())
    assert "/claim/[redacted]" in stream.getvalue()
    assert not log.error_log.handlers


CODES = ["code=123456", "{'code': '123456'}", "<QueryDict: {'code': ['123 456']}>", "code: ABC-DEF"]


@pytest.mark.parametrize("text", CODES)
def test_a_code_does_not_leave(stream: io.StringIO, text: str) -> None:
    logger.error(text)
    assert "[redacted]" in stream.getvalue()
    assert not any(part in stream.getvalue() for part in ("123", "456", "ABC", "DEF"))


@pytest.mark.django_db
def test_a_request_that_fails_leaves_no_secret_anywhere(
    stream: io.StringIO, settings: Settings
) -> None:
    api = NinjaAPI(openapi_url=None, docs_url=None, urls_namespace="failing")
    hear(api)

    @api.post("/")
    def operation(request: HttpRequest) -> None:
        fail(f"{request.META} {request.headers} {request.COOKIES} {request.POST}")

    settings.ROOT_URLCONF = (path("", api.urls),)
    client = Client(headers={"Authorization": f"Bearer {TOKEN}"})
    client.cookies["strongroom_session"] = LINK
    client.cookies["strongroom_device_7"] = LINK
    answer = client.post("/", {"login": "ada", "password": LINK[:20], "code": "135246"})
    assert answer.status_code == 500
    assert "Traceback" in stream.getvalue()
    for told in (stream.getvalue(), answer.content.decode()):
        assert hidden(told)
        assert "135246" not in told
