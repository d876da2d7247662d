"""Administration at the shell."""

import io

import pytest

from strongroom.people.accounts.factors import ability
from strongroom.people.models import Proposal, Recovery, User
from tests.cli.conftest import Strongroom

WHY = ("--reason", "they asked for it")


def test_an_account_is_closed_opened_and_made_an_administrators(alice: Strongroom) -> None:
    closed = alice("user", "close", "alice", *WHY)
    assert (closed.code, closed.out) == (0, "alice is closed, and no administrator.\n")
    assert alice("user", "reopen", "ALICE", *WHY).out == "alice is open, and no administrator.\n"
    made = alice("user", "admin", "alice", *WHY, "--json").json()
    assert made == {"name": "alice", "active": True, "admin": True}
    last = alice("user", "admin", "alice", "--remove", *WHY)
    assert (last.code, "[account-last-administrator]" in last.err) == (1, True)
    assert alice("user", "close", "nobody", *WHY).code == 4


def test_a_switch_is_turned_and_listed(registry: Strongroom) -> None:
    assert registry("switch", "off", "uploads", *WHY).out == "uploads is off.\n"
    rows = {row["name"]: row["on"] for row in registry("switch", "list", "--json").json()}
    assert rows == {"sign-up": True, "new-projects": True, "uploads": False}
    assert "they asked for it" in registry("switch", "list").out
    told = registry("switch", "on", "uploads", *WHY, "--json").json()
    assert told == {"name": "uploads", "on": True, "changed": True}
    assert "[switch-unknown]" in registry("switch", "off", "downloads", *WHY).err


def test_a_name_is_prohibited_listed_and_allowed(registry: Strongroom) -> None:
    assert registry("name", "prohibit", "Evil", *WHY).out == "Nobody can take Evil.\n"
    told = registry("name", "prohibit", "boris", "--user", *WHY, "--json").json()
    assert told == {"what": "user", "name": "boris", "changed": True}
    assert [row["name"] for row in registry("name", "list", "--json").json()] == ["Evil", "boris"]
    assert registry("name", "allow", "evil", *WHY).out == "evil is free again.\n"
    assert "boris" in registry("name", "list").out
    assert registry("name", "allow", "evil", *WHY).code == 4


def test_the_only_administrators_proposal_is_confirmed(alice: Strongroom) -> None:
    alice("user", "admin", "alice", *WHY)
    row = Proposal.objects.create(
        kind="make-administrator",
        subject="bob",
        reason="more hands",
        proposer=User.objects.get(),
        proposed_at=User.objects.get().created_at,
        state="proposed",
    )
    assert alice("proposal", "list", "--json").json()[0]["subject"] == "bob"
    assert "more hands" in alice("proposal", "list").out
    assert alice("proposal", "confirm", str(row.pk)).out.startswith("A worker does it after ")
    again = alice("proposal", "confirm", str(row.pk))
    assert (again.code, "[proposal-ended]" in again.err) == (1, True)


@pytest.mark.parametrize("typed", ["", "bob\n"])
def test_no_factor_goes_without_the_name_typed(
    alice: Strongroom, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    ended = alice("user", "recover", "alice", *WHY, "--now")
    assert (ended.code, "[name-not-typed]" in ended.err) == (1, True)
    assert not Recovery.objects.exists()


def test_break_glass_waits_unless_told_otherwise(
    alice: Strongroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = User.objects.get()
    monkeypatch.setattr("sys.stdin", io.StringIO("alice\n"))
    ended = alice("user", "recover", "alice", *WHY)
    assert (ended.code, ended.out.startswith("A worker removes them after ")) == (0, True)
    assert ability(user.pk) > 0
    monkeypatch.setattr("sys.stdin", io.StringIO("alice\n"))
    ended = alice("user", "recover", "alice", *WHY, "--now", "--json")
    assert ended.json()["state"] == "done"
    assert ability(user.pk) == 0
