"""Backups that go from one kind of registry to another and back, and from an older version."""

import json
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db.migrations.loader import MigrationLoader

from strongroom.packages.upkeep import manifest as manifests
from strongroom.packages.upkeep.reading import UNPACED, sha256_on_disk
from tests.fakes import objects, postgresql
from tests.fakes.distributions import Metadata, wheel, wheel_filename
from tests.fakes.registry import address
from tests.native.server import PROGRAM, Server, clean, program
from tests.native.uploads import post

PROGRAMS = postgresql.programs()
pytestmark = [
    pytest.mark.native,
    pytest.mark.skipif(PROGRAMS is None, reason="PostgreSQL is not installed"),
]

URL = {"STRONGROOM_PUBLIC_URL": "http://registry.test", "STRONGROOM_ALLOWED_HOSTS": "127.0.0.1"}
# Told by each start anew: how often pages were wanted that are no single project's.
OF_ONE_REGISTRY = "packages.sharedpages.jsonl"
# The last migration that an older version had, by app; it had all of the other apps.
# The last migration of each part that the older version had; none of those with an empty name.
LAST = {"packages": "0004_stages", "people": "0002_compare_by_bytes", "account": "", "mfa": ""}
# What the older version had in columns that are no more.
GONE = {"people.user.jsonl": {"email_verified": True}}


@pytest.fixture(scope="module")
def database() -> Iterator[postgresql.Server]:
    assert PROGRAMS is not None
    with postgresql.running(PROGRAMS) as server:
        yield server


@dataclass(frozen=True, slots=True)
class Published:
    """Files by their address, and a backup of the registry of SQLite and a folder with them."""

    files: Mapping[str, bytes]
    backup: Path


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    folder = tmp_path_factory.mktemp("published")
    server = Server(folder / "one", settings=URL)
    server.make()
    server.start()
    files = {}
    for version in ("1.0", "2.0rc1"):
        told = Metadata("Hüllt Dinge ein: ☃", headers=(("Keywords", "twine,post"),))
        name, body = wheel_filename("parcel", version), wheel("parcel", version, metadata=told)
        assert post(server, name, body)[0] == 200
        files[address(name, body)] = body
    assert server.stop() == 0
    program("project", "yank", "--data", server.data, "parcel", "1.0", "--reason", "zerbrochen: ä")
    return Published(files, backed_up(server.data, folder / "backup"))


def backed_up(data: Path, to: Path, settings: Mapping[str, str] = URL) -> Path:
    program("backup", "--data", data, to, settings=settings)
    return to


def restore(data: Path, backup: Path, settings: Mapping[str, str]) -> str:
    """Restore a backup; returns what was said if it was refused."""
    command: list[str | Path] = [PROGRAM, "restore", "--data", data, backup]
    environment = clean() | dict(settings)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done.stderr if done.returncode else ""


def content(backup: Path) -> dict[str, bytes]:
    rows = backup / manifests.decode(manifests.read(backup)).state / manifests.ROWS
    return {one.name: one.read_bytes() for one in rows.iterdir() if one.name != OF_ONE_REGISTRY}


def serves(data: Path, settings: Mapping[str, str], files: Mapping[str, bytes]) -> None:
    """See that a registry serves files and takes another one."""
    server = Server(data, settings=settings)
    server.token = program("token", "create", "--data", data, "--user", "alice", settings=settings)
    server.start()
    try:
        assert {path: server.get(path)[2] for path in files} == dict(files)
        assert post(server, wheel_filename("parcel", "3.0"), wheel("parcel", "3.0"))[0] == 200
    finally:
        assert server.stop() == 0


@pytest.mark.objects
def test_a_registry_moves_to_other_stores_and_back(
    published: Published, database: postgresql.Server, object_store: str, tmp_path: Path
) -> None:
    bucket = objects.address(object_store, secrets.token_hex(8))
    there = URL | {"STRONGROOM_DATABASE": database.create("moved"), "STRONGROOM_OBJECTS": bucket}
    first = published.backup
    assert restore(tmp_path / "two", first, there) == ""
    second = backed_up(tmp_path / "two", tmp_path / "second", there)
    assert content(first) == content(second)
    assert restore(tmp_path / "three", second, URL) == ""
    third = backed_up(tmp_path / "three", tmp_path / "third")
    assert content(first) == content(third)
    serves(tmp_path / "two", there, published.files)
    serves(tmp_path / "three", URL, published.files)
    other = there | {"STRONGROOM_DATABASE": database.create("other")}
    assert "[bucket-not-empty]" in restore(tmp_path / "four", first, other)


def is_young(migration: str) -> bool:
    """Say whether the older version lacked a migration."""
    app, _, name = migration.partition(".")
    return app in LAST and name > LAST[app]


def aged(backup: Path, to: Path) -> Path:
    """Make of a backup what a version would have made that lacked the youngest migrations."""
    shutil.copytree(backup, to)
    told = json.loads((to / manifests.FILE).read_bytes())
    told["migrations"] = [one for one in told["migrations"] if not is_young(one)]
    nodes = [(app, name) for app, _, name in (one.partition(".") for one in told["migrations"])]
    loader = MigrationLoader(None)
    known = loader.project_state([one for one in nodes if one in loader.graph.nodes]).apps
    for name in list(told["rows"]):
        place = to / told["state"] / manifests.ROWS / name
        try:
            model: Any = known.get_model(name.removesuffix(".jsonl"))
        except LookupError:
            place.unlink()
            del told["rows"][name], told["files"][f"{manifests.ROWS}/{name}"]
            continue
        columns = {field.attname for field in model._meta.concrete_fields}
        rows = [json.loads(line) for line in place.read_text().splitlines()]
        kept = [
            GONE.get(name, {}) | {key: row[key] for key in row if key in columns} for row in rows
        ]
        place.write_text("".join(json.dumps(row) + "\n" for row in kept))
        told["files"][f"{manifests.ROWS}/{name}"] = sha256_on_disk(place, UNPACED)
    (to / manifests.FILE).write_text(json.dumps(told))
    return to


def miscounted(backup: Path, to: Path) -> Path:
    """Copy a backup so that it is refused when the tables are made and the rows are loaded."""
    shutil.copytree(backup, to)
    told = json.loads((to / manifests.FILE).read_bytes())
    told["rows"]["people.user.jsonl"] += 1
    (to / manifests.FILE).write_text(json.dumps(told))
    return to


def test_a_backup_of_an_older_version_is_brought_up_to_this_one(
    published: Published, database: postgresql.Server, tmp_path: Path
) -> None:
    settings = URL | {"STRONGROOM_DATABASE": database.create("aged")}
    old = aged(published.backup, tmp_path / "old")
    bad = miscounted(old, tmp_path / "bad")
    assert "[backup-damaged]" in restore(tmp_path / "two", bad, settings)
    # Its tables are there by now, in the older shape.
    assert restore(tmp_path / "two", old, settings) == ""
    # The older version knew no second factors.
    program("user", "enrol", "--data", tmp_path / "two", "alice", settings=settings)
    serves(tmp_path / "two", settings, published.files)
