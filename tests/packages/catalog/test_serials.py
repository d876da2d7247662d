"""The serial of a release is that of the newest event that its own pages show."""

from strongroom.core.actors import OPERATOR, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.packages.catalog.changes import appoint, set_status, yank
from strongroom.packages.catalog.keeping import Own, set_rules
from strongroom.packages.catalog.listing import listing
from strongroom.people.access.roles import Role
from tests.fakes.bench import Bench
from tests.fakes.ecosystems import Boxes

PARCEL = ProjectId("box", "parcel")


def serials() -> dict[str, int]:
    return {one.version.key: one.serial for one in listing(PARCEL, Boxes()).releases}


def test_each_release_has_the_serial_of_its_own_newest_event(bench: Bench, alice: Actor) -> None:
    first = bench.publish(alice, "parcel", "1.0").events[-1].serial
    second = bench.publish(alice, "parcel", "2.0").events[-1].serial
    assert serials() == {"1.0": first, "2.0": second}
    recorded = yank(bench.desk, alice, bench.target("parcel", "1.0"), "")
    assert recorded is not None
    assert serials() == {"1.0": recorded.serial, "2.0": second}


def test_an_event_about_the_project_is_one_of_every_release(bench: Bench, alice: Actor) -> None:
    bench.person("bob")
    for version in ("1.0", "2.0"):
        bench.publish(alice, "parcel", version)
    status = set_status(bench.desk, OPERATOR, PARCEL, "deprecated", "")
    assert status is not None
    assert set(serials().values()) == {status.serial}
    role = appoint(bench.desk, OPERATOR, PARCEL, "bob", Role.MAINTAINER)
    assert role is not None
    assert set(serials().values()) == {role.serial}


def test_an_event_that_no_page_of_a_release_shows_is_none_of_its(
    bench: Bench, alice: Actor
) -> None:
    bench.publish(alice, "parcel", "1.0")
    before = serials()
    assert set_rules(bench.desk, alice, PARCEL, Own(keep_prereleases=3)) is not None
    assert serials() == before
