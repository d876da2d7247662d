"""The master key: derived per purpose, kept for its owner alone, refused when anything is amiss."""

import json
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from strongroom.core.errors import ConfigurationError
from strongroom.stores.keys import FILE, Keys, create_keys, open_keys

Damage = Callable[[dict[str, str]], object]


def refusal(folder: Path, passphrase: str | None = None) -> str:
    with pytest.raises(ConfigurationError) as caught:
        open_keys(folder, passphrase)
    assert caught.value.remedy
    return caught.value.code


def rewrite(path: Path, change: Damage) -> None:
    envelope = json.loads(path.read_text())
    change(envelope)
    path.write_text(json.dumps(envelope))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create_keys(tmp_path / "keys", None, os.urandom)
    return tmp_path / "keys"


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "keys"
    create_keys(folder, "correct horse", os.urandom)
    return folder


def test_each_purpose_has_a_key_of_its_own_that_is_not_the_master(folder: Path) -> None:
    keys = open_keys(folder, None)
    assert len({keys.key("tokens"), keys.key("django"), keys.master}) == 3
    assert len(keys.key("tokens")) == 32


def test_keys_are_the_same_at_every_start(folder: Path) -> None:
    assert open_keys(folder, None).key("tokens") == open_keys(folder, None).key("tokens")


def test_a_derived_key_never_changes_between_versions_of_the_program() -> None:
    known = Keys(bytes(32), is_encrypted=False).key("tokens").hex()
    assert known == "d246a8f993058bda3b15dfc6f8cd80f96225d8e4aba5e5bc1c816c285806d9b4"


def test_creating_twice_keeps_the_first_key(folder: Path) -> None:
    before = (folder / FILE).read_bytes()
    assert create_keys(folder, None, os.urandom) == open_keys(folder, None)
    assert (folder / FILE).read_bytes() == before


def test_processes_that_start_at_once_share_one_key(tmp_path: Path) -> None:
    found: list[Keys] = []
    threads = [
        threading.Thread(target=lambda: found.append(create_keys(tmp_path, None, os.urandom)))
        for _ in range(8)
    ]
    tmp_path.chmod(0o700)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len({keys.master for keys in found}) == 1
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_folder_and_file_are_for_their_owner_alone(folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600


def test_nothing_else_is_left_in_the_folder(folder: Path) -> None:
    assert [path.name for path in folder.iterdir()] == [FILE]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_file_that_others_can_reach_is_refused(folder: Path, mode: int) -> None:
    (folder / FILE).chmod(mode)
    assert refusal(folder) == "keys-open"


def test_a_folder_that_others_can_enter_is_refused(folder: Path) -> None:
    folder.chmod(0o750)
    assert refusal(folder) == "keys-open"


def test_a_missing_file_is_told_with_the_command_that_makes_it(tmp_path: Path) -> None:
    assert refusal(tmp_path / "keys") == "keys-missing"


def test_a_file_that_is_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir(mode=0o700)
    tmp_path.chmod(0o700)
    assert refusal(tmp_path) == "keys-unreadable"


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError) as caught:
        create_keys(tmp_path / "file" / "keys", None, os.urandom)
    assert caught.value.code == "keys-unwritable"


def test_a_file_cut_at_any_byte_is_refused(folder: Path) -> None:
    whole = (folder / FILE).read_bytes().rstrip()
    for length in range(len(whole)):
        (folder / FILE).write_bytes(whole[:length])
        assert refusal(folder) == "keys-damaged"


@pytest.mark.parametrize(
    "content",
    ["[]", "[" * 4000, "null", '{"format":"strongroom-key-2"}', '{"format":["x"]}', "\udcff"],
)
def test_other_content_is_refused(folder: Path, content: str) -> None:
    (folder / FILE).write_bytes(content.encode(errors="surrogateescape"))
    assert refusal(folder) == "keys-damaged"


@pytest.mark.parametrize(
    "damage",
    [
        lambda envelope: envelope.pop("key"),
        lambda envelope: envelope.update(key="AAAA"),
        lambda envelope: envelope.update(key="not base64!"),
        lambda envelope: envelope.update(key="A" * 43 + "="),
        lambda envelope: envelope.pop("check"),
    ],
)
def test_a_plain_key_that_was_altered_is_refused(folder: Path, damage: Damage) -> None:
    rewrite(folder / FILE, damage)
    assert refusal(folder) == "keys-damaged"


def test_a_passphrase_on_a_plain_file_is_refused_and_not_ignored(folder: Path) -> None:
    assert refusal(folder, "correct horse") == "keys-not-encrypted"


def test_keys_know_whether_their_file_is_encrypted(folder: Path, sealed: Path) -> None:
    assert not open_keys(folder, None).is_encrypted
    assert open_keys(sealed, "correct horse").is_encrypted


def test_a_sealed_file_does_not_hold_the_key(sealed: Path) -> None:
    master = open_keys(sealed, "correct horse").master
    content = (sealed / FILE).read_text()
    assert "check" not in content
    assert master.hex() not in content


def test_a_sealed_file_needs_its_passphrase(sealed: Path) -> None:
    assert refusal(sealed) == "keys-passphrase-missing"
    assert refusal(sealed, "correct house") == "keys-passphrase-wrong"
    assert refusal(sealed, "") == "keys-passphrase-wrong"


@pytest.mark.parametrize("name", ["salt", "nonce", "sealed"])
def test_a_sealed_file_with_a_damaged_field_is_refused(
    sealed: Path, tmp_path: Path, name: str
) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / FILE).touch(mode=0o600)
    (tmp_path / FILE).write_text((sealed / FILE).read_text())
    rewrite(tmp_path / FILE, lambda envelope: envelope.update({name: envelope[name][4:]}))
    assert refusal(tmp_path, "correct horse") == "keys-damaged"


def test_a_sealed_file_with_one_flipped_bit_is_refused(sealed: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / FILE).touch(mode=0o600)
    (tmp_path / FILE).write_text((sealed / FILE).read_text())
    rewrite(
        tmp_path / FILE,
        lambda envelope: envelope.update(
            sealed=("B" if envelope["sealed"][0] == "A" else "A") + envelope["sealed"][1:]
        ),
    )
    assert refusal(tmp_path, "correct horse") == "keys-passphrase-wrong"


def test_keys_never_show_themselves_when_printed(folder: Path) -> None:
    keys = open_keys(folder, None)
    assert "master" not in repr(keys)
    assert repr(keys.master) not in repr(keys)
