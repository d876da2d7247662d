"""Models and migrations say the same, and models hold rows alone."""

import ast
import io

import pytest
from django.apps import apps
from django.core.management import call_command

from strongroom.packages.upkeep.rows import tables
from tests.house.sources import modules

MODELS = [one for one in modules() if "models" in (one.path.stem, one.path.parent.name)]
ROW_METHODS = {"__str__"}


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    told = io.StringIO()
    call_command("makemigrations", "--check", "--dry-run", stdout=told, skip_checks=True)
    assert told.getvalue() == "No changes detected\n"


def test_models_hold_rows_and_no_behaviour() -> None:
    behaviour = {
        f"{one}: {function.name}"
        for one in MODELS
        for function in ast.walk(one.tree)
        if isinstance(function, ast.FunctionDef) and function.name not in ROW_METHODS
    }
    assert behaviour == set()


def test_foreign_keys_are_given_as_classes() -> None:
    by_name = [
        ast.unparse(call)
        for one in MODELS
        for call in ast.walk(one.tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("ForeignKey")
        if isinstance(call.args[0], ast.Constant)
    ]
    assert by_name == []


NAMING = {  # read by packages/upkeep/named.py
    "packages.File.sha256",
    "packages.File.sidecars",
    "packages.StagedFile.sha256",
    "packages.StagedFile.sidecars",
}
OF_NO_BLOB = {
    "packages.File.blake2b_256",
    "packages.StagedFile.blake2b_256",
    "packages.UsedPath.sha256",  # burnt, whether its bytes are here or not
    "people.Device.digest",
    "people.SignInLink.digest",
    "people.SpentToken.digest",
    "people.UsedStatement.digest",
}
DUMPED = {  # as packages/upkeep/rows.py writes them: what JSON has, and moments
    "AutoField",
    "BigAutoField",
    "BigIntegerField",
    "BooleanField",
    "CharField",
    "DateField",
    "DateTimeField",
    "ForeignKey",
    "JSONField",
    "OneToOneField",
    "PositiveIntegerField",
    "PositiveSmallIntegerField",
    "SmallIntegerField",
    "TextField",
}
WORDS = ("sha256", "sidecar", "blob", "blake2", "digest")


def test_every_column_that_could_name_a_blob_is_known_to_upkeep() -> None:
    # What no row names is swept: a column that is forgotten here is bytes that are lost.
    columns = {
        f"{model._meta.app_label}.{model.__name__}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if any(word in field.name for word in WORDS)
    }
    assert columns == NAMING | OF_NO_BLOB


def test_a_backup_can_hold_every_column() -> None:
    kinds = {
        field.get_internal_type() for model in tables() for field in model._meta.concrete_fields
    }
    assert kinds <= DUMPED
