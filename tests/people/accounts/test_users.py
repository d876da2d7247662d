"""Accounts: names that no eye confuses, one of each, and an event without an address."""

import pytest

from strongroom.core.actors import OPERATOR
from strongroom.core.errors import ConflictError, InvalidError, NotFoundError
from strongroom.core.events import Kind
from strongroom.people.accounts.addresses import verified
from strongroom.people.accounts.users import create_user, find_user
from strongroom.people.models import User
from strongroom.proof.ledger.events import last_serial, since
from tests.fakes.clocks import NOON, StoppedClock
from tests.fakes.people import sure

pytestmark = pytest.mark.django_db


def made(name: str, email: str = "ada@example.org", *, admin: bool = False) -> User:
    return create_user(name, email, admin=admin, actor=OPERATOR, clock=StoppedClock())


def test_an_account_is_as_it_was_asked_for() -> None:
    user = made("Ada")
    assert (user.username, user.folded, user.email) == ("Ada", "ada", "ada@example.org")
    assert (verified(user.pk), user.admin, user.is_active) == ((user.email,), False, True)
    assert user.created_at == NOON
    assert str(user) == "Ada"


def test_an_account_has_no_password() -> None:
    assert not made("Ada").has_usable_password()


@pytest.mark.parametrize("name", ["a", "7", "a-b.c_d", "x" * 64, "A0"])
def test_a_plain_name_is_taken(name: str) -> None:
    assert made(name).username == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "-a",
        "a-",
        ".a",
        "a.",
        "_a",
        "x" * 65,
        "a b",
        "a\n",
        "a/b",
        "\u0430da",
        "ada\0",
        "a@b",
    ],
)
def test_a_name_that_an_eye_or_a_program_confuses_is_refused(name: str) -> None:
    with pytest.raises(InvalidError) as caught:
        made(name)
    assert caught.value.code == "user-name-invalid"
    assert caught.value.sentence.isascii()
    assert "\n" not in caught.value.sentence


@pytest.mark.parametrize("name", ["operator", "Registry", "anonymous", "NOBODY", "system"])
def test_a_name_of_the_registry_itself_is_refused(name: str) -> None:
    with pytest.raises(InvalidError) as caught:
        made(name)
    assert caught.value.code == "user-name-reserved"


@pytest.mark.parametrize("email", ["", "ada", "ada@", "a@b\n.example", "@example.org"])
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(InvalidError) as caught:
        made("ada", email)
    assert caught.value.code == "email-invalid"
    assert not User.objects.exists()


def test_a_name_is_taken_once_whatever_its_case() -> None:
    made("Ada")
    with pytest.raises(ConflictError) as caught:
        made("aDA")
    assert caught.value.code == "user-name-taken"
    assert User.objects.count() == 1


def test_a_new_account_is_told_in_one_event_without_the_address() -> None:
    made("Ada", "secret@example.org", admin=True)
    (recorded,) = since(0, 10)
    assert recorded.event.kind is Kind.USER_CREATED
    assert recorded.event.facts == {"user": "Ada", "admin": True}
    assert "secret" not in str(recorded)


def test_a_refused_account_is_no_event() -> None:
    with pytest.raises(InvalidError):
        made("-")
    assert last_serial() == 0


def test_an_account_is_found_whatever_the_case() -> None:
    made("Ada")
    assert find_user("ADA").username == "Ada"


@pytest.mark.parametrize("name", ["nobody", "", "x" * 999, "\u0430da"])
def test_an_account_that_is_not_there_is_not_found(name: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        find_user(name)
    assert caught.value.code == "no-such-user"
    assert caught.value.sentence.isascii()


def test_an_inactive_account_is_not_found() -> None:
    user = made("Ada")
    user.is_active = False
    user.save()
    with pytest.raises(NotFoundError):
        find_user("Ada")


def test_a_person_acts_under_their_name_by_what_they_presented() -> None:
    user = made("Ada", admin=True)
    actor = sure(user)
    assert (actor.kind, actor.name, actor.credential) == ("person", "Ada", "session")
    assert (actor.user_id, actor.admin) == (user.pk, True)
