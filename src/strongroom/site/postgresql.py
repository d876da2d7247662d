"""A look at a PostgreSQL database before Django wakes: whether a registry is in it already.

Only this module imports the driver, and only a registry over PostgreSQL imports this module.
"""

import psycopg

from strongroom.core.errors import ConfigurationError
from strongroom.site.databases import PostgreSQL

_TOLD_AT_MOST = 300


def holds_registry(address: PostgreSQL) -> bool:
    """Say whether somebody has made a registry there; raises ConfigurationError."""
    try:
        # The types of the driver know no dictionary of parameters.
        with psycopg.connect(**address.parameters()) as connection:  # type: ignore[arg-type]
            row = connection.execute("SELECT to_regclass('proof_eventrow') IS NOT NULL").fetchone()
    except psycopg.Error as error:
        told = " ".join(str(error).split())[:_TOLD_AT_MOST]
        raise ConfigurationError(
            "database-unreachable",
            f"The database {address.name} on {address.host} cannot be opened: {told}.",
            "See that the server runs, and that user, password and name in `database` are right.",
        ) from None
    return row is not None and bool(row[0])
