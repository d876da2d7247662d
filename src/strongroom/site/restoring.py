"""Putting the rows of a backup into the configured database, whichever that is."""

from pathlib import Path

from strongroom.core.errors import ConfigurationError
from strongroom.packages.upkeep import rows
from strongroom.packages.upkeep.manifest import Manifest
from strongroom.packages.upkeep.reading import Progress
from strongroom.site import schema
from strongroom.site.assembly import preparing
from strongroom.site.configuration import Configuration


def put_rows(
    configuration: Configuration, manifest: Manifest, folder: Path, progress: Progress
) -> None:
    """Fill an empty database with rows, and bring it to the shape of this version.

    Where a restore died after its rows were committed they are found there, and stay. A server that
    is started meanwhile elsewhere, over the same database, waits.
    """
    with preparing(configuration):
        if not schema.is_made():
            rows.load(schema.make(manifest.migrations), folder, manifest.rows, progress)
        elif not rows.are_those_of(folder, manifest.rows):
            raise ConfigurationError(
                "database-not-empty",
                "The database to restore into holds rows already.",
                "Name an empty database: nothing is ever overwritten.",
            )
        schema.migrate()
