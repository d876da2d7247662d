import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.core.errors import InvalidError
from strongroom.ecosystems.pypi.versions import LONGEST_VERSION, newest_first, version

NUMBERS = st.lists(st.integers(0, 99), min_size=1, max_size=4).map(lambda n: ".".join(map(str, n)))
SUFFIXES = st.sampled_from(["", "a1", "b2", "rc3", ".post4", ".dev5", "rc1.dev2", "-1", "_rev2"])
VERSIONS = st.builds("{}{}{}".format, st.sampled_from(["", "1!", "v"]), NUMBERS, SUFFIXES)


@given(VERSIONS)
def test_a_key_is_the_key_of_itself(raw: str) -> None:
    key = version(raw).key
    assert version(key).key == key
    assert version(version(raw).display).key == key


@given(VERSIONS)
def test_zeros_at_the_end_of_the_release_do_not_make_another_version(raw: str) -> None:
    bare = raw.rstrip("v")
    if bare[-1:].isdigit() and bare.replace(".", "").isdigit():
        assert version(bare).key == version(f"{bare}.0").key


def test_the_zeros_that_the_authors_wrote_are_shown() -> None:
    assert version("1.0.0").display == "1.0.0"
    assert version("1.0.0").key == "1"


def test_spellings_of_one_version_are_normalised() -> None:
    assert version("v1.0-ALPHA.1").display == "1.0a1"


def test_a_prerelease_says_so() -> None:
    assert version("2.0rc1").prerelease
    assert version("2.0.dev1").prerelease
    assert not version("2.0.post1").prerelease


def test_versions_are_ordered_by_pep_440() -> None:
    raw = ["1.0.dev1", "1.0a1", "1.0rc1", "1.0", "1.0.post1", "1.9", "1.10", "1!0.1"]
    assert [each.display for each in newest_first(map(version, raw))] == raw[::-1]


def test_a_local_version_is_refused() -> None:
    with pytest.raises(InvalidError) as refused:
        version("1.0+cu128")
    assert refused.value.code == "version-local"


@pytest.mark.parametrize(
    "raw", ["", "latest", "1.0-", "1..0", "1.0\u0661x", "1" * 5000, "1/0", "../1"]
)
def test_what_is_not_a_version_is_refused(raw: str) -> None:
    with pytest.raises(InvalidError) as refused:
        version(raw)
    assert refused.value.code == "version-invalid"


def test_a_version_has_a_bounded_length() -> None:
    assert version("1" * LONGEST_VERSION).key
    with pytest.raises(InvalidError):
        version("1" * (LONGEST_VERSION + 1))
