import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.core.errors import InvalidError
from strongroom.ecosystems.pypi.archive.inspection import inspect
from tests.fakes.distributions import (
    Metadata,
    sdist,
    sdist_filename,
    wheel,
    wheel_filename,
    wheel_members,
)

WRITTEN = Metadata(
    summary="An example",
    description="# Example",
    description_type="text/markdown",
    headers=(("Keywords", "one,two"),),
)


def code(filename: str, data: bytes = b"") -> str:
    with pytest.raises(InvalidError) as refused:
        inspect(filename, io.BytesIO(data), {})
    assert refused.value.sentence.isascii()
    assert refused.value.sentence.isprintable()
    return refused.value.code


def test_a_wheel_says_who_it_is() -> None:
    data = wheel("Example.App", "1.0", metadata=WRITTEN)
    manifest = inspect(wheel_filename("Example.App", "1.0"), io.BytesIO(data), {})
    assert manifest.kind == "bdist_wheel"
    assert (manifest.name.key, manifest.version.key) == ("example-app", "1")
    assert (manifest.summary, manifest.keywords) == ("An example", ("one", "two"))
    assert (manifest.description, manifest.description_type) == ("# Example", "text/markdown")
    assert "example_app.py" in manifest.members


def test_a_wheel_is_served_with_its_metadata_beside_it() -> None:
    members = wheel_members("example", "1.0")
    manifest = inspect(wheel_filename("example", "1.0"), io.BytesIO(wheel("example", "1.0")), {})
    assert manifest.sidecars == {".metadata": members["example-1.0.dist-info/METADATA"]}


def test_an_sdist_says_who_it_is_and_has_nothing_beside_it() -> None:
    data = sdist("example", "1.0", metadata=WRITTEN)
    manifest = inspect(sdist_filename("example", "1.0"), io.BytesIO(data), {})
    assert manifest.kind == "sdist"
    assert manifest.metadata["metadata_version"] == "2.4"
    assert manifest.sidecars == {}


def test_the_form_is_held_against_a_wheel() -> None:
    data = io.BytesIO(wheel("example", "1.0"))
    with pytest.raises(InvalidError, match="requires_dist"):
        inspect(wheel_filename("example", "1.0"), data, {"requires_dist": ["evil"]})


def test_the_form_is_held_against_an_sdist() -> None:
    data = io.BytesIO(sdist("example", "1.0"))
    with pytest.raises(InvalidError, match="pyversion"):
        inspect(sdist_filename("example", "1.0"), data, {"pyversion": ["py3"]})


@pytest.mark.parametrize(
    "filename",
    ["example-1.0.egg", "example-1.0.zip", "example-1.0.exe", "example-1.0.tar.bz2", "x.WHL", ""],
)
def test_other_kinds_of_files_are_refused(filename: str) -> None:
    assert code(filename) == "file-kind"


@pytest.mark.parametrize(
    "filename",
    ["../example-1.0.tar.gz", "a\\b-1.0.tar.gz", "a\x00-1.0.tar.gz", "a -1.0.tar.gz", "é-1.whl"],
)
def test_a_file_name_with_a_path_or_strange_characters_is_refused(filename: str) -> None:
    assert code(filename) == "filename-invalid"


def test_a_file_name_has_a_bounded_length() -> None:
    assert code("a" * 300 + "-1.0.tar.gz") == "filename-too-long"


@given(st.binary(max_size=400), st.sampled_from(["example-1.0.tar.gz", wheel_filename("a", "1")]))
def test_any_bytes_are_refused_in_words(data: bytes, filename: str) -> None:
    assert code(filename, data).startswith("archive-")


@given(st.integers(0, 2000), st.integers(1, 255))
def test_a_wheel_with_one_changed_byte_is_read_as_it_was_or_refused(at: int, change: int) -> None:
    data = bytearray(wheel("example", "1.0"))
    data[at % len(data)] ^= change
    whole = inspect(wheel_filename("example", "1.0"), io.BytesIO(wheel("example", "1.0")), {})
    with suppress(InvalidError):
        assert inspect(wheel_filename("example", "1.0"), io.BytesIO(bytes(data)), {}) == whole
