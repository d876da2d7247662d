"""Members and their ranks: what owners and managers may, and that the last owner stays."""

import pytest

from strongroom.core.actors import OPERATOR
from strongroom.core.errors import ConflictError, ForbiddenError, NotFoundError, StrongroomError
from strongroom.core.events import Kind
from strongroom.people.access.roles import Rank
from strongroom.people.affairs.closing import close, refuse_needed
from strongroom.people.models import Notice, TeamMember
from strongroom.people.organisations import members, teams
from tests.people.organisations.conftest import ACME, Firm


def changed(firm: Firm, by: str, whom: str, rank: Rank) -> str:
    try:
        members.set_rank(firm.act(by), ACME, whom, rank, firm.bureau.clock)
    except StrongroomError as refused:
        return refused.code
    return ""


LIMITS = "organisation-manager-limits"


@pytest.mark.parametrize(
    ("by", "whom", "rank", "code"),
    [
        ("olga", "mia", Rank.MANAGER, ""),
        ("olga", "mia", Rank.OWNER, ""),
        ("olga", "max", Rank.MEMBER, ""),
        ("olga", "olga", Rank.MEMBER, "organisation-last-owner"),
        ("olga", "eve", Rank.MEMBER, "no-such-member"),
        ("max", "mia", Rank.MANAGER, ""),
        ("max", "mia", Rank.OWNER, LIMITS),
        ("max", "olga", Rank.MEMBER, LIMITS),
        ("max", "max", Rank.OWNER, LIMITS),
        ("max", "max", Rank.MEMBER, LIMITS),
        ("mia", "mia", Rank.MANAGER, "rank-missing"),
        ("mia", "max", Rank.MEMBER, "rank-missing"),
        ("eve", "mia", Rank.MANAGER, "rank-missing"),
    ],
)
def test_who_gives_which_rank_to_whom(
    firm: Firm, by: str, whom: str, rank: Rank, code: str
) -> None:
    firm.user("eve")
    before = firm.rank(whom)
    assert changed(firm, by, whom, rank) == code
    assert firm.rank(whom) is (before if code else rank)


def test_a_rank_is_told_once_and_its_person_by_letter(firm: Firm) -> None:
    assert changed(firm, "olga", "mia", Rank.MANAGER) == ""
    told = Notice.objects.filter(user=firm.user("mia"), kind=Kind.MEMBER_RANKED)
    assert told.get().facts == {"organisation": ACME, "user": "mia", "rank": "manager"}
    assert not members.set_rank(firm.act("olga"), ACME, "mia", Rank.MANAGER, firm.bureau.clock)
    assert told.count() == 1


def test_only_the_operator_adds_somebody_without_their_word(firm: Firm) -> None:
    firm.user("eve")
    assert changed(firm, "olga", "eve", Rank.MEMBER) == "no-such-member"
    assert members.set_rank(OPERATOR, ACME, "eve", Rank.MEMBER, firm.bureau.clock)
    assert firm.rank("eve") is Rank.MEMBER


def test_who_is_dismissed_is_in_no_team_either(firm: Firm) -> None:
    teams.create(firm.act("max"), ACME, "core", firm.bureau.clock)
    teams.join(firm.act("max"), ACME, "core", "mia", firm.bureau.clock)
    assert members.dismiss(firm.act("max"), ACME, "mia", firm.bureau.clock)
    assert not members.dismiss(firm.act("max"), ACME, "mia", firm.bureau.clock)
    assert (firm.rank("mia"), TeamMember.objects.count()) == (None, 0)
    assert firm.last(Kind.MEMBER_REMOVED) == {"organisation": ACME, "user": "mia"}


@pytest.mark.parametrize(
    ("by", "whom", "code"),
    [("max", "olga", LIMITS), ("mia", "max", "rank-missing"), ("eve", "mia", "rank-missing")],
)
def test_who_dismisses_nobody(firm: Firm, by: str, whom: str, code: str) -> None:
    with pytest.raises(ForbiddenError) as caught:
        members.dismiss(firm.act(by), ACME, whom, firm.bureau.clock)
    assert caught.value.code == code
    assert firm.rank(whom)


@pytest.mark.parametrize("way", ["leave", "dismiss"])
def test_the_last_owner_stays(firm: Firm, way: str) -> None:
    def go() -> None:
        if way == "leave":
            members.leave(firm.act("olga"), ACME, firm.bureau.clock)
        else:
            members.dismiss(firm.act("olga"), ACME, "olga", firm.bureau.clock)

    with pytest.raises(ConflictError) as caught:
        go()
    assert caught.value.code == "organisation-last-owner"
    firm.seat("oscar", Rank.OWNER)
    go()
    assert firm.rank("olga") is None


def test_everybody_else_leaves_by_their_own_word(firm: Firm) -> None:
    for name in ("max", "mia"):
        members.leave(firm.act(name), ACME, firm.bureau.clock)
        assert firm.rank(name) is None
    with pytest.raises(NotFoundError):
        members.leave(firm.act("mia"), ACME, firm.bureau.clock)


def test_no_account_closes_that_is_an_organisations_last_owner(firm: Firm) -> None:
    with pytest.raises(ConflictError) as caught:
        refuse_needed(firm.user("olga"))
    assert caught.value.code == "account-owns-organisations"
    oscar = firm.seat("oscar", Rank.OWNER)
    close(oscar, firm.act("oscar"), firm.bureau.clock)
    with pytest.raises(ConflictError):  # the other owner's account is to close
        refuse_needed(firm.user("olga"))
