"""Every bad archive of the corpus, and the good ones beside it."""

import tracemalloc
from collections import Counter

import pytest

from strongroom.core.archives.refusals import Code
from strongroom.core.errors import InvalidError
from tests.core.archives.reading import code_of, contents, skimmed, untarred, unzipped
from tests.fakes.bad_archives import CASES, SDIST_CASES, WHEEL_CASES, case_id
from tests.fakes.bad_cases import Case
from tests.fakes.distributions import sdist, sdist_members, wheel, wheel_members

UNSAFE = [case for case in CASES if case.layer == "archives"]
CONTRADICTORY = [case for case in CASES if case.layer == "pypi"]


@pytest.mark.parametrize("case", UNSAFE, ids=case_id)
def test_an_unsafe_archive_is_refused_for_its_own_reason(case: Case) -> None:
    bad = case.archive()
    assert code_of(lambda: contents(bad.filename, bad.data)) == bad.code


@pytest.mark.parametrize("case", UNSAFE, ids=case_id)
def test_a_refusal_fits_into_a_reason_phrase_and_says_what_to_do(case: Case) -> None:
    bad = case.archive()
    with pytest.raises(InvalidError) as caught:
        contents(bad.filename, bad.data)
    assert caught.value.sentence.isascii()
    assert caught.value.sentence.isprintable()
    assert len(caught.value.sentence) < 200
    assert caught.value.remedy


@pytest.mark.parametrize("case", CONTRADICTORY, ids=case_id)
def test_an_archive_that_only_contradicts_itself_can_be_read(case: Case) -> None:
    bad = case.archive()
    assert contents(bad.filename, bad.data)


@pytest.mark.parametrize("case", [case for case in UNSAFE if "bomb" in case.name], ids=case_id)
def test_a_bomb_is_refused_in_little_memory(case: Case) -> None:
    bad = case.archive()
    tracemalloc.start()
    assert code_of(lambda: skimmed(bad.filename, bad.data)) == bad.code
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak - len(bad.data) < 1024 * 1024


def test_no_case_shares_its_name_with_another() -> None:
    assert max(Counter(case.name for case in WHEEL_CASES).values()) == 1
    assert max(Counter(case.name for case in SDIST_CASES).values()) == 1


def test_every_code_is_reached_by_a_case_or_by_a_limit() -> None:
    of_limits = {Code.TOO_MANY_MEMBERS, Code.NAMES_TOO_LONG, Code.TOO_LARGE, Code.NO_SUCH_MEMBER}
    reached = {Code(case.code) for case in CASES if case.code}
    assert set(Code) - reached == of_limits


def test_a_good_wheel_is_read_whole() -> None:
    expected = list(wheel_members("example", "1.0").items())
    assert unzipped(wheel("example", "1.0")) == expected


def test_a_good_sdist_is_read_whole() -> None:
    expected = list(sdist_members("example", "1.0").items())
    assert untarred(sdist("example", "1.0")) == expected
