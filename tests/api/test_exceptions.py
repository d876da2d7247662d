import pytest
from django.db.utils import DataError, InterfaceError, OperationalError
from django.http import HttpRequest
from django.test import Client
from django.urls import path
from ninja import NinjaAPI
from pytest_django import Settings

from strongroom.api.exceptions import hear
from tests.api.conftest import Answer


def answered(settings: Settings, error: Exception) -> Answer:
    """Return what an API answers when an operation raises an error."""
    api = NinjaAPI(openapi_url=None, docs_url=None, urls_namespace="test")
    hear(api)

    @api.get("/")
    def operation(request: HttpRequest) -> None:
        raise error

    settings.ROOT_URLCONF = (path("", api.urls),)
    return Client().get("/")


def test_a_database_that_is_busy_is_a_reason_to_try_again(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    answer = answered(settings, OperationalError("database is locked"))
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert b"locked" not in answer.content
    assert "database is locked" in caplog.text


def test_a_connection_that_ended_is_a_reason_to_try_again(settings: Settings) -> None:
    assert answered(settings, InterfaceError("connection closed")).status_code == 503


def test_text_that_the_database_refuses_is_the_fault_of_who_sent_it(settings: Settings) -> None:
    assert answered(settings, DataError("value too long")).status_code == 400


def test_the_unexpected_is_logged_and_not_told(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    answer = answered(settings, ZeroDivisionError("inner secret"))
    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/problem+json"
    assert b"inner secret" not in answer.content
    assert b"Traceback" not in answer.content
    assert "inner secret" in caplog.text
