"""Putting the rows of a backup into the configured database, whichever that is."""

from pathlib import Path

from strongroom.core.errors import ConfigurationError
from strongroom.packages.upkeep import rows
from strongroom.packages.upkeep.manifest import Manifest
from strongroom.packages.upkeep.reading import Progress
from strongroom.site import schema


def put_rows(manifest: Manifest, folder: Path, progress: Progress) -> None:
    """Fill an empty database with rows, and bring it to the shape of this version.

    Where a restore died after its rows were committed they are found there, and stay.
    """
    if schema.is_made():
        if not rows.are_those_of(folder, manifest.rows):
            raise ConfigurationError(
                "database-not-empty",
                "The database to restore into holds rows already.",
                "Name an empty database: nothing is ever overwritten.",
            )
    else:
        rows.load(schema.make(manifest.migrations), folder, manifest.rows, progress)
    schema.migrate()
