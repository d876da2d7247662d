"""Requests of Upload 2.0 that cannot be read, or ask for what there is not."""

import base64
import io
from typing import Any

import pytest
from django.db import OperationalError, connection
from werkzeug.test import EnvironBuilder, run_wsgi_app

from strongroom.core.coordinates import ProjectId
from tests.fakes.distributions import sdist, sdist_filename, wheel, wheel_filename
from tests.fakes.publishers import MEDIA_TYPE, META, Publisher, Session, problem, read
from tests.fakes.registry import URL, Registry

SIMPLE = "application/vnd.pypi.simple.v1+json"

WHEEL, SDIST = wheel("parcel", "2.0"), sdist("parcel", "2.0")
WHEEL_NAME, SDIST_NAME = wheel_filename("parcel", "2.0"), sdist_filename("parcel", "2.0")
PARCEL = ProjectId("pypi", "parcel")


class Broken(io.BytesIO):
    """A connection that ends in the middle."""

    def read(self, size: int | None = -1, /) -> bytes:
        raise OSError(size)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": "parcel"}, "request-invalid"),
        ({"version": "1.0"}, "request-invalid"),
        ({"name": 7, "version": "1.0"}, "request-invalid"),
        ({"name": "par\0cel", "version": "1.0"}, "request-invalid"),
        ({"name": "par cel", "version": "1.0"}, "name-invalid"),
        ({"name": "parcel", "version": "one"}, "version-invalid"),
        ({"name": "con", "version": "1.0"}, "name-of-device"),
        ({"meta": {"api-version": "3.0"}, "name": "a", "version": "1"}, "api-version-unknown"),
        ({"meta": 2, "name": "a", "version": "1"}, "api-version-unknown"),
    ],
)
def test_what_no_session_can_be_for_is_400(
    alice: Publisher, body: dict[str, Any], code: str
) -> None:
    problem(alice.ask("POST", "/upload/", body), 400, code)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"mechanism": "vnd-acmecorp-postal"}, 422, "mechanism-unknown"),
        ({"mechanism": None}, 422, "mechanism-unknown"),
        ({"size": 0}, 400, "request-invalid"),
        ({"size": True}, 400, "request-invalid"),
        ({"size": "7"}, 400, "request-invalid"),
        ({"size": 10**12}, 413, "file-too-large"),
        ({"hashes": {}}, 400, "request-invalid"),
        ({"hashes": {"sha256": 7}}, 400, "request-invalid"),
        ({"hashes": {"sha256": "xyz"}}, 400, "request-invalid"),
        ({"hashes": {"md5": "00"}}, 400, "digest-missing"),
        ({"filename": "parcel.exe"}, 400, "file-kind"),
        ({"filename": "../parcel-2.0.tar.gz"}, 400, "filename-invalid"),
        ({"filename": "parcel-3.0.tar.gz"}, 400, "stage-differs"),
        ({"filename": "other-2.0.tar.gz"}, 400, "stage-differs"),
        ({"filename": "other-2.0-py3-none-any.whl"}, 400, "stage-differs"),
    ],
)
def test_a_file_that_cannot_be_of_the_session_is_refused_at_once(
    alice: Publisher, session: Session, change: dict[str, Any], status: int, code: str
) -> None:
    good = {
        "filename": WHEEL_NAME,
        "size": len(WHEEL),
        "hashes": {"sha256": "0" * 64},
        "mechanism": "http-post-bytes",
    }
    problem(alice.ask("POST", session["links"]["upload"], good | change), status, code)


@pytest.mark.parametrize("seconds", [-1, "60", True, None])
def test_an_extension_is_a_number_of_seconds(
    alice: Publisher, session: Session, seconds: object
) -> None:
    answer = alice.ask("POST", session["links"]["extend"], {"extend-for": seconds})
    problem(answer, 400, "request-invalid")


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"[" * 100_000, b"\xff"])
def test_a_body_that_is_no_json_object_is_400(registry: Registry, raw: bytes) -> None:
    answer = registry.client.post(
        "/upload/",
        data=raw,
        content_type=MEDIA_TYPE,
        auth=("__token__", registry.token),
        buffered=True,
    )
    assert answer.status_code in {400, 413}


def test_a_body_of_another_type_is_400(registry: Registry) -> None:
    answer = registry.client.post(
        "/upload/", json={"meta": META}, auth=("__token__", registry.token), buffered=True
    )
    problem(read(answer), 400, "content-type-unsupported")


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        (MEDIA_TYPE, 200),
        ("text/html, */*;q=0.1", 200),
        ("application/*", 200),
        ("application/vnd.pypi.upload.v3+json", 406),
        ("text/html", 406),
    ],
)
def test_only_this_form_of_answers_is_given(alice: Publisher, accept: str, status: int) -> None:
    assert alice.ask("GET", "/upload/", Accept=accept).status_code == status


@pytest.mark.parametrize(
    ("part", "methods"),
    [("", "GET, POST"), ("session", "DELETE, GET"), ("publish", "POST"), ("upload", "POST")],
)
def test_another_method_is_405(alice: Publisher, session: Session, part: str, methods: str) -> None:
    url = session["links"][part] if part else "/upload/"
    answer = alice.ask("PUT", url)
    problem(answer, 405, "method-not-allowed")
    assert answer.headers["Allow"] == methods


def test_every_answer_is_for_whoever_asked(alice: Publisher, session: Session) -> None:
    for answer in (alice.ask("GET", session["links"]["session"]), alice.create("-", "1")):
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_database_that_does_not_answer_is_503(registry: Registry, alice: Publisher) -> None:
    def locked(execute: object, *_: object) -> None:
        raise OperationalError("database is locked")

    with connection.execute_wrapper(locked):
        answer = alice.ask("POST", "/upload/", {"name": "parcel", "version": "1"})
    problem(answer, 503, "database-busy")
    assert answer.headers["Retry-After"] == "5"


def test_a_body_that_breaks_off_is_no_fault_of_ours(registry: Registry, session: Session) -> None:
    basic = base64.b64encode(f"__token__:{registry.token}".encode()).decode()
    path = session["links"]["publish"].removeprefix(URL)
    environ = EnvironBuilder(
        path, method="POST", content_type=MEDIA_TYPE, headers=[("Authorization", f"Basic {basic}")]
    ).get_environ()
    environ.update({"wsgi.input": Broken(), "CONTENT_LENGTH": "9"})
    environ["HTTP_HOST"] = "registry.test"
    body, status, _ = run_wsgi_app(registry.app, environ, buffered=True)
    assert status.startswith("400 ")
    assert b"upload-malformed" in b"".join(body)
