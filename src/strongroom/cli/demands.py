"""What projects demand of their people: `project critical` and `project confirm`."""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from strongroom.cli import opening, options

if TYPE_CHECKING:
    from strongroom.core.coordinates import ProjectId
    from strongroom.core.events import Recorded
    from strongroom.site.assembly import House

Told = Callable[[argparse.Namespace, "Recorded | None", dict[str, object], str], int]
Named = Callable[["House", argparse.Namespace], "ProjectId"]


def add_to(projects: options.Commands, named: Named, told: Told) -> None:
    """Add the commands to the group `project`, which lends how a project is named and told of."""

    def critical(arguments: argparse.Namespace) -> int:
        house = opening.registry(arguments)
        from strongroom.core.actors import OPERATOR
        from strongroom.packages.catalog.criticality import pin

        recorded = pin(house.desk, OPERATOR, named(house, arguments), arguments.wanted)
        now: dict[str, object] = {"critical": arguments.wanted}
        return told(arguments, recorded, now, f"{arguments.name} is critical: {arguments.wanted}")

    def confirm(arguments: argparse.Namespace) -> int:
        house = opening.registry(arguments)
        from strongroom.core.actors import OPERATOR
        from strongroom.packages.staging.confirming import set_confirmed

        wanted = arguments.wanted == "on"
        recorded = set_confirmed(house.desk, OPERATOR, named(house, arguments), wanted=wanted)
        now: dict[str, object] = {"confirmed": wanted}
        words = f"a person confirms what is published of {arguments.name}: {arguments.wanted}"
        return told(arguments, recorded, now, words)

    parser = options.of_project(
        projects,
        "critical",
        "say that a project is critical, is not, or is what is counted",
        "parcel on",
        critical,
    )
    options.as_json(parser)
    parser.add_argument(
        "wanted", metavar="on|off|auto", choices=("on", "off", "auto"), help="auto: as is counted"
    )
    parser = options.of_project(
        projects,
        "confirm",
        "say whether a person confirms whatever is published of a project",
        "parcel on",
        confirm,
    )
    options.as_json(parser)
    parser.add_argument("wanted", metavar="on|off", choices=("on", "off"), help="whether one does")
