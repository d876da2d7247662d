"""Making projects, and who may know of them."""

import argparse
from typing import TYPE_CHECKING

from strongroom.cli import opening, options
from strongroom.cli.demands import Named, Told
from strongroom.cli.exits import Exit
from strongroom.cli.terminal import as_json, clean, say

if TYPE_CHECKING:
    from strongroom.core.actors import Actor


def add_to(projects: options.Commands, project: Named, told: Told) -> None:
    """Add the commands to the group `project`, which reads a project and tells a change."""

    def change(arguments: argparse.Namespace) -> int:
        house = opening.registry(arguments)
        from strongroom.core.actors import OPERATOR
        from strongroom.packages.catalog.visibility import set_private, visibility

        private = visibility(arguments.visibility)
        recorded = set_private(house.desk, OPERATOR, project(house, arguments), private=private)
        now: dict[str, object] = {"visibility": arguments.visibility}
        return told(arguments, recorded, now, f"{arguments.name} is {arguments.visibility}")

    parser = options.of_project(
        projects,
        "create",
        "make a project without a release",
        "vault --owner alice --private",
        _create,
    )
    parser.add_argument("--owner", metavar="USER", required=True, help="whose it is")
    parser.add_argument("--organisation", metavar="NAME", default="", help="which holds it")
    parser.add_argument("--private", action="store_true", help="let only its people know of it")
    options.as_json(parser)
    parser = options.of_project(
        projects, "visibility", "make a project private, or public", "vault private", change
    )
    parser.add_argument("visibility", metavar="VISIBILITY", help="private or public")
    options.as_json(parser)


def _create(arguments: argparse.Namespace) -> int:
    house = opening.registry(arguments)
    from strongroom.packages.publishing.creation import Wish, create

    private = True if arguments.private else None
    wish = Wish(arguments.ecosystem, arguments.name, private, arguments.organisation)
    recorded = create(house.desk, _owner(arguments.owner), wish)
    if arguments.json:
        as_json({"project": str(recorded.event.project), "serial": recorded.serial})
    else:
        say(f"{clean(arguments.name)} is made (event {recorded.serial})")
    return Exit.DONE


def _owner(name: str) -> "Actor":
    from strongroom.core.actors import IMPORT, Assurance
    from strongroom.people.accounts.users import find_user, person

    return person(find_user(name), IMPORT, Assurance.PHISHING_RESISTANT)
