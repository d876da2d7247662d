"""Making organisations: who may, by which names, and how many."""

from dataclasses import replace

import pytest

from strongroom.core.actors import OPERATOR, Assurance
from strongroom.core.errors import AssuranceError, ConflictError, ForbiddenError, InvalidError
from strongroom.core.events import Kind
from strongroom.people.access.roles import Rank
from strongroom.people.models import Organisation
from strongroom.people.organisations import founding
from strongroom.people.organisations.founding import Manner, Plan
from strongroom.people.oversight import names
from tests.people.organisations.conftest import ACME, TERMS, Firm

PLAIN = Manner()


def refusal(firm: Firm, by: str, name: str) -> str:
    try:
        founding.create(TERMS, firm.act(by), Plan(name, PLAIN), firm.bureau.clock)
    except (ConflictError, InvalidError) as refused:
        return refused.code
    return ""


def test_who_makes_one_owns_it_and_it_is_told(firm: Firm) -> None:
    assert firm.rank("olga") is Rank.OWNER
    assert firm.last(Kind.ORGANISATION_CREATED) == {"organisation": ACME, "owner": "olga"}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("acme", "organisation-name-taken"),
        ("ac-me", "organisation-name-taken"),
        ("acrne", "organisation-name-taken"),
        ("mia", "organisation-name-taken"),
        ("security", "organisation-name-reserved"),
        ("Str0ngroom", "organisation-name-reserved"),
        ("registry", "organisation-name-invalid"),
        ("-x", "organisation-name-invalid"),
        ("x" * 65, "organisation-name-invalid"),
        ("\u0430cme", "organisation-name-invalid"),
        ("olga", ""),
    ],
)
def test_a_name_is_nobody_elses_and_looks_like_no_other(firm: Firm, name: str, code: str) -> None:
    firm.user("mia")
    assert refusal(firm, "olga", name) == code


def test_a_prohibited_name_is_refused(firm: Firm) -> None:
    names.prohibit(firm.bureau.office, OPERATOR, names.of_user("globex"), "theirs")
    assert refusal(firm, "mia", "g1obex") == "organisation-name-reserved"


def test_nobody_signs_up_under_the_name_of_an_organisation(firm: Firm) -> None:
    with pytest.raises(ConflictError) as caught:
        names.may_sign_up("acrne", "Strongroom")
    assert caught.value.code == "user-name-not-for-all"


def test_it_takes_a_second_factor_and_a_person(firm: Firm) -> None:
    mia = firm.act("mia")
    weak = replace(mia, assurance=Assurance.SINGLE_FACTOR)
    with pytest.raises(AssuranceError):
        founding.create(TERMS, weak, Plan("globex", PLAIN), firm.bureau.clock)
    token = replace(mia, credential="token 41")
    with pytest.raises(ForbiddenError) as caught:
        founding.create(TERMS, token, Plan("globex", PLAIN), firm.bureau.clock)
    assert caught.value.code == "person-needed"


def test_a_setting_leaves_it_to_administrators(firm: Firm) -> None:
    terms = replace(TERMS, by_all=False)
    with pytest.raises(ForbiddenError) as caught:
        founding.create(terms, firm.act("mia"), Plan("globex", PLAIN), firm.bureau.clock)
    assert caught.value.code == "organisations-by-administrators"
    admin = replace(firm.act("mia"), admin=True)
    assert founding.create(terms, admin, Plan("globex", PLAIN), firm.bureau.clock).name == "globex"


def test_the_operator_says_whose_it_is(firm: Firm) -> None:
    founding.create(TERMS, OPERATOR, Plan("globex", PLAIN, "mia"), firm.bureau.clock)
    assert firm.last(Kind.ORGANISATION_CREATED)["owner"] == "mia"


def test_a_person_owns_only_so_many(firm: Firm) -> None:
    for number in range(founding.OWNED_AT_MOST - 1):
        assert refusal(firm, "olga", f"firm{number}x") == ""
    assert refusal(firm, "olga", "one-more") == "organisations-too-many"


def test_its_owner_says_how_it_is(firm: Firm) -> None:
    manner = Manner("Acme", members_read=False, private_by_default=False)
    assert founding.change(firm.act("olga"), ACME, manner, firm.bureau.clock)
    assert not founding.change(firm.act("olga"), ACME, manner, firm.bureau.clock)
    assert founding.manner_of(Organisation.objects.get()) == manner
    for name in ("max", "mia", "eve"):
        with pytest.raises(ForbiddenError) as caught:
            founding.change(firm.act(name), ACME, PLAIN, firm.bureau.clock)
        assert caught.value.code == "rank-missing"


def test_a_title_is_one_line(firm: Firm) -> None:
    with pytest.raises(InvalidError):
        founding.change(firm.act("olga"), ACME, Manner("a\nb"), firm.bureau.clock)


def test_it_ends_only_when_it_holds_nothing(firm: Firm) -> None:
    firm.hold()
    with pytest.raises(ConflictError) as caught:
        founding.remove(firm.act("olga"), ACME, firm.bureau.clock)
    assert caught.value.code == "organisation-holds-projects"
    firm.row.holdings.all().delete()
    with pytest.raises(ForbiddenError):
        founding.remove(firm.act("max"), ACME, firm.bureau.clock)
    founding.remove(firm.act("olga"), ACME, firm.bureau.clock)
    assert not Organisation.objects.exists()
    assert firm.last(Kind.ORGANISATION_REMOVED) == {"organisation": ACME}
