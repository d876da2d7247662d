"""Fetching a list of keys, over the guard of requests to others."""

from ipaddress import ip_network

import pytest

from strongroom.core.errors import ForbiddenError, TooLargeError, UnavailableError
from strongroom.stores.keylists import LIMITS, fetch
from strongroom.stores.outside import Outside
from tests.fakes.servers import answer, serving

HERE = Outside("strongroom/test", (ip_network("127.0.0.0/8"),))


def test_the_document_comes_as_it_is() -> None:
    with serving({"/keys": answer(b'{"public_keys": []}', "application/json")}) as server:
        assert fetch(HERE, f"{server.url}/keys") == b'{"public_keys": []}'
        assert "Accept: application/json" in server.requests[0]


def test_another_answer_is_none() -> None:
    with serving({}) as server, pytest.raises(UnavailableError) as caught:
        fetch(HERE, f"{server.url}/keys")
    assert caught.value.code == "key-list-unreadable"


def test_a_list_has_a_bounded_size() -> None:
    large = answer(b" " * (LIMITS.at_most + 1))
    with serving({"/keys": large}) as server, pytest.raises(TooLargeError):
        fetch(HERE, f"{server.url}/keys")


def test_the_guard_of_requests_holds() -> None:
    with serving({}) as server, pytest.raises(ForbiddenError):
        fetch(Outside("strongroom/test"), f"{server.url}/keys")
