"""A registry without room, as those see it who publish: its words, and no others."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.distributions import wheel, wheel_filename
from tests.native.clients import Clients, Ran
from tests.native.server import Server

pytestmark = pytest.mark.native

WORDS = "The registry's storage is nearly full and takes no uploads for now."
MORE_THAN_ANY_DISK_HAS = str(2**62)  # bytes


@pytest.fixture
def crowded(tmp_path: Path) -> Iterator[Server]:
    settings = {"STRONGROOM_MIN_FREE_BYTES": MORE_THAN_ANY_DISK_HAS}
    running = Server(tmp_path / "data", settings=settings)
    running.make()
    running.start()
    yield running
    assert running.stop() == 0


@pytest.mark.parametrize("client", ["twine", "uv"])
def test_a_client_shows_that_there_is_no_room(
    crowded: Server, clients: Clients, tmp_path: Path, client: str
) -> None:
    file = tmp_path / wheel_filename("parcel", "1.0")
    file.write_bytes(wheel("parcel", "1.0"))
    publish = clients.twine if client == "twine" else clients.uv_publish
    told: Ran = publish(crowded.url, crowded.token, file)
    assert (told.code != 0, WORDS in told.text, "507" in told.text) == (True, True, True), told.text
