import json

import pytest
from django.db.utils import DataError, InterfaceError, OperationalError
from django.http import HttpRequest
from django.test import Client
from django.urls import path
from ninja import NinjaAPI
from pytest_django import Settings

from strongroom.api.problems import STATUS, hear, problem
from strongroom.core import errors
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


def test_every_class_of_error_has_a_status() -> None:
    assert set(STATUS) == set(errors.StrongroomError.__subclasses__())


def test_a_problem_says_what_why_and_what_to_do() -> None:
    told = json.loads(problem(errors.ConflictError("is-taken", "It is taken.", "Wait.")).content)
    assert told == {
        "type": "urn:strongroom:problem:is-taken",
        "title": "It is taken.",
        "status": 409,
        "detail": "It is taken. Wait.",
        "code": "is-taken",
        "remedy": "Wait.",
    }


def test_a_problem_is_never_kept() -> None:
    assert problem(errors.NotFoundError("no", "No."))["Cache-Control"] == "no-store"


def test_what_may_succeed_later_says_when() -> None:
    error = errors.UnavailableError("full", "Full.", retry_after=7)
    assert problem(error)["Retry-After"] == "7"


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
