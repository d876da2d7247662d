import pytest

from strongroom.core.archives.limits import MEBIBYTE, Budget, Limits
from strongroom.core.archives.refusals import Code
from tests.core.archives.reading import code_of


def test_what_is_within_the_limits_passes() -> None:
    budget = Budget(Limits(), packed=2 * MEBIBYTE)
    budget.member(b"name", 100 * MEBIBYTE)
    budget.unpacked(100 * MEBIBYTE)


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(max_members=0), Code.TOO_MANY_MEMBERS),
        (Limits(max_names=3), Code.NAMES_TOO_LONG),
        (Limits(max_member=9), Code.MEMBER_TOO_LARGE),
    ],
)
def test_a_member_beyond_a_limit_is_refused(limits: Limits, code: Code) -> None:
    assert code_of(lambda: Budget(limits, packed=10).member(b"name", 10)) == code


def test_the_total_is_counted_over_all_blocks() -> None:
    budget = Budget(Limits(max_unpacked=10), packed=10)
    budget.unpacked(10)
    assert code_of(lambda: budget.unpacked(1)) == Code.TOO_LARGE


def test_no_ratio_is_suspicious_below_the_floor() -> None:
    budget = Budget(Limits(), packed=1)
    budget.unpacked(64 * MEBIBYTE)
    assert code_of(lambda: budget.unpacked(1)) == Code.RATIO
