"""What allauth does to an account is told to its owner, in the transaction in which it is done."""

import secrets
from collections.abc import Iterator
from email import message_from_bytes, policy

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client
from pytest_django import Settings

from strongroom.core.actors import OPERATOR
from strongroom.core.events import Kind
from strongroom.people.accounts import notices
from strongroom.people.accounts.devices import arrive
from strongroom.people.accounts.letters import deliver
from strongroom.people.accounts.users import create_user
from strongroom.people.models import Letter, User
from strongroom.proof.ledger.events import newest_of
from strongroom.site.assembly import house
from tests.site.accounts.conftest import link

pytestmark = pytest.mark.django_db

PASSWORD = "long enough for anybody"
AGENT = "Browser/1"


@pytest.fixture
def alice(settings: Settings) -> Iterator[User]:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # for speed
    clock = house().clock
    user = create_user("alice", "alice@example.org", admin=False, actor=OPERATOR, clock=clock)
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email="second@example.org", verified=True)
    Letter.objects.all().delete()
    yield user
    for file in house().post.folder.glob("*.eml"):
        file.unlink()


def known(user: User) -> Client:
    """Return a browser in which an account has signed in before."""
    browser = Client(headers={"user-agent": AGENT})
    kept = arrive(user.pk, "", AGENT, house().clock.now(), lambda: secrets.token_urlsafe(32))
    browser.cookies[f"strongroom_device_{user.pk}"] = kept
    return browser


@pytest.fixture
def browser(alice: User) -> Client:
    """Return a browser that is signed in and has just proved it."""
    browser = known(alice)
    browser.post("/account/login/", {"login": "alice", "password": PASSWORD})
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    return browser


def told(user: User) -> tuple[Kind, dict[str, object], list[str]]:
    """Return the newest line of the log, and to whom it is told."""
    (line,) = notices.log(user.pk, None, 1)
    assert line.browser.agent == AGENT
    rows = Letter.objects.filter(notice_id=line.id).order_by("to")
    return line.kind, dict(line.facts), list(rows.values_list("to", flat=True))


BOTH = ["alice@example.org", "second@example.org"]


def test_a_sign_in_from_a_known_device_is_noted_and_from_a_new_one_is_told(
    alice: User, browser: Client
) -> None:
    assert told(alice) == (Kind.SIGNED_IN, {"assurance": "single-factor"}, [])
    new = Client(headers={"user-agent": AGENT})
    new.post("/account/login/", {"login": "alice", "password": PASSWORD})
    new.post(link())
    assert told(alice) == (Kind.SIGNED_IN, {"assurance": "single-factor"}, BOTH)


def test_a_new_password_is_told(alice: User, browser: Client) -> None:
    new = {"oldpassword": PASSWORD, "password1": f"{PASSWORD}!", "password2": f"{PASSWORD}!"}
    browser.post("/account/password/change/", new)
    assert told(alice) == (Kind.PASSWORD_CHANGED, {}, BOTH)
    assert newest_of([Kind.PASSWORD_CHANGED], 1)[0].event.actor == "alice"


def test_an_address_that_is_removed_is_told_so_itself(alice: User, browser: Client) -> None:
    browser.post("/account/addresses/", {"action_remove": "", "email": "second@example.org"})
    facts: dict[str, object] = {"address": "second@example.org"}
    assert told(alice) == (Kind.ADDRESS_REMOVED, facts, BOTH)
    assert "second" not in str(newest_of([Kind.ADDRESS_REMOVED], 1)[0].event)


def test_another_primary_address_is_told(alice: User, browser: Client) -> None:
    browser.post("/account/addresses/", {"action_primary": "", "email": "second@example.org"})
    facts: dict[str, object] = {"address": "second@example.org"}
    assert told(alice) == (Kind.PRIMARY_ADDRESS_CHANGED, facts, BOTH)


def test_new_recovery_codes_and_the_use_of_one_are_told(alice: User, browser: Client) -> None:
    Authenticator.objects.create(
        user=alice, type="totp", data={"secret": house().seal_factor("A" * 32)}
    )
    codes = RecoveryCodes.activate(alice)
    code = codes.get_unused_codes()[0]
    other = known(alice)
    other.post("/account/login/", {"login": "alice", "password": PASSWORD})
    other.post("/account/security/authenticate/", {"code": code})
    kinds = [one.kind for one in notices.log(alice.pk, None, 2)]
    assert kinds == [Kind.SIGNED_IN, Kind.RECOVERY_CODE_USED]
    (used,) = newest_of([Kind.RECOVERY_CODE_USED], 9)
    assert code not in str(used.event)
    browser.post("/account/security/prove/", {"code": codes.get_unused_codes()[1]})
    browser.post("/account/security/codes/new/")
    kind, facts, to = told(alice)
    assert (kind, facts["factor"], to) == (Kind.FACTOR_RESET, "recovery_codes", BOTH)


def test_a_key_that_is_renamed_is_told(alice: User, browser: Client) -> None:
    row = Authenticator.objects.create(user=alice, type="webauthn", data={"name": "old"})
    browser.post(f"/account/security/keys/{row.pk}/name/", {"name": "new"})
    facts = {"id": row.pk, "factor": "webauthn", "name": "new"}
    assert told(alice) == (Kind.FACTOR_RENAMED, facts, BOTH)
    assert len(newest_of([Kind.FACTOR_RENAMED], 9)) == 1


def test_a_factor_that_is_removed_is_told(alice: User, browser: Client) -> None:
    Authenticator.objects.create(
        user=alice, type="totp", data={"secret": house().seal_factor("A" * 32)}
    )
    browser.post("/account/security/totp/remove/")
    kind, facts, to = told(alice)
    assert (kind, facts["factor"], to) == (Kind.FACTOR_REMOVED, "totp", BOTH)


def test_a_password_by_a_link_that_was_mailed_is_told(alice: User) -> None:
    client = Client(headers={"user-agent": AGENT})
    client.post("/account/password/reset/", {"email": "alice@example.org"}, HTTP_HOST="[::1]:1")
    made = house()
    while deliver(made.postman, made.clock.now()):
        pass
    (file,) = made.post.folder.glob("*.eml")
    text = str(message_from_bytes(file.read_bytes(), policy=policy.default).get_content())
    link = next(word for word in text.split() if "/account/password/reset/key/" in word)
    assert link.startswith(f"{made.configuration.url}/account/password/reset/key/")
    answer = client.get(link.removeprefix(made.configuration.url))
    client.post(answer["Location"], {"password1": f"{PASSWORD}!", "password2": f"{PASSWORD}!"})
    assert told(alice) == (Kind.PASSWORD_RESET, {}, BOTH)
