"""Two administrators at once, each in a thread and connection of their own."""

from collections.abc import Callable
from functools import partial

import pytest

from strongroom.core.errors import StrongroomError
from strongroom.core.events import Kind as Happened
from strongroom.people.models import Proposal, User
from strongroom.people.oversight import accounts, proposals
from strongroom.people.oversight.proposals import Kind
from tests.fakes.people import member
from tests.people.accounts.test_counters import at_once
from tests.people.oversight.conftest import Staff

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 6


def is_done(act: Callable[[], object]) -> bool:
    try:
        act()
    except StrongroomError:
        return False
    return True


def test_of_two_who_propose_the_same_one_does(staff: Staff, ann: User) -> None:
    ida, other = staff.act(staff.ida), staff.act(staff.max)
    for number in range(ROUNDS):

        def propose(who: int, name: str = f"ann-{number}") -> bool:
            by = (ida, other)[who]
            facts = {"reason": "hired"}
            act = partial(proposals.propose, staff.bureau.office, by, Kind.MAKE_ADMINISTRATOR)
            return is_done(partial(act, name, facts))

        assert sorted(at_once(propose, 2)) == [False, True]
    assert Proposal.objects.count() == ROUNDS


def test_of_two_who_confirm_one_does_and_it_is_carried_out_once(staff: Staff, ann: User) -> None:
    office = staff.bureau.office
    eve = staff.act(member("eve", staff.bureau.clock, admin=True))
    others = (staff.act(staff.max), eve)
    row = accounts.make_administrator(office, staff.act(staff.ida), ann, "hired")
    assert row is not None

    def confirm(who: int) -> bool:
        return is_done(partial(proposals.confirm, office, others[who], row.pk))

    assert sorted(at_once(confirm, 2)) == [False, True]
    later = staff.bureau.clock.now() + office.dangerous_delay
    carry_out = {Kind.MAKE_ADMINISTRATOR: accounts.confirmed_administrator}

    def work(_: int) -> bool:
        return bool(proposals.carry_out(office, carry_out, later))

    at_once(work, 2)
    assert staff.kinds().count(Happened.ADMINISTRATOR_MADE) == 1
    assert staff.kinds().count(Happened.ACT_CARRIED_OUT) == 1


def test_of_two_who_unmake_each_other_one_stays(staff: Staff) -> None:
    pairs = ((staff.ida, staff.max), (staff.max, staff.ida))

    def unmake(who: int) -> bool:
        by, whom = pairs[who]
        act = partial(accounts.unmake_administrator, staff.bureau.office, staff.act(by), whom)
        return is_done(partial(act, "a thief"))

    at_once(unmake, 2)
    assert User.objects.filter(admin=True).count() == 1
