"""What the doctor sees without the database."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from strongroom.site.configuration import Configuration
from strongroom.site.doctor.machine import examine
from strongroom.site.doctor.remarks import Level, Remark, worst
from tests.fakes.clocks import NOON
from tests.fakes.folders import disk_pages


def seen(data: Path, **settings: object) -> dict[str, Remark]:
    """Return the remarks of an examination by their subjects."""
    configuration = Configuration(data=data, **settings)  # type: ignore[arg-type] # by name
    return {remark.subject: remark for remark in examine(configuration, NOON)}


def test_a_good_set_up_is_well(data: Path) -> None:
    data.chmod(0o700)
    assert {one.level for one in seen(data).values()} == {Level.OK}


def test_looking_leaves_nothing_behind(data: Path) -> None:
    seen(data)
    assert [path.name for path in data.rglob("*") if path.is_file()] == ["master.json"]


def test_a_clock_that_is_years_behind_is_an_error(data: Path) -> None:
    long_ago = datetime(2001, 1, 1, tzinfo=UTC)
    remarks = {one.subject: one for one in examine(Configuration(data=data), long_ago)}
    assert remarks["clock"].level is Level.ERROR


def test_a_folder_that_others_can_read_is_a_warning(data: Path) -> None:
    data.chmod(0o750)
    assert seen(data)["data folder"].level is Level.WARNING


def test_a_web_server_may_be_let_through_to_the_pages_alone(data: Path) -> None:
    disk_pages(data / "public").put("simple/index.html", b"page")
    data.chmod(0o710)
    assert seen(data)["data folder"].level is Level.OK
    database = data / "strongroom.sqlite3"
    database.touch(mode=0o640)
    remark = seen(data)["data folder"]
    assert (remark.level, str(database) in remark.sentence) == (Level.ERROR, True)


def test_pages_that_a_web_server_cannot_read_are_a_warning(data: Path) -> None:
    (data / "public").mkdir()
    (data / "public").chmod(0o700)
    data.chmod(0o710)
    assert seen(data)["data folder"].level is Level.WARNING


def test_missing_keys_are_an_error(data: Path) -> None:
    (data / "keys" / "master.json").unlink()
    assert seen(data)["keys"].level is Level.ERROR


def test_a_passphrase_that_opens_nothing_is_an_error(data: Path) -> None:
    assert seen(data, key_passphrase="x")["keys"].level is Level.ERROR


def test_a_shelf_that_cannot_take_links_is_an_error(data: Path) -> None:
    (data / "public").touch()
    assert seen(data)["hard links"].level is Level.ERROR


@pytest.mark.parametrize(("age", "level"), [(3600, Level.OK), (2 * 86400, Level.WARNING)])
def test_uploads_broken_off_long_ago_are_a_warning(data: Path, age: int, level: Level) -> None:
    left = data / "blobs" / "incoming" / "abc"
    left.parent.mkdir(parents=True)
    left.touch()
    os.utime(left, (NOON.timestamp() - age,) * 2)
    assert seen(data)["incoming files"].level is level


@pytest.mark.parametrize(
    ("settings", "level"),
    [
        ({}, Level.OK),
        ({"host": "localhost"}, Level.OK),
        ({"host": "192.0.2.1"}, Level.WARNING),
        ({"host": "registry.example.org"}, Level.WARNING),
        ({"public_url": "http://registry.example.org"}, Level.WARNING),
        ({"public_url": "https://registry.example.org"}, Level.OK),
        ({"public_url": "https://registry.example.org", "host": "192.0.2.1"}, Level.WARNING),
    ],
)
def test_tokens_in_the_clear_are_a_warning(
    data: Path, settings: dict[str, object], level: Level
) -> None:
    assert seen(data, **settings)["address"].level is level


@pytest.mark.parametrize(
    ("address", "level"),
    [
        ("", None),
        ("postgresql://me@127.0.0.1/rows", Level.OK),
        ("postgresql://me@/rows?host=/run", Level.OK),
        ("postgresql://me@db.example.org/rows?sslmode=verify-full", Level.OK),
        ("postgresql://me@db.example.org/rows?sslmode=require", Level.WARNING),
        ("postgresql://me@db.example.org/rows", Level.WARNING),
    ],
)
def test_rows_in_the_clear_are_a_warning(data: Path, address: str, level: Level | None) -> None:
    remark = seen(data, database=address).get("database address")
    assert (remark and remark.level) == level


def test_a_warning_says_what_to_do(data: Path) -> None:
    data.chmod(0o755)
    remarks = seen(data, host="192.0.2.1", key_passphrase="x").values()
    assert [one for one in remarks if (one.level is Level.OK) is bool(one.remedy)] == []


@pytest.mark.parametrize(
    ("levels", "gravest"),
    [("", "ok"), ("ok", "ok"), ("ok warning", "warning"), ("warning error ok", "error")],
)
def test_the_gravest_remark_counts(levels: str, gravest: str) -> None:
    remarks = [Remark(Level(level), "x", "y") for level in levels.split()]
    assert worst(remarks) == gravest
