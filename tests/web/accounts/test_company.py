"""People sign in by their company: whole ways through, and the attacks on them."""

from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from strongroom.core.actors import OPERATOR, Assurance
from strongroom.core.coordinates import ProjectId
from strongroom.core.events import Kind
from strongroom.packages.catalog.changes import appoint
from strongroom.packages.models import Project
from strongroom.people.access.grants import granted
from strongroom.people.access.roles import Role
from strongroom.people.accounts.addresses import verified
from strongroom.people.accounts.users import create_user
from strongroom.people.models import CompanyIdentity, Letter, User
from strongroom.proof.ledger.events import newest_of
from strongroom.site.assembly import house
from strongroom.web.accounts.company import urls as company_urls
from tests.fakes.identity import Company, Key
from tests.web.accounts.conftest import BACK, come

pytestmark = pytest.mark.django_db

PASSWORD = "long enough for anybody"
CORE, WEB = ProjectId("pypi", "core"), ProjectId("pypi", "web-ui")


def project(where: ProjectId) -> None:
    now = house().clock.now()
    Project.objects.create(
        ecosystem=where.ecosystem,
        key=where.key,
        display=where.key,
        similar=where.key,
        created_at=now,
        updated_at=now,
    )


def account(name: str, email: str) -> User:
    user = create_user(name, email, admin=False, actor=OPERATOR, clock=house().clock)
    user.set_password(PASSWORD)
    user.save()
    return user


def test_the_way_out_binds_the_answer_to_this_browser(company: Company) -> None:
    location = Client().get("/account/company/")["Location"]
    asked = dict(parse_qsl(urlsplit(location).query))
    assert location.startswith(f"{company.issuer}/authorize?")
    assert asked["redirect_uri"] == f"http://localhost:8000{BACK}"
    assert (asked["code_challenge_method"], asked["scope"]) == ("S256", "openid email profile")
    again = dict(parse_qsl(urlsplit(Client().get("/account/company/")["Location"]).query))
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[name]) == 43
        assert asked[name] != again[name]


def test_somebody_new_gets_an_account_with_the_address_that_the_company_vouches_for(
    company: Company,
) -> None:
    came = come(company)
    assert came.answer["Location"] == "/account/"
    eve = came.account
    assert eve is not None
    assert (eve.username, eve.admin, verified(eve.pk)) == ("eve", False, ("eve@corp.test",))
    assert not eve.has_usable_password()
    (event,) = newest_of([Kind.USER_CREATED], 9)
    assert (event.event.actor, event.event.credential) == ("registry", "company login")
    assert come(company).account == eve
    assert User.objects.count() == 1


def test_the_subject_is_who_somebody_is_whatever_their_address_says(company: Company) -> None:
    eve = come(company).account
    company.says(sub="7", email="new@corp.test")
    assert come(company).account == eve
    company.says(sub="8", email="eve@corp.test")
    came = come(company)
    assert (came.answer.status_code, came.account) == (409, None)


@pytest.mark.parametrize("name", ["operator", "__token__", "ädmin@corp", "...", "x" * 300])
def test_a_name_that_nobody_can_have_becomes_one_that_somebody_can(
    company: Company, name: str
) -> None:
    account("person", "p@example.org")
    company.says(sub="7", email="eve@corp.test", preferred_username=name)
    eve = come(company).account
    assert eve is not None
    assert eve.username not in {"operator", "__token__", "person"}


@pytest.mark.parametrize(
    "email", ["eve@example.org", "eve@sub.corp.test", "eve@corp.test.evil.test", "", None]
)
def test_an_address_that_is_not_the_companys_makes_no_account(
    company: Company, email: str | None
) -> None:
    company.says(sub="7", email=email)
    assert come(company).answer.status_code == 403
    assert not User.objects.exists()


def test_an_address_that_the_company_has_not_verified_makes_no_account(company: Company) -> None:
    company.says(sub="7", email="eve@corp.test", email_verified=False)
    assert come(company).answer.status_code == 403
    assert not User.objects.exists()


@pytest.mark.parametrize("is_verified", [True, False])
def test_no_account_is_linked_by_its_address(company: Company, *, is_verified: bool) -> None:
    owner = account("owner", "eve@corp.test")
    EmailAddress.objects.filter(user=owner).update(verified=is_verified)
    came = come(company)
    assert (came.answer.status_code, came.account) == (409, None)
    assert not CompanyIdentity.objects.exists()


def test_who_is_signed_in_links_their_account(company: Company) -> None:
    owner = account("owner", "owner@example.org")
    browser = Client()
    browser.force_login(owner)
    assert 'href="/account/company/"' in browser.get("/account/").content.decode()
    assert come(company, browser).answer["Location"] == "/account/"
    assert newest_of([Kind.COMPANY_LINKED], 9)[0].event.facts == {"user": "owner"}
    assert Letter.objects.filter(notice__kind="company-linked", to="owner@example.org").exists()
    assert come(company).account == owner
    assert come(company, browser).answer["Location"] == "/account/"


def test_a_session_without_the_accounts_factor_links_nothing(company: Company) -> None:
    owner = account("owner", "owner@example.org")
    Authenticator.objects.create(user=owner, type="webauthn", data={})
    thief = Client()
    thief.force_login(owner)
    assert thief.get("/account/company/")["Location"].startswith("/account/security/")
    anybody = Client()
    brought = company.authorize(anybody.get("/account/company/")["Location"])
    begun = anybody.session["company-login"]
    session = thief.session
    session["company-login"] = begun
    session.save()
    assert thief.get(BACK, brought).status_code == 403
    assert not CompanyIdentity.objects.exists()


def test_one_subject_has_one_account_and_one_account_one_subject(company: Company) -> None:
    come(company)
    other = Client()
    other.force_login(account("owner", "owner@example.org"))
    assert come(company, other).answer.status_code == 409
    company.says(sub="9")
    assert come(company, other).answer["Location"] == "/account/"
    company.says(sub="10")
    assert come(company, other).answer.status_code == 409


def test_another_state_is_refused(company: Company) -> None:
    assert come(company, state="other").answer.status_code == 403
    assert come(company, state="é").answer.status_code == 403


def test_what_another_browser_began_is_refused(company: Company) -> None:
    brought = company.authorize(Client().get("/account/company/")["Location"])
    victim = Client()
    assert victim.get(BACK, brought).status_code == 403
    victim.get("/account/company/")
    assert victim.get(BACK, brought).status_code == 403


def test_what_was_brought_back_once_counts_once(company: Company) -> None:
    browser = Client()
    brought = company.authorize(browser.get("/account/company/")["Location"])
    assert browser.get(BACK, brought).status_code in {302, 303}
    assert browser.get(BACK, brought).status_code == 403


def test_a_code_of_another_sign_in_is_refused(company: Company) -> None:
    stolen = company.authorize(Client().get("/account/company/")["Location"])["code"]
    assert come(company, code=stolen).answer.status_code == 503
    assert come(company, code="").answer.status_code == 403
    assert come(company, iss="https://id.evil.test").answer.status_code == 403


def test_a_sign_in_that_was_begun_long_ago_is_refused(company: Company) -> None:
    browser = Client()
    brought = company.authorize(browser.get("/account/company/")["Location"])
    session = browser.session
    session["company-login"] = {**session["company-login"], "at": 0}
    session.save()
    assert browser.get(BACK, brought).status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "other"},
        {"iss": "https://id.evil.test"},
        {"aud": "others"},
        {"exp": 1},
        {"sub": None},
    ],
)
def test_a_token_that_is_wrong_signs_nobody_in(company: Company, wrong: dict[str, object]) -> None:
    company.says(**{"sub": "7", "email": "eve@corp.test", **wrong})
    came = come(company)
    assert (came.answer.status_code, came.account) == (403, None)


def test_an_unsigned_token_signs_nobody_in(company: Company) -> None:
    company.token = lambda claims: jwt.encode(claims, "", "none", headers={"kid": "first"})
    assert come(company).answer.status_code == 403


def test_a_key_that_was_changed_is_taken_and_one_that_is_gone_is_not(company: Company) -> None:
    (old,) = company.keys
    company.keys = [Key("second")]
    assert come(company).account is not None
    company.token = old.sign
    assert come(company).answer.status_code == 403


@pytest.mark.parametrize(
    "told",
    [
        {"issuer": "https://id.evil.test"},
        {"token_endpoint": None},
        {"authorization_endpoint": 7},
    ],
)
def test_a_provider_that_is_not_what_it_should_be_is_not_used(
    company: Company, told: dict[str, object]
) -> None:
    company.discovery = told
    assert Client().get("/account/company/").status_code == 503


def test_a_client_secret_goes_into_the_form_where_the_header_is_not_taken(
    company: Company,
) -> None:
    company.discovery = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert come(company).account is not None


def test_what_the_company_says_of_factors_counts_as_far_as_it_was_let(company: Company) -> None:
    company.says(sub="7", email="eve@corp.test", amr=["hwk"])
    assert come(company).browser.session["company"]["assurance"] == Assurance.SINGLE_FACTOR
    company.says(sub="7", amr=["mfa"])
    assert come(company).browser.session["company"]["assurance"] == Assurance.MULTI_FACTOR


def test_who_has_a_factor_here_still_shows_it(company: Company) -> None:
    eve = come(company).account
    assert eve is not None
    Authenticator.objects.create(user=eve, type="totp", data={"secret": "-"})
    came = come(company)
    assert came.answer["Location"].startswith("/account/security/authenticate/")
    assert came.account is None


def test_people_of_the_company_sign_in_by_it_alone(company: Company) -> None:
    eve = come(company).account
    assert eve is not None
    eve.set_password(PASSWORD)
    eve.save()
    browser = Client()
    answer = browser.post("/account/login/", {"login": "eve", "password": PASSWORD})
    assert answer["Location"] == "/account/login/"
    assert "_auth_user_id" not in browser.session
    Letter.objects.all().delete()
    browser.post("/account/password/reset/", {"email": "eve@corp.test"})
    assert not Letter.objects.exists()


def test_others_sign_in_as_before(company: Company) -> None:
    account("owner", "owner@example.org")
    answer = Client().post("/account/login/", {"login": "owner", "password": PASSWORD})
    # A new device is held for a mail, as everybody's is.
    assert answer["Location"] == reverse("account_confirm_device")
    assert "Sign in by Company" in Client().get("/account/login/").content.decode()


def test_groups_give_roles_and_take_them_again(company: Company) -> None:
    for one in (CORE, WEB):
        project(one)
    appoint(house().desk, OPERATOR, CORE, account("owner", "o@example.org").username, Role.OWNER)
    company.says(sub="7", email="eve@corp.test", groups=["dev", "ops"])
    eve = come(company).account
    assert eve is not None
    assert (eve.admin, granted(eve.pk, CORE), granted(eve.pk, WEB)) == (
        True,
        Role.OWNER,
        Role.MAINTAINER,
    )
    company.says(sub="7", groups=[])
    eve = come(company).account
    assert eve is not None
    assert (eve.admin, granted(eve.pk, CORE), granted(eve.pk, WEB)) == (False, None, None)
    kinds = [one.event.kind for one in newest_of(Kind, 99)]
    assert kinds.count(Kind.ADMINISTRATOR_MADE) == 1
    assert kinds.count(Kind.ADMINISTRATOR_UNMADE) == 1
    assert kinds.count(Kind.ROLE_TAKEN) == 2


def test_an_account_that_was_ended_is_not_signed_in(company: Company) -> None:
    come(company)
    User.objects.update(is_active=False)
    company.says(sub="7", groups=["ops"])
    came = come(company)
    assert came.account is None
    assert not User.objects.get().admin


def test_without_a_company_there_is_no_such_address() -> None:
    assert company_urls(None, house().press, house().clock) == []


@pytest.mark.parametrize("email", ["a b@corp.test", "eve\r\nBcc: x@corp.test", "@corp.test"])
def test_what_is_no_address_makes_no_account(company: Company, email: str) -> None:
    company.says(sub="7", email=email)
    assert come(company).answer.status_code == 403
    assert not User.objects.exists()
