"""Accounts, as administrators see and change them."""

import pytest

from strongroom.core.actors import OPERATOR, REGISTRY
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from strongroom.core.events import Kind
from strongroom.people.access.grants import grant
from strongroom.people.access.roles import Role
from strongroom.people.accounts.links import create_link
from strongroom.people.models import BrowserSession, Letter, Notice, Proposal, SignInLink, User
from strongroom.people.oversight import accounts
from tests.fakes.clocks import NOON
from tests.people.oversight.conftest import Staff

PARCEL = ProjectId("pypi", "parcel")


def told(user: User) -> list[str]:
    """Return of what somebody has got a letter that stands in their log too; not of its making."""
    letters = Letter.objects.filter(to=f"{user.username}@example.org").order_by("pk")
    kinds = list(letters.values_list("notice__kind", flat=True))
    log = Notice.objects.filter(user=user).order_by("pk")
    assert kinds == list(log.values_list("kind", flat=True))
    return [one for one in kinds if one not in {"user-created", "sign-in-link-created"}]


def test_a_closed_account_is_signed_out_and_told(staff: Staff, ann: User) -> None:
    office, clock = staff.bureau.office, staff.bureau.clock
    create_link(ann, OPERATOR, clock, lambda: "secret")
    BrowserSession.objects.create(
        session_key="s", user=ann, created_at=NOON, seen_at=NOON, expire_date=NOON
    )
    assert accounts.close(office, staff.act(staff.ida), ann, "spam") is None
    ann.refresh_from_db()
    assert not ann.is_active
    assert not BrowserSession.objects.filter(user=ann).exists()
    assert not SignInLink.objects.filter(user=ann).exists()
    for name in ("ida", "max"):
        assert "Strongroom: account ann is closed" in staff.bureau.told(f"{name}@example.org")
    assert told(ann) == ["user-closed"]
    accounts.close(office, staff.act(staff.ida), ann, "spam")
    accounts.reopen(office, staff.act(staff.max), ann, "was none")
    accounts.reopen(office, staff.act(staff.max), ann, "was none")
    ann.refresh_from_db()
    assert ann.is_active
    assert staff.kinds()[1:] == [Kind.USER_CLOSED, Kind.USER_REOPENED]
    assert told(ann) == ["user-closed", "user-reopened"]


def test_to_close_the_account_of_an_owner_takes_two(staff: Staff, ann: User) -> None:
    grant(ann.pk, PARCEL, Role.OWNER, staff.bureau.clock)
    row = accounts.close(staff.bureau.office, staff.act(staff.ida), ann, "stolen")
    assert row is not None
    ann.refresh_from_db()
    assert ann.is_active
    accounts.confirmed_close(staff.bureau.office, row, REGISTRY)
    ann.refresh_from_db()
    assert not ann.is_active


def test_the_operator_needs_nobody(staff: Staff, ann: User) -> None:
    grant(ann.pk, PARCEL, Role.OWNER, staff.bureau.clock)
    office = staff.bureau.office
    assert accounts.make_administrator(office, OPERATOR, ann, "hired") is None
    assert accounts.make_administrator(office, OPERATOR, ann, "hired") is None
    assert accounts.close(office, OPERATOR, ann, "fired") is None
    with pytest.raises(ConflictError) as refusal:
        accounts.make_administrator(office, OPERATOR, ann, "hired")
    assert refusal.value.code == "account-closed"
    assert staff.kinds() == [Kind.ADMINISTRATOR_MADE, Kind.USER_CLOSED]
    assert told(ann) == ["administrator-made", "user-closed"]
    assert Proposal.objects.count() == 0


def test_the_last_administrator_stays(staff: Staff) -> None:
    office, ida = staff.bureau.office, staff.act(staff.ida)
    accounts.unmake_administrator(office, ida, staff.max, "left")
    accounts.unmake_administrator(office, ida, staff.max, "left")
    for act in (accounts.unmake_administrator, accounts.close):
        with pytest.raises(ConflictError) as refusal:
            act(office, OPERATOR, staff.ida, "left")
        assert refusal.value.code == "account-last-administrator"
    assert staff.kinds() == [Kind.ADMINISTRATOR_UNMADE]
    assert told(staff.max) == ["administrator-unmade"]


@pytest.mark.parametrize("why", ["", "  ", "two\x00", "x" * 201])
def test_every_act_says_why(staff: Staff, ann: User, why: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        accounts.close(staff.bureau.office, staff.act(staff.ida), ann, why)
    assert refusal.value.code == "oversight-reason-invalid"


def test_accounts_are_found_and_shown_to_administrators_alone(staff: Staff, ann: User) -> None:
    ida = staff.act(staff.ida)
    assert accounts.search(ida, "AN") == (ann,)
    assert len(accounts.search(ida, "@example.org")) == 3
    grant(ann.pk, PARCEL, Role.OWNER, staff.bureau.clock)
    shown = accounts.shown(ida, "Ann", NOON)
    assert (shown.user, shown.projects, shown.sessions) == (ann, (("parcel", "owner"),), 0)
    assert len(shown.keyring.keys) == 1
    with pytest.raises(NotFoundError):
        accounts.shown(ida, "nobody", NOON)
    for act in (
        lambda: accounts.search(staff.act(ann), ""),
        lambda: accounts.shown(staff.act(ann), "ida", NOON),
    ):
        with pytest.raises(ForbiddenError):
            act()
