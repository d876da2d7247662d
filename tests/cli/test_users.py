"""The commands of accounts."""

from tests.cli.conftest import Strongroom


def test_an_account_is_made(registry: Strongroom) -> None:
    ended = registry("user", "create", "bob", "--email", "bob@example.org", "--admin")
    assert (ended.code, ended.out) == (0, "Made the account bob.\n")
    (row,) = registry("user", "list", "--json").json()
    assert (row["name"], row["email"], row["admin"]) == ("bob", "bob@example.org", True)


def test_making_an_account_can_be_told_as_json(registry: Strongroom) -> None:
    ended = registry("user", "create", "bob", "--email", "bob@example.org", "--json")
    assert ended.json() == {"name": "bob", "email": "bob@example.org", "admin": False}


def test_a_name_that_is_taken_is_refused_on_one_line(alice: Strongroom) -> None:
    ended = alice("user", "create", "Alice", "--email", "other@example.org")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("error: ")
    assert ended.err.endswith("[user-name-taken]\n")
    assert ended.err.count("\n") == 1


def test_accounts_are_listed_in_a_table(alice: Strongroom) -> None:
    head, row = alice("user", "list").out.splitlines()
    assert head.split() == ["name", "email", "admin", "active", "created_at"]
    assert row.split()[:4] == ["alice", "alice@example.org", "no", "yes"]


def test_a_sign_in_link_is_printed_alone(alice: Strongroom) -> None:
    ended = alice("user", "link", "ALICE")
    assert ended.code == 0
    assert ended.out.startswith("http://localhost:8000/sign-in/")
    assert ended.out.count("\n") == 1


def test_a_sign_in_link_can_be_told_as_json(alice: Strongroom) -> None:
    told = alice("user", "link", "ALICE", "--json").json()
    assert (told["name"], set(told)) == ("alice", {"name", "link"})
    assert told["link"].startswith("http://localhost:8000/sign-in/")


def test_there_is_no_link_for_a_stranger(registry: Strongroom) -> None:
    ended = registry("user", "link", "nobody-here")
    assert (ended.code, ended.out) == (4, "")
    assert "[no-such-user]" in ended.err


def test_sessions_of_an_account_are_ended(alice: Strongroom) -> None:
    ended = alice("user", "sign-out", "ALICE")
    assert (ended.code, ended.out) == (0, "Ended 0 sessions.\n")
    assert "token revoke" in ended.err


def test_everybodys_sessions_are_ended(alice: Strongroom) -> None:
    assert alice("user", "sign-out", "--all", "--json").json() == {"name": None, "sessions": 0}


def test_signing_out_names_somebody_or_all(alice: Strongroom) -> None:
    assert alice("user", "sign-out").code == 2
    assert alice("user", "sign-out", "alice", "--all").code == 2
