"""The failures of a database are refusals that say when to come again; mistakes stay mistakes."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.db import DatabaseError, Error, InterfaceError, OperationalError, ProgrammingError

from strongroom.core.errors import NoRoomError, UnavailableError
from strongroom.stores.databases import answering


class Coded(Exception):  # noqa: N818 - as the driver of PostgreSQL raises them
    """What a driver raised, with its code."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


def raised(error: Error, cause: Exception | None = None) -> None:
    with answering():
        raise error from cause


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (OperationalError("database is locked"), None),
        (InterfaceError("connection already closed"), None),
        (DatabaseError("invalid page in block 7"), Coded("XX001")),
    ],
    ids=str,
)
def test_a_failure_is_a_refusal_and_its_words_are_for_the_log(
    error: Error, cause: Exception | None, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(UnavailableError) as refused:
        raised(error, cause)
    assert (refused.value.code, str(error) in str(refused.value)) == ("database-busy", False)
    assert str(error) in caplog.text


@pytest.mark.parametrize("kept", [0, 4096], ids=["no database", "a torn one"])
def test_bytes_that_are_no_database_are_a_failure_of_the_disk(tmp_path: Path, kept: int) -> None:
    place = tmp_path / "rows"
    with closing(sqlite3.connect(place)) as made:
        made.execute("CREATE TABLE rows AS SELECT randomblob(9999)")
        made.commit()
    whole = place.read_bytes()
    place.write_bytes(whole[:kept] + b"\xff" * (len(whole) - kept))
    with closing(sqlite3.connect(place)) as read, pytest.raises(sqlite3.DatabaseError) as met:
        read.execute("SELECT * FROM rows").fetchall()
    with pytest.raises(UnavailableError):
        raised(DatabaseError(str(met.value)), met.value)


def test_a_full_disk_is_told_as_one() -> None:
    with pytest.raises(NoRoomError):
        raised(OperationalError("could not extend file"), Coded("53100"))


@pytest.mark.parametrize("error", [ProgrammingError(), DatabaseError("did not affect any rows")])
def test_a_mistake_in_what_was_asked_is_none_of_the_database(error: Error) -> None:
    with pytest.raises(type(error)):
        raised(error, Coded("42601"))
