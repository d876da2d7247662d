"""Backups: whole, of one moment, told truthfully, and never in place of something else."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from strongroom.core.actors import OPERATOR, Action
from strongroom.core.errors import ConfigurationError
from strongroom.packages.models import File, Stage
from strongroom.packages.staging.opening import cancel
from strongroom.packages.upkeep import manifest as manifests
from strongroom.packages.upkeep import rows
from strongroom.packages.upkeep.backup import Made, Source, Wanted, backup
from strongroom.people.tokens.caveats import Actions
from strongroom.proof.ledger.events import last_serial
from strongroom.site.start import known_migrations
from strongroom.stores.blobs.disk import DiskBlobs
from tests.fakes.distributions import wheel, wheel_filename
from tests.fakes.folders import blob_place, kept
from tests.fakes.registry import Registry, form
from tests.packages.upkeep.conftest import digest_of

AT = datetime(2026, 11, 21, 9, tzinfo=UTC)


def backed_up(source: Source, to: Path, wanted: Wanted = Wanted()) -> Made:  # noqa: B008 - frozen
    return backup(source, to, wanted, AT, lambda _done, _total: None)


@pytest.fixture
def path(registry: Registry) -> str:
    (registry.house.configuration.data / "strongroom.toml").write_text('site_name = "Ours"\n')
    return registry.publish("example", "1.0")


def test_a_backup_names_all_that_it_holds(
    registry: Registry, source: Source, path: str, tmp_path: Path
) -> None:
    made = backed_up(source, tmp_path / "to")
    raw = manifests.read(tmp_path / "to")
    assert (manifests.decode(raw), manifests.digest(raw)) == (made.manifest, made.digest)
    assert set(made.manifest.blobs) == set(kept(registry.house.configuration.data))
    tables = {f"rows/{rows.name_of(model)}" for model in rows.tables()}
    assert set(made.manifest.files) == {*tables, "strongroom.toml", "keys/master.json"}
    assert made.manifest.rows["packages.file.jsonl"] == 1
    assert made.manifest.serial == last_serial()
    assert known_migrations() <= set(made.manifest.migrations)
    assert (made.copied, made.reused, made.manifest.absent) == (2, 0, ())


def test_the_folder_is_for_its_owner_alone(source: Source, path: str, tmp_path: Path) -> None:
    made = backed_up(source, tmp_path / "to")
    key = tmp_path / "to" / made.manifest.state / "keys" / "master.json"
    assert [one.stat().st_mode & 0o777 for one in (tmp_path / "to", key)] == [0o700, 0o600]


def test_a_later_backup_uses_the_blobs_again(
    registry: Registry, source: Source, path: str, tmp_path: Path
) -> None:
    first = backed_up(source, tmp_path / "to")
    registry.publish("example", "2.0")
    later = backed_up(source, tmp_path / "to")
    assert (later.copied, later.reused) == (2, 2)
    assert not (tmp_path / "to" / first.manifest.state).exists()
    assert (tmp_path / "to" / later.manifest.state).is_dir()


def test_a_blob_of_another_size_is_replaced(source: Source, path: str, tmp_path: Path) -> None:
    backed_up(source, tmp_path / "to")
    place = DiskBlobs(tmp_path / "to" / "blobs").location(digest_of(path))
    place.unlink()
    place.write_bytes(b"short")
    assert backed_up(source, tmp_path / "to").copied == 1


@pytest.mark.parametrize(("verify", "copied"), [(False, 0), (True, 1)])
def test_a_flipped_bit_in_a_backup_is_found_when_asked(
    source: Source,
    path: str,
    tmp_path: Path,
    flip: Callable[[Path], None],
    verify: bool,
    copied: int,
) -> None:
    backed_up(source, tmp_path / "to")
    flip(DiskBlobs(tmp_path / "to" / "blobs").location(digest_of(path)))
    assert backed_up(source, tmp_path / "to", Wanted(verify=verify)).copied == copied


def test_keys_can_be_left_out(source: Source, path: str, tmp_path: Path) -> None:
    made = backed_up(source, tmp_path / "to", Wanted(keys=False))
    assert not made.manifest.has_keys
    assert list((tmp_path / "to").rglob("master.json")) == []


def test_what_is_damaged_or_lost_is_named_and_the_rest_is_there(
    registry: Registry, source: Source, path: str, tmp_path: Path, flip: Callable[[Path], None]
) -> None:
    other = registry.publish("other", "1.0")
    flip(blob_place(registry.house.configuration.data, digest_of(path)))
    blob_place(registry.house.configuration.data, digest_of(other)).unlink()
    made = backed_up(source, tmp_path / "to")
    assert made.manifest.absent == tuple(sorted(map(digest_of, (path, other))))
    assert made.copied == 2
    assert not DiskBlobs(tmp_path / "to" / "blobs").holds(digest_of(path))


def test_a_folder_with_something_else_is_refused(source: Source, tmp_path: Path) -> None:
    (tmp_path / "to").mkdir()
    (tmp_path / "to" / "thesis.odt").touch()
    with pytest.raises(ConfigurationError) as caught:
        backed_up(source, tmp_path / "to")
    assert caught.value.code == "backup-foreign"
    assert [one.name for one in (tmp_path / "to").iterdir()] == ["thesis.odt"]


def test_the_root_of_a_file_system_counts_as_empty(source: Source, tmp_path: Path) -> None:
    (tmp_path / "to" / "lost+found").mkdir(parents=True)
    assert backed_up(source, tmp_path / "to").digest


def test_the_folder_of_another_registry_is_refused(source: Source, tmp_path: Path) -> None:
    backed_up(source, tmp_path / "to")
    with pytest.raises(ConfigurationError) as caught:
        backed_up(replace(source, registry="another"), tmp_path / "to")
    assert caught.value.code == "backup-of-another"


def test_a_backup_into_the_data_folder_is_refused(source: Source) -> None:
    with pytest.raises(ConfigurationError) as caught:
        backed_up(source, source.data / "backup")
    assert caught.value.code == "backup-inside"


def test_a_backup_that_broke_off_leaves_the_former_one(
    source: Source, path: str, tmp_path: Path
) -> None:
    first = backed_up(source, tmp_path / "to")

    def broken(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backup(source, tmp_path / "to", Wanted(), AT, broken)
    assert manifests.digest(manifests.read(tmp_path / "to")) == first.digest
    assert (tmp_path / "to" / first.manifest.state / "rows" / "packages.file.jsonl").is_file()
    assert backed_up(source, tmp_path / "to").reused == 2


def test_what_is_no_finished_backup_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        manifests.read(tmp_path)
    assert caught.value.code == "backup-incomplete"


def test_what_waits_in_a_stage_is_in_the_backup(
    registry: Registry, source: Source, path: str, tmp_path: Path
) -> None:
    token = registry.mint(registry.owner, Actions(frozenset({Action.STAGE})))
    registry.post(form(wheel_filename("quiet", "1.0"), wheel("quiet", "1.0")), token)
    made = backed_up(source, tmp_path / "to")
    assert set(made.manifest.blobs) == {one.name for one in registry.house.blobs.walk()}
    assert len(made.manifest.blobs) == 4
    cancel(registry.house.yard, OPERATOR, Stage.objects.get().handle)
    assert len(backed_up(source, tmp_path / "other").manifest.blobs) == 2


def test_a_backup_sees_one_moment_however_long_it_takes(
    registry: Registry, source: Source, path: str, tmp_path: Path
) -> None:
    def publish_late() -> None:
        registry.publish("late", "1.0")
        connection.close()

    with rows.moment() as using:
        assert File.objects.using(using).count() == 1
        thread = threading.Thread(target=publish_late)
        thread.start()
        thread.join()
        assert (File.objects.count(), File.objects.using(using).count()) == (2, 1)
    assert digest_of(path) in backed_up(source, tmp_path / "to").manifest.blobs
