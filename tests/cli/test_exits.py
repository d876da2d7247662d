"""Which refusal ends a command with which code."""

import pytest
from django.db import DatabaseError, OperationalError

from strongroom.cli import exits
from strongroom.core.errors import (
    ConfigurationError,
    ForbiddenError,
    NotFoundError,
    StrongroomError,
    UnavailableError,
)


@pytest.mark.parametrize(
    ("kind", "code"),
    [(ForbiddenError, 1), (ConfigurationError, 3), (NotFoundError, 4), (UnavailableError, 5)],
)
def test_a_refusal_has_the_code_of_its_kind(kind: type[StrongroomError], code: int) -> None:
    assert exits.code_of(kind("some-code", "It is so.")) == code


def test_a_locked_database_may_answer_later() -> None:
    refusal = exits.answerable(OperationalError("database is locked"))
    assert refusal is not None
    assert (refusal.code, exits.code_of(refusal)) == ("database-busy", 5)


def test_a_broken_database_is_for_the_operator() -> None:
    refusal = exits.answerable(DatabaseError("file is not a database"))
    assert refusal is not None
    assert (refusal.code, exits.code_of(refusal)) == ("database-failed", 3)


def test_a_folder_that_cannot_be_used_is_for_the_operator() -> None:
    refusal = exits.answerable(PermissionError(13, "Permission denied"))
    assert refusal is not None
    assert (refusal.code, exits.code_of(refusal)) == ("data-folder-failed", 3)


def test_a_fault_of_our_own_is_not_explained_away() -> None:
    assert exits.answerable(ValueError("oops")) is None


def test_the_table_names_every_code() -> None:
    table = exits.__doc__ or ""
    assert all(f"| {code.value} " in table for code in exits.Exit)
