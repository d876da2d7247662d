"""The projects that an organisation holds, as far as a reader may know of them."""

from strongroom.core.actors import NOBODY, Actor
from strongroom.core.coordinates import ProjectId
from strongroom.packages.catalog.listing import find_project
from strongroom.packages.catalog.sight import hides
from strongroom.packages.models import Project
from strongroom.people.models import Holding


def held_by(organisation: int, reader: Actor = NOBODY) -> tuple[Project, ...]:
    """Return them in order of names: public ones, and private ones in which the reader is somebody.

    An organisation holds few, of all that there are.
    """
    rows = Holding.objects.filter(organisation=organisation).order_by("ecosystem", "project")
    ids = [ProjectId(*one) for one in rows.values_list("ecosystem", "project")]
    return tuple(row for row in map(find_project, ids) if not hides(reader, row))
