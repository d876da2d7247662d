"""What nobody thought of, tried: schemathesis makes requests of the document, and judges answers.

More of it: `pytest tests/api --fuzz 500`.
"""

import json
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from hypothesis import settings
from schemathesis import Case
from schemathesis.checks import CheckFunction
from schemathesis.openapi import from_dict
from schemathesis.specs.openapi.checks import positive_data_acceptance

from strongroom.people.models import User
from tests.api.conftest import Registry, bearer
from tests.api.test_document import COMMITTED

# The application ends its requests itself, and with them a connection that a test holds open.
pytestmark = pytest.mark.django_db(transaction=True)

DOCUMENT = json.loads(COMMITTED.read_text(encoding="utf-8"))  # to make it anew takes seconds

anywhere = from_dict(DOCUMENT)
anywhere.app = get_wsgi_application()
# Random names are names of nothing; here all requests are about something that is there.
somewhere = from_dict(DOCUMENT)
somewhere.app = get_wsgi_application()
somewhere.config.update(parameters={"ecosystem": "pypi", "name": "parcel", "version": "1.0"})

# The document cannot say which names exist or what a version looks like.
JUDGED_ELSEWHERE: list[CheckFunction] = [positive_data_acceptance]


@pytest.fixture
def token(registry: Registry, owner: User) -> str:
    """Return a token of whoever owns what is there; a user is called as the project is."""
    registry.user("parcel")
    return registry.token(owner)


@anywhere.parametrize()
@settings(settings.get_profile("fuzz-of-the-api"))
@pytest.mark.usefixtures("registry")
def test_without_a_token_every_answer_is_as_documented(case: Case[Any]) -> None:
    case.call_and_validate(excluded_checks=JUDGED_ELSEWHERE)


@anywhere.parametrize()
@settings(settings.get_profile("fuzz-of-the-api"))
def test_with_a_token_every_answer_is_as_documented(case: Case[Any], token: str) -> None:
    case.call_and_validate(headers=bearer(token), excluded_checks=JUDGED_ELSEWHERE)


@somewhere.parametrize()
@settings(settings.get_profile("fuzz-of-the-api"))
def test_about_what_is_there_every_answer_is_as_documented(case: Case[Any], token: str) -> None:
    case.call_and_validate(headers=bearer(token), excluded_checks=JUDGED_ELSEWHERE)
