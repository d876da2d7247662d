"""A PostgreSQL database as it is looked at before Django wakes."""

from dataclasses import replace

import pytest
from django.db import connection

from strongroom.core.errors import ConfigurationError
from strongroom.site.databases import PostgreSQL
from strongroom.site.postgresql import holds_registry

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


@pytest.fixture
def address() -> PostgreSQL:
    given = connection.settings_dict
    named = {"name": given["NAME"], "user": given["USER"], "password": given["PASSWORD"]}
    return PostgreSQL(str(given["HOST"]), int(given["PORT"]), **named)


def test_a_database_with_a_registry_is_known(address: PostgreSQL) -> None:
    assert holds_registry(address)


def test_a_database_without_one_is_empty(address: PostgreSQL) -> None:
    assert not holds_registry(replace(address, name="template1"))


@pytest.mark.parametrize("wrong", [{"name": "none"}, {"password": "guessed"}, {"port": 1}], ids=str)
def test_a_database_that_cannot_be_opened_is_said_on_one_line(
    address: PostgreSQL, wrong: dict[str, object]
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        holds_registry(replace(address, **wrong))  # type: ignore[arg-type] # by name
    assert caught.value.code == "database-unreachable"
    assert "\n" not in str(caught.value)
    assert address.password not in str(caught.value)
