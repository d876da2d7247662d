"""Names that nobody may take, and names that only look like somebody's."""

import pytest

from strongroom.core.actors import OPERATOR, REGISTRY
from strongroom.core.errors import ConflictError, NotFoundError
from strongroom.core.events import Kind
from strongroom.people.models import User
from strongroom.people.oversight import names
from strongroom.people.oversight.names import Named
from tests.people.oversight.conftest import Staff

BAD = Named("pypi", "evi1", "Evil")


def test_a_prohibited_name_is_refused_in_all_its_looks(staff: Staff) -> None:
    office, ida = staff.bureau.office, staff.act(staff.ida)
    assert names.prohibit(office, ida, names.of_user("Bo.ris"), "asked for by Boris")
    assert not names.prohibit(office, ida, names.of_user("b0-r1s"), "again")
    with pytest.raises(ConflictError) as refusal:
        names.may_sign_up("B0rls", "Strongroom")
    assert refusal.value.code == "user-name-not-for-all"
    assert "asked for by Boris" in str(refusal.value)
    assert staff.kinds() == [Kind.NAME_PROHIBITED]


@pytest.mark.parametrize(
    "name",
    ["admin", "Adm1n", "Support", "SUPP0RT", "security", "root", "strong-room", "Packages.Acme"],
)
def test_nobody_signs_up_under_a_name_that_speaks_for_the_registry(staff: Staff, name: str) -> None:
    with pytest.raises(ConflictError):
        names.may_sign_up(name, "Packages-Acme")


@pytest.mark.parametrize("name", ["1da", "i.da", "lda", "MAX", "m-a-x"])
def test_nobody_signs_up_under_a_name_that_looks_like_an_administrators(
    staff: Staff, name: str
) -> None:
    with pytest.raises(ConflictError):
        names.may_sign_up(name, "Strongroom")


@pytest.mark.parametrize("name", ["maria", "bob", "idaho"])
def test_other_names_are_free(staff: Staff, name: str) -> None:
    names.may_sign_up(name, "Strongroom")


def test_to_allow_a_name_again_takes_two(staff: Staff) -> None:
    office, ida = staff.bureau.office, staff.act(staff.ida)
    names.prohibit(office, ida, BAD, "malware")
    row = names.allow(office, ida, BAD, "a mistake")
    assert row is not None
    assert names.prohibited("pypi", "evi1") == "malware"
    names.confirmed_allow(office, row, REGISTRY)
    assert names.prohibited("pypi", "evi1") is None
    with pytest.raises(NotFoundError):
        names.allow(office, ida, BAD, "a mistake")
    assert staff.kinds()[-1] is Kind.NAME_ALLOWED


def test_the_operator_allows_at_once(staff: Staff) -> None:
    office = staff.bureau.office
    names.prohibit(office, OPERATOR, BAD, "malware")
    assert [str(one) for one in names.listed(staff.act(staff.ida))] == ["pypi Evil"]
    assert names.allow(office, OPERATOR, BAD, "a mistake") is None
    assert names.listed(staff.act(staff.ida)) == ()
    assert User.objects.count() == 2
