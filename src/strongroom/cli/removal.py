"""Removing releases: one by hand, and what the rules of retention let go."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from strongroom.cli import opening, options
from strongroom.cli.exits import Exit
from strongroom.cli.progress import size
from strongroom.cli.terminal import as_json, clean, facts, note, say, table

if TYPE_CHECKING:
    from strongroom.packages.catalog.keeping import Gone
    from strongroom.packages.catalog.removal import Consequences

AT_MOST = 1000
REGISTRYS = "registry"
_SHOWN = ("project", "version", "files", "size", "rule", "why")


def add(commands: options.Commands) -> None:
    """Add the command `retention`."""
    parser = options.command(
        commands,
        "retention",
        "name the pre-releases that the rules of retention let go, and remove them with --yes",
        "strongroom retention --data /srv/strongroom --yes",
        _retention,
    )
    options.data(parser)
    options.as_json(parser)
    options.ecosystem(parser)
    parser.add_argument("--yes", action="store_true", help="remove them, not only name them")
    parser.add_argument(
        "--project", metavar="NAME", action="append", default=[], help="only of this project"
    )
    parser.add_argument(
        "--at-most",
        metavar="N",
        type=options.whole_number,
        default=AT_MOST,
        help=f"remove no more than so many releases (default: {AT_MOST})",
    )


def add_to(projects: options.Commands) -> None:
    """Add to the group `project` what removes its releases."""
    parser = options.of_project(
        projects,
        "remove",
        "say what removing a release for good would do, and do it with --yes",
        "parcel 1.2rc1 --yes",
        _remove,
    )
    options.as_json(parser)
    parser.add_argument("version", metavar="VERSION", help="the release")
    parser.add_argument("--yes", action="store_true", help="remove it")
    parser.add_argument(
        "--reason", metavar="TEXT", default="", help="told to whoever looks for the release"
    )
    parser = options.of_project(
        projects,
        "retention",
        "show a project's rules of retention, or give it rules of its own",
        "parcel --keep-prereleases 20",
        _rules,
    )
    options.as_json(parser)
    for option, told in (
        ("--keep-prereleases", "keep the newest N pre-releases and remove older ones"),
        ("--prerelease-days", "remove a pre-release N days old that a final release has followed"),
    ):
        parser.add_argument(
            option,
            metavar="N",
            type=_number,
            help=f"{told}; 0: never, `{REGISTRYS}`: as its settings say",
        )


def _number(text: str) -> int | str:
    return text if text == REGISTRYS else options.whole_number(text)


def _remove(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.packages.catalog.changes import target
    from strongroom.packages.catalog.listing import find_project, find_release, listing
    from strongroom.packages.catalog.removal import consequences, remove

    which = target(house.desk, arguments.ecosystem, arguments.name, arguments.version)
    find_release(find_project(which.project), which.version)
    shown = listing(which.project, house.desk.ecosystem(arguments.ecosystem), frozenset())
    told, serial = consequences(shown, which.version), None
    if arguments.yes:
        serial = remove(house.desk, OPERATOR, which, arguments.reason).serial
    if arguments.json:
        as_json({"removed": arguments.yes, "serial": serial, **asdict(told)})
    else:
        _tell_removal(arguments.name, told, serial)
    return Exit.DONE


def _tell_removal(name: str, told: "Consequences", serial: int | None) -> None:
    facts(
        {
            "release": f"{name} {told.version}",
            "files": told.files,
            "size": size(told.size),
            "latest after": told.latest or "none: the project has no other release",
        }
    )
    if serial is not None:
        say(f"Removed for good (event {serial}).")
    else:
        note(
            "Nothing was removed. Whoever depends on it could no longer install it, and its version"
        )
        note("and file names would never be used again: `strongroom project yank` breaks nobody.")
        note("--yes removes it.")


def _rules(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.core.coordinates import ProjectId
    from strongroom.packages.catalog.keeping import Own, own_rules, preview, set_rules

    key = house.desk.ecosystem(arguments.ecosystem).name(arguments.name).key
    project = ProjectId(arguments.ecosystem, key)
    own = own_rules(project)
    wanted = Own(
        _chosen(arguments.keep_prereleases, own.keep_prereleases),
        _chosen(arguments.prerelease_days, own.prerelease_days),
    )
    if wanted != own:
        set_rules(house.desk, OPERATOR, project, wanted)
    in_force, due = wanted.over(house.desk.limits.retention), preview(house.desk, project)
    if arguments.json:
        as_json({"own": asdict(wanted), "in_force": asdict(in_force), "due": _as_values(due)})
        return Exit.DONE
    facts(
        {
            "keep_prereleases": _worded(in_force.keep_prereleases, wanted.keep_prereleases),
            "prerelease_days": _worded(in_force.prerelease_days, wanted.prerelease_days),
        }
    )
    say()
    _tell(due)
    return Exit.DONE


def _chosen(given: int | str | None, own: int | None) -> int | None:
    if given is None:
        return own
    return given if isinstance(given, int) else None


def _worded(in_force: int, own: int | None) -> str:
    value = str(in_force) if in_force else "no rule"
    return f"{value} ({'its own' if own is not None else 'as the registry says'})"


def _retention(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.coordinates import ProjectId
    from strongroom.packages.catalog.keeping import carry_out, preview_all
    from strongroom.packages.catalog.listing import find_project

    knows = house.desk.ecosystem(arguments.ecosystem)
    only = [ProjectId(arguments.ecosystem, knows.name(name).key) for name in arguments.project]
    for project in only:
        find_project(project)
    if arguments.yes:
        gone: Sequence[Gone] = carry_out(house.desk, arguments.at_most, only)
    else:
        gone = tuple(preview_all(house.desk, only))
    if arguments.json:
        as_json({"removed": arguments.yes, "releases": _as_values(gone)})
        return Exit.DONE
    _tell(gone)
    total = f"{len(gone)} releases, {size(sum(one.size for one in gone))}"
    say(f"Removed {total}." if arguments.yes else f"{total}; --yes removes them.")
    return Exit.DONE


def _as_values(gone: Sequence["Gone"]) -> list[dict[str, object]]:
    return [{**asdict(one), "project": str(one.project)} for one in gone]


def _tell(gone: Sequence["Gone"]) -> None:
    rows = ([getattr(one, name) for name in _SHOWN] for one in gone)
    table(_SHOWN, ([clean(cell) for cell in row] for row in rows))
