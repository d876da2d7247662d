"""One-time links: once, not for long, and worth nothing to a reader of the database."""

import secrets
import threading
from datetime import timedelta

import pytest
from django.db import connection

from strongroom.core.actors import NOBODY, OPERATOR
from strongroom.core.errors import ConflictError, ForbiddenError, InvalidError
from strongroom.core.events import Kind
from strongroom.people.accounts import links
from strongroom.people.accounts.users import create_user, unclaimed
from strongroom.people.models import SignInLink, User
from strongroom.proof.ledger.events import since
from tests.fakes.clocks import StoppedClock


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def ada(db: None, clock: StoppedClock) -> User:
    return create_user("ada", "ada@example.org", admin=False, actor=OPERATOR, clock=clock)


def linked(user: User | None, clock: StoppedClock) -> str:
    return links.create_link(user, OPERATOR, clock, secrets.token_urlsafe)


def claimed(secret: str, clock: StoppedClock, name: str = "root") -> User:
    return links.claim(secret, name, f"{name}@example.org", NOBODY, clock)


def kinds() -> list[Kind]:
    return [one.event.kind for one in since(0, 100)]


def refused(secret: str, clock: StoppedClock) -> None:
    for act in (links.peek, links.use):
        with pytest.raises(ForbiddenError) as caught:
            act(secret, clock)
        assert caught.value.code == "link-invalid"


def test_a_link_signs_its_person_in(ada: User, clock: StoppedClock) -> None:
    assert links.use(linked(ada, clock), clock) == ada
    assert kinds() == [Kind.USER_CREATED, Kind.SIGN_IN_LINK_CREATED, Kind.SIGNED_IN]


def test_a_link_works_once(ada: User, clock: StoppedClock) -> None:
    secret = linked(ada, clock)
    links.use(secret, clock)
    refused(secret, clock)


def test_looking_at_a_link_does_not_use_it(ada: User, clock: StoppedClock) -> None:
    secret = linked(ada, clock)
    assert links.peek(secret, clock).user == ada
    assert links.use(secret, clock) == ada


def test_a_link_works_up_to_its_last_moment(ada: User, clock: StoppedClock) -> None:
    secret = linked(ada, clock)
    clock.forward(links.SIGN_IN_FOR - timedelta(microseconds=1))
    assert links.peek(secret, clock).used_at is None
    clock.forward(timedelta(microseconds=1))
    refused(secret, clock)


def test_a_newer_link_replaces_the_older(ada: User, clock: StoppedClock) -> None:
    old, new = linked(ada, clock), linked(ada, clock)
    refused(old, clock)
    assert links.use(new, clock) == ada


def test_a_newer_link_leaves_those_of_others(ada: User, clock: StoppedClock) -> None:
    eve = create_user("eve", "eve@example.org", admin=False, actor=OPERATOR, clock=clock)
    secret = linked(ada, clock)
    linked(eve, clock)
    assert links.use(secret, clock) == ada


@pytest.mark.parametrize("secret", ["", "x", "\0", "\u00e9", "'; --"])
def test_what_never_was_a_link_is_refused(ada: User, clock: StoppedClock, secret: str) -> None:
    linked(ada, clock)
    refused(secret, clock)


def test_a_link_of_an_inactive_account_signs_nobody_in(ada: User, clock: StoppedClock) -> None:
    secret = linked(ada, clock)
    User.objects.update(is_active=False)
    with pytest.raises(ForbiddenError):
        links.use(secret, clock)
    assert Kind.SIGNED_IN not in kinds()


def test_the_database_holds_no_secret(ada: User, clock: StoppedClock) -> None:
    known = [linked(ada, clock), linked(None, clock)]
    with connection.cursor() as cursor:
        rows = []
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{name}"')  # noqa: S608
            rows.append(cursor.fetchall())
    assert "sign-in-link-created" in str(rows)
    assert not [secret for secret in known if secret in str(rows)]


@pytest.mark.django_db
def test_the_first_link_makes_an_administrator(clock: StoppedClock) -> None:
    assert unclaimed()
    user = claimed(linked(None, clock), clock)
    assert (user.username, user.admin) == ("root", True)
    assert not unclaimed()
    expected = [Kind.SIGN_IN_LINK_CREATED, Kind.USER_CREATED, Kind.ADMINISTRATOR_CLAIMED]
    assert kinds() == expected


@pytest.mark.django_db
def test_the_first_link_waits_a_week(clock: StoppedClock) -> None:
    secret = linked(None, clock)
    clock.forward(links.CLAIM_FOR)
    with pytest.raises(ForbiddenError):
        claimed(secret, clock)
    assert unclaimed()


@pytest.mark.django_db
def test_the_first_link_ends_when_any_account_exists(clock: StoppedClock) -> None:
    secret = linked(None, clock)
    create_user("ada", "ada@example.org", admin=False, actor=OPERATOR, clock=clock)
    with pytest.raises(ForbiddenError):
        claimed(secret, clock)
    refused(secret, clock)


@pytest.mark.django_db
def test_the_first_link_signs_nobody_in(clock: StoppedClock) -> None:
    with pytest.raises(ForbiddenError):
        links.use(linked(None, clock), clock)


def test_a_persons_link_claims_nothing(ada: User, clock: StoppedClock) -> None:
    secret = linked(ada, clock)
    with pytest.raises(ForbiddenError):
        claimed(secret, clock)
    assert links.use(secret, clock) == ada


@pytest.mark.django_db
def test_a_claim_under_a_bad_name_leaves_the_link(clock: StoppedClock) -> None:
    secret = linked(None, clock)
    with pytest.raises(InvalidError):
        claimed(secret, clock, name="operator")
    assert claimed(secret, clock).admin


def _at_once(act: object, count: int) -> list[BaseException | None]:
    start, results = threading.Barrier(count), list[BaseException | None]()
    assert callable(act)

    def run(number: int) -> None:
        start.wait()
        try:
            act(number)
            results.append(None)
        except (ConflictError, ForbiddenError) as error:
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_of_two_claims_at_once_one_makes_an_administrator(clock: StoppedClock) -> None:
    secret = linked(None, clock)
    results = _at_once(lambda number: claimed(secret, clock, name=f"root{number}"), 2)
    assert len([result for result in results if result is None]) == 1
    assert User.objects.count() == 1
    assert kinds().count(Kind.ADMINISTRATOR_CLAIMED) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_uses_at_once_one_signs_in(clock: StoppedClock) -> None:
    ada = create_user("ada", "ada@example.org", admin=False, actor=OPERATOR, clock=clock)
    secret = linked(ada, clock)
    results = _at_once(lambda _: links.use(secret, clock), 2)
    assert len([result for result in results if result is None]) == 1
    link = SignInLink.objects.exclude(used_at=None).get()
    assert str(link) == f"link {link.pk}"


@pytest.mark.django_db(transaction=True)
def test_of_a_claim_and_an_account_at_once_the_claim_is_no_second_administrator(
    clock: StoppedClock,
) -> None:
    secret = linked(None, clock)

    def act(number: int) -> None:
        if number:
            claimed(secret, clock)
        else:
            create_user("ada", "ada@example.org", admin=False, actor=OPERATOR, clock=clock)

    results = _at_once(act, 2)
    made = kinds()
    assert results.count(None) == User.objects.count()
    if Kind.ADMINISTRATOR_CLAIMED in made:
        # Then the claim came first, and the account that it made is the first of all.
        assert made.index(Kind.USER_CREATED) == made.index(Kind.ADMINISTRATOR_CLAIMED) - 1


@pytest.mark.django_db(transaction=True)
def test_of_eight_accounts_of_one_name_at_once_one_is_made(clock: StoppedClock) -> None:
    def act(number: int) -> None:
        name = "Ada" if number % 2 else "ada"
        create_user(name, "ada@example.org", admin=False, actor=OPERATOR, clock=clock)

    results = _at_once(act, 8)
    refused = [error for error in results if isinstance(error, ConflictError)]
    assert {error.code for error in refused} == {"user-name-taken"}
    assert (len(refused), User.objects.count()) == (7, 1)


@pytest.mark.django_db(transaction=True)
def test_of_eight_claim_links_made_at_once_one_is_left(clock: StoppedClock) -> None:
    _at_once(lambda number: links.create_link(None, OPERATOR, clock, lambda: f"s{number}"), 8)
    assert SignInLink.objects.filter(used_at=None).count() == 1


def test_links_that_sign_nobody_in_any_more_are_forgotten(ada: User, clock: StoppedClock) -> None:
    linked(ada, clock)
    clock.moment += links.SIGN_IN_FOR + links.KEPT
    assert links.forget(clock.now()) == 0
    clock.moment += timedelta(seconds=1)
    assert links.forget(clock.now()) == 1
    assert not SignInLink.objects.exists()
