import base64
import hashlib
import json
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.db import OperationalError, connection
from pytest_django import Settings
from werkzeug.datastructures import FileStorage
from werkzeug.test import EnvironBuilder, run_wsgi_app

from strongroom.ecosystems.pypi.wire.upload import BESIDES_AT_MOST, at_least
from strongroom.packages.models import File
from tests.ecosystems.pypi.forms import (
    BODY,
    BOUNDARY,
    DIGEST,
    END,
    HEAD,
    NAME,
    basic,
    content,
    part,
    refused,
    send,
)
from tests.fakes.distributions import Metadata, sdist, sdist_filename, wheel
from tests.fakes.registry import Registry, form, open_registry


def test_a_wheel_and_an_sdist_are_published(registry: Registry) -> None:
    assert registry.post(form(NAME, BODY)).text == f"Published {NAME}.\n"
    other = sdist("example", "1.0")
    assert registry.post(form(sdist_filename("example", "1.0"), other)).status == "200 OK"
    assert File.objects.count() == 2


def test_the_address_without_its_final_slash_is_the_same(registry: Registry) -> None:
    answer = registry.client.post(
        "/legacy", data=form(NAME, BODY), auth=("__token__", registry.token), buffered=True
    )
    assert answer.status == "200 OK"


def test_the_same_file_again_is_200_and_changes_nothing(registry: Registry) -> None:
    registry.post(form(NAME, BODY))
    again = registry.post(form(NAME, BODY))
    assert again.status == "200 OK"
    assert again.text == f"{NAME} was published already, with the same bytes.\n"
    assert File.objects.count() == 1


def test_the_same_name_with_other_bytes_is_refused(registry: Registry) -> None:
    registry.post(form(NAME, BODY))
    other = wheel("example", "1.0", files={"other.py": b""})
    refused(registry.post(form(NAME, other)), 409, "file-name-used")


def test_attestations_are_noted_as_not_kept(registry: Registry) -> None:
    answer = registry.post(form(NAME, BODY, attestations='[{"version":1}]'))
    assert answer.status == "200 OK"
    assert "does not take attestations" in answer.text


def test_a_remark_of_a_check_is_told(registry: Registry) -> None:
    body = wheel(
        "example", "1.0", metadata=Metadata(description="*", description_type="text/x-rst")
    )
    assert registry.post(form(NAME, body)).text.startswith(f"Published {NAME}.\n")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_only_post_uploads(registry: Registry, method: str) -> None:
    answer = registry.client.open("/legacy/", method=method, buffered=True)
    assert answer.status == "405 Uploads are sent by POST. Use twine or uv."
    assert answer.headers["Allow"] == "POST"


@pytest.mark.parametrize(
    ("field", "value"),
    [(":action", "submit"), (":action", "doc_upload"), ("protocol_version", "2"), (":action", "Ä")],
)
def test_an_obsolete_form_is_refused(registry: Registry, field: str, value: str) -> None:
    sentence = refused(registry.post(form(NAME, BODY) | {field: value}), 400, "form-not-supported")
    assert repr(value) in sentence


def test_a_form_that_contradicts_itself_is_refused(registry: Registry) -> None:
    twice = form(NAME, BODY) | {":action": ["file_upload", "submit"]}
    refused(registry.post(twice), 400, "form-not-supported")


def test_a_form_without_a_file_is_refused(registry: Registry) -> None:
    refused(send(registry, HEAD + END), 400, "file-missing")
    refused(send(registry, HEAD + part("content", BODY) + END), 400, "file-missing")
    nameless = part("content", BODY, '; filename=".."')
    refused(send(registry, HEAD + nameless + END), 400, "file-missing")


def test_a_form_with_two_files_is_refused(registry: Registry) -> None:
    refused(send(registry, HEAD + content() + content() + END), 400, "file-repeated")
    assert not File.objects.exists()


@pytest.mark.parametrize("last", [True, False])
def test_a_signature_beside_the_file_is_not_taken_for_it(registry: Registry, last: bool) -> None:
    signature = part("gpg_signature", b"-----BEGIN", f'; filename="{NAME}.asc"')
    parts = content() + signature if last else signature + content()
    assert send(registry, HEAD + parts + END).status == "200 OK"


@pytest.mark.parametrize(
    "cut", [1, len(END), len(END) + 1, len(END) + 50, len(END) + len(BODY) + 100, 5000]
)
def test_a_torn_upload_is_refused(registry: Registry, cut: int) -> None:
    whole = HEAD + content() + END
    answer = send(registry, whole[: max(len(whole) - cut, 0)])
    # The last two bytes of all carry nothing.
    assert answer.status_code == (200 if cut == 1 else 400)
    assert File.objects.exists() == (cut == 1)


def test_an_upload_that_ends_in_its_file_is_said_to_be_torn(registry: Registry) -> None:
    sentence = refused(send(registry, HEAD + content()[:-40]), 400, "upload-malformed")
    assert sentence.startswith("The upload ended before its last part was complete.")


@pytest.mark.parametrize(
    "kind",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=other",
        "multipart/form-data; boundary=" + "x" * 300,
        "multipart/form-data; boundary=Ä",
        "multipart/mixed; boundary=frontier",
        "application/x-www-form-urlencoded",
        "application/json",
        "",
    ],
)
def test_what_is_no_multipart_form_is_refused(registry: Registry, kind: str) -> None:
    answer = send(registry, HEAD + content() + END, kind)
    assert answer.status_code == 400
    assert json.loads(answer.data)["code"] in {"upload-malformed", "form-not-supported"}


@pytest.mark.parametrize("charset", ["hex", "undefined", "idna", "utf-16", "latin-1", "no-such"])
def test_the_form_is_utf_8_whatever_its_header_says(registry: Registry, charset: str) -> None:
    kind = f"multipart/form-data; charset={charset}; boundary={BOUNDARY}"
    assert send(registry, HEAD + content() + END, kind).status == "200 OK"


def test_a_form_without_a_digest_is_refused(registry: Registry) -> None:
    fields = {key: value for key, value in form(NAME, BODY).items() if key != "sha256_digest"}
    sentence = refused(registry.post(fields), 400, "digest-missing")
    assert sentence.startswith("The upload says no digest of its file.")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sha256_digest", DIGEST),
        ("sha256_digest", f" {DIGEST.upper()} "),
        ("md5_digest", hashlib.md5(BODY, usedforsecurity=False).hexdigest()),
        ("blake2_256_digest", hashlib.blake2b(BODY, digest_size=32).hexdigest()),
    ],
)
def test_any_one_digest_will_do(registry: Registry, field: str, value: str) -> None:
    upload = HEAD.partition(part("sha256_digest", DIGEST.encode()))[0]
    body = upload + part(field, value.encode()) + content() + END
    assert send(registry, body).status == "200 OK"


@pytest.mark.parametrize("field", ["sha256_digest", "md5_digest", "blake2_256_digest"])
def test_a_wrong_digest_is_refused_even_beside_a_right_one(registry: Registry, field: str) -> None:
    body = HEAD + part(field, b"0" * 64) + content() + END
    refused(send(registry, body), 400, "digest-mismatch")


def test_a_file_in_base64_is_the_same_file(registry: Registry) -> None:
    coded = content(base64.encodebytes(BODY), "Content-Transfer-Encoding: base64\r\n")
    assert send(registry, HEAD + coded + END).status == "200 OK"


def test_broken_base64_is_refused(registry: Registry) -> None:
    coded = content(b"!!!!!", "Content-Transfer-Encoding: base64\r\n")
    refused(send(registry, HEAD + coded + END), 400, "upload-malformed")


def test_a_file_without_bytes_is_refused(registry: Registry) -> None:
    refused(send(registry, HEAD + content(b"") + END), 400, "file-empty")


@pytest.mark.parametrize(
    "fields",
    [
        part("description", b"x" * (17 * 1024 * 1024)),
        part("requires_dist", b"") * 5000,
        part("file", b"", '; filename="a"') * 20,
    ],
    ids=["huge field", "5000 fields", "20 files"],
)
def test_a_form_without_measure_is_refused(registry: Registry, fields: bytes) -> None:
    refused(send(registry, HEAD + fields + content() + END), 413, "form-too-large")


def test_a_header_without_measure_is_refused(registry: Registry) -> None:
    long = part("content", BODY, f'; filename="{"x" * 5000}"')
    assert send(registry, HEAD + long + END).status_code == 400


def test_nul_and_stray_bytes_in_fields_are_read_as_text(registry: Registry) -> None:
    fields = (
        part("summary", b"\0\xff\xfe")
        + part("na\0me", b"x")
        + part("\udcff".encode("utf-8", "surrogateescape").decode("latin-1"), b"x")
    )
    refused(send(registry, HEAD + fields + content() + END), 400, "claim-differs")
    named = part("content", BODY, f'; filename="\0{NAME}"')
    assert send(registry, HEAD + named + END).status_code in {200, 400}


def test_claims_that_are_not_those_of_the_archive_are_refused(registry: Registry) -> None:
    refused(registry.post(form(NAME, BODY, name="other")), 400, "claim-differs")
    refused(registry.post(form(NAME, BODY, requires_dist=["x"] * 3000)), 400, "claim-differs")
    refused(registry.post(form(NAME, BODY, summary="x" * 100_000)), 400, "claim-differs")


def test_empty_and_unknown_fields_claim_nothing(registry: Registry) -> None:
    body = form(NAME, BODY, license="UNKNOWN", author="", home_page=" ", invented="x")
    assert registry.post(body).status == "200 OK"


def test_a_file_over_the_limit_is_refused(db: None, data: Path, settings: Settings) -> None:
    with open_registry(data, settings, max_file_bytes=100) as small:
        refused(small.post(form(NAME, BODY)), 413, "file-too-large")
    assert not list((data / "blobs" / "incoming").iterdir())


@pytest.mark.parametrize(
    ("configured", "code"),
    [({"max_file_bytes": 1000}, "file-too-large"), ({"max_user_bytes": 1000}, "quota-exceeded")],
)
def test_what_announces_too_much_is_refused_before_a_byte_of_it_is_read(
    db: None, data: Path, settings: Settings, configured: dict[str, object], code: str
) -> None:
    class Unread(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            read.append(size)
            return super().read(size)

    read: list[int | None] = []
    with open_registry(data, settings, **configured) as registry:
        environ = {
            **EnvironBuilder(
                path="/legacy/", method="POST", auth=("__token__", registry.token)
            ).get_environ(),
            "CONTENT_TYPE": "multipart/form-data; boundary=x",
            "CONTENT_LENGTH": str(25 * 1024 * 1024),
            "wsgi.input": Unread(b"x"),
        }
        told: list[str] = []

        def start(status: str, _headers: object, _failed: object = None) -> None:
            told.append(status)
            assert read == []

        with closing(registry.app(environ, start)) as answer:  # type: ignore[type-var, arg-type] # werkzeug's types
            body = json.loads(b"".join(answer))
        assert (told[0].split()[0], body["code"]) == ("413", code)


@pytest.mark.parametrize(
    ("headers", "least"),
    [
        ({}, 0),
        ({"CONTENT_LENGTH": ""}, 0),
        ({"CONTENT_LENGTH": "x"}, 0),
        ({"CONTENT_LENGTH": "\u0665"}, 0),
        ({"CONTENT_LENGTH": "-5"}, 0),
        ({"CONTENT_LENGTH": str(2**62), "HTTP_TRANSFER_ENCODING": "chunked"}, 0),
        ({"CONTENT_LENGTH": str(30 * 1024 * 1024)}, 10 * 1024 * 1024),
    ],
)
def test_what_is_announced_is_the_length_without_the_most_that_is_no_file(
    headers: dict[str, str], least: int
) -> None:
    environ = EnvironBuilder(path="/legacy/", method="POST").get_environ()
    environ.pop("CONTENT_LENGTH", None)
    assert at_least(WSGIRequest({**environ, **headers})) == least


def test_all_the_text_that_a_form_may_have_is_no_file(settings: Settings) -> None:
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE < BESIDES_AT_MOST


def test_a_refused_upload_leaves_nothing_behind(data: Path, registry: Registry) -> None:
    refused(registry.post(form(NAME, b"not a zip")), 400, "archive-not-zip")
    assert not [path for path in (data / "blobs").rglob("*") if path.is_file()]
    assert not File.objects.exists()


def test_a_file_name_is_taken_without_folders(registry: Registry) -> None:
    fields = form(NAME, BODY) | {"content": FileStorage(BytesIO(BODY), f"../../{NAME}")}
    assert registry.post(fields).text == f"Published {NAME}.\n"


def test_a_database_that_does_not_answer_is_503_and_says_when_to_come_again(
    registry: Registry,
) -> None:
    def locked(*_: object) -> object:
        message = "database is locked"
        raise OperationalError(message)

    with connection.execute_wrapper(locked):
        answer = registry.post(form(NAME, BODY))
    refused(answer, 503, "database-busy")
    assert answer.headers["Retry-After"] == "5"


class Torn(BytesIO):
    """A request's body whose connection breaks."""

    def read(self, size: int | None = -1) -> bytes:
        raise ConnectionResetError(size)


def test_a_connection_that_breaks_is_a_refusal_and_no_error(registry: Registry) -> None:
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    environ = EnvironBuilder("/legacy/", method="POST", content_type=kind).get_environ()
    environ |= {"HTTP_AUTHORIZATION": basic("__token__", registry.token)}
    environ |= {"wsgi.input": Torn(), "CONTENT_LENGTH": "1000"}
    blocks, line, _ = run_wsgi_app(registry.app, environ, buffered=True)
    assert line.startswith("400 The connection broke before the upload was complete.")
    assert json.loads(b"".join(blocks))["code"] == "upload-malformed"
