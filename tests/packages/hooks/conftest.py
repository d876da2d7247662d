"""A bench with a herald that reaches loopback, and a server that receives."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from strongroom.core.actors import Actor
from strongroom.core.coordinates import ProjectId
from strongroom.packages.hooks import delivering, matching
from strongroom.packages.hooks.changes import Made, Wanted, create
from strongroom.packages.hooks.herald import Herald
from strongroom.packages.hooks.rows import Place
from strongroom.packages.models import Delivery
from tests.fakes.bench import Bench
from tests.fakes.receivers import Post, Receiver, herald, receiving

PARCEL = ProjectId("box", "parcel")


@dataclass(frozen=True, slots=True)
class Tower:
    """A herald on a bench, a server that receives, and a project of alice's."""

    bench: Bench
    herald: Herald
    receiver: Receiver
    alice: Actor

    def hook(
        self, place: Place = PARCEL, *kinds: str, url: str = "", by: Actor | None = None
    ) -> Made:
        """Make a hook, by default of file-published at the receiver."""
        wanted = Wanted(url or self.receiver.url, kinds or ("file-published",))
        return create(self.herald, by or self.alice, place, wanted)

    def publish(self, version: str, name: str = "parcel") -> None:
        self.bench.publish(self.alice, name, version)

    def work(self) -> list[Post]:
        """Hand on and send what is due; returns what the receiver has got by that."""
        before = len(self.receiver.came)
        while matching.match(self.herald) or delivering.deliver(self.herald):
            pass
        return self.receiver.came[before:]

    def rows(self) -> list[tuple[str, int | None, str]]:
        """Return state, status and fault of all deliveries, oldest first."""
        rows = Delivery.objects.order_by("pk")
        return list(rows.values_list("state", "status", "fault"))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def tower(bench: Bench, alice: Actor, parcel: str, receiver: Receiver) -> Tower:
    return Tower(bench, herald(bench.clock), receiver, alice)
