"""What an account must keep, by its roles."""

from strongroom.core.actors import OPERATOR, Actor, Assurance
from strongroom.core.coordinates import ProjectId
from strongroom.packages.catalog.changes import appoint
from strongroom.packages.catalog.criticality import pin
from strongroom.packages.catalog.demands import demanded, of_project, powerless
from strongroom.packages.models import Project
from strongroom.people.access.roles import Role
from strongroom.people.accounts.factors import enrol_totp
from strongroom.people.accounts.users import create_user
from strongroom.people.models import User
from tests.fakes.bench import Bench

PARCEL = ProjectId("box", "parcel")


def needed(name: str) -> Assurance:
    return demanded(User.objects.get(folded=name))


def test_who_can_change_nothing_must_keep_nothing(bench: Bench, bob: Actor) -> None:
    assert needed("bob") is Assurance.SINGLE_FACTOR


def test_whoever_has_a_role_or_runs_the_registry_must_keep_a_factor(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    bench.person("root", admin=True)
    assert (needed("alice"), needed("root")) == (Assurance.MULTI_FACTOR,) * 2


def test_a_role_in_a_critical_project_keeps_the_last_security_key(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    bench.publish(alice, "Crate", "1.0")
    pin(bench.desk, OPERATOR, PARCEL, "on")
    assert needed("alice") is Assurance.PHISHING_RESISTANT
    pin(bench.desk, OPERATOR, PARCEL, "off")
    assert needed("alice") is Assurance.MULTI_FACTOR


def test_a_role_without_the_factor_that_it_needs_is_named(
    bench: Bench, alice: Actor, parcel: str
) -> None:
    made = {}
    for name in ("carol", "dave"):
        address = f"{name}@example.org"
        made[name] = create_user(name, address, admin=False, actor=OPERATOR, clock=bench.clock)
        appoint(bench.desk, OPERATOR, PARCEL, name, Role.MAINTAINER)
    enrol_totp(made["dave"], "secret", seal=str, by=OPERATOR, clock=bench.clock)
    assert powerless(Project.objects.get()) == ("carol",)
    pin(bench.desk, OPERATOR, PARCEL, "on")
    assert powerless(Project.objects.get()) == ("carol", "dave")
    assert of_project(Project.objects.get()) is Assurance.PHISHING_RESISTANT
