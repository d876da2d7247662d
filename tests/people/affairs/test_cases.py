"""Cases: seen and closed by administrators, with a reason."""

from datetime import timedelta

import pytest

from strongroom.core.errors import (
    AssuranceError,
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
)
from strongroom.core.events import Kind
from strongroom.people.accounts.users import person
from strongroom.people.affairs import cases
from strongroom.people.models import Case, User
from strongroom.proof.ledger.events import newest_of
from tests.fakes.clocks import NOON, StoppedClock
from tests.fakes.people import member, sure

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def root(clock: StoppedClock) -> User:
    return member("root", clock, admin=True)


@pytest.fixture
def case(clock: StoppedClock) -> int:
    cases.open_case(cases.DISAVOWAL, member("alice", clock), {"tokens": 2}, NOON)
    return int(Case.objects.get().pk)


def test_an_administrator_sees_a_case_and_closes_it(
    root: User, case: int, clock: StoppedClock
) -> None:
    clock.forward(timedelta(hours=1))
    (shown,) = cases.listed(sure(root))
    assert (shown.id, shown.kind, shown.user, shown.facts) == (
        case,
        "disavowal",
        "alice",
        {"tokens": 2},
    )
    cases.close(sure(root), case, " talked to alice ", clock)
    closed = cases.find(sure(root), case)
    assert (closed.closed_at, closed.closed_by) == (clock.now(), "root")
    assert closed.reason == "talked to alice"
    (told,) = newest_of([Kind.CASE_CLOSED], 9)
    assert told.event.facts == {"case": case, "kind": "disavowal", "user": "alice"}


def test_open_cases_come_first_the_oldest_of_them_before_others(
    root: User, case: int, clock: StoppedClock
) -> None:
    for _ in range(2):
        cases.open_case(cases.DISAVOWAL, root, {}, NOON)
    cases.close(sure(root), case + 1, "done", clock)
    assert [one.id for one in cases.listed(sure(root))] == [case, case + 2, case + 1]


def test_a_case_is_closed_once(root: User, case: int, clock: StoppedClock) -> None:
    cases.close(sure(root), case, "done", clock)
    with pytest.raises(ConflictError):
        cases.close(sure(root), case, "done again", clock)
    assert Case.objects.get().reason == "done"


@pytest.mark.parametrize("reason", ["", " ", "a\nb", "x" * 501])
def test_a_case_is_closed_with_a_reason(
    root: User, case: int, clock: StoppedClock, reason: str
) -> None:
    with pytest.raises(InvalidError):
        cases.close(sure(root), case, reason, clock)


def test_nobody_but_an_administrator_who_has_shown_a_factor_looks_at_cases(
    root: User, case: int, clock: StoppedClock
) -> None:
    alice = User.objects.get(folded="alice")
    weak = person(root, "session", sure(root).assurance.SINGLE_FACTOR)
    for actor, error in ((sure(alice), ForbiddenError), (weak, AssuranceError)):
        for act in (
            cases.listed,
            lambda actor: cases.find(actor, case),
            lambda actor: cases.close(actor, case, "done", clock),
        ):
            with pytest.raises(error):
                act(actor)


def test_a_case_that_is_not_there_is_said_so(root: User) -> None:
    with pytest.raises(NotFoundError):
        cases.find(sure(root), 7)
