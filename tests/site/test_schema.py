"""The shape of the database."""

import pytest
from django.db.migrations.recorder import MigrationRecorder

from strongroom.core.errors import ConfigurationError
from strongroom.site import schema

pytestmark = pytest.mark.django_db


def test_a_database_of_this_version_is_fine() -> None:
    schema.check()
    assert schema.pending() == ()
    assert schema.migrate() == ()


def test_a_newer_database_is_refused_before_anything_is_written() -> None:
    MigrationRecorder.Migration.objects.create(app="people", name="9999_from_the_future")
    for look in (schema.check, schema.migrate):
        with pytest.raises(ConfigurationError) as caught:
            look()
        assert caught.value.code == "database-newer"
        assert "people.9999_from_the_future" in caught.value.sentence


def test_tables_of_another_version_are_not_taken_back_to_an_older_shape() -> None:
    with pytest.raises(ConfigurationError) as caught:
        schema.make(["people.0001_initial"])
    assert caught.value.code == "database-not-empty"


def test_an_older_database_is_refused_with_what_to_do() -> None:
    MigrationRecorder.Migration.objects.filter(app="proof").delete()
    with pytest.raises(ConfigurationError) as caught:
        schema.check()
    assert caught.value.code == "database-older"
    assert "strongroom init" in caught.value.remedy


def test_migrations_of_libraries_that_went_are_none_of_our_business() -> None:
    MigrationRecorder.Migration.objects.create(app="gone", name="0001_initial")
    schema.check()
