"""Every command shows an example, and every example is one that the command takes."""

import shlex

import pytest

from strongroom.cli.main import build
from tests.house.commands import COMMANDS

FIXED = {
    "serve",
    "init",
    "user create",
    "token create",
    "project yank",
    "project unyank",
    "project status",
    "import folder",
    "import pypiserver",
    "import devpi",
    "import index",
}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_example_of_a_command_is_one_that_it_takes(name: str) -> None:
    example = COMMANDS[name].get_default("example")
    program, *words = shlex.split(example.partition(" <")[0].partition(" >")[0])
    assert (program, " ".join(words)[: len(name)]) == ("strongroom", name)
    assert build().parse_args(words).run is not None


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_shows_its_example(name: str) -> None:
    parser = COMMANDS[name]
    assert parser.get_default("example") in parser.format_help()


def test_the_commands_that_others_rely_on_are_there() -> None:
    assert FIXED - set(COMMANDS) == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_says_what_it_does(name: str) -> None:
    silent = [one.dest for one in COMMANDS[name]._actions if not one.help]
    assert silent == []


@pytest.mark.parametrize("name", COMMANDS)
def test_no_option_may_be_abbreviated(name: str) -> None:
    # A script that says `--ex` today would mean something else when a second `--ex...` comes.
    assert not COMMANDS[name].allow_abbrev
