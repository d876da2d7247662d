"""Projects: list and show them, yank and un-yank releases, change their status and people."""

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING

from strongroom.cli import demands, opening, options, organisations, removal, visibility
from strongroom.cli.exits import Exit
from strongroom.cli.terminal import as_json, clean, facts, note, say, table

if TYPE_CHECKING:
    from strongroom.core.coordinates import ProjectId
    from strongroom.core.ecosystem import Listing
    from strongroom.core.events import Recorded
    from strongroom.site.assembly import House


def add(commands: options.Commands) -> None:
    """Add the group `project`."""
    projects = options.group(commands, "project", "show projects and change what is published")
    parser = options.command(
        projects,
        "list",
        "list all projects in the order of their creation",
        "strongroom project list --data /srv/strongroom --json",
        _list,
    )
    options.data(parser)
    options.as_json(parser)
    parser = options.of_project(
        projects, "show", "show a project with its releases and files", "parcel", _show
    )
    options.as_json(parser)
    parser = _of_change(
        projects, "yank", "withdraw a release: only who pins it still gets it", "parcel 1.2", _yank
    )
    parser.add_argument("version", metavar="VERSION", help="the release")
    _add_reason(parser)
    parser = _of_change(
        projects, "unyank", "take the withdrawal of a release back", "parcel 1.2", _unyank
    )
    parser.add_argument("version", metavar="VERSION", help="the release")
    parser = _of_change(
        projects, "status", "give a project another status", "parcel archived", _status
    )
    parser.add_argument(
        "status", metavar="STATUS", help="active, archived, deprecated or quarantined"
    )
    _add_reason(parser)
    _add_people(projects)
    parser = _of_change(
        projects,
        "approvals",
        "say how many people approve what is uploaded before it is published",
        "parcel 1",
        _approvals,
    )
    parser.add_argument(
        "number", metavar="NUMBER", type=options.whole_number, help="0 publishes at once"
    )
    removal.add_to(projects)
    demands.add_to(projects, _project, _told)
    organisations.add_to_projects(projects)
    visibility.add_to(projects, _project, _told)


def _add_people(projects: options.Commands) -> None:
    parser = _of_change(
        projects,
        "appoint",
        "give somebody a role in a project",
        "parcel bob --role owner",
        _appoint,
    )
    parser.add_argument("user", metavar="USER", help="who")
    parser.add_argument(
        "--role",
        metavar="ROLE",
        default="maintainer",
        help="which; maintainer is the default",
    )
    parser = _of_change(
        projects, "dismiss", "take somebody's role in a project away", "parcel bob", _dismiss
    )
    parser.add_argument("user", metavar="USER", help="who")


def _of_change(
    projects: options.Commands, name: str, told: str, example: str, run: options.Run
) -> argparse.ArgumentParser:
    parser = options.of_project(projects, name, told, example, run)
    options.as_json(parser)
    return parser


def _add_reason(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", metavar="TEXT", default="", help="told to the readers")


def _list(arguments: argparse.Namespace) -> int:
    opening.registry(arguments)
    from strongroom.packages.catalog.listing import all_projects, find_project
    from strongroom.packages.catalog.search import hit

    heads = ("ecosystem", "name", "latest", "status", "summary")
    hits = [hit(find_project(project)) for project in all_projects()]
    rows = [(one.ecosystem, one.display, one.latest, one.status, one.summary) for one in hits]
    if arguments.json:
        as_json([dict(zip(heads, row, strict=True)) for row in rows])
    else:
        table(heads, rows)
    return Exit.DONE


def _show(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.packages.catalog.listing import listing

    ecosystem = house.desk.ecosystem(arguments.ecosystem)
    shown = listing(_project(house, arguments), ecosystem, frozenset())
    if arguments.json:
        as_json(_as_values(shown))
        return Exit.DONE
    facts(
        {
            "name": shown.name.display,
            "status": shown.status,
            "reason": shown.status_reason,
            "visibility": "private" if shown.private else "public",
            "created": shown.created_at,
            "people": [f"{name} ({role})" for name, role in shown.people],
        }
    )
    say()
    files = (
        (one.version.display, one.yanked is not None, file.filename, file.size, file.digests.sha256)
        for one in shown.releases
        for file in one.files
    )
    table(("version", "yanked", "file", "bytes", "sha256"), files)
    return Exit.DONE


def _as_values(shown: "Listing") -> dict[str, object]:
    return {
        "ecosystem": shown.project.ecosystem,
        "name": shown.name.display,
        "status": shown.status,
        "reason": shown.status_reason,
        "visibility": "private" if shown.private else "public",
        "created_at": shown.created_at,
        "people": [{"name": name, "role": role} for name, role in shown.people],
        "releases": [
            {
                "version": release.version.display,
                "published_at": release.published_at,
                "yanked": release.yanked is not None,
                "yanked_reason": release.yanked,
                "files": [
                    {"name": file.filename, "size": file.size, "sha256": file.digests.sha256}
                    for file in release.files
                ],
            }
            for release in shown.releases
        ],
    }


def _yank(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.packages.catalog.changes import target, yank

    which = target(house.desk, arguments.ecosystem, arguments.name, arguments.version)
    recorded = yank(house.desk, OPERATOR, which, arguments.reason)
    now = {"version": arguments.version, "yanked": True}
    return _told(arguments, recorded, now, f"{arguments.name} {arguments.version} is yanked")


def _unyank(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.packages.catalog.changes import target, unyank

    which = target(house.desk, arguments.ecosystem, arguments.name, arguments.version)
    recorded = unyank(house.desk, OPERATOR, which)
    now = {"version": arguments.version, "yanked": False}
    return _told(arguments, recorded, now, f"{arguments.name} {arguments.version} is not yanked")


def _status(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.packages.catalog.changes import set_status

    project = _project(house, arguments)
    recorded = set_status(house.desk, OPERATOR, project, arguments.status, arguments.reason)
    now = {"status": arguments.status}
    return _told(arguments, recorded, now, f"{arguments.name} is {arguments.status}")


def _appoint(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.packages.catalog.changes import appoint
    from strongroom.packages.catalog.demands import powerless
    from strongroom.packages.catalog.listing import find_project
    from strongroom.people.access.roles import role
    from strongroom.people.accounts.users import fold

    wanted = role(arguments.role)
    project = _project(house, arguments)
    recorded = appoint(house.desk, OPERATOR, project, arguments.user, wanted)
    now = {"user": arguments.user, "role": wanted}
    if fold(arguments.user) in map(fold, powerless(find_project(project))):
        note(f"{clean(arguments.user)} can do nothing by it before they have added a factor.")
    return _told(arguments, recorded, now, f"{arguments.user} is {wanted} of {arguments.name}")


def _dismiss(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.packages.catalog.changes import dismiss

    recorded = dismiss(house.desk, OPERATOR, _project(house, arguments), arguments.user)
    now = {"user": arguments.user, "role": None}
    return _told(arguments, recorded, now, f"{arguments.user} has no role in {arguments.name}")


def _approvals(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.packages.staging.approving import set_approvals

    project = _project(house, arguments)
    recorded = set_approvals(house.desk, OPERATOR, project, arguments.number)
    now, what = {"approvals": arguments.number}, f"approvals that {arguments.name} asks for"
    return _told(arguments, recorded, now, f"{what}: {arguments.number}")


def _project(house: "House", arguments: argparse.Namespace) -> "ProjectId":
    from strongroom.core.coordinates import ProjectId

    knows = house.desk.ecosystem(arguments.ecosystem)
    return ProjectId(arguments.ecosystem, knows.name(arguments.name).key)


def _told(
    arguments: argparse.Namespace,
    recorded: "Recorded | None",
    now: Mapping[str, object],
    sentence: str,
) -> int:
    """Tell a change as a sentence, or as JSON how things are now."""
    if arguments.json:
        event = {"changed": recorded is not None, "serial": recorded.serial if recorded else None}
        as_json({"project": f"{arguments.ecosystem}:{arguments.name}", **now, **event})
        return Exit.DONE
    known = f"(event {recorded.serial})" if recorded else "(it was so before)"
    say(f"{clean(sentence)} {known}")
    return Exit.DONE
