"""The exit codes, and which refusal ends with which of them.

| code | meaning                                                             |
|------|---------------------------------------------------------------------|
| 0    | done; `doctor`: all is well                                         |
| 1    | refused or failed; `doctor`: there are warnings                     |
| 2    | the command line is wrong; `doctor`: there are errors               |
| 3    | the configuration or the data folder is not usable                  |
| 4    | no such thing: user, token, project, release, stage, job            |
| 5    | not possible now: the same command may succeed later                |
| 130  | interrupted from the keyboard                                       |
"""

import sys
from enum import IntEnum

from strongroom.core.errors import (
    ConfigurationError,
    GoneError,
    NoRoomError,
    NotFoundError,
    StrongroomError,
    TooOftenError,
    UnavailableError,
)


class Exit(IntEnum):
    """How a command ended."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    CONFIGURATION = 3
    NOT_FOUND = 4
    UNAVAILABLE = 5
    INTERRUPTED = 130


_CODES: dict[type[StrongroomError], Exit] = {
    ConfigurationError: Exit.CONFIGURATION,
    GoneError: Exit.NOT_FOUND,
    NotFoundError: Exit.NOT_FOUND,
    UnavailableError: Exit.UNAVAILABLE,
    NoRoomError: Exit.UNAVAILABLE,
    TooOftenError: Exit.UNAVAILABLE,
}


# What SQLite says, and what PostgreSQL says after a wait that was too long or would never end.
_BUSY = ("locked", "busy", "timeout", "deadlock")


def code_of(error: StrongroomError) -> Exit:
    """Return the exit code of a refusal."""
    return _CODES.get(type(error), Exit.REFUSED)


def answerable(error: Exception) -> StrongroomError | None:
    """Return the refusal that stands for a failure of the machine; None for a fault of our own."""
    if isinstance(error, StrongroomError):
        return error
    database = sys.modules.get("django.db")  # loaded by whatever command could have failed in it
    if database is not None and isinstance(error, database.DatabaseError):
        return _of_database(str(error))
    if isinstance(error, OSError):
        return ConfigurationError(
            "data-folder-failed",
            f"The data folder cannot be used: {error}.",
            "`strongroom doctor` looks for the cause.",
        )
    return None


def _of_database(told: str) -> StrongroomError:
    if any(word in told for word in _BUSY):
        return UnavailableError(
            "database-busy", "Another process is writing to the database.", "Try again."
        )
    return ConfigurationError(
        "database-failed",
        f"The database does not answer as it should: {' '.join(told.split())}.",
        "`strongroom doctor` looks for the cause.",
    )
