"""Restoring: all of it, with the right digests, into an empty folder, or nothing."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from strongroom.core.errors import ConfigurationError, InvalidError
from strongroom.packages.upkeep import manifest as manifests
from strongroom.packages.upkeep.backup import Made, Source, Wanted
from strongroom.packages.upkeep.restore import Origin, Place, finish, put_back, trusted
from strongroom.site.start import known_migrations
from strongroom.stores.blobs.disk import DiskBlobs
from strongroom.stores.keys import open_keys
from tests.fakes.folders import kept
from tests.fakes.registry import Registry
from tests.packages.upkeep.conftest import digest_of
from tests.packages.upkeep.test_backup import backed_up

ROW_FILE = {"rows/packages.file.jsonl": "0" * 64}


@pytest.fixture
def path(registry: Registry) -> str:
    return registry.publish("example", "1.0")


@pytest.fixture
def made(source: Source, path: str, tmp_path: Path) -> Made:
    return backed_up(source, tmp_path / "from")


def restored(tmp_path: Path, **how: object) -> Path:
    origin = Origin(tmp_path / "from", **how)  # type: ignore[arg-type] # fields by name
    manifest = trusted(origin, known_migrations())
    place = Place(tmp_path / "new", DiskBlobs(tmp_path / "new" / "blobs"))
    put_back(
        origin,
        manifest,
        place,
        lambda keys: open_keys(keys, None),
        lambda _done, _total: None,
    )
    return tmp_path / "new"


def refused(tmp_path: Path, **how: object) -> str:
    with pytest.raises((ConfigurationError, InvalidError)) as caught:
        restored(tmp_path, **how)
    new = tmp_path / "new"
    assert not new.exists() or list(new.iterdir()) == []
    return caught.value.code


def test_what_was_backed_up_is_there_again(
    registry: Registry, made: Made, path: str, tmp_path: Path
) -> None:
    new, old = restored(tmp_path), registry.house.configuration.data
    assert {one.name for one in new.iterdir()} == {"blobs", "keys", ".restoring"}
    rows = {one.name for one in (new / ".restoring" / "rows").iterdir()}
    assert rows == set(made.manifest.rows)
    finish(new)
    assert {one.name for one in new.iterdir()} == {"blobs", "keys"}
    assert kept(new) == kept(registry.house.configuration.data)
    assert (
        DiskBlobs(new / "blobs").location(digest_of(path)).read_bytes() == registry.get(path).data
    )
    assert open_keys(new / "keys", None) == open_keys(old / "keys", None)


@pytest.mark.parametrize("name", ["rows/packages.file.jsonl", "keys/master.json"])
def test_a_file_with_other_bytes_is_refused(
    made: Made, tmp_path: Path, flip: Callable[[Path], None], name: str
) -> None:
    flip(tmp_path / "from" / made.manifest.state / name)
    assert refused(tmp_path) == "backup-damaged"


def test_a_blob_with_other_bytes_is_refused(
    made: Made, path: str, tmp_path: Path, flip: Callable[[Path], None]
) -> None:
    flip(DiskBlobs(tmp_path / "from" / "blobs").location(digest_of(path)))
    assert refused(tmp_path) == "backup-damaged"


@pytest.mark.parametrize("name", ["rows/packages.file.jsonl", "blob"])
def test_a_file_that_is_not_there_is_refused(
    made: Made, path: str, tmp_path: Path, name: str
) -> None:
    blob = DiskBlobs(tmp_path / "from" / "blobs").location(digest_of(path))
    (blob if name == "blob" else tmp_path / "from" / made.manifest.state / name).unlink()
    assert refused(tmp_path) == "backup-damaged"


STRANGE: dict[str, Callable[[Path], None]] = {
    "a link": lambda place: place.symlink_to("/dev/null"),
    "a device": lambda place: place.symlink_to("/dev/zero"),
    "a pipe": os.mkfifo,
    "a folder": Path.mkdir,
}


@pytest.mark.parametrize("name", ["manifest.json", "rows/packages.file.jsonl", "blob"])
@pytest.mark.parametrize("strange", STRANGE)
def test_what_is_no_file_is_refused_and_not_waited_for(
    made: Made, path: str, tmp_path: Path, name: str, strange: str
) -> None:
    folder = tmp_path / "from"
    places = {
        "manifest.json": folder / "manifest.json",
        "blob": DiskBlobs(folder / "blobs").location(digest_of(path)),
    }
    place = places.get(name, folder / made.manifest.state / name)
    place.unlink()
    STRANGE[strange](place)
    assert refused(tmp_path) == "backup-damaged"


def test_a_manifest_without_end_is_refused(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifests, "LARGEST", 100)
    assert refused(tmp_path) == "backup-damaged"


def test_a_folder_with_something_in_it_is_refused(made: Made, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "thesis.odt").touch()
    with pytest.raises(ConfigurationError) as caught:
        restored(tmp_path)
    assert caught.value.code == "data-folder-not-empty"
    assert [one.name for one in (tmp_path / "new").iterdir()] == ["thesis.odt"]


def test_a_restore_that_was_killed_begins_again(made: Made, tmp_path: Path) -> None:
    (tmp_path / "new" / ".restoring" / "blobs").mkdir(parents=True)
    (tmp_path / "new" / "keys").mkdir()
    (tmp_path / "new" / "strongroom.toml").touch()
    new = restored(tmp_path)
    assert {one.name for one in new.iterdir()} == {"blobs", "keys", ".restoring"}


def test_only_the_backup_that_was_asked_for_is_taken(made: Made, tmp_path: Path) -> None:
    assert refused(tmp_path, digest="0" * 64) == "backup-digest-differs"
    assert restored(tmp_path, digest=made.digest.upper()).is_dir()


def test_a_backup_of_a_newer_version_is_refused(made: Made, tmp_path: Path) -> None:
    manifest = tmp_path / "from" / "manifest.json"
    told = json.loads(manifest.read_text())
    told["migrations"].append("packages.9999_tomorrow")
    manifest.write_text(json.dumps(told))
    assert refused(tmp_path) == "backup-newer"


def test_migrations_of_libraries_are_not_ours_to_judge() -> None:
    known = known_migrations()
    assert {"packages.0001_initial", "people.0001_initial", "proof.0001_initial"} <= known
    assert not any(name.startswith("auth.") for name in known)


def test_a_backup_without_keys_asks_for_them(source: Source, path: str, tmp_path: Path) -> None:
    backed_up(source, tmp_path / "from", Wanted(keys=False))
    assert refused(tmp_path) == "backup-without-keys"
    new = restored(tmp_path, keys=source.data / "keys")
    assert open_keys(new / "keys", None) == open_keys(source.data / "keys", None)


def test_keys_that_do_not_open_are_refused(made: Made, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "master.json").write_text("{}")
    assert refused(tmp_path, keys=tmp_path / "other") == "keys-damaged"


@pytest.mark.parametrize(
    "change",
    [
        {"state": "../elsewhere"},
        {"files": {**ROW_FILE, "keys/../../x": "0" * 64}},
        {"files": {**ROW_FILE, "public/x": "0" * 64}},
        {"files": ROW_FILE, "rows": {}},
        {"files": {}, "rows": {}},
        {"files": {"rows/../x.jsonl": "0" * 64}, "rows": {"../x.jsonl": 1}},
        {"rows": {"packages.file.jsonl": "many"}},
        {"files": {}},
        {"blobs": {"../../x": 1}},
        {"blobs": {"0" * 64: "many"}},
        {"format": "strongroom-backup-9"},
        {"more": 1},
    ],
)
def test_a_manifest_that_names_what_no_backup_holds_is_refused(
    made: Made, tmp_path: Path, change: dict[str, object]
) -> None:
    manifest = tmp_path / "from" / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), **change}))
    assert refused(tmp_path) == "backup-damaged"


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b'{"format": 1}'])
def test_a_manifest_that_cannot_be_read_is_refused(raw: bytes) -> None:
    with pytest.raises(ConfigurationError) as caught:
        manifests.decode(raw)
    assert caught.value.code == "backup-damaged"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ('site_name = "Ours"', "strongroom.toml"),
        ('database = "postgresql://a@b/c"', "strongroom.toml.restored"),
        ('objects = "s3://s3.example.org/packages"', "strongroom.toml.restored"),
        ('objects_redirect = "https://s3.example.org"', "strongroom.toml.restored"),
        ('run_folder = "/run/strongroom/1"', "strongroom.toml.restored"),
        ("not = toml = at all", "strongroom.toml.restored"),
    ],
)
def test_settings_that_name_another_place_are_put_back_beside(
    registry: Registry, source: Source, path: str, tmp_path: Path, written: str, name: str
) -> None:
    (registry.house.configuration.data / "strongroom.toml").write_text(written)
    backed_up(source, tmp_path / "from")
    new = restored(tmp_path)
    assert {one.name: one.read_text() for one in new.glob("strongroom.toml*")} == {name: written}
