"""People whose account the company's directory has made sign in to it, or do not."""

import pytest
from django.test import Client

from strongroom.core.events import Kind
from strongroom.people.models import User
from strongroom.people.oversight.directory import Sought, Wish, enter, listed, remove
from strongroom.proof.ledger.events import newest_of
from strongroom.site.assembly import house
from tests.fakes.identity import Company
from tests.web.accounts.conftest import come

pytestmark = pytest.mark.django_db


def test_an_account_that_the_directory_made_waits_for_its_person(company: Company) -> None:
    made = house()
    waiting = enter(made.office, ("corp.test",), Wish("eve@corp.test", "7"))
    company.says(sub="7", email="eve@corp.test", preferred_username="eve@corp.test")
    eve = come(company).account
    assert eve is not None
    assert (eve.pk, User.objects.count()) == (waiting.number, 1)
    assert newest_of([Kind.COMPANY_LINKED], 9)[0].event.actor == "registry"
    company.says(sub="8", email="eve@corp.test")
    assert come(company).answer.status_code == 409


def test_an_account_that_the_directory_made_and_closed_lets_nobody_in(company: Company) -> None:
    made = house()
    enter(made.office, ("corp.test",), Wish("eve@corp.test", "7", active=False))
    came = come(company)
    assert came.account is None
    enter(made.office, ("corp.test",), Wish("max@corp.test", "8"))
    remove(made.office, ("corp.test",), User.objects.get(username="max").pk)
    company.says(sub="8", email="max@corp.test")
    assert come(company).answer.status_code == 409


def test_an_account_that_somebody_has_used_waits_for_nobody(company: Company) -> None:
    enter(house().office, ("corp.test",), Wish("eve@corp.test", "7"))
    Client().force_login(User.objects.get())
    assert come(company).answer.status_code == 409


def test_the_directory_finds_people_by_what_the_login_calls_them(company: Company) -> None:
    company.says(sub="7", email="eve@corp.test", preferred_username="ehale@id.test")
    come(company)
    assert listed(("corp.test",), Sought(user_name="EHale@id.test"), 0, 9)[0] == 1
    assert listed(("corp.test",), Sought(user_name="eve@corp.test"), 0, 9)[0] == 0
