"""E-mail addresses: one account for each that is verified."""

import pytest
from allauth.account.models import EmailAddress

from strongroom.core.actors import OPERATOR
from strongroom.core.errors import ConflictError
from strongroom.people.accounts.addresses import has_verified, verified
from strongroom.people.accounts.users import create_user
from strongroom.people.models import User
from tests.fakes.clocks import StoppedClock

pytestmark = pytest.mark.django_db


def account(name: str, email: str) -> User:
    return create_user(name, email, admin=False, actor=OPERATOR, clock=StoppedClock())


def test_the_operator_vouches_for_the_address_of_an_account() -> None:
    ada = account("ada", "Ada@Example.org")
    assert verified(ada.pk) == ("ada@example.org",)
    assert User.objects.annotate(has=has_verified("pk")).get().has


def test_the_primary_address_comes_first_and_an_unverified_one_is_none() -> None:
    ada = account("ada", "b@example.org")
    EmailAddress.objects.create(user=ada, email="a@example.org", verified=True)
    EmailAddress.objects.create(user=ada, email="c@example.org", verified=False)
    assert verified(ada.pk) == ("b@example.org", "a@example.org")


def test_an_address_that_is_somebodys_is_nobody_elses() -> None:
    account("ada", "ada@example.org")
    with pytest.raises(ConflictError) as refused:
        account("bob", "ADA@example.org")
    assert refused.value.code == "email-taken"
    assert not User.objects.filter(username="bob").exists()
