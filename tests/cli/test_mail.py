"""`mail test`."""

import shutil
from collections.abc import Iterator
from email import message_from_bytes

import pytest

from tests.cli.conftest import Strongroom
from tests.settings import DATA

FOLDER = DATA / "mail"


@pytest.fixture(autouse=True)
def empty() -> Iterator[None]:
    shutil.rmtree(FOLDER, ignore_errors=True)
    yield
    if FOLDER.is_dir():
        shutil.rmtree(FOLDER)
    else:
        FOLDER.unlink(missing_ok=True)


def test_a_letter_is_sent_now(registry: Strongroom) -> None:
    ended = registry("mail", "test", "ops@example.org")
    assert (ended.code, ended.out) == (
        0,
        f"Handed a letter to ops@example.org over to {FOLDER}.\n",
    )
    (file,) = FOLDER.glob("*.eml")
    letter = message_from_bytes(file.read_bytes())
    assert (letter["To"], letter["Subject"]) == ("ops@example.org", "Strongroom: a test")
    told = registry("mail", "test", "ops@example.org", "--json").json()
    assert told == {"address": "ops@example.org", "by": str(FOLDER)}


def test_what_goes_wrong_is_said(registry: Strongroom) -> None:
    FOLDER.write_text("no folder")
    ended = registry("mail", "test", "ops@example.org")
    assert (ended.code, ended.out) == (5, "")
    assert "[mail-not-written]" in ended.err
    assert registry("mail", "test", "nobody").code == 1
