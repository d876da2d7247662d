"""Waking Django over a data folder."""

import os
import secrets
from pathlib import Path

import pytest

from strongroom.core.errors import ConfigurationError
from strongroom.site.configuration import Configuration
from strongroom.site.start import DATABASE, create, refuse_root, same_address, start
from strongroom.site.storage import RENDERED, storage

STAMP = b'["0.1.0", "http://127.0.0.1:8137", "Strongroom"]'


def environ(data: Path) -> dict[str, str]:
    """Return an environment that names a data folder and nothing else."""
    return {"STRONGROOM_DATA": str(data)}


def test_a_new_folder_is_its_owners_alone_and_gets_keys(tmp_path: Path) -> None:
    configuration = create(environ(tmp_path / "a" / "data"), secrets.token_bytes)
    assert configuration.data.stat().st_mode & 0o777 == 0o700
    assert (configuration.data / "keys" / "master.json").is_file()


def test_a_folder_without_a_registry_is_left_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        start(environ(tmp_path / "data"))
    assert caught.value.code == "data-folder-empty"
    assert list(tmp_path.iterdir()) == []


def test_a_registry_without_its_keys_is_not_given_new_ones(tmp_path: Path) -> None:
    (tmp_path / DATABASE).touch()
    with pytest.raises(ConfigurationError) as caught:
        start(environ(tmp_path))
    assert caught.value.code == "keys-missing"


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError) as caught:
        create(environ(tmp_path / "file" / "data"), secrets.token_bytes)
    assert caught.value.code == "data-folder-unwritable"


def test_root_makes_nothing_in_a_folder_that_the_registry_could_not_write(tmp_path: Path) -> None:
    refuse_root(tmp_path / "not-made-yet", 0)
    if tmp_path.stat().st_uid == 0:
        refuse_root(tmp_path, 0)
        os.chown(tmp_path, 1_000_003, -1)
    refuse_root(tmp_path, tmp_path.stat().st_uid)
    with pytest.raises(ConfigurationError) as caught:
        refuse_root(tmp_path, 0)
    assert caught.value.code == "root-not-taken"
    assert str(tmp_path) in caught.value.sentence
    assert "sudo -u " in caught.value.remedy


def test_a_registry_that_lost_its_keys_does_not_start_with_new_ones(tmp_path: Path) -> None:
    (tmp_path / DATABASE).touch()
    with pytest.raises(ConfigurationError) as caught:
        create(environ(tmp_path), os.urandom)
    assert caught.value.code == "keys-missing"
    assert not (tmp_path / "keys").exists()


def test_a_command_takes_over_the_address_that_the_pages_were_rendered_for(data: Path) -> None:
    storage(Configuration(data=data)).pages.put(RENDERED, STAMP)
    environ = {"STRONGROOM_DATA": str(data)}
    same_address(environ)
    assert environ["STRONGROOM_PUBLIC_URL"] == "http://127.0.0.1:8137"


def test_an_address_that_is_configured_stays(data: Path) -> None:
    storage(Configuration(data=data)).pages.put(RENDERED, STAMP)
    environ = {"STRONGROOM_DATA": str(data), "STRONGROOM_PUBLIC_URL": "https://packages.test"}
    same_address(environ)
    assert environ["STRONGROOM_PUBLIC_URL"] == "https://packages.test"


def test_before_any_page_is_rendered_no_address_is_taken_over(data: Path) -> None:
    environ = {"STRONGROOM_DATA": str(data)}
    same_address(environ)
    assert "STRONGROOM_PUBLIC_URL" not in environ
