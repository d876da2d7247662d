"""Organisations at the shell."""

import pytest

from strongroom.people.models import Organisation
from tests.cli.conftest import Strongroom


@pytest.fixture
def acme(alice: Strongroom) -> Strongroom:
    """Return a function that runs a command over a registry with an organisation of alice's."""
    alice("user", "create", "bob", "--email", "bob@example.org")
    made = alice("organisation", "create", "acme", "--owner", "alice", "--title", "Acme Limited")
    assert made.out == "The organisation acme is alice's\n"
    return alice


def test_who_is_in_an_organisation_is_said_and_shown(acme: Strongroom) -> None:
    assert acme("organisation", "seat", "acme", "bob", "--rank", "manager", "--json").json() == {
        "name": "acme",
        "changed": True,
    }
    again = acme("organisation", "seat", "acme", "bob", "--rank", "manager")
    assert again.out == "bob is manager of acme (it was so before)\n"
    assert acme("organisation", "show", "acme", "--json").json() == {
        "name": "acme",
        "title": "Acme Limited",
        "projects": [],
        "members": ["alice (owner)", "bob (manager)"],
        "teams": [],
    }
    assert "bob (manager)" in acme("organisation", "show", "acme").out
    assert acme("organisation", "dismiss", "acme", "bob").out == "bob is not in acme\n"


def test_organisations_are_listed_and_deleted(acme: Strongroom) -> None:
    (row,) = acme("organisation", "list", "--json").json()
    assert row == {"name": "acme", "title": "Acme Limited", "members": 1, "projects": 0}
    assert "Acme Limited" in acme("organisation", "list").out
    assert acme("organisation", "delete", "acme").out == "The organisation acme is deleted\n"
    assert not Organisation.objects.exists()
