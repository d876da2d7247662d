"""What a client is told when the database fails: one sentence for every door.

Errors are told apart by the names of PEP 249 and by the codes that SQLite and PostgreSQL give them,
whichever library carried them here.
"""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from strongroom.core.errors import NoRoomError, UnavailableError

logger = logging.getLogger(__name__)

# PostgreSQL's codes (its manual, appendix A).
_DISK_FULL = "53100"
_DATA_CORRUPTED = ("XX001", "XX002")
# A disk that fails gives back bytes that are no database, sooner than it says that it fails.
_NO_DATABASE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


@contextmanager
def answering() -> Iterator[None]:
    """Raise UnavailableError for a failure of the database within, and log what it was."""
    try:
        yield
    except Exception as error:
        if not has_failed(error):
            raise
        logger.warning("the database failed: %s", error)
        raise unanswered(error) from error


def has_failed(error: BaseException | None) -> bool:
    """Say whether an error is the database's own failure, and no mistake in what it was asked."""
    names = {kind.__name__ for kind in type(error).__mro__}
    if names & {"OperationalError", "InterfaceError"}:
        return True
    cause = error.__cause__ if error is not None and "DatabaseError" in names else None
    return (
        getattr(cause, "sqlite_errorcode", 0) & 0xFF in _NO_DATABASE  # without the extended code
        or getattr(cause, "sqlstate", None) in _DATA_CORRUPTED
    )


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
