"""Whatever derived thing is mutilated, a check finds it and a rebuild gives the same bytes."""

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from strongroom.core.actors import OPERATOR
from strongroom.core.coordinates import ProjectId
from strongroom.ecosystems.pypi.pages import projects, simple
from strongroom.packages.catalog import listing
from strongroom.packages.catalog.changes import target
from strongroom.packages.catalog.removal import remove
from strongroom.packages.models import Project, Quota, Word
from strongroom.packages.upkeep import rebuild as module
from strongroom.packages.upkeep.rebuild import Difference, How, rebuild
from strongroom.stores.pages import forms
from strongroom.web import shelf
from tests.fakes.registry import Registry
from tests.packages.upkeep.filled import Filled, checked, fill, found, rebuilt, silent

MEMORIES = (
    listing._file,
    listing._release,
    simple._file_html,
    simple._file_json,
    projects._file,
    shelf._line,
    forms._deflated,
)


@pytest.fixture
def filled(registry: Registry) -> Filled:
    """Return a registry in which something of every kind stands."""
    return fill(registry)


def test_what_is_as_it_must_be_is_left_alone(filled: Filled) -> None:
    times = {path: path.stat().st_mtime_ns for path in filled.public.rglob("*") if path.is_file()}
    before = filled.all()
    report = rebuilt(filled.registry)
    assert (report.projects, report.count) == (4, 0)
    assert filled.all() == before
    assert {path: path.stat().st_mtime_ns for path in times} == times


def replaced(place: Path, content: bytes) -> None:
    place.unlink(missing_ok=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)


def flipped(place: Path) -> None:
    body = bytearray(place.read_bytes())
    body[len(body) // 2] ^= 1
    replaced(place, bytes(body))


def note_of(kind: str) -> Callable[[Filled], str]:
    def first(filled: Filled) -> str:
        places = sorted(path for path in (filled.public / kind).rglob("*.whl") if path.is_file())
        return places[0].relative_to(filled.public).as_posix()

    return first


PAGES = (
    "simple/example/index.html",
    "simple/example/index.json",
    "simple/index.html",
    "pypi/example/index.json",
    "pypi/example/1/index.json",
    "rss/project/example/releases.xml",
    "rss/updates.xml",
    "web/index.html",
    "web/pypi/example/index.html",
    "web/pypi/example/2/index.html",
    "web/pypi/example/history.html",
    "web/pypi/bad/index.html",
    "web/pypi/emptied/index.html",
    "removed/web/pypi/emptied/1/index.html",
)
NOTES = ("quarantined", "removed", "damaged")


def test_altered_pages_are_found_and_are_the_same_bytes_again(filled: Filled) -> None:
    before = filled.all()
    for page in PAGES:
        flipped(filled.public / page)
    altered = {(page, How.DIFFERS) for page in PAGES}
    assert found(checked(filled.registry)) == altered
    assert found(rebuilt(filled.registry)) == altered
    assert filled.all() == before
    assert found(checked(filled.registry)) == set()


def test_lost_pages_and_notes_are_found_and_are_the_same_bytes_again(filled: Filled) -> None:
    before = filled.all()
    lost = (*PAGES, *(note_of(kind)(filled) for kind in NOTES))
    for page in lost:
        (filled.public / page).unlink()
    assert found(checked(filled.registry)) == {(page, How.MISSING) for page in lost}
    rebuilt(filled.registry)
    assert filled.all() == before


COMPRESSED: dict[str, Callable[[Path], None]] = {
    "web/index.html": Path.unlink,
    "web/pypi/example/index.html": flipped,
    "web/pypi/example/2/index.html": lambda place: replaced(place, b""),
}


def test_a_compressed_form_is_held_to_its_page(filled: Filled) -> None:
    before = filled.all()
    for page, damage in COMPRESSED.items():
        damage(filled.public / f"{page}.gz")
    assert found(checked(filled.registry)) == {(page, How.DIFFERS) for page in COMPRESSED}
    rebuilt(filled.registry)
    assert filled.all() == before


def test_a_lost_file_is_linked_again(filled: Filled) -> None:
    before, path = filled.all(), filled.file[1:]
    (filled.public / path).unlink()
    assert found(checked(filled.registry)) == {(path, How.MISSING)}
    rebuilt(filled.registry)
    assert filled.all() == before


def test_a_file_with_other_bytes_is_replaced_by_its_blob(filled: Filled) -> None:
    before, path = filled.all(), filled.file[1:]
    replaced(filled.public / path, b"something else")
    assert found(checked(filled.registry)) == {(path, How.DIFFERS)}
    rebuilt(filled.registry)
    assert filled.all() == before


STRAYS = [
    "stray.html",
    "web/pypi/gone/index.html",
    "web/pypi/example/9/index.html",
    "simple/gone/index.html",
    "files/pypi/ab/cd/ef/gone-1.0.tar.gz",
    "quarantined/files/pypi/ab/cd/ef/gone-1.0.tar.gz",
    "damaged/files/pypi/ab/cd/ef/gone-1.0.tar.gz",
    "removed/web/pypi/example/9/index.html",
    "web/pypi/example/index.html.gz.gz",
]


def test_what_has_no_reason_to_stand_there_goes(filled: Filled) -> None:
    before = filled.all()
    for stray in STRAYS:
        replaced(filled.public / stray, b"left by somebody")
    assert found(checked(filled.registry)) == {(stray, How.LEFT_OVER) for stray in STRAYS}
    assert all((filled.public / stray).exists() for stray in STRAYS)
    rebuilt(filled.registry)
    assert filled.all() == before


def test_a_file_beside_another_named_as_its_compressed_form_goes(filled: Filled) -> None:
    before, stray = filled.all(), f"{filled.file[1:]}.gz"
    replaced(filled.public / stray, b"what a web server would send")
    assert found(checked(filled.registry)) == {(stray, How.LEFT_OVER)}
    rebuilt(filled.registry)
    assert filled.all() == before


def test_what_must_not_be_served_is_taken_down(filled: Filled) -> None:
    before = filled.all()
    for kind in ("quarantined", "removed"):
        path = note_of(kind)(filled).partition("/")[2]
        replaced(filled.public / path, b"malware")
        assert found(checked(filled.registry)) == {(path, How.LEFT_OVER)}
        assert found(rebuilt(filled.registry)) == {(path, How.LEFT_OVER)}
    assert filled.all() == before


def test_a_page_on_its_way_is_no_stray(filled: Filled) -> None:
    young, old = filled.public / "web" / ".0123", filled.public / "web" / ".4567"
    for place in (young, old):
        place.write_bytes(b"half")
    os.utime(old, (0, 0))
    assert found(checked(filled.registry)) == {("web/.4567", How.LEFT_OVER)}


def test_the_whole_shelf_can_be_lost(filled: Filled) -> None:
    before = filled.all()
    filled.public.rename(filled.public.with_name("elsewhere"))
    report = checked(filled.registry)
    assert {one.how for one in report.differences} == {How.MISSING}
    rebuilt(filled.registry)
    assert filled.all() == before


def test_a_wrong_card_is_written_again(filled: Filled) -> None:
    before = filled.all()
    Project.objects.filter(key="example").update(latest="0")
    Word.objects.filter(project__key="bad").delete()
    wrong = {("card of pypi:example", How.DIFFERS), ("card of pypi:bad", How.DIFFERS)}
    assert found(checked(filled.registry)) == wrong
    rebuilt(filled.registry)
    assert filled.all() == before


def test_a_wrong_count_is_counted_again(filled: Filled) -> None:
    before = filled.all()
    Quota.objects.filter(kind="user").update(used_bytes=0)
    assert found(checked(filled.registry)) == {("bytes of user alice", How.DIFFERS)}
    rebuilt(filled.registry)
    assert filled.all() == before


def test_what_changes_leave_is_what_a_process_that_remembers_nothing_renders(
    registry: Registry,
) -> None:
    steps: list[Callable[[], object]] = [
        *(partial(registry.publish, "example", version) for version in ("1.0", "1.1", "0.9")),
        partial(registry.yank, "example", "1.0", "broken"),
        partial(registry.yank, "example", "1.1", ""),
        partial(registry.set_status, "example", "quarantined", "malware?"),
        partial(registry.set_status, "example", "active", ""),
        partial(registry.publish, "example", "1.2"),
    ]
    for step in steps:
        step()
        registry.house.reactions.put_shared()
        for remembered in MEMORIES:
            remembered.cache_clear()
        assert found(checked(registry)) == set()


def test_a_check_writes_nothing(filled: Filled) -> None:
    flipped(filled.public / "simple/example/index.html")
    Project.objects.filter(key="example").update(latest="0")
    Quota.objects.update(used_bytes=0)
    before = filled.all()
    with CaptureQueriesContext(connection) as captured:
        assert checked(filled.registry).count > 0
    assert filled.all() == before
    written = ("INSERT", "UPDATE", "DELETE")
    assert not [one for one in captured.captured_queries if one["sql"].startswith(written)]


def test_pages_that_are_behind_are_told_and_a_rebuild_brings_them_up(filled: Filled) -> None:
    registry = filled.registry
    silenced = replace(registry.house.desk, react=lambda _: None)
    remove(silenced, OPERATOR, target(silenced, "pypi", "example", "1.0"), "")
    report = found(checked(registry))
    assert ("pages of pypi:example", How.BEHIND) in report
    rebuilt(registry)
    assert found(checked(registry)) == set()
    assert Project.objects.filter(key="example", latest="2.0").exists()


def test_without_tidying_what_is_left_over_stays(filled: Filled) -> None:
    stray = filled.public / "web" / "stray.html"
    replaced(stray, b"of the version before")
    assert rebuild(filled.registry.house.premises, silent, tidy=False).count == 0
    assert stray.exists()


def test_of_very_many_differences_all_are_counted_and_some_named(
    filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_NAMED", 3)
    filled.public.rename(filled.public.with_name("elsewhere"))
    report = checked(filled.registry)
    assert len(report.differences) == 3
    assert report.count > 20


def test_a_rebuild_that_was_broken_off_is_gone_on_with(filled: Filled) -> None:
    before = filled.all()
    filled.public.rename(filled.public.with_name("elsewhere"))
    done: list[int] = []

    def broken_off(now: int, _total: int) -> None:
        done.append(now)
        if now == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(filled.registry.house.premises, broken_off)
    report = rebuilt(filled.registry)
    assert not [one for one in report.differences if "/example/" in one.what]
    assert filled.all() == before


def test_what_seems_wrong_while_it_changes_is_looked_at_twice(
    filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    look = module._Round._look_at

    def once_wrong(self: module._Round, project: ProjectId) -> list[Difference] | None:
        calls.append(1)
        if len(calls) == 1:
            return [Difference("seen in passing", How.DIFFERS)]
        return look(self, project)

    monkeypatch.setattr(module._Round, "_look_at", once_wrong)
    assert found(checked(filled.registry)) == set()
