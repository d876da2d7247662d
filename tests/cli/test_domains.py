"""The command that asks about mail domains."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.cli.conftest import Strongroom
from tests.fakes.houses import configured
from tests.fakes.names import MAIL, naming


@pytest.fixture
def asking(alice: Strongroom, settings: Settings) -> Iterator[Strongroom]:
    """Return a function that runs a command beside a name server, without a registry to ask."""
    with naming({"example.org": MAIL}) as (host, port):
        asked = {"dns_servers": (f"{host}:{port}",), "rdap_bootstrap": ""}
        with configured(settings, **asked):
            yield alice


def test_a_domain_is_asked_about(asking: Strongroom) -> None:
    (line,) = asking("domain", "check", "Example.org", "--json").json()
    assert line == {
        "domain": "example.org",
        "mail": "taken",
        "registry": "unasked",
        "registered_at": "",
        "doubted_since": "",
        "addresses_lapsed": 0,
    }


def test_all_that_are_due_are_asked_about(asking: Strongroom) -> None:
    _, line = asking("domain", "check").out.splitlines()
    assert line.split()[:3] == ["example.org", "taken", "unasked"]
    assert len(asking("domain", "check").out.splitlines()) == 1


def test_a_domain_of_which_nobody_has_an_address_is_not_asked_about(asking: Strongroom) -> None:
    ended = asking("domain", "check", "example.net")
    assert (ended.code, ended.out) == (4, "")
    assert "[no-such-mail-domain]" in ended.err
