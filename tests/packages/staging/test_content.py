"""What an approval is bound to, and who may give one."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.core.errors import ForbiddenError
from strongroom.packages.staging.content import approvers, digest_of, may_approve
from strongroom.people.access.grants import Held
from strongroom.people.access.roles import Role

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
OLD = Held(1, "old", Role.MAINTAINER, SINCE)
NEW = Held(2, "new", Role.OWNER, SINCE + timedelta(microseconds=1))
FILES = st.lists(st.tuples(st.text(max_size=4), st.text(max_size=4)), max_size=4)


@given(FILES)
def test_the_order_of_files_does_not_count(files: list[tuple[str, str]]) -> None:
    assert digest_of(files) == digest_of(reversed(files))


@given(FILES, FILES)
def test_another_content_has_another_digest(
    one: list[tuple[str, str]], other: list[tuple[str, str]]
) -> None:
    assert (digest_of(one) == digest_of(other)) == (sorted(one) == sorted(other))


def test_what_is_written_into_a_name_cannot_pass_for_another_file() -> None:
    assert digest_of([("a", "b"), ("c", "d")]) != digest_of([('a","b"],["c', "d")])


def test_who_uploaded_or_is_new_is_not_among_the_approvers() -> None:
    assert approvers([OLD, NEW], frozenset(), SINCE) == (OLD,)
    assert approvers([OLD, NEW], frozenset({1}), SINCE) == ()


@pytest.mark.parametrize(
    ("one", "uploaders", "code"),
    [(OLD, {1}, "approver-uploaded"), (NEW, set(), "approver-new")],
)
def test_a_person_who_may_not_approve_is_told_why(
    one: Held, uploaders: set[int], code: str
) -> None:
    with pytest.raises(ForbiddenError) as caught:
        may_approve(one, uploaders, SINCE)
    assert caught.value.code == code


def test_a_person_of_old_who_sent_nothing_may_approve() -> None:
    may_approve(OLD, {2}, SINCE)
