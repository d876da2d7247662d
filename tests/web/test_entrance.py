import pytest
from django.test import Client

from strongroom.people.models import SignInLink, User
from strongroom.web.visitors import SIGN_IN
from tests.web.conftest import Shop
from tests.web.specimens import Reader

pytestmark = pytest.mark.usefixtures("shop")

CLAIM = {"name": "marta", "email": "marta@example.org"}


def test_a_claim_link_shows_a_form_and_stays_unspent(shop: Shop, client: Client) -> None:
    address = f"/claim/{shop.link(None)}"
    page = Reader(client.get(address).content)
    assert {"name", "email", "csrfmiddlewaretoken"} <= set(page.values("name"))
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("room", ["claim", "sign-in"])
@pytest.mark.parametrize("method", ["get", "post", "put"])
def test_the_address_of_a_link_is_told_to_nobody_by_what_its_page_loads(
    shop: Shop, client: Client, room: str, method: str
) -> None:
    for secret in (shop.link(None), "nonsense"):
        answer = getattr(client, method)(f"/{room}/{secret}")
        # `no-referrer` would make browsers send `Origin: null`, which is refused.
        assert answer["Referrer-Policy"] == "strict-origin"
    assert client.get("/search/")["Referrer-Policy"] == "same-origin"


def test_the_form_makes_the_first_administrator_and_signs_in(shop: Shop, client: Client) -> None:
    answer = client.post(f"/claim/{shop.link(None)}", CLAIM)
    assert (answer.status_code, answer["Location"]) == (303, "/account/security/keys/add/")
    assert User.objects.get().admin
    assert "The registry is yours" in Reader(client.get("/account/").content).text


def test_the_next_steps_are_a_page_and_exact_commands(shop: Shop, client: Client) -> None:
    client.post(f"/claim/{shop.link(None)}", CLAIM)
    page = client.get("/account/").content
    for expected in ("twine upload", "uv publish", "pip"):
        assert expected in Reader(page).text
    assert b'href="/account/tokens/new/"' in page


@pytest.mark.parametrize("field", [{"name": "no spaces"}, {"email": "nobody"}])
def test_a_form_filled_in_wrongly_comes_back(
    shop: Shop, client: Client, field: dict[str, str]
) -> None:
    answer = client.post(f"/claim/{shop.link(None)}", CLAIM | field)
    assert answer.status_code == 400
    assert "That did not work" in Reader(answer.content).text
    assert not User.objects.exists()


def test_a_claim_link_works_once(shop: Shop, client: Client) -> None:
    address = f"/claim/{shop.link(None)}"
    client.post(address, CLAIM)
    assert Client().get(address).status_code == 403


def test_a_sign_in_link_claims_nothing(shop: Shop, client: Client) -> None:
    link = shop.link(shop.user("marta"))
    assert client.post(f"/claim/{link}", CLAIM).status_code == 403


def test_a_claim_link_at_the_other_address_finds_its_form(shop: Shop, client: Client) -> None:
    link = shop.link(None)
    assert client.get(f"/sign-in/{link}")["Location"] == f"/claim/{link}"


def test_opening_a_sign_in_link_does_not_spend_it(shop: Shop, client: Client) -> None:
    address = f"/sign-in/{shop.link(shop.user('marta'))}"
    for _ in range(3):
        assert "Sign in as marta" in Reader(client.get(address).content).text
    assert SignInLink.objects.get().used_at is None


def test_sending_the_form_signs_in_and_spends_the_link(shop: Shop, client: Client) -> None:
    address = f"/sign-in/{shop.link(shop.user('marta'))}"
    assert client.post(address)["Location"] == "/account/"
    assert "signed in as marta" in Reader(client.get("/account/").content).text
    assert Client().post(address).status_code == 403


def test_the_session_gets_a_new_key_at_sign_in(shop: Shop, client: Client) -> None:
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    client.post(f"/sign-in/{shop.link(shop.user('marta'))}")
    assert client.session.session_key != before


def test_a_form_without_the_csrf_token_is_refused(shop: Shop) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(f"/sign-in/{shop.link(shop.user('marta'))}")
    assert answer.status_code == 403
    assert SignInLink.objects.get().used_at is None


def test_a_form_with_the_csrf_token_passes(shop: Shop) -> None:
    strict = Client(enforce_csrf_checks=True)
    address = f"/sign-in/{shop.link(shop.user('marta'))}"
    page = Reader(strict.get(address).content)
    (token,) = (
        found["value"] for _, found in page.elements if found.get("name") == "csrfmiddlewaretoken"
    )
    assert strict.post(address, {"csrfmiddlewaretoken": token}).status_code == 303


def test_another_person_who_is_signed_in_is_told(shop: Shop) -> None:
    browser = shop.visitor("jo")
    page = browser.get(f"/sign-in/{shop.link(shop.user('marta'))}")
    assert "signed in as jo now" in Reader(page.content).text


def test_without_a_link_the_way_in_is_explained(client: Client) -> None:
    assert client.get("/sign-in/")["Location"] == SIGN_IN
    assert "Sign in with a passkey" in Reader(client.get(SIGN_IN).content).text


def test_who_is_signed_in_needs_no_explanation(shop: Shop) -> None:
    assert shop.visitor("marta").get("/sign-in/")["Location"] == "/account/"


def test_signing_out_ends_the_session(shop: Shop) -> None:
    browser = shop.visitor("marta")
    assert browser.post("/sign-out/")["Location"] == "/"
    assert browser.get("/account/")["Location"].startswith(SIGN_IN)


def test_a_link_to_sign_out_does_nothing(shop: Shop) -> None:
    browser = shop.visitor("marta")
    answer = browser.get("/sign-out/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert browser.get("/account/").status_code == 200


def test_a_secret_that_never_was_is_refused_in_words(client: Client) -> None:
    answer = client.get("/sign-in/nonsense")
    assert answer.status_code == 403
    assert "link-invalid" in Reader(answer.content).text
