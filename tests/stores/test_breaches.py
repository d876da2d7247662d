"""Asking whether a password was stolen: a range service on loopback, and a sorted file."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from strongroom.core.errors import StrongroomError, UnavailableError
from strongroom.stores.breaches import ANYWHERE, by_range, in_file, is_valid, stolen
from strongroom.stores.outside import Outside
from tests.fakes.servers import answer, serving

OUTSIDE = Outside("strongroom/test", ANYWHERE)
PASSWORD = "correct horse battery staple"
DIGEST = hashlib.sha1(PASSWORD.encode(), usedforsecurity=False).hexdigest().upper()
PREFIX, REST = DIGEST[:5], DIGEST[5:]
PADDING = f"{'0' * 35}:0\r\n"


def hashes(passwords: list[str]) -> list[str]:
    return sorted(
        hashlib.sha1(one.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
        for one in set(passwords)
    )


def asked(body: str, status: str = "200 OK") -> tuple[bool, str]:
    """Return what asking of the password gives, and the request that was sent."""
    route = {f"/range/{PREFIX}": answer(body.encode(), status=status)}
    with serving(route) as server:
        found = by_range(f"{server.url}/range/", OUTSIDE)(PASSWORD)
        return found, server.requests[0]


def test_a_password_of_the_range_was_stolen() -> None:
    assert asked(f"{PADDING}{REST}:4242\r\n{PADDING}")[0]


def test_letters_of_either_case_are_the_same() -> None:
    assert asked(f"{REST.lower()}:1\n")[0]


def test_a_password_that_is_not_in_the_range_was_not() -> None:
    assert not asked(f"{'1' * 35}:7\r\n{PADDING}")[0]


def test_padding_is_no_password() -> None:
    assert not asked(f"{REST}:0\r\n")[0]


def test_the_service_learns_five_digits_and_pads_its_answer() -> None:
    request = asked(PADDING)[1]
    assert "Add-Padding: true" in request
    assert PREFIX in request
    for secret in (REST, REST.lower(), PASSWORD, DIGEST[5:12]):
        assert secret not in request


def test_an_answer_that_is_none_says_nothing_of_the_password() -> None:
    with pytest.raises(UnavailableError, match="503"):
        asked("", status="503 Unavailable")


def test_a_service_that_is_away_says_nothing_of_the_password() -> None:
    with serving({}) as server:
        url = server.url
    with pytest.raises(StrongroomError):
        by_range(url, OUTSIDE)(PASSWORD)


@pytest.mark.parametrize("end", ["\n", "\r\n", ":12\n", ":345678\r\n"])
@pytest.mark.parametrize("case", [str.upper, str.lower])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 50])
def test_a_file_knows_its_passwords_and_no_others(
    tmp_path: Path, end: str, case: type[str], count: int
) -> None:
    known = [f"password-{number}" for number in range(count)]
    path = tmp_path / "corpus"
    path.write_text("".join(case(one) + end for one in hashes(known)), newline="")
    look = in_file(path)
    assert [look(one) for one in known] == [True] * count
    assert not any(look(f"other-{number}") for number in range(50))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(), max_size=30), st.text(), st.booleans())
def test_halving_a_file_finds_what_reading_it_finds(
    tmp_path: Path, known: list[str], password: str, last_newline: bool
) -> None:
    path = tmp_path / "corpus"
    counted = [f"{one}:{number}" for number, one in enumerate(hashes(known))]
    path.write_text("\n".join(counted) + ("\n" if counted and last_newline else ""))
    look = in_file(path)
    assert all(look(one) for one in known)
    assert look(password) == (password in known)


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "corpus"
    path.write_text("password\n123456\n" * 100)
    with pytest.raises(UnavailableError, match="no hash"):
        in_file(path)(PASSWORD)


def test_a_file_that_is_not_there_says_nothing_of_the_password(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="cannot be read"):
        in_file(tmp_path / "none")(PASSWORD)


def test_nothing_configured_knows_no_password(tmp_path: Path) -> None:
    assert not stolen("", OUTSIDE)(PASSWORD)
    path = tmp_path / "corpus"
    path.write_text(f"{DIGEST}\n")
    assert stolen(str(path), OUTSIDE)(PASSWORD)
    with serving({f"/{PREFIX}": answer(f"{REST}:1".encode())}) as server:
        assert stolen(server.url, OUTSIDE)(PASSWORD)


@pytest.mark.parametrize("text", ["", "/srv/pwned.txt", "https://example.org/range/"])
def test_a_setting_names_a_service_or_a_file(text: str) -> None:
    assert is_valid(text)


@pytest.mark.parametrize(
    "text", ["yes", "ftp://example.org/", "pwned.txt", "https://", "https://a b/"]
)
def test_a_setting_that_names_neither_is_refused(text: str) -> None:
    assert not is_valid(text)
