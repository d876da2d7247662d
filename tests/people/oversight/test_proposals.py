"""Dangerous acts: who proposes, who confirms, when they are done, and who can stop them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from strongroom.core.actors import OPERATOR, SESSION, Assurance
from strongroom.core.errors import AssuranceError, ConflictError, ForbiddenError, NotFoundError
from strongroom.core.events import Kind as Happened
from strongroom.people.accounts.users import person
from strongroom.people.models import Proposal, User
from strongroom.people.oversight import accounts, proposals
from strongroom.people.oversight.proposals import Kind
from tests.fakes.people import member, sure
from tests.people.oversight.conftest import Staff

HOUR = timedelta(hours=1)
ACTS = {
    Kind.MAKE_ADMINISTRATOR: accounts.confirmed_administrator,
    Kind.CLOSE_ACCOUNT: accounts.confirmed_close,
}


def proposed(staff: Staff, user: User) -> Proposal:
    office = staff.bureau.office
    row = accounts.make_administrator(office, staff.act(staff.ida), user, "more hands")
    assert row is not None
    return row


def carry_out(staff: Staff) -> int:
    return proposals.carry_out(staff.bureau.office, ACTS, staff.bureau.clock.now())


def is_admin(user: User) -> bool:
    user.refresh_from_db()
    return user.admin


def test_what_another_confirms_is_done_after_the_delay(staff: Staff, ann: User) -> None:
    row = proposed(staff, ann)
    staff.bureau.clock.forward(HOUR)
    assert carry_out(staff) == 0
    proposals.confirm(staff.bureau.office, staff.act(staff.max), row.pk)
    assert carry_out(staff) == 0
    assert not is_admin(ann)
    staff.bureau.clock.forward(HOUR)
    assert carry_out(staff) == 1
    assert is_admin(ann)
    assert carry_out(staff) == 0
    assert staff.kinds() == [
        Happened.ACT_PROPOSED,
        Happened.ACT_CONFIRMED,
        Happened.ADMINISTRATOR_MADE,
        Happened.ACT_CARRIED_OUT,
    ]
    assert staff.bureau.told("max@example.org") == [
        "Strongroom: make-administrator ann proposed",
        "Strongroom: make-administrator ann confirmed",
        "Strongroom: ann is an administrator",
    ]


def test_nobody_confirms_their_own(staff: Staff, ann: User) -> None:
    row = proposed(staff, ann)
    for actor in (staff.act(staff.ida), OPERATOR):
        with pytest.raises(ForbiddenError) as refusal:
            proposals.confirm(staff.bureau.office, actor, row.pk)
        assert refusal.value.code == "proposal-needs-another"


def test_the_operator_is_the_second_pair_of_eyes_of_one_alone(staff: Staff, ann: User) -> None:
    accounts.unmake_administrator(staff.bureau.office, OPERATOR, staff.max, "left")
    row = proposed(staff, ann)
    with pytest.raises(ForbiddenError):
        proposals.confirm(staff.bureau.office, staff.act(staff.ida), row.pk)
    assert proposals.confirm(staff.bureau.office, OPERATOR, row.pk).state == "confirmed"


def test_old_proofs_codes_and_strangers_propose_and_confirm_nothing(
    staff: Staff, ann: User
) -> None:
    office = staff.bureau.office
    codes = replace(
        person(staff.ida, SESSION, Assurance.MULTI_FACTOR), proved_at=office.clock.now()
    )
    for actor in (codes, sure(staff.ida)):
        with pytest.raises(AssuranceError):
            accounts.make_administrator(office, actor, ann, "more hands")
    with pytest.raises(ForbiddenError):
        accounts.make_administrator(office, staff.act(ann), ann, "I should be")
    row = proposed(staff, ann)
    for actor in (sure(staff.max), staff.act(ann)):
        with pytest.raises(ForbiddenError):
            proposals.confirm(office, actor, row.pk)
    assert Proposal.objects.get().state == "proposed"


def test_any_administrator_can_stop_it_until_it_is_done(staff: Staff, ann: User) -> None:
    row = proposed(staff, ann)
    proposals.confirm(staff.bureau.office, staff.act(staff.max), row.pk)
    proposals.withdraw(staff.bureau.office, staff.act(staff.max), row.pk)
    staff.bureau.clock.forward(HOUR)
    assert carry_out(staff) == 0
    assert not is_admin(ann)
    for act in (proposals.confirm, proposals.withdraw):
        with pytest.raises(ConflictError) as refusal:
            act(staff.bureau.office, staff.act(staff.max), row.pk)
        assert refusal.value.code == "proposal-ended"


def test_what_a_former_administrator_proposed_is_not_done(staff: Staff, ann: User) -> None:
    row = proposed(staff, ann)
    proposals.confirm(staff.bureau.office, staff.act(staff.max), row.pk)
    accounts.unmake_administrator(staff.bureau.office, staff.act(staff.max), staff.ida, "stolen")
    staff.bureau.clock.forward(HOUR)
    assert carry_out(staff) == 1
    assert Proposal.objects.get().state == "failed"
    assert not is_admin(ann)
    assert staff.kinds()[-1] is Happened.ACT_FAILED


def test_what_cannot_be_done_any_more_fails_and_is_told(staff: Staff, ann: User) -> None:
    row = proposed(staff, ann)
    proposals.confirm(staff.bureau.office, staff.act(staff.max), row.pk)
    accounts.close(staff.bureau.office, OPERATOR, ann, "stolen")
    staff.bureau.clock.forward(HOUR)
    assert carry_out(staff) == 1
    assert Proposal.objects.get().state == "failed"
    assert "not carried out" in staff.bureau.told("max@example.org")[-1]


def test_of_the_same_act_one_proposal_is_open(staff: Staff, ann: User) -> None:
    proposed(staff, ann)
    with pytest.raises(ConflictError) as refusal:
        proposed(staff, ann)
    assert refusal.value.code == "proposal-open"


def test_administrators_see_what_is_open_first(staff: Staff, ann: User) -> None:
    ended = proposed(staff, ann)
    proposals.withdraw(staff.bureau.office, staff.act(staff.ida), ended.pk)
    still = proposed(staff, member("ben", staff.bureau.clock))
    actor = staff.act(staff.max)
    assert [one.pk for one in proposals.listed(actor)] == [still.pk, ended.pk]
    assert proposals.find(actor, still.pk) == still
    with pytest.raises(NotFoundError):
        proposals.find(actor, 999)
    with pytest.raises(ForbiddenError):
        proposals.listed(staff.act(ann))
