"""Tokens that lie where they should not are found, and never shown."""

from dataclasses import replace
from pathlib import Path

import pytest

from strongroom.people.tokens import macaroons
from strongroom.site.configuration import Configuration
from strongroom.site.doctor.leaks import BLOCK, examine
from strongroom.site.doctor.remarks import Level, Remark

TOKEN = macaroons.mint(b"m" * 32, b"s" * 16, macaroons.PERSONAL, [b'["once"]'])


@pytest.fixture
def local(tmp_path: Path) -> Configuration:
    data = tmp_path / "data"
    (data / "blobs").mkdir(parents=True)
    (data / "public").mkdir()
    (data / "strongroom.toml").write_text('site_name = "Ours"\n')
    return Configuration(data=data)


def look(local: Configuration, *folders: Path, **environ: str) -> Remark:
    return next(iter(examine(local, environ, folders)))


def test_where_no_token_lies_all_is_well(local: Configuration) -> None:
    assert look(local, PATH="/bin", DOC="strongroom_u_ and letters").level is Level.OK


def test_a_token_in_the_environment_is_found(local: Configuration) -> None:
    remark = look(local, TWINE_PASSWORD=TOKEN)
    assert remark.level is Level.ERROR
    assert "the variable TWINE_PASSWORD" in remark.sentence
    assert TOKEN[-20:] not in f"{remark.sentence} {remark.remedy}"


@pytest.mark.parametrize("place", ["strongroom.toml", "run/serve.log", "mail/1.eml", ".netrc"])
def test_a_token_in_the_data_folder_is_found(local: Configuration, place: str) -> None:
    path = local.data / place
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"\xff\x00line\npassword = " + TOKEN.encode() + b"\n")
    remark = look(local)
    assert (remark.level, str(path) in remark.sentence) == (Level.ERROR, True)


def test_a_token_in_a_backup_is_found_wherever_a_block_ends(
    local: Configuration, tmp_path: Path
) -> None:
    backup = tmp_path / "backup"
    (backup / "rows").mkdir(parents=True)
    path = backup / "rows" / "0001"
    path.write_bytes(b" " * (BLOCK - 40) + TOKEN.encode())
    assert look(local).level is Level.OK
    assert str(path) in look(local, backup).sentence


def test_a_few_places_stand_for_many(local: Configuration) -> None:
    remark = look(local, **{f"VARIABLE_{number}": TOKEN for number in range(9)})
    assert remark.sentence.count("the variable") == 5
    assert "and 4 other places" in remark.sentence


def test_published_bytes_and_the_database_are_left_out(local: Configuration) -> None:
    for place in ("blobs/ab", "public/index.html", "strongroom.sqlite3", "strongroom.sqlite3-wal"):
        (local.data / place).write_text(TOKEN)
    assert look(local).level is Level.OK


def test_what_cannot_be_read_is_said(local: Configuration, tmp_path: Path) -> None:
    remark = look(local, tmp_path / "none")
    assert (remark.level, "cannot be read" in remark.sentence) == (Level.WARNING, True)


def test_a_file_that_cannot_be_read_is_said(
    local: Configuration, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "open", refuse)
    assert look(local).level is Level.WARNING


def test_it_says_whose_reports_are_taken(local: Configuration) -> None:
    _, nobody = examine(local, {}, [])
    assert "Nobody's are taken" in nobody.sentence
    some = replace(
        local,
        leaks_github_keys="https://keys.example.org/",
        leaks_gitlab_secret_file="/secret",
        leaks_reporters=("nightly=/key",),
    )
    _, told = examine(some, {}, [])
    assert told.sentence == "Those of GitHub, a GitLab instance, nightly are taken."
