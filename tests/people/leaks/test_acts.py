"""What follows on a report of a leaked token: all of it, once, and nothing for what is no token."""

import os
from datetime import timedelta

import pytest
from django.db import DatabaseError

from strongroom.core.actors import OPERATOR, REGISTRY
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ForbiddenError
from strongroom.core.events import Kind
from strongroom.people.access.grants import grant
from strongroom.people.access.roles import Role
from strongroom.people.leaks import acts
from strongroom.people.leaks.acts import Finder, Outcome, Tell, disclosed
from strongroom.people.leaks.reports import Found
from strongroom.people.models import (
    Case,
    Letter,
    Notice,
    Publisher,
    PublisherToken,
    Token,
    TokenPublisher,
    User,
)
from strongroom.people.tokens import caveats, macaroons
from strongroom.people.tokens.authenticate import authenticate
from strongroom.people.tokens.minting import Mint, Order, create, revoke
from strongroom.proof.ledger.events import last_serial, since
from tests.fakes.clocks import StoppedClock
from tests.fakes.people import member

pytestmark = pytest.mark.django_db

MASTER = b"m" * 32
CLOCK = StoppedClock()
TELL = Tell(MASTER, CLOCK)
GITHUB = Finder("github", REGISTRY)
WHERE = "https://example.org/repo/blob/a/b.txt"


@pytest.fixture
def user() -> User:
    return member("ada", CLOCK)


def token(user: User) -> str:
    return create(user, Order("laptop"), by=OPERATOR, mint=Mint(MASTER, CLOCK, os.urandom)).text


def found(text: str, tell: Tell = TELL) -> Outcome:
    (judged,) = disclosed([Found(text, "sort", WHERE)], GITHUB, tell)
    return judged.outcome


def works(text: str) -> bool:
    try:
        authenticate(text, master=MASTER, clock=CLOCK, source="")
    except ForbiddenError:
        return False
    return True


def test_a_leaked_token_ends_at_once(user: User) -> None:
    text = token(user)
    assert found(text) is Outcome.REVOKED
    assert not works(text)


def test_all_that_were_narrowed_from_it_end_too_whichever_of_them_leaked(user: User) -> None:
    text = token(user)
    narrowed = macaroons.narrow(text, [caveats.encode(caveats.projects(["pypi:box"]))])
    sister = macaroons.narrow(text, [caveats.encode(caveats.actions(["yank"]))])
    assert found(narrowed) is Outcome.REVOKED
    assert not any(works(one) for one in (text, narrowed, sister))


def test_other_tokens_of_its_owner_go_on(user: User) -> None:
    leaked, other = token(user), token(user)
    found(leaked)
    assert works(other)


def test_it_is_one_event_that_names_no_place(user: User) -> None:
    text, before = token(user), last_serial()
    found(text)
    (recorded,) = since(before, 10)
    assert recorded.event.kind is Kind.TOKEN_LEAKED
    assert recorded.event.facts == {
        "token": f"token {Token.objects.get().pk}",
        "owner": "ada",
        "reporter": "github",
    }


def test_its_owner_is_written_to_and_told_where_it_was_found(user: User) -> None:
    text = token(user)
    Letter.objects.all().delete()
    found(text)
    (letter,) = Letter.objects.select_related("notice")
    assert letter.to == "ada@example.org"
    assert letter.notice is not None
    assert letter.notice.kind == Kind.TOKEN_LEAKED
    assert letter.notice.facts["where"] == WHERE


def test_administrators_have_a_case(user: User) -> None:
    text = token(user)
    found(text)
    case = Case.objects.get()
    assert (case.kind, case.user, case.closed_at) == ("leak", user, None)
    number = Token.objects.get().pk
    assert case.facts == {"token": f"token {number}", "where": WHERE, "reporter": "github"}


def given_out() -> str:
    """Return a token that a program got by a trusted publisher of ada's project."""
    publisher = Publisher.objects.create(
        ecosystem="pypi", project="box", provider="github", made_at=CLOCK.now()
    )
    seed = os.urandom(16)
    row = PublisherToken.objects.create(
        identifier=macaroons.identifier_of(seed),
        name="Actions",
        minted_at=CLOCK.now(),
        expires_at=CLOCK.now() + timedelta(minutes=15),
    )
    TokenPublisher.objects.create(token=row, publisher=publisher)
    return macaroons.mint(MASTER, seed, macaroons.PUBLISHER, [])


def test_a_token_of_a_program_ends_and_the_owners_of_its_project_are_told(user: User) -> None:
    grant(user.pk, ProjectId("pypi", "box"), Role.OWNER, CLOCK)
    text = given_out()
    assert works(text)
    Letter.objects.all().delete()
    assert found(text) is Outcome.REVOKED
    assert not works(text)
    assert Letter.objects.get().to == "ada@example.org"
    assert Case.objects.get().user == user
    assert found(text) is Outcome.ENDED
    unknown = macaroons.mint(MASTER, os.urandom(16), macaroons.PUBLISHER, [])
    assert found(unknown) is Outcome.FOREIGN


def test_a_token_of_a_program_that_nobody_owns_ends_all_the_same(db: None) -> None:
    assert found(given_out()) is Outcome.REVOKED
    assert not Case.objects.exists()


def rows() -> tuple[int, ...]:
    kinds = (Notice, Letter, Case)
    return (last_serial(), *(kind.objects.count() for kind in kinds))


def test_the_same_report_again_changes_and_tells_nothing(user: User) -> None:
    text = token(user)
    found(text)
    before, at = rows(), Token.objects.get().revoked_at
    assert found(text) is Outcome.ENDED
    assert rows() == before
    assert Token.objects.get().revoked_at == at


def test_a_token_that_was_revoked_before_stays_as_it_is(user: User) -> None:
    text = token(user)
    revoke(Token.objects.get(), by=OPERATOR, clock=CLOCK)
    before = rows()
    assert found(text) is Outcome.ENDED
    assert rows() == before


def test_what_this_registry_did_not_make_has_no_effect(user: User) -> None:
    text = token(user)
    strangers = macaroons.mint(b"x" * 32, os.urandom(16), "u", [])
    unknown = macaroons.mint(MASTER, os.urandom(16), "u", [])
    kind = macaroons.mint(MASTER, os.urandom(16), "ci", [])
    altered = text[:-1] + ("x" if text[-1] != "x" else "y")
    before = rows()
    for other in ("", "strongroom_u_", altered, text[:-1], strangers, unknown, kind):
        assert found(other) is Outcome.FOREIGN
    assert rows() == before
    assert works(text)


def test_what_is_made_up_asks_the_database_nothing(
    user: User, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    strangers = macaroons.mint(b"x" * 32, os.urandom(16), "u", [])
    with django_assert_num_queries(0):  # type: ignore[operator] # pytest-django's
        found(strangers)


def test_a_token_with_a_limit_that_is_not_known_here_ends_all_the_same(user: User) -> None:
    later = macaroons.narrow(token(user), [b'["of-a-later-version",1]'])
    assert found(later) is Outcome.REVOKED


def test_a_token_that_is_named_twice_ends_once(user: User) -> None:
    text = token(user)
    judged = disclosed([Found(text), Found(text)], GITHUB, TELL)
    assert [one.outcome for one in judged] == [Outcome.REVOKED, Outcome.ENDED]
    assert Case.objects.count() == 1


def test_without_its_event_a_token_is_not_revoked(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise DatabaseError

    text = token(user)
    before = rows()
    monkeypatch.setattr(acts, "record", fail)
    with pytest.raises(DatabaseError):
        found(text)
    assert rows() == before
    assert works(text)
