"""A mail domain lapses by two findings a day apart, and never because nobody could be asked."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.people.accounts.lapses import (
    APART,
    Finding,
    Held,
    Mail,
    Verdict,
    is_anothers,
    judge,
)
from tests.fakes.clocks import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GOOD, BAD = (Mail.TAKEN, Held.REGISTERED), (Mail.NO_NAME, Held.ABSENT)
NOTHING = (Mail.UNKNOWN, Held.UNKNOWN)

kinds = st.tuples(st.sampled_from(Mail), st.sampled_from(Held))
histories = st.lists(st.tuples(st.integers(1, 60), kinds), min_size=1, max_size=20)


def run(history: list[tuple[int, tuple[Mail, Held]]]) -> list[Verdict]:
    """Judge findings that follow each other by so many hours each."""
    at, since, verdicts = NOON, None, []
    for hours, (mail, held) in history:
        at += hours * HOUR
        verdict = judge(since, Finding(at, mail, held))
        since = verdict.doubted_since
        verdicts.append(verdict)
    return verdicts


def is_bad(kind: tuple[Mail, Held]) -> bool:
    return judge(None, Finding(NOON, *kind)).doubted_since is not None


@given(histories)
def test_no_domain_lapses_by_its_first_finding_or_within_a_day(
    history: list[tuple[int, tuple[Mail, Held]]],
) -> None:
    verdicts, begun, at = run(history), None, NOON
    for (hours, kind), verdict in zip(history, verdicts, strict=True):
        at += hours * HOUR
        if verdict.lapsed:
            assert begun is not None
            assert is_bad(kind)
            assert at - begun >= APART
        if verdict.doubted_since is None:
            begun = None
        elif begun is None:
            begun = at


@given(st.lists(st.tuples(st.integers(1, 60), st.just(NOTHING)), min_size=1))
def test_silence_never_makes_a_domain_lapse(
    history: list[tuple[int, tuple[Mail, Held]]],
) -> None:
    assert not any(one.lapsed or one.doubted_since for one in run(history))


@given(histories)
def test_what_is_unknown_changes_nothing(history: list[tuple[int, tuple[Mail, Held]]]) -> None:
    before = run(history)[-1]
    after = run([*history, (1, NOTHING)])[-1]
    assert after == Verdict(before.doubted_since, lapsed=False)


@given(histories)
def test_a_good_finding_ends_every_doubt(history: list[tuple[int, tuple[Mail, Held]]]) -> None:
    assert run([*history, (1, GOOD)])[-1] == Verdict(None, lapsed=False)


@given(kinds.filter(is_bad), kinds.filter(is_bad), st.integers(24, 1000))
def test_two_bad_findings_a_day_apart_are_a_lapse(
    first: tuple[Mail, Held], second: tuple[Mail, Held], hours: int
) -> None:
    assert run([(1, first), (hours, second)])[-1].lapsed


@pytest.mark.parametrize(
    ("mail", "held", "bad"),
    [
        (Mail.TAKEN, Held.ENDING, True),  # in redemption, while a parking page takes the mail
        (Mail.TAKEN, Held.STOPPED, True),
        (Mail.TAKEN, Held.ABSENT, False),  # the registry's server errs
        (Mail.UNKNOWN, Held.ABSENT, True),
        (Mail.UNKNOWN, Held.REGISTERED, False),
        (Mail.REFUSED, Held.REGISTERED, True),
        (Mail.NO_NAME, Held.UNASKED, True),
    ],
)
def test_dns_and_the_registry_are_weighed_against_each_other(
    mail: Mail, held: Held, *, bad: bool
) -> None:
    assert is_bad((mail, held)) is bad


def test_two_findings_within_a_day_with_a_gap_of_silence_are_none() -> None:
    assert [one.lapsed for one in run([(1, BAD), (10, NOTHING), (10, BAD), (4, BAD)])] == [
        False,
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("registered_at", "anothers"),
    [
        (None, False),
        (NOON - 400 * DAY, False),
        (NOON - 100 * DAY, False),  # proved on the day of its registration
        (NOON - 98 * DAY, True),
        (NOON, True),
        (NOON + 400 * DAY, False),  # a date that is yet to come is none
    ],
)
def test_a_domain_registered_after_the_proof_is_anothers(
    registered_at: datetime | None, *, anothers: bool
) -> None:
    finding = Finding(NOON, Mail.TAKEN, Held.REGISTERED, registered_at)
    assert is_anothers(finding, NOON - 100 * DAY) is anothers
