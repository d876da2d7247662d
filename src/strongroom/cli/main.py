"""The program `strongroom`: finds the command, runs it, and words what goes wrong."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version

from strongroom.cli import (
    doctor,
    domains,
    hooks,
    imports,
    mail,
    organisations,
    oversight,
    projects,
    proxy,
    publishers,
    quotas,
    registry,
    removal,
    settings,
    stages,
    tokens,
    upkeep,
    users,
    work,
)
from strongroom.cli.exits import Exit, answerable, code_of
from strongroom.cli.terminal import clean, note
from strongroom.core.errors import StrongroomError


def build() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="strongroom",
        description="A package registry that you can host yourself.",
        epilog="Exit codes: 0 done, 1 refused or failed, 2 wrong command line, 3 configuration,"
        " 4 no such thing, 5 not possible now.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--version", action="version", version=f"strongroom {version('strongroom')}"
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    serving = (registry, work, upkeep, removal, quotas, settings, proxy, mail, doctor)
    people = (users, domains, oversight, organisations, tokens)
    groups = (*serving, *people, projects, publishers, stages, hooks, imports)
    for module in groups:
        module.add(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    # Whatever a command makes is for its account alone. What others may read says so itself: the
    # pages and files of the shelf.
    os.umask(0o077)
    arguments = build().parse_args(argv)
    try:
        code = int(arguments.run(arguments))
        sys.stdout.flush()
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python must not complain of it at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.REFUSED
    except Exception as error:
        refusal = answerable(error)
        if refusal is None:
            raise
        note(worded(refusal))
        return code_of(refusal)
    return code


def worded(error: StrongroomError) -> str:
    """Return the one line by which a refusal is told."""
    return f"error: {clean(error)} [{error.code}]"
