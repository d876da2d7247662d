"""A company's directory closes the accounts of who left, by requests as providers send them."""

import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.test import Client
from pytest_django import Settings

from strongroom.api.scim.door import urls
from strongroom.core.actors import OPERATOR
from strongroom.core.errors import ForbiddenError
from strongroom.core.events import Kind
from strongroom.people.accounts.users import create_user
from strongroom.people.models import BrowserSession, CompanyIdentity, Letter, User
from strongroom.people.oversight import accounts
from strongroom.people.tokens.authenticate import authenticate
from strongroom.people.tokens.minting import Mint, Order, create
from strongroom.proof.ledger.events import newest_of
from strongroom.site.accounts import guarding
from strongroom.site.assembly import house
from tests.fakes.houses import configured
from tests.fakes.people import sure

pytestmark = pytest.mark.django_db

SECRET = "a-secret-of-the-directory-0123456789"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
PATCH = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}
OFF_BY_OKTA = {**PATCH, "Operations": [{"op": "replace", "value": {"active": False}}]}
OFF_BY_ENTRA = {**PATCH, "Operations": [{"op": "Replace", "path": "active", "value": "False"}]}
ON_BY_ENTRA = {**PATCH, "Operations": [{"op": "Replace", "path": "active", "value": "True"}]}
NEW = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
    "userName": "eve@corp.test",
    "name": {"givenName": "Eve", "familyName": "Hale"},
    "emails": [{"primary": True, "value": "eve@corp.test", "type": "work"}],
    "displayName": "Eve Hale",
    "locale": "en-US",
    "externalId": "00ujl29u0le5T6Aj10h7",
    "groups": [],
    "active": True,
}


@pytest.fixture
def directory(db: None, settings: Settings, tmp_path: Path) -> Iterator["Directory"]:
    """Return the directory of a company that this registry listens to."""
    for name, secret in (("login", "s"), ("directory", f"{SECRET}\n")):
        (tmp_path / name).write_text(secret)
    with configured(
        settings,
        company_issuer="https://id.corp.test",
        company_client="us",
        company_secret_file=str(tmp_path / "login"),
        company_scim_secret_file=str(tmp_path / "directory"),
        company_domains=("corp.test",),
    ) as made:
        settings.ROOT_URLCONF = tuple(urls(made.directory, made.office, guarding.at_directory))
        yield Directory()


class Directory:
    """What speaks for the company."""

    def __init__(self, authorization: str = f"Bearer {SECRET}") -> None:
        self._client, self._authorization = Client(), authorization

    def ask(self, method: str, path: str, sent: object = None, **query: str) -> "Said":
        """Send a request; `sent` is its body."""
        body: dict[str, Any] = {}
        if sent is not None:
            body = {"data": json.dumps(sent), "content_type": "application/scim+json"}
        headers = {"Authorization": self._authorization}
        asked = getattr(self._client, method)
        return Said(asked(f"/scim/v2{path}", headers=headers, query_params=query, **body))

    def user_of(self, name: str) -> "Said":
        """Return the user of an account."""
        return self.ask("get", f"/Users/{User.objects.get(username=name).pk}")


class Said:
    """What was answered."""

    def __init__(self, answer: Any) -> None:  # noqa: ANN401 - Django's test client is not typed
        self.status, self.headers = answer.status_code, answer.headers
        self.body: dict[str, Any] = json.loads(answer.content) if answer.content else {}


def account(name: str, email: str) -> User:
    return create_user(name, email, admin=False, actor=OPERATOR, clock=house().clock)


def linked(name: str, email: str) -> User:
    user = account(name, email)
    CompanyIdentity.objects.create(
        user=user, issuer="https://id.corp.test", subject=name, linked_at=user.created_at
    )
    return user


@pytest.mark.parametrize("off", [OFF_BY_OKTA, OFF_BY_ENTRA])
def test_who_left_is_signed_out_at_once_and_closed(
    directory: Directory, off: dict[str, object]
) -> None:
    eve = linked("eve", "eve@corp.test")
    Authenticator.objects.create(user=eve, type="webauthn", data={})
    Client().force_login(eve)
    mint = Mint(b"m" * 32, house().clock, secrets.token_bytes)
    text = create(eve, Order("laptop"), by=sure(eve), mint=mint).text
    found = directory.ask("get", "/Users", filter='userName eq "Eve@corp.test"').body
    assert (found["schemas"], found["totalResults"]) == ([LIST], 1)
    said = directory.ask("patch", f"/Users/{found['Resources'][0]['id']}", off)
    assert (said.status, said.body["active"]) == (200, False)
    assert said.headers["Content-Type"] == "application/scim+json"
    eve.refresh_from_db()
    assert not eve.is_active
    assert not BrowserSession.objects.filter(user=eve).exists()
    for kind in (Kind.USER_CLOSED, Kind.TOKEN_REVOKED):
        (event,) = newest_of([kind], 9)
        assert (event.event.actor, event.event.credential) == ("registry", "company directory")
    assert Letter.objects.filter(notice__kind="user-closed", to="eve@corp.test").exists()
    assert directory.ask("patch", f"/Users/{eve.pk}", off).status == 200
    assert len(newest_of([Kind.USER_CLOSED], 9)) == 1
    # Who comes back makes new tokens.
    assert directory.ask("patch", f"/Users/{eve.pk}", ON_BY_ENTRA).body["active"] is True
    with pytest.raises(ForbiddenError):
        authenticate(text, master=mint.master, clock=mint.clock, source="")


def test_okta_creates_finds_replaces_and_deactivates(directory: Directory) -> None:
    query = {"filter": 'userName eq "eve@corp.test"', "startIndex": "1", "count": "100"}
    assert directory.ask("get", "/Users", **query).body["Resources"] == []
    made = directory.ask("post", "/Users", NEW)
    assert made.status == 201
    assert made.headers["Location"].endswith(f"/scim/v2/Users/{made.body['id']}")
    assert {name: made.body[name] for name in ("userName", "externalId", "active")} == {
        "userName": "eve@corp.test",
        "externalId": "00ujl29u0le5T6Aj10h7",
        "active": True,
    }
    again = directory.ask("post", "/Users", NEW)
    assert (again.status, again.body["scimType"]) == (409, "uniqueness")
    assert directory.ask("get", "/Users", **query).body["totalResults"] == 1
    where = f"/Users/{made.body['id']}"
    put = directory.ask("put", where, {**NEW, "active": False})
    assert (put.status, put.body["active"]) == (200, False)
    assert directory.ask("put", where, NEW).body["active"] is True


def test_entra_matches_by_its_own_id_and_deletes(directory: Directory) -> None:
    made = directory.ask("post", "/Users", NEW).body
    query = {"filter": f'externalId eq "{NEW["externalId"]}"'}
    assert directory.ask("get", "/Users", **query).body["Resources"][0]["id"] == made["id"]
    where = f"/Users/{made['id']}"
    assert directory.ask("delete", where).status == 204
    assert not User.objects.get(pk=made["id"]).is_active
    for method, sent in (("get", None), ("delete", None), ("patch", ON_BY_ENTRA)):
        assert directory.ask(method, where, sent).status == 404
    assert directory.ask("get", "/Users").body["totalResults"] == 0
    # Addresses are given to others: a deleted account is opened by an administrator, if at all.
    assert directory.ask("post", "/Users", NEW).status == 409


def test_accounts_that_are_not_the_companys_are_not_there(directory: Directory) -> None:
    stranger = account("stranger", "s@example.org")
    unproved = account("unproved", "u@corp.test")
    EmailAddress.objects.filter(user=unproved).update(verified=False)
    ours = account("ours", "o@corp.test")
    near = account("near", "n@evilcorp.test")
    for user, status in ((stranger, 404), (unproved, 404), (near, 404), (ours, 200)):
        assert directory.ask("get", f"/Users/{user.pk}").status == status
        assert directory.ask("patch", f"/Users/{user.pk}", OFF_BY_OKTA).status == status
    assert set(User.objects.filter(is_active=False)) == {ours}


def test_without_the_secret_nobody_learns_anything(directory: Directory) -> None:
    wrong = ("", SECRET, f"Basic {SECRET}", "Bearer", f"Bearer {SECRET}x", "Bearer \udcff")
    asked = (("get", "/Users"), ("post", "/Users"), ("delete", "/Users/1"))
    for authorization in wrong:
        for method, path in asked:
            said = Directory(authorization).ask(method, path)
            assert (said.status, said.body["schemas"]) == (401, [ERROR])
            assert said.headers["WWW-Authenticate"].startswith("Bearer")


def test_no_session_opens_the_door_of_the_directory(directory: Directory) -> None:
    ida = create_user("ida", "ida@corp.test", admin=True, actor=OPERATOR, clock=house().clock)
    browser = Client()
    browser.force_login(ida)
    answer = browser.patch(
        f"/scim/v2/Users/{ida.pk}", json.dumps(OFF_BY_OKTA), content_type="application/scim+json"
    )
    assert answer.status_code == 401


def test_many_wrong_secrets_have_to_wait_and_the_right_one_has_not(directory: Directory) -> None:
    stranger = Directory("Bearer other")
    statuses = {stranger.ask("get", "/Users").status for _ in range(25)}
    assert statuses == {401, 429}
    assert directory.ask("get", "/Users").status == 200


def test_the_last_administrator_is_not_closed(directory: Directory) -> None:
    ida = create_user("ida", "ida@corp.test", admin=True, actor=OPERATOR, clock=house().clock)
    said = directory.ask("patch", f"/Users/{ida.pk}", OFF_BY_OKTA)
    assert (said.status, said.body["status"]) == (409, "409")
    ida.refresh_from_db()
    assert ida.is_active


def test_what_an_administrator_closed_stays_closed(directory: Directory) -> None:
    eve = linked("eve", "eve@corp.test")
    assert directory.ask("patch", f"/Users/{eve.pk}", OFF_BY_OKTA).status == 200
    accounts.close(house().office, OPERATOR, eve, "a thief")
    assert directory.ask("patch", f"/Users/{eve.pk}", ON_BY_ENTRA).status == 409
    eve.refresh_from_db()
    assert not eve.is_active


def test_lists_come_in_parts(directory: Directory) -> None:
    for name in ("a", "b", "c"):
        account(name, f"{name}@corp.test")
    page = directory.ask("get", "/Users", startIndex="2", count="1").body
    assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (3, 2, 1)
    assert page["Resources"][0]["userName"] == "b@corp.test"
    assert directory.ask("get", "/Users", count="0").body["Resources"] == []
    assert directory.ask("get", "/Users", startIndex="-3").body["startIndex"] == 1


REFUSED: list[tuple[str, str, object, int, str | None]] = [
    ("get", "/Users?filter=active+eq+true", None, 400, "invalidFilter"),
    ("get", "/Users?count=many", None, 400, "invalidValue"),
    ("get", "/Users?startIndex=--1", None, 400, "invalidValue"),
    ("post", "/Users", {}, 400, "invalidValue"),
    ("post", "/Users", [], 400, "invalidSyntax"),
    ("post", "/Users", {"userName": "eve@example.org"}, 400, "invalidValue"),
    ("post", "/Users", {"userName": "eve"}, 400, "invalidValue"),
    ("post", "/Users", {"userName": "a b@corp.test"}, 400, "invalidValue"),
    ("post", "/Users", {"userName": "x" * 40_000}, 413, None),
    ("patch", "/Users/7", OFF_BY_OKTA, 404, None),
    ("get", "/Users/seven", None, 404, None),
    ("get", "/Groups", None, 404, None),
    ("post", "/Bulk", {}, 404, None),
    ("put", "/Users", {}, 405, None),
    ("get", "/Schemas/none", None, 404, None),
]


def test_refusals_have_the_form_that_directories_read(directory: Directory) -> None:
    for method, path, sent, status, kind in REFUSED:
        said = directory.ask(method, path, sent)
        assert (path, said.status, said.body["schemas"]) == (path, status, [ERROR])
        assert (said.body["status"], said.body.get("scimType")) == (str(status), kind)
        assert said.headers["Cache-Control"] == "no-store"


def test_a_body_of_another_type_is_refused(directory: Directory) -> None:
    answer = Client().post(
        "/scim/v2/Users",
        {"userName": "eve@corp.test"},
        headers={"Authorization": f"Bearer {SECRET}"},
    )
    assert answer.status_code == 400


def test_what_the_door_can_do_is_told(directory: Directory) -> None:
    config = directory.ask("get", "/ServiceProviderConfig").body
    assert config["patch"] == {"supported": True}
    assert config["filter"]["maxResults"] == 200
    (kind,) = directory.ask("get", "/ResourceTypes").body["Resources"]
    assert directory.ask("get", "/ResourceTypes/User").body == kind
    (schema,) = directory.ask("get", "/Schemas").body["Resources"]
    assert directory.ask("get", f"/Schemas/{schema['id']}").body == schema
    kept = {one["name"] for one in schema["attributes"]}
    assert kept | {"schemas", "id", "meta"} == directory.ask("post", "/Users", NEW).body.keys()


def test_without_a_directory_there_is_no_such_address() -> None:
    assert urls(None, house().office, guarding.at_directory) == []
