"""The limits of a token, as options say them; no registry is needed to read them."""

import argparse
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from strongroom.cli.options import whole_number

if TYPE_CHECKING:
    from strongroom.people.tokens.caveats import Caveat

ECOSYSTEM = "pypi"


def add(parser: argparse.ArgumentParser, *, several: bool = False) -> None:
    """Let a command limit a token; `several` names may follow one option if no argument does."""
    parser.add_argument(
        "--project",
        metavar="P",
        action="extend",
        nargs="+" if several else 1,
        default=[],
        help="only this project, as NAME or ECOSYSTEM:NAME; may be repeated",
    )
    parser.add_argument(
        "--ecosystem", metavar="E", action="append", default=[], help="only this ecosystem"
    )
    parser.add_argument(
        "--action",
        metavar="A",
        action="append",
        default=[],
        help="only this action: upload, stage, cancel, yank or configure; upload includes the next"
        " two, and no token can approve, quarantine or loosen",
    )
    parser.add_argument(
        "--network",
        metavar="CIDR",
        action="append",
        default=[],
        help="only from this network, such as 192.0.2.0/24; may be repeated",
    )
    parser.add_argument("--once", action="store_true", help="for one request only")


def expiry(parser: argparse.ArgumentParser, default: int | None, told: str) -> None:
    """Let a command say when a token ends."""
    parser.add_argument("--expires", metavar="DAYS", type=whole_number, default=default, help=told)


def read(arguments: argparse.Namespace, now: datetime) -> "tuple[Caveat, ...]":
    """Return the limits that were asked for; raises InvalidError for one that cannot be."""
    from strongroom.people.tokens import caveats

    limits: list[Caveat] = []
    if arguments.ecosystem:
        limits.append(caveats.ecosystems(arguments.ecosystem))
    if arguments.project:
        limits.append(caveats.projects(map(_project, arguments.project)))
    if arguments.action:
        limits.append(caveats.actions(arguments.action))
    if arguments.network:
        limits.append(caveats.networks(arguments.network))
    if arguments.expires:
        limits.append(caveats.until(_in_days(arguments.expires, now)))
    if arguments.once:
        limits.append(caveats.Once())
    return tuple(limits)


def moment() -> datetime:
    """Return the time, for commands that open no registry."""
    return datetime.now(UTC)


def _in_days(days: int, now: datetime) -> datetime:
    try:
        return now + timedelta(days=days)
    except OverflowError:
        from strongroom.core.errors import InvalidError

        raise InvalidError(
            "token-bad-expiry", f"{days} days lie beyond the calendar.", "Use 0 for no end."
        ) from None


def _project(raw: str) -> str:
    """Return a project as tokens name it: with its ecosystem, by its canonical name."""
    from strongroom.ecosystems.pypi import names

    ecosystem, _, name = raw.rpartition(":")
    ecosystem = ecosystem or ECOSYSTEM
    return f"{ecosystem}:{names.name(name).key if ecosystem == ECOSYSTEM else name}"
