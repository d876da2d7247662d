"""Every migration leaves the version before it at work: it goes on reading and inserting.

A new column may be null or has a default of the database. What is removed, renamed or made stricter
was given up by a version before, and is named here with that version.
"""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import models
from django.db.migrations import Migration, RunPython
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.fields import AddField, AlterField, RemoveField
from django.db.migrations.operations.models import (
    AddConstraint,
    AddIndex,
    AlterModelOptions,
    CreateModel,
    RemoveIndex,
)
from django.db.models.fields import NOT_PROVIDED

from strongroom.site.start import APPS

LOADER = MigrationLoader(None)
OURS = [
    migration
    for (app, _), migration in sorted(LOADER.disk_migrations.items())
    if apps.get_app_config(app).name in APPS
]
HARMLESS = (CreateModel, AddIndex, RemoveIndex, AlterModelOptions)
# Nothing but the form of columns whose content stays as it was, or rows of a table just made.
LOOKED_AT = {
    "packages.0002_compare_by_bytes",
    "packages.0004_stages",
    "packages.0005_removal_and_quotas",
    "people.0002_compare_by_bytes",
}
# As "app.migration": in which version the program stopped using what goes, and what goes.
SECOND_STEPS: dict[str, str] = {
    "people.0004_accounts": "no version that was released: whether an address is verified",
}


def named(migration: Migration) -> str:
    return f"{migration.app_label}.{migration.name}"


def made_here(migration: Migration) -> set[str]:
    """Return the models that a migration makes itself, and may fill in as it likes."""
    return {one.name_lower for one in migration.operations if isinstance(one, CreateModel)}


def breaks(migration: Migration) -> Iterator[str]:
    """Name what in a migration would stop the version before."""
    own = made_here(migration)
    for operation in migration.operations:
        model = str(getattr(operation, "model_name", "")).lower()
        if model in own or isinstance(operation, HARMLESS):
            continue
        if isinstance(operation, AddField) and may_be_left_out(operation.field):
            continue
        if isinstance(operation, RunPython) and named(migration) in LOOKED_AT:
            continue
        if isinstance(operation, AlterField) and loosens(migration, operation):
            continue
        yield operation.describe()


def may_be_left_out(field: models.Field[object, object]) -> bool:
    return field.null or field.many_to_many or field.db_default is not NOT_PROVIDED


def loosens(migration: Migration, operation: AlterField) -> bool:
    """Say whether a column takes at least what it took before."""
    state = LOADER.project_state((migration.app_label, migration.name), at_end=False)
    before = state.models[migration.app_label, operation.model_name_lower].fields[operation.name]
    after = operation.field
    longest = (before.max_length, after.max_length)
    return (
        type(before) is type(after)
        and (after.null or not before.null)
        and (after.unique <= before.unique)
        and (None in longest or longest[0] <= longest[1])
    )


@pytest.mark.parametrize("migration", OURS, ids=named)
def test_the_version_before_goes_on_after_a_migration(migration: Migration) -> None:
    assert [one for one in breaks(migration) if named(migration) not in SECOND_STEPS] == []


@pytest.mark.parametrize("migration", OURS, ids=named)
def test_a_migration_that_is_killed_has_not_happened(migration: Migration) -> None:
    assert migration.atomic


def test_what_is_excepted_is_there() -> None:
    assert LOOKED_AT | set(SECOND_STEPS) <= set(map(named, OURS))


def _made(*operations: Operation) -> Migration:
    made: Migration = type("Later", (Migration,), {"operations": operations})("later", "packages")
    return made


@pytest.mark.parametrize(
    "operation",
    [
        AddField("project", "size", models.IntegerField(default=0)),
        RemoveField("project", "summary"),
        AddConstraint("file", models.UniqueConstraint(fields=["sha256"], name="one")),
        RunPython(RunPython.noop),
    ],
    ids=lambda one: type(one).__name__,
)
def test_what_would_stop_it_is_seen(operation: Operation) -> None:
    assert list(breaks(_made(operation))) != []


@pytest.mark.parametrize(
    "operation",
    [
        AddField("project", "size", models.IntegerField(null=True)),
        AddField("project", "size", models.IntegerField(db_default=0)),
        AddIndex("project", models.Index(fields=["key"], name="by_key")),
    ],
    ids=["null", "default", "index"],
)
def test_what_it_need_not_know_is_let_pass(operation: Operation) -> None:
    assert list(breaks(_made(operation))) == []


def test_a_constraint_on_a_table_of_the_same_migration_stops_nobody() -> None:
    constraint = models.UniqueConstraint(fields=["name"], name="one")
    table = CreateModel("Crate", [("name", models.CharField(max_length=9))])
    assert list(breaks(_made(table, AddConstraint("crate", constraint)))) == []
