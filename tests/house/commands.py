"""The command line as a table: every command by its name, with its parser."""

import argparse
from collections.abc import Iterator

from strongroom.cli.main import build


def _leaves(
    parser: argparse.ArgumentParser, name: str
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    groups = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    if not groups:
        yield name.strip(), parser
    for group in groups:
        for word, below in group.choices.items():
            yield from _leaves(below, f"{name} {word}")


COMMANDS = dict(_leaves(build(), ""))
