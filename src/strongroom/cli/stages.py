"""Stages: list and show what waits to be published, and cancel it.

Nothing here approves: an approval is the word of a person with a role, given on the stage's page.
Where that cannot be waited for, the operator can ask for fewer approvals, which everybody can read.
"""

import argparse
from typing import TYPE_CHECKING

from strongroom.cli import opening, options
from strongroom.cli.exits import Exit
from strongroom.cli.terminal import as_json, clean, facts, say, table

if TYPE_CHECKING:
    from strongroom.packages.staging.shown import File, View


def add(commands: options.Commands) -> None:
    """Add the group `stage`."""
    stages = options.group(commands, "stage", "show and cancel what waits to be published")
    parser = options.command(
        stages,
        "list",
        "list all stages, the newest first",
        "strongroom stage list --data /srv/strongroom --json",
        _list,
    )
    options.data(parser)
    options.as_json(parser)
    _of_stage(stages, "show", "show a stage with its files and approvals", _show)
    _of_stage(stages, "cancel", "end a stage without publishing anything of it", _cancel)


def _of_stage(stages: options.Commands, name: str, told: str, run: options.Run) -> None:
    example = f"strongroom stage {name} --data /srv/strongroom 2c26b46b68ffc68ff99b453c1d304134"
    parser = options.command(stages, name, told, example, run)
    options.data(parser)
    options.as_json(parser)
    parser.add_argument("handle", metavar="HANDLE", help="its handle in the list")


def _list(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.packages.staging.shown import everywhere

    heads = ("handle", "ecosystem", "project", "version", "state", "files", "opener", "expires_at")
    rows = [
        (
            one.handle,
            one.project.ecosystem,
            one.name,
            one.version,
            one.state,
            one.files,
            one.opener,
            one.expires_at,
        )
        for one in everywhere(house.yard)
    ]
    if arguments.json:
        as_json([dict(zip(heads, row, strict=True)) for row in rows])
    else:
        table(heads, rows)
    return Exit.DONE


def _show(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.packages.staging.rows import find
    from strongroom.packages.staging.shown import shown

    view = shown(find(arguments.handle), house.yard)
    told, files = _as_values(view), [_file(one) for one in view.files]
    if arguments.json:
        as_json({**told, "files": files})
        return Exit.DONE
    facts(told)
    say()
    table(("file", "state", "bytes", "sha256", "uploader"), (list(one.values()) for one in files))
    return Exit.DONE


def _as_values(view: "View") -> dict[str, object]:
    return {
        "project": f"{view.project.ecosystem}:{view.name}",
        "version": view.version,
        "state": view.state,
        "fault": view.fault,
        "opened_at": view.opened_at,
        "opener": f"{view.opener} ({view.credential})",
        "expires_at": view.expires_at,
        "approvals_wanted": view.wanted,
        "approvals_missing": view.missing,
        "approved_by": [one.name for one in view.approvals if one.counts],
        "may_approve": list(view.may_approve),
    }


def _file(one: "File") -> dict[str, object]:
    return {
        "name": one.filename,
        "state": one.state,
        "size": one.size,
        "sha256": one.digests.sha256,
        "uploader": one.uploader,
    }


def _cancel(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.core.actors import OPERATOR
    from strongroom.packages.staging.opening import cancel

    stage = cancel(house.yard, OPERATOR, arguments.handle)
    if arguments.json:
        as_json({"handle": stage.handle, "state": stage.state})
        return Exit.DONE
    say(clean(f"The stage of {stage.display} {stage.version_display} is cancelled."))
    return Exit.DONE
