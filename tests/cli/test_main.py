"""The program as a whole."""

import subprocess
import sys

import pytest

from strongroom.cli.main import worded
from strongroom.core.errors import InvalidError
from tests.cli.conftest import Strongroom

PROGRAM = (sys.executable, "-m", "strongroom")


@pytest.mark.parametrize("words", [("--help",), ("config",), ("token", "narrow", "--help")])
def test_what_needs_no_registry_starts_without_django(words: tuple[str, ...]) -> None:
    command = (sys.executable, "-X", "importtime", *PROGRAM[1:], *words)
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "strongroom.cli.main" in ended.stderr
    assert "django" not in ended.stderr


def test_no_command_is_a_mistake(strongroom: Strongroom) -> None:
    ended = strongroom()
    assert (ended.code, ended.out) == (2, "")


def test_the_version_is_told(strongroom: Strongroom) -> None:
    assert strongroom("--version").out == "strongroom 0.1.0\n"


def test_a_refusal_is_one_line_with_its_code() -> None:
    error = InvalidError("some-code", "It is\x1b[0m so.", "Do\nthat.")
    assert worded(error) == "error: It is\ufffd[0m so. Do\ufffdthat. [some-code]"


def test_a_reader_that_leaves_early_is_no_error() -> None:
    shell = f"{sys.executable} -m strongroom config --json | head -n 1"
    ended = subprocess.run(("/bin/sh", "-c", shell), capture_output=True, text=True, check=True)
    assert (ended.stdout, ended.stderr) == ("[\n", "")


@pytest.mark.parametrize(
    "words",
    [
        ("user", "list"),
        ("token", "list"),
        ("project", "list"),
        ("rebuild",),
    ],
)
def test_a_folder_without_a_registry_is_refused_with_a_remedy(
    strongroom: Strongroom, words: tuple[str, ...]
) -> None:
    ended = strongroom(*words)
    assert (ended.code, ended.out) == (3, "")
    assert "strongroom init" in ended.err
    assert ended.err.endswith("[data-folder-empty]\n")
