"""Fuzzing the door of uploads: whatever is sent, the answer is a sentence and never a 500.

Each test tries ten times N examples: `pytest tests/ecosystems/pypi --fuzz N`, by default 12.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from pytest_django import Settings
from werkzeug.test import TestResponse, encode_multipart

from tests.fakes.distributions import Metadata, sdist, sdist_filename, wheel, wheel_filename
from tests.fakes.registry import Registry, form, open_registry

SAID = Metadata(
    requires_dist=("click>=8", 'colorama; sys_platform == "win32"'),
    requires_python=">=3.9",
    description="# Title",
    description_type="text/markdown",
    headers=(("Classifier", "Programming Language :: Python :: 3"), ("Keywords", "a,b")),
)
WHEEL = wheel("example", "1.0", metadata=SAID)
SDIST = sdist("example", "1.0", metadata=SAID)
FILES = {wheel_filename("example", "1.0"): WHEEL, sdist_filename("example", "1.0"): SDIST}
MEASURE = 12
BOUNDARY = "frontier"
FORM_TYPE = f"multipart/form-data; boundary={BOUNDARY}"
FIELDS = (
    *(":action", "protocol_version", "metadata_version", "name", "version", "filetype"),
    *("pyversion", "summary", "description", "description_content_type", "keywords", "license"),
    *("license_expression", "license_file", "requires_python", "classifiers", "project_urls"),
    *("requires_dist", "provides_extra", "sha256_digest", "blake2_256_digest", "md5_digest"),
    *("attestations", "content", "platform", "dynamic", "home_page", "gpg_signature"),
)

Try = Callable[[SearchStrategy[Any], Callable[[Any], TestResponse]], None]


@pytest.fixture
def lasting(db: None, data: Path, settings: Settings) -> Iterator[Registry]:
    """Return a registry for all examples of a test, where an exception is not turned into a 500."""
    settings.DEBUG_PROPAGATE_EXCEPTIONS = True
    with open_registry(data, settings) as opened:
        yield opened


@pytest.fixture
def tries(request: pytest.FixtureRequest) -> Try:
    """Return what sends examples of a strategy and checks the answers."""
    measure = hypothesis_settings(
        max_examples=10 * int(request.config.getoption("--fuzz", default=None) or MEASURE),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )

    def run(examples: SearchStrategy[Any], send: Callable[[Any], TestResponse]) -> None:
        @measure
        @given(examples)
        def one(example: object) -> None:
            is_a_sentence(send(example))

        one()

    return run


def is_a_sentence(answer: TestResponse) -> None:
    """Check that an answer is one that a client can show to a person."""
    phrase = answer.status.partition(" ")[2]
    assert phrase.isascii()
    assert phrase.isprintable()
    if answer.status_code == 200:
        assert answer.text.endswith("\n")
        return
    assert answer.status_code in {400, 401, 403, 409, 413}, answer.status
    told = json.loads(answer.data)
    assert told["status"] == answer.status_code
    assert told["detail"].endswith(".")
    assert len(phrase) > 20


def edited(whole: bytes) -> SearchStrategy[bytes]:
    """Return bytes like `whole`, with a few stretches replaced, removed, doubled or cut off."""
    place = st.integers(0, len(whole))
    edit = st.tuples(place, st.integers(0, 40), st.binary(max_size=20))

    def apply(edits: list[tuple[int, int, bytes]]) -> bytes:
        body = whole
        for at, length, put in edits:
            body = body[:at] + put + body[at + length :]
        return body

    cut = place.map(lambda at: whole[:at])
    flipped = st.tuples(place, st.integers(1, 255)).map(
        lambda flip: (
            whole[: flip[0]]
            + bytes(byte ^ flip[1] for byte in whole[flip[0] : flip[0] + 1])
            + whole[flip[0] + 1 :]
        )
    )
    return st.one_of(flipped, cut, st.lists(edit, min_size=1, max_size=4).map(apply))


def body_of(filename: str) -> bytes:
    """Return a whole, good form as it goes over the wire."""
    fields = form(filename, FILES[filename], name="example", version="1.0")
    return encode_multipart(fields, boundary=BOUNDARY)[1]


def posted(registry: Registry, body: bytes, kind: str = FORM_TYPE) -> TestResponse:
    """Post a body as it is."""
    auth = ("__token__", registry.token)
    return registry.client.post("/legacy/", data=body, content_type=kind, auth=auth, buffered=True)


def test_bytes_that_are_no_form(lasting: Registry, tries: Try) -> None:
    edges = st.sampled_from(
        [b"--frontier", b"\r\n", b"--", b'name="content"', b"; filename=", b"\0"]
    )
    pieces = st.lists(st.one_of(edges, st.binary(max_size=50)), max_size=30)
    tries(pieces.map(b"".join), lambda body: posted(lasting, body))


def test_forms_with_bytes_changed(lasting: Registry, tries: Try) -> None:
    bodies = st.sampled_from(sorted(FILES)).flatmap(lambda name: edited(body_of(name)))
    tries(bodies, lambda body: posted(lasting, body))


def test_archives_with_bytes_changed(lasting: Registry, tries: Try) -> None:
    archives = st.sampled_from(sorted(FILES)).flatmap(
        lambda name: st.tuples(st.just(name), edited(FILES[name]))
    )
    tries(archives, lambda archive: lasting.post(form(*archive)))


def test_metadata_of_any_text(lasting: Registry, tries: Try) -> None:
    line = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=40)
    header = st.tuples(st.sampled_from(["Name", "Version", "Summary", "Requires-Dist", "X"]), line)

    def send(said: tuple[list[tuple[str, str]], str]) -> TestResponse:
        body = wheel(
            "example", "1.0", metadata=Metadata(headers=tuple(said[0]), description=said[1])
        )
        return lasting.post(form(wheel_filename("example", "1.0"), body))

    tries(st.tuples(st.lists(header, max_size=5), st.text(max_size=60)), send)


def test_fields_of_any_name_and_value(lasting: Registry, tries: Try) -> None:
    known = st.sampled_from(FIELDS)
    text = st.text(st.characters(codec="utf-8"), max_size=40)
    values = st.one_of(text, st.sampled_from(["1.0", "example", "UNKNOWN", ">=3", "a, b"]))
    fields = st.dictionaries(st.one_of(known, text), st.lists(values, max_size=3), max_size=12)
    good = form("example-1.0-py3-none-any.whl", WHEEL)

    def send(others: dict[str, list[str]]) -> TestResponse:
        fresh = form("example-1.0-py3-none-any.whl", WHEEL)
        return lasting.post(fresh | {name: others[name] for name in others if name != "content"})

    assert ":action" in good
    tries(fields, send)


def test_file_names_of_any_text(lasting: Registry, tries: Try) -> None:
    inside = st.text("example-1.0py3nay.whl/\\ tgz_", max_size=40)
    names = st.one_of(inside, st.text(st.characters(codec="utf-8"), max_size=60))

    def send(name: str) -> TestResponse:
        quoted = name.replace('"', "%22").replace("\r", "").replace("\n", "")
        digest = hashlib.sha256(WHEEL).hexdigest()
        lines = [
            f"--{BOUNDARY}\r\n",
            f'Content-Disposition: form-data; name="sha256_digest"\r\n\r\n{digest}\r\n',
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="content"; filename="{quoted}"',
            "\r\n\r\n",
        ]
        return posted(lasting, "".join(lines).encode() + WHEEL + f"\r\n--{BOUNDARY}--\r\n".encode())

    tries(names, send)


def test_headers_of_any_text(lasting: Registry, tries: Try) -> None:
    text = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=60)
    scheme = st.sampled_from(["Basic ", "Bearer ", "token ", "Bearer strongroom_u_", ""])
    kind = st.one_of(text, text.map(lambda more: FORM_TYPE + more), text.map("multipart/".__add__))

    def send(said: tuple[str, str, str]) -> TestResponse:
        headers = {"Authorization": said[0] + said[1], "Content-Type": said[2]}
        return lasting.client.post("/legacy/", data=b"x", headers=headers, buffered=True)

    tries(st.tuples(scheme, text, kind), send)
    tries(kind, lambda given: posted(lasting, body_of("example-1.0.tar.gz"), given))
