"""Which account a session belongs to: an active one or none."""

import pytest

from strongroom.core.actors import OPERATOR
from strongroom.people.accounts.sessions import SessionBackend
from strongroom.people.accounts.users import create_user
from tests.fakes.clocks import StoppedClock

pytestmark = pytest.mark.django_db


def test_a_session_is_its_accounts_while_that_is_active() -> None:
    user = create_user("ada", "a@example.org", admin=False, actor=OPERATOR, clock=StoppedClock())
    assert SessionBackend().get_user(user.pk) == user
    user.is_active = False
    user.save()
    assert SessionBackend().get_user(user.pk) is None


def test_a_session_of_nobody_is_nobodys() -> None:
    assert SessionBackend().get_user(999) is None
