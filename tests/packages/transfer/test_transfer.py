"""A project that is handed on: who may offer and accept it; nothing of the old side stays."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from strongroom.core.actors import OPERATOR, Actor, Assurance
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import AssuranceError, ForbiddenError, StrongroomError
from strongroom.core.events import Kind
from strongroom.packages.catalog.changes import appoint
from strongroom.packages.catalog.listing import find_project
from strongroom.packages.models import Hook, Project, Stage
from strongroom.packages.transfer import offers
from strongroom.packages.transfer.offers import Whom
from strongroom.people.access.grants import grant, people_of, projects_of, roles_of
from strongroom.people.access.roles import Rank, Role
from strongroom.people.models import (
    Holding,
    Invitation,
    Notice,
    Offer,
    Organisation,
    Publisher,
    TeamGrant,
    Token,
    User,
)
from strongroom.people.organisations import founding, members, teams
from strongroom.people.organisations.founding import Manner, Plan, Terms
from strongroom.people.organisations.teams import Share
from strongroom.proof.ledger.events import newest_of
from tests.fakes.bench import Bench
from tests.fakes.stages import opened

PARCEL = ProjectId("box", "parcel")
TERMS = Terms(by_all=True, site="Strongroom")


@dataclass
class Sale:
    """Two organisations, Old with parcel and New, of alice and of nina; people by their names."""

    bench: Bench

    def act(self, name: str) -> Actor:
        """Return somebody who has shown a security key just now."""
        user = User.objects.filter(username=name).first()
        actor = self.bench.person(name) if user is None else None
        found = User.objects.get(username=name)
        return Actor(
            "person",
            name,
            "session",
            found.pk,
            assurance=Assurance.PHISHING_RESISTANT,
            proved_at=self.bench.clock.now(),
            admin=bool(actor and actor.admin),
        )

    def offer(self, by: str, **to: str) -> object:
        return offers.offer(self.bench.desk, self.act(by), PARCEL, Whom(**to))

    def accept(self, by: str) -> object:
        return offers.accept(self.bench.desk, self.act(by), PARCEL)

    def roles(self, name: str) -> set[Role]:
        return set(roles_of(self.act(name), PARCEL))


@pytest.fixture
def sale(bench: Bench, alice: Actor, parcel: str) -> Sale:
    made = Sale(bench)
    for name, owner in (("Old", "alice"), ("New", "nina")):
        founding.create(TERMS, made.act(owner), Plan(name, Manner()), bench.clock)
    return made


def code(act: Callable[[], object]) -> str:
    try:
        act()
    except StrongroomError as refused:
        return refused.code
    return ""


def test_a_project_goes_into_an_organisation_of_ones_own_at_once(sale: Sale) -> None:
    assert sale.offer("alice", organisation="old")
    assert Holding.objects.get().organisation.name == "Old"
    assert people_of(PARCEL) == ()
    assert sale.roles("alice") == {Role.OWNER}
    (told,) = newest_of([Kind.PROJECT_TRANSFERRED], 1)
    assert (told.event.project, told.event.facts) == (PARCEL, {"to": "Old"})
    assert Project.objects.get().serial == told.serial == sale.bench.told[-1].serial
    assert code(lambda: sale.offer("alice", organisation="Old")) == "transfer-to-itself"


def test_whoever_does_not_speak_for_the_new_side_offers_and_it_accepts(sale: Sale) -> None:
    assert sale.offer("alice", organisation="New") is None
    assert people_of(PARCEL) == (("alice", "owner"),)
    assert Notice.objects.filter(user__username="nina", kind=Kind.TRANSFER_OFFERED).exists()
    (open_,) = offers.offered_to(sale.act("nina").user_id or 0, sale.bench.clock.now())
    assert open_.giver.username == "alice"
    assert sale.accept("nina")
    assert (sale.roles("alice"), sale.roles("nina")) == (set(), {Role.OWNER})
    for name in ("alice", "nina"):
        told = Notice.objects.filter(user__username=name, kind=Kind.PROJECT_TRANSFERRED)
        assert told.get().facts == {"project": "parcel", "to": "New"}
    assert not Offer.objects.exists()


def test_a_person_takes_a_project_out_of_an_organisation(sale: Sale) -> None:
    sale.offer("alice", organisation="Old")
    sale.act("pia")
    sale.offer("alice", user="pia")
    assert sale.accept("pia")
    assert people_of(PARCEL) == (("pia", "owner"),)
    assert not Holding.objects.exists()
    assert sale.roles("alice") == set()


def staffed(sale: Sale) -> None:
    """Have the old side be many: a team, a person, an invitation, a program, a hook, a token."""
    bench = sale.bench
    sale.offer("alice", organisation="Old")
    sale.act("bob")
    sale.act("carol")
    members.set_rank(OPERATOR, "Old", "bob", Rank.MEMBER, bench.clock)
    teams.create(OPERATOR, "Old", "core", bench.clock)
    teams.join(OPERATOR, "Old", "core", "bob", bench.clock)
    teams.give(OPERATOR, "Old", "core", Share(Role.PUBLISHER), bench.clock)
    teams.give(OPERATOR, "Old", "core", Share(Role.MAINTAINER, PARCEL), bench.clock)
    appoint(bench.desk, OPERATOR, PARCEL, "carol", Role.MAINTAINER)
    now = bench.clock.now()
    Invitation.objects.create(
        address="dora@example.org",
        ecosystem="box",
        project="parcel",
        role="publisher",
        sent_at=now,
        expires_at=now + timedelta(days=7),
    )
    Publisher.objects.create(
        ecosystem="box", project="parcel", display="Parcel", provider="x", issuer="y", made_at=now
    )
    Hook.objects.create(
        handle="0" * 32,
        ecosystem="box",
        project="parcel",
        host="old.example.org",
        made_at=now,
        begins=0,
        next_try_at=now,
        state_at=now,
    )
    for number, names in enumerate((["box:parcel"], ["box:other", "box:parcel"], None)):
        Token.objects.create(
            identifier=f"{number}",
            user=User.objects.get(username="bob"),
            kind="personal",
            caveats=[] if names is None else [["projects", *names]],
            created_at=now,
        )


def test_nothing_of_the_old_side_stays(sale: Sale) -> None:
    """Old teams, old programs, old tokens: whoever had sold a project published on (B12)."""
    bench = sale.bench
    staffed(sale)
    for name, version in (("bob", "2.0"), ("carol", "3.0"), ("alice", "4.0")):
        bench.publish(sale.act(name), "parcel", version)
    staged = opened(bench, sale.act("bob"), version="5.0")
    sale.offer("alice", organisation="New")
    sale.accept("nina")
    for name in ("alice", "bob", "carol"):
        with pytest.raises(ForbiddenError) as caught:
            bench.publish(sale.act(name), "parcel", "6.0")
        assert caught.value.code == "role-missing"
        assert projects_of(sale.act(name).user_id or 0) == ()
    assert not Publisher.objects.exists()
    assert not Hook.objects.exists()
    assert not Invitation.objects.exists()
    assert not TeamGrant.objects.exclude(project="").exists()
    staged.refresh_from_db()
    assert staged.state == "cancelled"
    revoked = Token.objects.exclude(revoked_at=None).values_list("identifier", flat=True)
    assert list(revoked) == ["0"]
    kinds = {one.event.kind for one in newest_of(list(Kind), 20)}
    assert {
        Kind.PUBLISHER_REMOVED,
        Kind.HOOK_REMOVED,
        Kind.TOKEN_REVOKED,
        Kind.STAGE_CANCELLED,
        Kind.PROJECT_TRANSFERRED,
    } <= kinds
    bench.publish(sale.act("nina"), "parcel", "6.0")


def test_a_stage_that_waits_for_approvals_ends_too(sale: Sale) -> None:
    staffed(sale)
    stage = opened(sale.bench, sale.act("bob"), version="5.0")
    Stage.objects.filter(pk=stage.pk).update(state="processing", asked_at=sale.bench.clock.now())
    sale.offer("alice", organisation="New")
    sale.accept("nina")
    stage.refresh_from_db()
    assert (stage.state, stage.asked_at) == ("cancelled", None)


def test_an_organisations_project_is_its_owners_to_give(sale: Sale) -> None:
    """Somebody from outside, an owner of the project alone, does not walk away with it."""
    sale.offer("alice", organisation="Old")
    sale.act("olaf")
    appoint(sale.bench.desk, OPERATOR, PARCEL, "olaf", Role.OWNER)
    assert code(lambda: sale.offer("olaf", user="olaf")) == "transfer-by-organisation"
    assert code(lambda: sale.offer("olaf", organisation="New")) == "transfer-by-organisation"


@pytest.mark.parametrize("role", [None, *(role for role in Role if role is not Role.OWNER)])
def test_nobody_but_an_owner_offers_it(sale: Sale, role: Role | None) -> None:
    eve = sale.act("eve")
    if role:
        grant(eve.user_id or 0, PARCEL, role, sale.bench.clock)
    assert code(lambda: sale.offer("eve", user="eve")) == "role-missing"


def test_an_administrator_alone_neither_gives_nor_takes(sale: Sale) -> None:
    root = replace(sale.act("root"), admin=True)
    give = code(lambda: offers.offer(sale.bench.desk, root, PARCEL, Whom(user="root")))
    assert give == "role-missing"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"credential": "token 41"}, "person-needed"),
        ({"assurance": Assurance.MULTI_FACTOR}, "webauthn-needed"),
        ({"proved_at": None}, "proof-too-old"),
    ],
)
def test_both_take_a_key_shown_just_now(
    sale: Sale, changed: dict[str, object], expected: str
) -> None:
    desk = sale.bench.desk
    giver = replace(sale.act("alice"), **changed)  # type: ignore[arg-type] # fields by name
    assert code(lambda: offers.offer(desk, giver, PARCEL, Whom(organisation="New"))) == expected
    sale.offer("alice", organisation="New")
    taker = replace(sale.act("nina"), **changed)  # type: ignore[arg-type] # likewise
    assert code(lambda: offers.accept(desk, taker, PARCEL)) == expected
    assert sale.roles("nina") == set()


def test_only_an_owner_of_the_new_side_accepts(sale: Sale) -> None:
    sale.act("max")
    members.set_rank(OPERATOR, "New", "max", Rank.MANAGER, sale.bench.clock)
    sale.offer("alice", organisation="New")
    for name in ("max", "alice", "eve"):
        sale.act(name)
        assert code(lambda name=name: sale.accept(name)) == "no-such-offer"  # type: ignore[misc] # bound


def test_an_offer_ends(sale: Sale) -> None:
    sale.offer("alice", organisation="New")
    sale.bench.clock.forward(timedelta(days=7))
    assert code(lambda: sale.accept("nina")) == "no-such-offer"
    assert offers.forget(sale.bench.clock.now()) == 1


@pytest.mark.parametrize("by", ["alice", "nina"])
def test_an_offer_is_withdrawn_by_either_side_and_by_nobody_else(sale: Sale, by: str) -> None:
    sale.offer("alice", organisation="New")
    sale.act("eve")
    withdraw = offers.withdraw
    assert code(lambda: withdraw(sale.bench.desk, sale.act("eve"), PARCEL)) == "role-missing"
    withdraw(sale.bench.desk, sale.act(by), PARCEL)
    assert code(lambda: sale.accept("nina")) == "no-such-offer"
    assert newest_of([Kind.TRANSFER_WITHDRAWN], 1)


@pytest.mark.parametrize("how", ["no owner", "closed", "held by others"])
def test_what_the_giver_can_give_no_longer_is_not_got(sale: Sale, how: str) -> None:
    sale.offer("alice", organisation="New")
    alice = User.objects.get(username="alice")
    if how == "no owner":
        grant(alice.pk, PARCEL, Role.MAINTAINER, sale.bench.clock)
    elif how == "closed":
        User.objects.filter(pk=alice.pk).update(is_active=False)
    else:
        sale.act("zoe")
        third = founding.create(TERMS, sale.act("zoe"), Plan("Third", Manner()), sale.bench.clock)
        Holding.objects.create(
            organisation=third, ecosystem="box", project="parcel", since=sale.bench.clock.now()
        )
    assert code(lambda: sale.accept("nina")) == "offer-lapsed"


def test_a_newer_offer_takes_the_place_of_the_older(sale: Sale) -> None:
    sale.act("pia")
    sale.offer("alice", organisation="New")
    sale.offer("alice", user="pia")
    assert code(lambda: sale.accept("nina")) == "no-such-offer"
    assert sale.accept("pia")


def test_the_operator_hands_over_at_once(sale: Sale) -> None:
    assert offers.offer(sale.bench.desk, OPERATOR, PARCEL, Whom(organisation="New"))
    assert Organisation.objects.get(name="New").holdings.count() == 1


@pytest.mark.parametrize("to", [{}, {"organisation": "New", "user": "nina"}])
def test_it_goes_to_one(sale: Sale, to: dict[str, str]) -> None:
    assert code(lambda: sale.offer("alice", **to)) == "transfer-to-whom"


def test_who_could_offer_it_is_known_before_a_key_is_asked_for(sale: Sale) -> None:
    row = find_project(PARCEL)
    weak = replace(sale.act("alice"), proved_at=None)
    assert offers.may_dispose(weak, row)
    assert not offers.may_dispose(sale.act("nina"), row)
    with pytest.raises(AssuranceError):
        offers.offer(sale.bench.desk, weak, PARCEL, Whom(organisation="New"))
