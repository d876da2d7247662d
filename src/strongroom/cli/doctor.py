"""`doctor`: what is wrong with a set-up, and what to do."""

import argparse
import os
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from strongroom.cli import opening, options
from strongroom.cli.terminal import as_json, clean, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strongroom.site.doctor.remarks import Remark

CODES = {"ok": 0, "warning": 1, "error": 2}


def add(commands: options.Commands) -> None:
    """Add `doctor`."""
    parser = options.command(
        commands,
        "doctor",
        "look at a set-up and say what is wrong and what to do",
        "strongroom doctor --data /srv/strongroom",
        _doctor,
    )
    options.data(parser)
    options.as_json(parser)
    parser.add_argument(
        "--also",
        metavar="DIR",
        type=Path,
        action="append",
        default=[],
        help="a folder, such as a backup, that is searched for tokens too; may be repeated",
    )


def _doctor(arguments: argparse.Namespace) -> int:
    from strongroom.site.doctor.remarks import worst

    remarks = list(_examined(arguments, datetime.now(UTC)))
    if arguments.json:
        as_json([asdict(remark) for remark in remarks])
    else:
        for remark in remarks:
            say(f"{remark.level:<8} {remark.subject}: {clean(remark.sentence)}")
            if remark.remedy:
                say(f"{'':<8} {clean(remark.remedy)}")
    return CODES[worst(remarks)]


def _examined(arguments: argparse.Namespace, now: datetime) -> "Iterator[Remark]":
    from strongroom.core.errors import ConfigurationError
    from strongroom.site.doctor import leaks, machine, objects, passwords, post
    from strongroom.site.doctor.remarks import error, well
    from strongroom.site.start import refuse_root, start

    try:
        configuration = opening.configuration(arguments)
        refuse_root(configuration.data, os.geteuid())
    except ConfigurationError as refusal:
        yield error("configuration", refusal.sentence, refusal.remedy)
        return
    yield well("configuration", "Every setting is known and valid.")
    yield from machine.examine(configuration, now)
    yield from objects.examine(configuration, now)
    yield post.examine(configuration)
    yield from leaks.examine(configuration, os.environ, arguments.also)
    try:
        start(os.environ)
    except ConfigurationError as refusal:
        yield error("database", refusal.sentence, refusal.remedy)
        return
    from strongroom.site.assembly import house
    from strongroom.site.doctor import rows

    yield passwords.examine(configuration, house().stolen)
    yield from rows.examine(configuration.data / "keys" / "master.json", now)
