import pytest
from django.test import RequestFactory

from strongroom.core.errors import UnauthenticatedError
from strongroom.ecosystems.pypi.wire.credentials import token_of

ASK = RequestFactory().post


def test_a_token_comes_in_the_header() -> None:
    assert token_of(ASK("/legacy/", headers={"Authorization": "Bearer abc"}), "Why.") == "abc"


def test_without_one_it_is_said_why_it_is_needed_and_how_to_give_it() -> None:
    with pytest.raises(UnauthenticatedError) as refused:
        token_of(ASK("/legacy/"), "Why.")
    assert refused.value.code == "credential-missing"
    assert str(refused.value).startswith("Why. Give __token__ ")
