from datetime import UTC, datetime

import pytest
from allauth.mfa.models import Authenticator

from strongroom.core.actors import OPERATOR, Assurance
from strongroom.people.accounts.keyring import CODES, keyring
from strongroom.people.accounts.users import create_user
from strongroom.people.models import User
from tests.fakes.clocks import StoppedClock

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    clock = StoppedClock(datetime(2026, 1, 1, tzinfo=UTC))
    return create_user("ada", "ada@example.org", admin=False, actor=OPERATOR, clock=clock)


def enrol(user: User, kind: str, name: str = "") -> Authenticator:
    row: Authenticator = Authenticator.objects.create(user=user, type=kind, data={"name": name})
    return row


def test_an_account_without_factors_has_an_empty_keyring(ada: User) -> None:
    held = keyring(ada.pk)
    assert (held.empty, held.spare, held.codes) == (True, False, False)


def test_a_single_key_is_not_a_spare_one(ada: User) -> None:
    enrol(ada, "webauthn", "laptop")
    held = keyring(ada.pk)
    assert ([one.name for one in held.keys], held.empty, held.spare) == (["laptop"], False, False)


@pytest.mark.parametrize("kind", ["webauthn", "totp", CODES])
def test_a_second_factor_or_codes_are_a_spare(ada: User, kind: str) -> None:
    enrol(ada, "webauthn")
    enrol(ada, kind)
    assert keyring(ada.pk).spare


def test_codes_alone_are_no_factor(ada: User) -> None:
    enrol(ada, CODES)
    assert keyring(ada.pk).empty


def test_the_last_key_is_given_up_only_where_nothing_needs_it(ada: User) -> None:
    enrol(ada, "webauthn")
    enrol(ada, "totp")
    (kept,) = keyring(ada.pk, Assurance.PHISHING_RESISTANT).keys
    (free,) = keyring(ada.pk, Assurance.MULTI_FACTOR).keys
    assert (kept.given_up, free.given_up) == (False, True)


def test_the_keyring_of_another_is_not_mixed_in(ada: User) -> None:
    clock = StoppedClock(datetime(2026, 1, 1, tzinfo=UTC))
    eve = create_user("eve", "eve@example.org", admin=False, actor=OPERATOR, clock=clock)
    enrol(eve, "totp")
    assert keyring(ada.pk).empty
