"""What a release's archives hold, by file."""

from strongroom.core.actors import Actor
from strongroom.core.coordinates import ProjectId, Version
from strongroom.packages.catalog.contents import members_of
from tests.fakes.bench import Bench


def test_the_members_of_each_file_are_named(bench: Bench, alice: Actor) -> None:
    bench.publish(alice, "parcel", "1.0")
    bench.publish(alice, "parcel", "1.0", kind="large")
    bench.publish(alice, "parcel", "2.0")
    assert members_of(ProjectId("box", "parcel"), Version("1.0", "1.0")) == {
        "parcel-1.0.plain.box": ("name", "version"),
        "parcel-1.0.large.box": ("name", "version", "kind"),
    }
    assert members_of(ProjectId("box", "nothing"), Version("1.0", "1.0")) == {}
