"""Quotas: how much of the registry's room projects and people take, and how much they may."""

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING

from strongroom.cli import opening, options
from strongroom.cli.exits import Exit
from strongroom.cli.progress import size
from strongroom.cli.terminal import as_json, clean, say, table

if TYPE_CHECKING:
    from strongroom.packages.catalog.quotas import Standing, Subject
    from strongroom.site.assembly import House

REGISTRYS = "registry"
_UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}
_MOST = 2**62  # bytes; more than any disk, and less than the column takes


def add(commands: options.Commands) -> None:
    """Add the group `quota`."""
    quotas = options.group(commands, "quota", "show and set how much room projects and people have")
    parser = options.command(
        quotas,
        "show",
        "show how much room projects and people take, and how much they may",
        "strongroom quota show --data /srv/strongroom --json",
        _show,
    )
    _add_subject(parser, required=False)
    parser = options.command(
        quotas,
        "set",
        "give a project or a person a quota of their own",
        "strongroom quota set --data /srv/strongroom --project parcel 20G",
        _set,
    )
    _add_subject(parser, required=True)
    parser.add_argument(
        "bytes",
        metavar="BYTES",
        type=_bytes,
        help=f"such as 500M or 20G (in units of 1024); 0: no limit; `{REGISTRYS}`: its settings'",
    )


def _add_subject(parser: argparse.ArgumentParser, *, required: bool) -> None:
    options.data(parser)
    options.as_json(parser)
    options.ecosystem(parser)
    either = parser.add_mutually_exclusive_group(required=required)
    either.add_argument("--project", metavar="NAME", help="of this project")
    either.add_argument("--user", metavar="NAME", help="of this person")


def _bytes(text: str) -> int | None:
    if text == REGISTRYS:
        return None
    number, unit = (text[:-1], text[-1:]) if text[-1:] in _UNITS else (text, "")
    amount = options.whole_number(number) * _UNITS[unit]
    if amount > _MOST:
        raise argparse.ArgumentTypeError("that is more than can be counted")
    return amount


def _show(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.packages.catalog.quotas import all_standings, standings

    if arguments.user is None and arguments.project is None:
        found = all_standings(house.desk.limits)
    else:
        found = standings(house.desk.limits, [_subject(house, arguments)])
    if arguments.json:
        as_json([_as_values(one) for one in found])
    else:
        heads = ("kind", "name", "used", "of", "whose limit")
        table(heads, (_row(one) for one in found))
    return Exit.DONE


def _set(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.packages.catalog.quotas import set_limit, standings

    subject = _subject(house, arguments)
    recorded = set_limit(house.desk, OPERATOR, subject, arguments.bytes)
    (now,) = standings(house.desk.limits, [subject])
    if arguments.json:
        as_json({"changed": recorded is not None, **_as_values(now)})
        return Exit.DONE
    known = f"(event {recorded.serial})" if recorded else "(it was so before)"
    limit = size(now.limit) if now.limit else "no limit"
    say(f"The {now.subject.kind} {clean(now.subject.name)} has {limit} {known}")
    return Exit.DONE


def _subject(house: "House", arguments: argparse.Namespace) -> "Subject":
    from strongroom.core.coordinates import ProjectId
    from strongroom.packages.catalog.listing import find_project
    from strongroom.packages.catalog.quotas import of_project, of_user
    from strongroom.people.accounts.users import find_user

    if arguments.user is not None:
        return of_user(find_user(arguments.user).username)
    key = house.desk.ecosystem(arguments.ecosystem).name(arguments.project).key
    project = ProjectId(arguments.ecosystem, key)
    find_project(project)
    return of_project(project)


def _row(one: "Standing") -> tuple[str, ...]:
    limit = size(one.limit) if one.limit else ""
    whose = "its own" if one.own else "the registry's"
    return one.subject.kind, one.subject.name, size(one.used), limit, whose


def _as_values(one: "Standing") -> dict[str, object]:
    return {**asdict(one.subject), "used": one.used, "limit": one.limit, "own": one.own}
