"""Trusted publishers of projects, as the operator lists, adds and removes them at the shell."""

import argparse
from typing import TYPE_CHECKING

from strongroom.cli import opening, options
from strongroom.cli.exits import Exit
from strongroom.cli.terminal import as_json, clean, note, say, table

if TYPE_CHECKING:
    from strongroom.core.coordinates import ProjectId
    from strongroom.people.publishers.register import Entry
    from strongroom.site.assembly import House


def add(commands: options.Commands) -> None:
    """Add the group `publisher`."""
    publishers = options.group(commands, "publisher", "let programs elsewhere publish for projects")
    parser = _of_project(
        publishers, "list", "list the trusted publishers of a project", "parcel", _list
    )
    parser = _of_project(
        publishers,
        "add",
        "give a project a trusted publisher",
        "parcel github owner=octo repository=parcel workflow=release.yml environment=release",
        _add,
    )
    parser.add_argument("provider", metavar="PROVIDER", help="one of the setting publishers")
    parser.add_argument("typed", metavar="FIELD=TEXT", nargs="+", help="what the provider asks for")
    parser.add_argument(
        "--stages-only", action="store_true", help="what it uploads waits in a stage for people"
    )
    parser = _of_project(
        publishers,
        "remove",
        "take a trusted publisher away, with all its tokens",
        "parcel 7",
        _remove,
    )
    parser.add_argument(
        "number", metavar="NUMBER", type=options.whole_number, help="as it is listed"
    )
    parser = _of_project(
        publishers,
        "only",
        "say whether trusted publishers alone publish, and no person's token",
        "parcel on",
        _only,
    )
    parser.add_argument("wanted", metavar="on|off", choices=("on", "off"), help="whether so")


def _of_project(
    publishers: options.Commands, name: str, told: str, example: str, run: options.Run
) -> argparse.ArgumentParser:
    example = f"strongroom publisher {name} --data /srv/strongroom {example}"
    parser = options.command(publishers, name, told, example, run)
    options.data(parser)
    options.ecosystem(parser)
    options.as_json(parser)
    parser.add_argument("name", metavar="NAME", help="the project")
    return parser


def _list(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.packages.catalog.trust import publishers

    entries = publishers(house.desk, OPERATOR, _project(house, arguments))
    if arguments.json:
        as_json([_as_values(one) for one in entries])
        return Exit.DONE
    rows = (
        (one.id, one.name, "stages" if one.stages_only else "publishes", one.maker, one.made_at)
        for one in entries
    )
    table(("number", "publisher", "may", "made by", "made at"), rows)
    return Exit.DONE


def _add(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.packages.catalog.trust import add as give
    from strongroom.people.publishers.register import Order

    typed = dict(_field(word) for word in arguments.typed)
    order = Order(arguments.provider, typed, stages_only=arguments.stages_only)
    entry = give(house.desk, OPERATOR, _project(house, arguments), order)
    for warning in entry.warnings:
        note(warning)
    return _told(arguments, entry, f"{clean(entry.name)} is number {entry.id}")


def _remove(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.packages.catalog.trust import remove

    entry = remove(house.desk, OPERATOR, _project(house, arguments), arguments.number)
    return _told(arguments, entry, f"{clean(entry.name)} is removed")


def _only(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.packages.catalog.trust import set_trusted_only

    wanted, project = arguments.wanted == "on", _project(house, arguments)
    recorded = set_trusted_only(house.desk, OPERATOR, project, wanted=wanted)
    if arguments.json:
        as_json({"trusted_only": wanted, "changed": recorded is not None})
    else:
        say(f"trusted publishers alone publish {clean(arguments.name)}: {arguments.wanted}")
    return Exit.DONE


def _project(house: "House", arguments: argparse.Namespace) -> "ProjectId":
    from strongroom.core.coordinates import ProjectId

    ecosystem = house.desk.ecosystem(arguments.ecosystem)
    return ProjectId(ecosystem.id, ecosystem.name(arguments.name).key)


def _field(word: str) -> tuple[str, str]:
    name, _, text = word.partition("=")
    return name, text


def _told(arguments: argparse.Namespace, entry: "Entry", words: str) -> int:
    if arguments.json:
        as_json(_as_values(entry))
    else:
        say(words)
    return Exit.DONE


def _as_values(entry: "Entry") -> dict[str, object]:
    return {
        "number": entry.id,
        "provider": entry.provider,
        "typed": dict(entry.typed),
        "pinned": dict(entry.pinned),
        "stages_only": entry.stages_only,
        "made_by": entry.maker,
        "made_at": entry.made_at,
        "last_used_at": entry.last_used_at,
        "warnings": list(entry.warnings),
    }
