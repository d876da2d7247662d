"""The commands of tokens."""

import io
import sys
from datetime import UTC, datetime, timedelta

import pytest

from strongroom.core.actors import Action
from strongroom.core.coordinates import ProjectId
from strongroom.people.tokens import macaroons
from strongroom.people.tokens.authenticate import authenticate
from strongroom.site.settings import KEYS
from tests.cli.conftest import Ended, Strongroom
from tests.fakes.clocks import StoppedClock

MASTER = KEYS.key("tokens")


def test_a_token_is_printed_alone_and_works(alice: Strongroom) -> None:
    ended = alice("token", "create", "--user", "alice")
    token = ended.out.removesuffix("\n")
    assert (ended.code, token.isalnum()) == (0, False)
    clock = StoppedClock(datetime.now(UTC))
    actor = authenticate(token, master=MASTER, clock=clock, source="")
    assert (actor.name, actor.admin) == ("alice", False)


def test_a_token_reaches_as_far_as_it_was_told_to(alice: Strongroom) -> None:
    limits = ("--project", "My.Parcel", "pypi:box", "--project", "crate", "--action", "upload")
    token = alice("token", "create", "--user", "alice", *limits).out.strip()
    clock = StoppedClock(datetime.now(UTC))
    reach = authenticate(token, master=MASTER, clock=clock, source="").reach
    assert reach.projects == {ProjectId("pypi", key) for key in ("my-parcel", "box", "crate")}
    assert reach.actions == {Action.UPLOAD}


def test_a_token_ends_after_three_months_unless_told_otherwise(alice: Strongroom) -> None:
    alice("token", "create", "--user", "alice")
    (row,) = alice("token", "list", "--json").json()
    left = datetime.fromisoformat(row["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=89) < left <= timedelta(days=90)


@pytest.mark.parametrize("days", ["0", "366"])
def test_a_token_lasts_no_longer_than_the_operator_lets_it(alice: Strongroom, days: str) -> None:
    ended = alice("token", "create", "--user", "alice", "--expires", days)
    assert (ended.code, ended.out) == (1, "")
    assert "[token-lasts-too-long]" in ended.err
    assert alice("token", "list", "--json").json() == []


def typed(strongroom: Strongroom, text: str, *words: str) -> Ended:
    keyboard, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(text.encode()))
    try:
        return strongroom(*words)
    finally:
        sys.stdin = keyboard


def test_a_leaked_token_is_ended_wherever_it_stands_in_a_text(alice: Strongroom) -> None:
    token = alice("token", "create", "--user", "alice").out.strip()
    number = alice("token", "list", "--json").json()[0]["id"]
    log = f"line\nAuthorization: Bearer {token}\n" * 3
    ended = typed(alice, log, "token", "leaked", "--url", "https://example.org/log")
    assert (ended.code, ended.out) == (0, f"token {number}: revoked\n")
    assert token not in ended.out + ended.err
    assert alice("token", "list", "--json").json()[0]["revoked_at"] is not None
    assert typed(alice, log, "token", "leaked").out == f"token {number}: ended\n"


def test_what_looks_like_a_token_and_is_none_of_ours_is_said_to_be(alice: Strongroom) -> None:
    other = macaroons.mint(b"x" * 32, bytes(16), "u", [])
    ended = typed(alice, f"a\n{other}", "token", "leaked")
    assert (ended.code, ended.out) == (0, "made elsewhere\n")


def test_no_token_is_taken_from_the_arguments(alice: Strongroom) -> None:
    assert alice("token", "leaked", "strongroom_u_x").code == 2


@pytest.mark.parametrize("days", ["-1", "soon", "1.5"])
def test_days_are_a_whole_number(alice: Strongroom, days: str) -> None:
    ended = alice("token", "create", "--user", "alice", f"--expires={days}")
    assert (ended.code, ended.out) == (2, "")


def test_days_beyond_the_calendar_are_refused(alice: Strongroom) -> None:
    ended = alice("token", "create", "--user", "alice", "--expires", "99999999")
    assert ended.code == 1
    assert "[token-bad-expiry]" in ended.err


def test_a_network_that_is_none_is_refused(alice: Strongroom) -> None:
    ended = alice("token", "create", "--user", "alice", "--network", "office")
    assert (ended.code, ended.out) == (1, "")
    assert "[token-bad-network]" in ended.err


def test_a_list_shows_the_tokens_of_one_user(alice: Strongroom) -> None:
    alice("user", "create", "bob", "--email", "bob@example.org")
    alice("token", "create", "--user", "alice", "--project", "parcel")
    alice("user", "enrol", "bob")
    alice("token", "create", "--user", "bob", "--label", "laptop")
    head, row = alice("token", "list", "--user", "alice").out.splitlines()
    assert head.split()[-1] == "projects"
    assert row.split()[1] == "alice"
    assert row.split()[-1] == "pypi:parcel"


def test_a_label_cannot_speak_to_the_terminal(alice: Strongroom) -> None:
    ended = alice("token", "create", "--user", "alice", "--label", "a\x1b[31mb")
    assert (ended.code, "\x1b" in ended.err) == (1, False)


def test_a_revoked_token_is_listed_as_such(alice: Strongroom) -> None:
    alice("token", "create", "--user", "alice")
    (row,) = alice("token", "list", "--json").json()
    number = str(row["id"])
    assert alice("token", "revoke", number).out == f"Token {number} is revoked.\n"
    assert alice("token", "revoke", number).out == f"Token {number} was revoked before.\n"
    (row,) = alice("token", "list", "--json").json()
    assert row["revoked_at"] is not None


def test_a_token_that_is_not_there_cannot_be_revoked(registry: Strongroom) -> None:
    assert registry("token", "revoke", "999").code == 4


def test_narrowing_needs_no_registry_and_adds_limits(alice: Strongroom) -> None:
    token = alice("token", "create", "--user", "alice").out.strip()
    narrow = ("--project", "parcel", "--once", "--ecosystem", "pypi", "--network", "192.0.2.0/24")
    ended = alice("token", "narrow", token, *narrow)
    told = alice("token", "inspect", ended.out.strip(), "--json").json()
    assert told["projects"] == ["pypi:parcel"]
    assert (told["once"], told["networks"]) == (True, ["192.0.2.0/24"])
    assert told["ecosystems"] == ["pypi"]


def test_a_token_is_read_from_standard_input(alice: Strongroom) -> None:
    token = alice("token", "create", "--user", "alice").out
    typed, sys.stdin = sys.stdin, io.StringIO(token)
    try:
        ended = alice("token", "inspect", "-")
    finally:
        sys.stdin = typed
    assert ended.out.splitlines()[0].split() == ["kind", "u"]


def test_narrowing_without_a_limit_is_a_mistake(strongroom: Strongroom) -> None:
    ended = strongroom("token", "narrow", "strongroom_u_x")
    assert (ended.code, ended.out) == (2, "")


@pytest.mark.parametrize("command", [("narrow", "--once"), ("inspect",)])
def test_what_is_no_token_is_refused(strongroom: Strongroom, command: tuple[str, ...]) -> None:
    ended = strongroom("token", command[0], "strongroom_u_x", *command[1:])
    assert (ended.code, ended.out) == (1, "")
    assert "[token-malformed]" in ended.err
