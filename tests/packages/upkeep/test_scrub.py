"""The scrub: what is damaged is found, never served afterwards, and repaired from a good copy."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from strongroom.core.events import Kind
from strongroom.packages.models import Project
from strongroom.packages.upkeep.damage import Fault
from strongroom.packages.upkeep.reading import UNPACED, Pace
from strongroom.packages.upkeep.scrub import Report, scrub
from strongroom.proof.ledger.events import newest_of
from strongroom.stores.locks import Locks, Still
from tests.fakes.folders import blob_place, kept, page_place
from tests.fakes.registry import Registry
from tests.packages.upkeep.conftest import digest_of

Flip = Callable[[Path], None]
EVENTS = (Kind.FILE_DAMAGED, Kind.FILE_REPAIRED)


def scrubbed(registry: Registry, source: Path | None = None) -> Report:
    unpaced = Pace(0, lambda: 0.0, lambda _seconds: None)
    return scrub(registry.house.premises, unpaced, source, lambda _done, _total: None)


def blob(registry: Registry, path: str) -> Path:
    return blob_place(registry.house.configuration.data, digest_of(path))


def recorded() -> list[Kind]:
    return [one.event.kind for one in reversed(newest_of(EVENTS, 100))]


def copied(registry: Registry, tmp_path: Path) -> Path:
    """Copy the blobs, as another registry would have them."""
    shutil.copytree(registry.house.configuration.data / "blobs", tmp_path / "copy" / "blobs")
    return tmp_path / "copy"


@pytest.fixture
def path(registry: Registry) -> str:
    registry.publish("other", "1.0")
    return registry.publish("example", "1.0")


def test_a_whole_registry_is_found_whole(registry: Registry, path: str) -> None:
    report = scrubbed(registry)
    assert (report.damaged, report.replaced, report.rendered) == ((), (), ())
    assert report.blobs == 4
    assert report.read_bytes > len(registry.get(path).data)
    assert recorded() == []


def test_a_flipped_bit_is_found_and_never_served(registry: Registry, path: str, flip: Flip) -> None:
    flip(blob(registry, path))
    (found,) = scrubbed(registry).damaged
    assert (found.fault, found.repaired) == (Fault.ALTERED, False)
    answer = registry.get(path)
    assert answer.status_code == 403
    assert "damaged on the registry's disk" in answer.status
    assert answer.json is not None
    assert answer.json["code"] == "file-damaged"


def test_a_file_that_was_taken_down_and_is_up_again_is_taken_down(
    registry: Registry, path: str
) -> None:
    registry.set_status("example", "quarantined", "malware")
    assert registry.house.shelf.pages.link({path[1:]: digest_of(path)}) == frozenset()
    assert scrubbed(registry).replaced == (path[1:],)
    assert registry.get(path).status_code == 403


def test_all_other_files_go_on_being_served(registry: Registry, path: str, flip: Flip) -> None:
    flip(blob(registry, path))
    scrubbed(registry)
    assert registry.get(f"{path}.metadata").status_code == 200
    assert registry.get("/simple/example/").status_code == 200


def test_damaged_bytes_are_kept_aside(registry: Registry, path: str, flip: Flip) -> None:
    flip(blob(registry, path))
    damaged = blob(registry, path).read_bytes()
    scrubbed(registry)
    (aside,) = (registry.house.configuration.data / "blobs" / "damaged").iterdir()
    assert (aside.read_bytes(), aside.name[:64]) == (damaged, digest_of(path))


def test_damage_is_told_once(registry: Registry, path: str, flip: Flip) -> None:
    flip(blob(registry, path))
    assert [scrubbed(registry).withheld for _ in range(2)] == [1, 1]
    (told,) = newest_of(EVENTS, 100)
    assert (told.event.actor, told.event.version) == ("registry", "1.0")
    assert told.event.facts == {
        "file": path.rpartition("/")[2],
        "sha256": digest_of(path),
        "fault": "altered",
    }


def test_a_lost_blob_is_told_too(registry: Registry, path: str) -> None:
    blob(registry, path).unlink()
    assert [one.fault for one in scrubbed(registry).damaged] == [Fault.MISSING]
    assert registry.get(path).status_code == 403


def test_a_blob_that_cannot_be_read_is_damaged(registry: Registry, path: str) -> None:
    blob(registry, path).unlink()
    blob(registry, path).mkdir()  # what is no file answers a read with an error
    assert [one.fault for one in scrubbed(registry).damaged] == [Fault.UNREADABLE]


def test_a_damaged_sidecar_takes_only_itself_down(
    registry: Registry, path: str, flip: Flip
) -> None:
    beside, data = registry.get(f"{path}.metadata").data, registry.house.configuration.data
    (place,) = (
        one
        for one in (blob_place(data, digest) for digest in kept(data))
        if one.read_bytes() == beside
    )
    flip(place)
    assert [one.filename[-9:] for one in scrubbed(registry).damaged] == [".metadata"]
    assert [registry.get(one).status_code for one in (path, f"{path}.metadata")] == [200, 403]


def test_a_damaged_file_is_repaired_from_a_copy(
    registry: Registry, path: str, flip: Flip, tmp_path: Path
) -> None:
    body, source = registry.get(path).data, copied(registry, tmp_path)
    flip(blob(registry, path))
    assert [one.repaired for one in scrubbed(registry, source).damaged] == [True]
    assert registry.get(path).data == body
    assert recorded() == list(EVENTS)


def test_a_later_scrub_repairs_what_an_earlier_one_took_down(
    registry: Registry, path: str, flip: Flip, tmp_path: Path
) -> None:
    body, source = registry.get(path).data, copied(registry, tmp_path)
    flip(blob(registry, path))
    scrubbed(registry)
    assert scrubbed(registry, source).withheld == 0
    assert registry.get(path).data == body
    assert scrubbed(registry).damaged == ()


def test_wrong_bytes_repair_nothing(
    registry: Registry, path: str, flip: Flip, tmp_path: Path
) -> None:
    flip(blob(registry, path))
    source = copied(registry, tmp_path)
    assert scrubbed(registry, source).withheld == 1
    assert scrubbed(registry, tmp_path / "nowhere").withheld == 1
    assert registry.get(path).status_code == 403


def test_what_was_put_back_by_hand_is_told_and_served(
    registry: Registry, path: str, flip: Flip
) -> None:
    body = registry.get(path).data
    flip(blob(registry, path))
    scrubbed(registry)
    blob(registry, path).write_bytes(body)
    assert scrubbed(registry).damaged == ()
    assert (registry.get(path).data, recorded()) == (body, list(EVENTS))


def test_a_quarantine_does_not_bring_damaged_bytes_back(
    registry: Registry, path: str, flip: Flip
) -> None:
    registry.set_status("example", "quarantined", "malware")
    flip(blob(registry, path))
    scrubbed(registry)
    assert "Quarantined" in registry.get(path).status
    registry.set_status("example", "active", "")
    assert "damaged" in registry.get(path).status


def test_a_copy_on_the_shelf_that_differs_is_replaced(
    registry: Registry, path: str, flip: Flip
) -> None:
    body, place = registry.get(path).data, page_place(registry.house.configuration.data, path[1:])
    place.unlink()
    place.write_bytes(body)
    assert scrubbed(registry).replaced == ()
    flip(place)
    assert scrubbed(registry).replaced == (path[1:],)
    assert registry.get(path).data == body


def test_a_damaged_page_is_rendered_anew(registry: Registry, path: str, flip: Flip) -> None:
    body = registry.get("/simple/example/").data
    flip(page_place(registry.house.configuration.data, "simple/example/index.html"))
    page_place(registry.house.configuration.data, "simple/other/index.json").unlink()
    wrong = set(scrubbed(registry).rendered)
    assert wrong == {"simple/example/index.html", "simple/other/index.json"}
    assert registry.get("/simple/example/").data == body


def test_a_project_whose_pages_are_behind_is_left_to_the_server(
    registry: Registry, path: str
) -> None:
    Project.objects.filter(key="example").update(serial=10**6)
    page_place(registry.house.configuration.data, "simple/example/index.html").unlink()
    assert scrubbed(registry).rendered == ()


def test_reading_keeps_to_its_pace() -> None:
    slept: list[float] = []
    pace = Pace(100, lambda: 0.0, slept.append)
    for _ in range(3):
        pace.take(50)
    assert (slept, pace.passed) == ([0.5, 1.0, 1.5], 150)


@dataclass(frozen=True, slots=True)
class Helpful:
    """Locks that somebody else had just before us, who put a blob back."""

    source: Path
    place: Path
    locks: Locks

    @contextmanager
    def held(self, name: str) -> Iterator[Still]:
        """Hold a lock, after the other has worked under it."""
        shutil.copyfile(self.source, self.place)
        with self.locks.held(name) as still:
            yield still

    def tried(self, name: str) -> AbstractContextManager[bool]:
        """Hold a lock that is free."""
        return self.locks.tried(name)


def test_what_another_scrub_repaired_meanwhile_stays(
    registry: Registry, path: str, flip: Flip, tmp_path: Path
) -> None:
    place = blob(registry, path)
    whole = shutil.copyfile(place, tmp_path / "whole")
    flip(place)
    place.chmod(0o600)
    premises = registry.house.premises
    premises = replace(premises, alone=Helpful(whole, place, premises.alone))
    report = scrub(premises, UNPACED, None, lambda _done, _total: None)
    assert (report.damaged, place.read_bytes()) == ((), whole.read_bytes())
