"""Invitations: consent, letters, ends, and the rule asked again at acceptance."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress

from strongroom.core.actors import OPERATOR
from strongroom.core.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    StrongroomError,
    TooOftenError,
)
from strongroom.core.events import Kind
from strongroom.people.access.roles import Rank
from strongroom.people.models import Invitation, Letter, TeamMember
from strongroom.people.organisations import invitations, members, teams
from strongroom.people.organisations.invitations import Chair
from tests.fakes.offices import URL
from tests.people.organisations.conftest import ACME, Firm


def code(act: Callable[[], object]) -> str:
    try:
        act()
    except StrongroomError as refused:
        return refused.code
    return ""


def test_nobody_is_a_member_before_they_say_so(firm: Firm) -> None:
    firm.user("eve")
    teams.create(firm.act("max"), ACME, "core", firm.bureau.clock)
    number = firm.invite("max", "eve", Rank.MEMBER, "core")
    assert firm.rank("eve") is None
    assert Letter.objects.filter(to="eve@example.org", notice__kind=Kind.INVITATION_SENT).exists()
    firm.accept("eve", number)
    assert firm.rank("eve") is Rank.MEMBER
    assert TeamMember.objects.get().user == firm.user("eve")
    assert firm.last(Kind.MEMBER_ADDED) == {
        "organisation": ACME,
        "user": "eve",
        "rank": "member",
        "teams": ["core"],
        "inviter": "max",
    }
    assert not Invitation.objects.exists()
    assert code(lambda: firm.accept("eve", number)) == "no-such-invitation"


def test_an_address_is_written_to_and_told_to_nobody(firm: Firm) -> None:
    number = firm.invite("max", "Eve@Example.org")
    (letter,) = firm.bureau.sent
    assert letter.to == "eve@example.org"
    assert f"{URL}/invitations/" in letter.text
    assert firm.last(Kind.INVITATION_SENT) == {
        "organisation": ACME,
        "rank": "member",
        "user": None,
    }
    firm.user("eve")  # who signs up only now
    firm.accept("eve", number)
    assert firm.rank("eve") is Rank.MEMBER


def test_an_address_counts_when_it_is_verified(firm: Firm) -> None:
    number = firm.invite("max", "eve@example.org")
    eve = firm.user("eve")
    EmailAddress.objects.filter(user=eve).update(verified=False)
    assert code(lambda: firm.accept("eve", number)) == "no-such-invitation"


@pytest.mark.parametrize("act", [invitations.accept, invitations.decline])
def test_an_invitation_is_answered_by_whom_it_was_sent_to(
    firm: Firm, act: Callable[..., object]
) -> None:
    firm.user("eve")
    number = firm.invite("max", "eve")
    for name in ("mallory", "max", "olga"):
        with pytest.raises(NotFoundError):
            act(firm.act(name), number, firm.bureau.clock)
    with pytest.raises(ForbiddenError) as caught:
        act(replace(firm.act("eve"), credential="token 41"), number, firm.bureau.clock)
    assert caught.value.code == "person-needed"


def test_an_invitation_is_declined_and_withdrawn(firm: Firm) -> None:
    firm.user("eve")
    invitations.decline(firm.act("eve"), firm.invite("max", "eve"), firm.bureau.clock)
    assert firm.last(Kind.INVITATION_DECLINED)["user"] == "eve"
    number = firm.invite("max", "eve")
    with pytest.raises(ForbiddenError):
        invitations.withdraw(firm.act("mia"), ACME, number, firm.bureau.clock)
    invitations.withdraw(firm.act("max"), ACME, number, firm.bureau.clock)
    assert firm.last(Kind.INVITATION_WITHDRAWN)["user"] == "eve"
    assert not Invitation.objects.exists()
    with pytest.raises(NotFoundError):
        invitations.withdraw(firm.act("max"), ACME, number, firm.bureau.clock)


def test_it_ends_after_a_week(firm: Firm) -> None:
    firm.user("eve")
    number = firm.invite("max", "eve")
    firm.bureau.clock.forward(timedelta(days=7))
    assert code(lambda: firm.accept("eve", number)) == "no-such-invitation"
    assert invitations.forget(firm.bureau.clock.now()) == 1


def test_a_newer_one_takes_the_place_of_the_older(firm: Firm) -> None:
    firm.user("eve")
    first = firm.invite("olga", "eve", Rank.OWNER)
    firm.invite("max", "eve")
    assert code(lambda: firm.accept("eve", first)) == "no-such-invitation"


def test_a_manager_invites_no_owner_and_not_themself(firm: Firm) -> None:
    limits = "organisation-manager-limits"
    firm.user("eve")
    assert code(lambda: firm.invite("max", "eve", Rank.OWNER)) == limits
    assert code(lambda: firm.invite("max", "max")) == limits
    number = firm.invite("olga", "eve", Rank.OWNER)
    withdrawn = code(lambda: invitations.withdraw(firm.act("max"), ACME, number, firm.bureau.clock))
    assert withdrawn == limits


def test_who_left_cannot_come_back_by_an_invitation_of_their_own(firm: Firm) -> None:
    """A manager invites an address of theirs, is dismissed, and answers: nothing comes of it."""
    number = firm.invite("max", "spare@example.org")
    EmailAddress.objects.create(
        user=firm.user("max"), email="spare@example.org", verified=True, primary=False
    )
    members.dismiss(firm.act("olga"), ACME, "max", firm.bureau.clock)
    assert code(lambda: firm.accept("max", number)) == "invitation-lapsed"
    assert firm.rank("max") is None


@pytest.mark.parametrize("how", ["dismissed", "demoted", "closed"])
def test_what_the_inviter_may_no_longer_give_is_not_got(firm: Firm, how: str) -> None:
    firm.user("eve")
    number = firm.invite("max", "eve")
    if how == "dismissed":
        members.dismiss(firm.act("olga"), ACME, "max", firm.bureau.clock)
    elif how == "demoted":
        members.set_rank(firm.act("olga"), ACME, "max", Rank.MEMBER, firm.bureau.clock)
    else:
        firm.user("max").is_active = False
        firm.user("max").save()
    with pytest.raises(ConflictError) as caught:
        firm.accept("eve", number)
    assert caught.value.code == "invitation-lapsed"
    assert firm.rank("eve") is None


def test_a_member_is_not_invited_and_changes_nothing_by_answering(firm: Firm) -> None:
    assert code(lambda: firm.invite("max", "mia", Rank.MANAGER)) == "member-already"
    number = firm.invite("max", "mia@example.org", Rank.MANAGER)
    assert code(lambda: firm.accept("mia", number)) == "member-already"
    assert firm.rank("mia") is Rank.MEMBER


def test_the_operators_invitation_needs_nobodys_rank(firm: Firm) -> None:
    firm.user("eve")
    row = invitations.invite(firm.bureau.office, OPERATOR, ACME, "eve", Chair(Rank.OWNER))
    firm.accept("eve", row.pk)
    assert firm.rank("eve") is Rank.OWNER


def test_nobody_floods_addresses_with_letters(firm: Firm) -> None:
    for number in range(invitations.SENT_A_DAY):
        firm.invite("max", f"a{number % 3}@example.org")
    with pytest.raises(TooOftenError):
        firm.invite("max", "more@example.org")
    assert len(firm.bureau.sent) == invitations.SENT_A_DAY
    firm.bureau.clock.forward(timedelta(days=1))
    assert firm.invite("max", "more@example.org")


def test_only_so_many_are_open(firm: Firm) -> None:
    now = firm.bureau.clock.now()
    Invitation.objects.bulk_create(
        Invitation(
            organisation=firm.row,
            rank="member",
            address=f"{number}@example.org",
            sent_at=now,
            expires_at=now + timedelta(days=1),
        )
        for number in range(invitations.OPEN_AT_MOST)
    )
    assert code(lambda: firm.invite("max", "more@example.org")) == "invitations-too-many"


@pytest.mark.parametrize(("raw", "error"), [("x@", InvalidError), ("nobody", NotFoundError)])
def test_whom_is_a_user_or_an_address(firm: Firm, raw: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        invitations.whom(raw)
