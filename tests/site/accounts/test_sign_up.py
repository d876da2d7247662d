"""Under which names strangers sign up, and that administrators can turn it off."""

from dataclasses import replace

import pytest

from strongroom.core.actors import OPERATOR
from strongroom.people.models import User
from strongroom.people.oversight import names, switches
from strongroom.site.accounts import adapters
from strongroom.site.assembly import house
from tests.fakes.people import member
from tests.site.accounts.conftest import PASSWORD, Person


@pytest.fixture
def opened(ada: Person, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Return somebody at a registry whose sign-up is open, beside its administrator `ida`."""
    configuration = replace(house().configuration, sign_up=True)
    made = replace(house(), configuration=configuration)
    monkeypatch.setattr(adapters, "house", lambda: made)
    member("ida", house().clock, admin=True)
    return ada


def sign_up(person: Person, name: str) -> str:
    """Return the page that a sign-up under a name is answered with, empty if it was taken."""
    form = {"username": name, "email": "new@example.org", "password1": f"{PASSWORD} or june"}
    return person.stranger().post("/account/signup/", form).content.decode()


@pytest.mark.parametrize("name", ["admin", "Supp0rt", "SECURITY", "strong.room", "1da", "i-d-a"])
def test_nobody_signs_up_as_somebody_in_charge(opened: Person, name: str) -> None:
    assert "is reserved" in sign_up(opened, name)
    assert not User.objects.filter(email="new@example.org").exists()


def test_nobody_signs_up_under_a_prohibited_name(opened: Person) -> None:
    names.prohibit(house().office, OPERATOR, names.of_user("boris"), "it was bought")
    assert "it was bought" in sign_up(opened, "b0r1s")


def test_others_sign_up(opened: Person) -> None:
    sign_up(opened, "maria")
    assert User.objects.filter(folded="maria").exists()


def test_nobody_signs_up_while_it_is_off(opened: Person) -> None:
    switches.turn(house().office, OPERATOR, switches.Name.SIGN_UP, "spam", on=False)
    sign_up(opened, "maria")
    assert not User.objects.filter(folded="maria").exists()
