"""The shape that all commands share: an example in their help, and options that mean the same."""

import argparse
from collections.abc import Callable
from typing import TypeAlias

Run: TypeAlias = Callable[[argparse.Namespace], int]
# The class has no public name.
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001


def command(
    commands: Commands, name: str, told: str, example: str, run: Run
) -> argparse.ArgumentParser:
    """Add a command with a sentence of help and an example, and return its parser."""
    parser = commands.add_parser(
        name,
        help=told,
        description=told[0].upper() + told[1:] + ".",
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(run=run, example=example)
    return parser


def group(commands: Commands, name: str, told: str) -> Commands:
    """Add a group of commands and return where they are added."""
    parser = commands.add_parser(
        name, help=told, description=told[0].upper() + told[1:] + ".", allow_abbrev=False
    )
    return parser.add_subparsers(title="commands", metavar="COMMAND", required=True)


def data(parser: argparse.ArgumentParser) -> None:
    """Let a command name the data folder."""
    parser.add_argument(
        "--data", metavar="DIR", help="the data folder (default: STRONGROOM_DATA, else ./data)"
    )


def as_json(parser: argparse.ArgumentParser) -> None:
    """Let a command print JSON."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def ecosystem(parser: argparse.ArgumentParser) -> None:
    """Let a command name the ecosystem of a project."""
    parser.add_argument(
        "--ecosystem", metavar="E", default="pypi", help="the project's ecosystem (default: pypi)"
    )


def whole_number(text: str) -> int:
    """Read a number that is not negative; argparse reports the error."""
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("it cannot be negative")
    return number


def of_project(
    projects: Commands, name: str, told: str, example: str, run: Run
) -> argparse.ArgumentParser:
    """Add a command about one project to the group `project`, and return its parser."""
    example = f"strongroom project {name} --data /srv/strongroom {example}"
    parser = command(projects, name, told, example, run)
    data(parser)
    ecosystem(parser)
    parser.add_argument("name", metavar="NAME", help="the project")
    return parser
