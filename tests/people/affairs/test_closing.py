"""Closing an account: refused where it is needed, undone by a sign-in, final after some days."""

import json
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator

from strongroom.core.actors import OPERATOR
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import ConflictError
from strongroom.core.events import Kind
from strongroom.people.access.grants import grant
from strongroom.people.access.roles import Role
from strongroom.people.accounts import letters
from strongroom.people.accounts.devices import arrive
from strongroom.people.accounts.users import create_user
from strongroom.people.affairs.closing import GRACE, PERSONAL, close, due, erase, keep
from strongroom.people.affairs.export import export
from strongroom.people.models import BrowserSession, Device, Letter, Token, User
from strongroom.people.tokens.minting import Mint, Order, create
from strongroom.proof.ledger.events import newest_of
from strongroom.stores.seals import Seal
from tests.fakes.clocks import NOON, StoppedClock
from tests.fakes.people import member, sure

pytestmark = pytest.mark.django_db

PARCEL, CRATE = ProjectId("pypi", "parcel"), ProjectId("pypi", "crate")


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def alice(clock: StoppedClock) -> User:
    user = member("alice", clock)
    mint = Mint(b"m" * 32, clock, lambda size: b"s" * size)
    create(user, Order("laptop"), by=sure(user), mint=mint)
    BrowserSession.objects.create(
        session_key="k", user=user, created_at=NOON, seen_at=NOON, expire_date=NOON + GRACE
    )
    return user


def test_an_account_is_signed_out_at_once_and_closed_after_the_days_of_grace(
    alice: User, clock: StoppedClock
) -> None:
    assert close(alice, sure(alice), clock) == NOON + GRACE
    assert not BrowserSession.objects.exists()
    assert not Token.objects.filter(revoked_at=None).exists()
    assert Letter.objects.filter(notice__kind="account-closing").count() == 1
    assert due(NOON + GRACE - timedelta(seconds=1), 9) == ()
    assert not erase(alice.pk, clock)
    clock.forward(GRACE)
    assert due(clock.now(), 9) == ((alice.pk, "alice"),)
    assert erase(alice.pk, clock)
    assert due(clock.now(), 9) == ()


def test_nothing_personal_is_left_and_the_name_is_never_free_again(
    alice: User, clock: StoppedClock
) -> None:
    letters.write(letters.Written("alice@example.org", "code", "4711"), Seal(b"k" * 32), NOON)
    arrive(alice.pk, "", "Browser/1", clock.now(), lambda: "kept by the browser")
    close(alice, sure(alice), clock)
    clock.forward(GRACE)
    erase(alice.pk, clock)
    for rows in (*PERSONAL, Letter):
        assert not rows.objects.exists()
    assert not Device.objects.exists()
    left = User.objects.get()
    assert (left.username, left.email, left.is_active, left.admin) == ("alice", "", False, False)
    assert not left.has_usable_password()
    (told,) = newest_of([Kind.ACCOUNT_CLOSED], 9)
    assert told.event.facts == {"user": "alice"}
    with pytest.raises(ConflictError):
        create_user("Alice", "new@example.org", admin=False, actor=OPERATOR, clock=clock)


def test_whoever_signs_in_keeps_the_account(alice: User, clock: StoppedClock) -> None:
    assert not keep(alice, sure(alice), clock)
    close(alice, sure(alice), clock)
    assert keep(alice, sure(alice), clock)
    clock.forward(GRACE)
    assert not erase(alice.pk, clock)
    assert len(newest_of([Kind.ACCOUNT_KEPT], 9)) == 1


def test_the_only_owner_of_projects_is_told_of_which(alice: User, clock: StoppedClock) -> None:
    for project in (PARCEL, CRATE):
        grant(alice.pk, project, Role.OWNER, clock)
    bob = member("bob", clock)
    grant(bob.pk, CRATE, Role.MAINTAINER, clock)
    with pytest.raises(ConflictError) as caught:
        close(alice, sure(alice), clock)
    assert "crate, parcel" in caught.value.sentence
    grant(bob.pk, CRATE, Role.OWNER, clock)
    grant(bob.pk, PARCEL, Role.OWNER, clock)
    close(alice, sure(alice), clock)
    assert due(NOON + GRACE, 9)


def test_of_two_owners_one_may_close_their_account(alice: User, clock: StoppedClock) -> None:
    bob = member("bob", clock)
    for user in (alice, bob):
        grant(user.pk, PARCEL, Role.OWNER, clock)
    close(alice, sure(alice), clock)
    with pytest.raises(ConflictError):
        close(bob, sure(bob), clock)


def test_the_only_administrator_stays(alice: User, clock: StoppedClock) -> None:
    root = member("root", clock, admin=True)
    with pytest.raises(ConflictError) as caught:
        close(root, sure(root), clock)
    assert caught.value.code == "account-last-administrator"
    member("other", clock, admin=True)
    close(root, sure(root), clock)
    assert due(NOON + GRACE, 9)


def test_an_account_that_still_has_roles_is_kept_open(alice: User, clock: StoppedClock) -> None:
    close(alice, sure(alice), clock)
    grant(alice.pk, PARCEL, Role.MAINTAINER, clock)
    clock.forward(GRACE)
    assert not erase(alice.pk, clock)
    assert due(clock.now(), 9) == ()
    assert len(newest_of([Kind.ACCOUNT_KEPT], 9)) == 1


def test_an_export_has_all_that_is_known_of_a_person_and_no_secret(
    alice: User, clock: StoppedClock
) -> None:
    kind = Authenticator.Type.TOTP
    Authenticator.objects.create(user=alice, type=kind, data={"secret": "SEALED"})
    grant(alice.pk, PARCEL, Role.MAINTAINER, clock)
    arrive(alice.pk, "", "Browser/1", clock.now(), lambda: "kept by the browser")
    data = json.loads(json.dumps(export(alice, sure(alice), clock)))
    own = {"account", "addresses", "factors", "sessions", "devices", "tokens", "log"}
    assert set(data) == own | {"projects", "organisations"}
    assert data["devices"][0]["agent"] == "Browser/1"
    assert "kept by the browser" not in str(data)
    assert data["account"]["name"] == "alice"
    assert data["addresses"] == [
        {"address": "alice@example.org", "verified": True, "primary": True}
    ]
    assert [one["kind"] for one in data["factors"]] == ["webauthn", "totp"]
    assert data["tokens"][0]["label"] == "laptop"
    assert data["projects"] == [{"ecosystem": "pypi", "project": "parcel", "role": "maintainer"}]
    assert [one["kind"] for one in data["log"]] == ["user-created", "token-created"]
    text = json.dumps(data)
    assert "SEALED" not in text
    assert Token.objects.get().identifier not in text
    assert alice.password not in text
    assert len(newest_of([Kind.ACCOUNT_EXPORTED], 9)) == 1
    assert Letter.objects.filter(notice__kind="account-exported").exists()


def test_an_export_has_nothing_of_others(alice: User, clock: StoppedClock) -> None:
    grant(member("bob", clock).pk, PARCEL, Role.OWNER, clock)
    assert "bob" not in json.dumps(export(alice, sure(alice), clock))
