"""What a client is told when the database fails: one sentence for every door.

Errors are told apart by the codes that SQLite and PostgreSQL give them, whichever library carried
them here.
"""

import sqlite3

from strongroom.core.errors import NoRoomError, UnavailableError

_DISK_FULL = "53100"  # PostgreSQL's code of it (its manual, appendix A)


def unanswered(error: BaseException) -> UnavailableError:
    """Return the refusal that stands for a failure of the database.

    A connection that dies under a commit leaves open whether it was done, so the remedy does not
    say that nothing was.
    """
    cause = error.__cause__ or error
    if (
        getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        or getattr(cause, "sqlstate", None) == _DISK_FULL
    ):
        return NoRoomError(
            "storage-full",
            "The registry's database has no room.",
            "Nothing was changed; try again later.",
            retry_after=60,
        )
    return UnavailableError(
        "database-busy",
        "The registry's database did not answer.",
        "Try again later; what was done already is not done twice.",
    )
