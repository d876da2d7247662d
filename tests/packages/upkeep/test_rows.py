"""Rows as files: all of them, the same again whatever database they come from or go to."""

import json
from collections import deque
from pathlib import Path

import pytest
from django.apps import apps
from django.db import OperationalError, connection, transaction

from strongroom.core.actors import OPERATOR
from strongroom.core.errors import ConfigurationError
from strongroom.packages.catalog.changes import target
from strongroom.packages.catalog.quotas import of_user, set_limit
from strongroom.packages.catalog.removal import remove
from strongroom.packages.models import File, Project
from strongroom.packages.upkeep import rows
from strongroom.proof.models import EventRow
from tests.fakes.registry import Registry


def silent(_done: int, _total: int) -> None:
    """Tell nobody."""


def dumped(folder: Path) -> dict[str, int]:
    with rows.moment() as using:
        return rows.dump(using, folder)


def content(folder: Path) -> dict[str, bytes]:
    return {place.name: place.read_bytes() for place in folder.iterdir()}


def emptied() -> None:
    with transaction.atomic():
        for model in reversed(rows.tables()):
            model._default_manager.all().delete()


@pytest.fixture
def filled(registry: Registry) -> Registry:
    """Return a registry with rows in most tables, and text that is not ASCII."""
    for version in ("1.0", "2.0"):
        registry.publish("example", version)
    registry.yank("example", "1.0", "zerbrochen: \u00e4\u2603")
    desk = registry.house.desk
    remove(desk, OPERATOR, target(desk, "pypi", "example", "2.0"), "Wrong.")
    set_limit(desk, OPERATOR, of_user("alice"), 10**12)
    return registry


def test_rows_that_are_loaded_again_are_the_same(filled: Registry, tmp_path: Path) -> None:
    counts = dumped(tmp_path / "first")
    assert counts["packages.file.jsonl"] == 1
    emptied()
    assert rows.is_empty()
    rows.load(apps, tmp_path / "first", counts, silent)
    assert dumped(tmp_path / "second") == counts
    assert content(tmp_path / "first") == content(tmp_path / "second")
    assert rows.are_those_of(tmp_path / "first", counts)
    assert filled.get("/simple/example/").status_code == 200


def test_a_registry_goes_on_after_its_rows_were_loaded(filled: Registry, tmp_path: Path) -> None:
    counts, last = dumped(tmp_path / "rows"), EventRow.objects.latest("serial").serial
    emptied()
    rows.load(apps, tmp_path / "rows", counts, silent)
    filled.publish("example", "3.0")
    filled.publish("other", "1.0")
    assert File.objects.count() == 3
    assert EventRow.objects.latest("serial").serial > last


def test_a_file_of_rows_is_one_line_of_json_each(filled: Registry, tmp_path: Path) -> None:
    dumped(tmp_path / "rows")
    (line,) = (tmp_path / "rows" / "packages.project.jsonl").read_text().splitlines()
    row = json.loads(line)
    assert (row["ecosystem"], row["key"]) == ("pypi", "example")
    assert row["created_at"] == Project.objects.get().created_at.isoformat()
    assert filled.owner.username == "alice"


def test_other_rows_are_not_those_of_a_folder(filled: Registry, tmp_path: Path) -> None:
    counts = dumped(tmp_path / "rows")
    EventRow.objects.filter(serial=EventRow.objects.latest("serial").serial).update(actor="eve")
    assert not rows.are_those_of(tmp_path / "rows", counts)
    filled.publish("other", "1.0")
    assert not rows.are_those_of(tmp_path / "rows", counts)


BAD = {
    "a line that is no JSON": ("{", "has a line that cannot be read"),
    "a line that is no row": ("[]", "has a line that is no row"),
    "a column that is none": ('{"id": 1, "nothing": 2}', "cannot be put into a database"),
    "a value that cannot be": ('{"id": 1, "created_at": "noon"}', "cannot be put into a database"),
    "a row of nothing": ('{"id": 1}', "cannot be put into a database"),
}


@pytest.mark.parametrize("bad", BAD)
def test_rows_that_cannot_be_are_refused_and_nothing_is_loaded(
    registry: Registry, tmp_path: Path, bad: str
) -> None:
    counts = dumped(tmp_path / "rows")
    emptied()
    line, told = BAD[bad]
    (tmp_path / "rows" / "packages.project.jsonl").write_text(line + "\n")
    with pytest.raises(ConfigurationError) as caught:
        rows.load(apps, tmp_path / "rows", {**counts, "packages.project.jsonl": 1}, silent)
    assert caught.value.code == "backup-damaged"
    assert told in str(caught.value)
    assert rows.is_empty()
    assert registry.owner.username == "alice"


def test_a_line_without_end_is_refused(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dumped(tmp_path / "rows")
    monkeypatch.setattr(rows, "_LONGEST", 100)
    with pytest.raises(ConfigurationError) as caught:
        deque(rows.read(tmp_path / "rows" / "people.user.jsonl"), maxlen=0)
    assert caught.value.code == "backup-damaged"
    assert registry.owner.username == "alice"


def test_fewer_rows_than_there_were_are_refused(registry: Registry, tmp_path: Path) -> None:
    counts = dumped(tmp_path / "rows")
    emptied()
    with pytest.raises(ConfigurationError) as caught:
        rows.load(apps, tmp_path / "rows", {**counts, "packages.project.jsonl": 1}, silent)
    assert "has 0 rows, and should have 1" in str(caught.value)
    assert rows.is_empty()
    assert registry.owner.username == "alice"


def test_a_table_that_is_none_is_refused(registry: Registry, tmp_path: Path) -> None:
    dumped(tmp_path / "rows")
    with pytest.raises(ConfigurationError) as caught:
        rows.load(apps, tmp_path / "rows", {"packages.nothing.jsonl": 0}, silent)
    assert caught.value.code == "backup-damaged"
    assert registry.owner.username == "alice"


@pytest.mark.sqlite
def test_a_database_that_is_not_there_is_not_made(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone.sqlite3"
    monkeypatch.setitem(connection.settings_dict, "NAME", gone)
    with pytest.raises(OperationalError), rows.moment():
        pass
    assert not gone.exists()
    assert registry.owner.username == "alice"
