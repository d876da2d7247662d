"""Second factors: what an account can show, what a session has shown, and the operator's own."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection

from strongroom.core.actors import OPERATOR, Assurance
from strongroom.core.errors import ConflictError
from strongroom.core.events import Kind
from strongroom.people.accounts.factors import TOTP, WEBAUTHN, ability, enrol_totp, shown, without
from strongroom.people.accounts.users import create_user
from strongroom.people.models import User
from strongroom.proof.ledger.events import since
from tests.fakes.clocks import StoppedClock

CLOCK = StoppedClock()
CODES = Authenticator.Type.RECOVERY_CODES


@pytest.fixture
def ada(db: None) -> User:
    return create_user("ada", "a@example.org", admin=False, actor=OPERATOR, clock=CLOCK)


def factor(user: User, kind: str) -> Authenticator:
    made: Authenticator = Authenticator.objects.create(user=user, type=kind, data={})
    return made


def test_an_account_can_show_what_its_best_factor_shows(ada: User) -> None:
    assert ability(ada.pk) is Assurance.SINGLE_FACTOR
    factor(ada, CODES)
    assert ability(ada.pk) is Assurance.SINGLE_FACTOR
    factor(ada, TOTP)
    assert ability(ada.pk) is Assurance.MULTI_FACTOR
    factor(ada, WEBAUTHN)
    assert ability(ada.pk) is Assurance.PHISHING_RESISTANT


def test_without_one_of_its_factors_it_can_show_what_the_others_show(ada: User) -> None:
    key, app = factor(ada, WEBAUTHN), factor(ada, TOTP)
    assert without(key) is Assurance.MULTI_FACTOR
    assert without(app) is Assurance.PHISHING_RESISTANT
    factor(ada, WEBAUTHN)
    assert without(key) is Assurance.PHISHING_RESISTANT


@pytest.mark.parametrize(
    ("records", "assurance"),
    [
        ([], Assurance.SINGLE_FACTOR),
        ([{"method": "password"}], Assurance.SINGLE_FACTOR),
        ([{"method": "password"}, {"method": "mfa", "type": "totp"}], Assurance.MULTI_FACTOR),
        ([{"method": "mfa", "type": "recovery_codes"}], Assurance.MULTI_FACTOR),
        ([{"method": "mfa", "type": "webauthn"}], Assurance.PHISHING_RESISTANT),
        ([{"method": "mfa", "type": "carrier pigeon"}], Assurance.SINGLE_FACTOR),
        ([{"method": "code", "type": "webauthn"}], Assurance.SINGLE_FACTOR),
    ],
)
def test_a_session_has_shown_what_it_was_asked_for(
    records: list[dict[str, object]], assurance: Assurance
) -> None:
    assert shown(records) is assurance


def test_the_operator_enrols_a_first_factor_and_the_event_tells(ada: User) -> None:
    enrol_totp(ada, "SECRET", seal=lambda text: f"sealed {len(text)}", by=OPERATOR, clock=CLOCK)
    assert Authenticator.objects.get().data == {"secret": "sealed 6"}
    event = since(0, 10)[-1].event
    assert (event.kind, event.actor) == (Kind.FACTOR_ADDED, "operator")
    assert event.facts == {"user": "ada", "factor": "totp"}


@pytest.mark.parametrize("kind", [TOTP, WEBAUTHN])
def test_the_operator_replaces_no_factor(ada: User, kind: str) -> None:
    before = factor(ada, kind)
    with pytest.raises(ConflictError) as refused:
        enrol_totp(ada, "SECRET", seal=str, by=OPERATOR, clock=CLOCK)
    assert refused.value.code == "factor-enrolled"
    assert list(Authenticator.objects.all()) == [before]


@pytest.mark.django_db(transaction=True)
def test_of_two_that_enrol_at_once_one_does() -> None:
    ada = create_user("ada", "a@example.org", admin=False, actor=OPERATOR, clock=CLOCK)

    def enrol(number: int) -> str:
        try:
            enrol_totp(ada, f"SECRET{number}", seal=str, by=OPERATOR, clock=CLOCK)
        except ConflictError as refused:
            return refused.code
        finally:
            connection.close()
        return "enrolled"

    with ThreadPoolExecutor(4) as threads:
        told = sorted(threads.map(enrol, range(4)))
    assert told == ["enrolled", *["factor-enrolled"] * 3]
    assert Authenticator.objects.count() == 1
