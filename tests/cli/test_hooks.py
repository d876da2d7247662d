"""The commands of webhooks."""

import pytest

from strongroom.packages.models import Delivery
from tests.cli.conftest import Strongroom

URL = "https://hooks.example.org/T0PSECRETPATH"


@pytest.fixture
def handle(registry: Strongroom) -> str:
    """Return a hook of the registry."""
    return str(registry("hook", "add", URL, "--json").json()["hook"])


def test_a_hook_of_the_registry_is_made_and_its_secret_alone_printed(registry: Strongroom) -> None:
    made = registry("hook", "add", URL)
    assert made.code == 0
    assert made.out.startswith("whsec_")
    assert "not shown again" in made.err
    (row,) = registry("hook", "list", "--json").json()
    assert (row["host"], row["state"]) == ("hooks.example.org", "on")
    assert "file-published" in row["kinds"]
    assert "T0PSECRETPATH" not in registry("hook", "list").out


def test_a_hook_hears_of_what_was_chosen(registry: Strongroom) -> None:
    registry("hook", "add", URL, "--kind", "release-yanked", "--kind", "file-published")
    (row,) = registry("hook", "list", "--json").json()
    assert row["kinds"] == ["file-published", "release-yanked"]
    wrong = registry("hook", "add", URL, "--kind", "token-created")
    assert (wrong.code, "[hook-kinds-invalid]" in wrong.err) == (1, True)


def test_a_hook_is_tried_switched_renewed_and_removed(registry: Strongroom, handle: str) -> None:
    assert "worker" in registry("hook", "test", handle).out
    (told,) = registry("hook", "show", handle, "--json").json()["deliveries"]
    assert (told["serial"], told["state"]) == (None, "waiting")
    assert Delivery.objects.get().message in registry("hook", "show", handle).out
    assert registry("hook", "off", handle).out == "The webhook is off.\n"
    assert registry("hook", "on", handle, "--json").json() == {"hook": handle, "state": "on"}
    assert registry("hook", "renew", handle).out.startswith("whsec_")
    assert registry("hook", "remove", handle).out == "The webhook is removed.\n"
    assert registry("hook", "list", "--json").json() == []


def test_a_hook_or_project_that_is_not_there_ends_with_4(registry: Strongroom, handle: str) -> None:
    assert registry("hook", "show", "0" * 32).code == 4
    assert registry("hook", "list", "--project", "nothing").code == 4
    assert registry("hook", "show", handle, "--project", "nothing").code == 4
