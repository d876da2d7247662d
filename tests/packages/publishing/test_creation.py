"""A project that is made before it has a release: whose it is, and who may know of it."""

import pytest

from strongroom.core.actors import OPERATOR, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ConflictError, ForbiddenError, InvalidError
from strongroom.core.events import Kind
from strongroom.packages.models import Project
from strongroom.packages.publishing.creation import Wish, create, organisations_of
from strongroom.people.access.grants import roles_of
from strongroom.people.access.roles import Rank, Role
from strongroom.people.models import Membership, Organisation
from tests.fakes.bench import Bench

VAULT = ProjectId("box", "vault")


def wish(name: str = "Vault", *, private: bool | None = None, organisation: str = "") -> Wish:
    return Wish("box", name, private, organisation)


@pytest.mark.parametrize("private", [True, False, None])
def test_who_makes_it_owns_it(bench: Bench, alice: Actor, *, private: bool | None) -> None:
    recorded = create(bench.desk, alice, wish(private=private))
    assert roles_of(alice, VAULT) == {Role.OWNER}
    row = Project.objects.get()
    assert (row.display, row.private, row.serial) == ("Vault", bool(private), recorded.serial)
    assert recorded.event.kind is Kind.PROJECT_CREATED
    assert recorded.event.facts["owner"] == "alice"
    assert bench.told == [recorded]


def test_its_first_release_finds_it_private(bench: Bench, alice: Actor) -> None:
    create(bench.desk, alice, wish(private=True))
    bench.publish(alice, "vault", "1.0")
    assert Project.objects.get().private


def test_a_name_that_is_there_is_not_made_again(bench: Bench, alice: Actor) -> None:
    create(bench.desk, alice, wish())
    with pytest.raises(ConflictError) as refused:
        create(bench.desk, alice, wish())
    assert refused.value.code == "project-exists"
    with pytest.raises(ForbiddenError):
        create(bench.desk, bench.person("bob"), wish())


def test_a_private_name_is_nobodys_to_take_in_the_words_for_prohibited_ones(
    bench: Bench, alice: Actor
) -> None:
    create(bench.desk, alice, wish(private=True))
    bob = bench.person("bob")
    for name in ("vault", "va-ult"):
        with pytest.raises(ConflictError) as refused:
            create(bench.desk, bob, wish(name))
        assert refused.value.code == "name-prohibited"
        assert str(refused.value) == f"Nobody may take the name {name}. Choose another name."
        with pytest.raises(ConflictError, match="Nobody may take the name"):
            bench.publish(bob, name, "1.0")


def test_who_may_know_of_a_look_alike_is_told_which(bench: Bench, alice: Actor) -> None:
    create(bench.desk, alice, wish(private=True))
    with pytest.raises(ConflictError, match="too similar to the existing project Vault"):
        create(bench.desk, alice, wish("va-ult"))


def test_a_name_that_nobody_may_take_is_refused(bench: Bench, alice: Actor) -> None:
    with pytest.raises(InvalidError, match="No box is called that"):
        create(bench.desk, alice, wish("forbidden"))


@pytest.mark.parametrize("by_default", [True, False])
def test_an_organisation_says_what_its_new_projects_are(
    bench: Bench, alice: Actor, *, by_default: bool
) -> None:
    held = organisation(bench, alice, Rank.OWNER, private=by_default)
    recorded = create(bench.desk, alice, wish(organisation="ACME"))
    assert Project.objects.get().private == by_default
    assert recorded.event.facts["owner"] == held.name
    assert roles_of(alice, VAULT) == {Role.OWNER}
    assert organisations_of(alice.user_id or 0) == ("Acme",)


def test_what_its_maker_says_goes_before_that(bench: Bench, alice: Actor) -> None:
    organisation(bench, alice, Rank.OWNER, private=True)
    create(bench.desk, alice, wish(organisation="acme", private=False))
    assert not Project.objects.get().private


@pytest.mark.parametrize("name", ["acme", "absent"])
def test_only_its_owners_make_projects_for_it(bench: Bench, alice: Actor, name: str) -> None:
    organisation(bench, alice, Rank.MANAGER, private=True)
    with pytest.raises(ForbiddenError) as refused:
        create(bench.desk, alice, wish(organisation=name))
    assert refused.value.code == "organisation-not-yours"
    assert not Project.objects.exists()


def test_the_operator_makes_a_project_in_the_name_of_a_person_alone(bench: Bench) -> None:
    with pytest.raises(ForbiddenError):
        create(bench.desk, OPERATOR, wish())


def organisation(bench: Bench, actor: Actor, rank: Rank, *, private: bool) -> Organisation:
    now = bench.clock.now()
    held = Organisation.objects.create(
        name="Acme", folded="acme", created_at=now, private_by_default=private
    )
    Membership.objects.create(organisation=held, user_id=actor.user_id or 0, rank=rank, since=now)
    return held
