import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.core.errors import InvalidError
from strongroom.ecosystems.pypi.names import LONGEST_NAME, may_name, name, similar

NAMES = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,30}[A-Za-z0-9])?", fullmatch=True)


@given(NAMES)
def test_the_key_is_what_pep_503_says_and_normalising_it_again_changes_nothing(raw: str) -> None:
    key = name(raw).key
    assert key == re.sub(r"[-_.]+", "-", raw).lower()
    assert name(key).key == key


@given(NAMES)
def test_names_of_one_project_look_alike(raw: str) -> None:
    assert name(raw).similar == name(name(raw).key).similar


def test_the_display_form_is_what_the_authors_wrote() -> None:
    assert name("Zope.Interface").display == "Zope.Interface"


def test_look_alikes_share_their_similar_form() -> None:
    assert similar("Lil-O_0") == similar("1i1.00") == "11100"


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "-a",
        "a-",
        "_a",
        "a.",
        ".",
        "..",
        "a b",
        "a/b",
        "%2d",
        "a\u200db",
        "\uff41",
        "\u0131",
        "a\n",
        "é",
    ],
)
def test_what_is_not_a_name_is_refused(raw: str) -> None:
    with pytest.raises(InvalidError, match="is not a valid project name") as refused:
        name(raw)
    assert refused.value.code == "name-invalid"


@given(st.text(max_size=20))
def test_any_text_is_either_a_name_in_ascii_or_refused(raw: str) -> None:
    try:
        said = name(raw).key
    except InvalidError as refused:
        said = refused.sentence
    assert said.isascii()


def test_a_name_that_leaves_no_room_in_a_file_name_is_refused() -> None:
    assert name("a" * LONGEST_NAME).key
    with pytest.raises(InvalidError) as refused:
        name("a" * (LONGEST_NAME + 1))
    assert refused.value.code == "name-too-long"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("json", "name-of-standard-library"),
        ("Distutils", "name-of-standard-library"),
        ("annotationlib", "name-of-standard-library"),
        ("CON", "name-of-device"),
        ("lpt9", "name-of-device"),
        ("requirements.txt", "name-of-file"),
        ("pyproject_toml", "name-of-file"),
    ],
)
def test_a_name_that_would_mislead_may_not_be_taken(raw: str, code: str) -> None:
    with pytest.raises(InvalidError) as refused:
        may_name(name(raw))
    assert refused.value.code == code


@pytest.mark.parametrize("raw", ["requests", "future", "aux-tools", "requirements-parser", "com"])
def test_an_ordinary_name_may_be_taken(raw: str) -> None:
    may_name(name(raw))


@pytest.mark.parametrize("raw", ["JSON", "Con", "REQUIREMENTS_TXT", "requirements--.txt"])
def test_another_spelling_does_not_free_a_reserved_name(raw: str) -> None:
    with pytest.raises(InvalidError):
        may_name(name(raw))
