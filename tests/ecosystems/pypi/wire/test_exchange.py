"""Trusted publishing over HTTP: what clients ask, what they read, and uploads by what they got."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings
from werkzeug.test import TestResponse

from strongroom.core.actors import OPERATOR
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import StrongroomError
from strongroom.packages.catalog import trust
from strongroom.packages.catalog.desk import Desk
from strongroom.packages.models import Project, Stage
from strongroom.packages.publishing.waiting import wait
from strongroom.packages.staging.publication import publish
from strongroom.packages.staging.rows import find
from strongroom.packages.staging.shown import shown
from strongroom.people.models import Grant, Letter, Notice, Publisher, TokenBeside
from strongroom.people.publishers.register import Order
from tests.fakes.distributions import wheel, wheel_filename
from tests.fakes.issuers import Claims, Issuer, github, issuing
from tests.fakes.people import sure
from tests.fakes.registry import Registry, form, open_registry

pytestmark = pytest.mark.django_db

PARCEL = ProjectId("pypi", "parcel")
TYPED = {"owner": "octo", "repository": "parcel", "workflow": "release.yml"}


def told(answer: TestResponse) -> dict[str, Any]:
    """Return the JSON object of an answer."""
    body: dict[str, Any] = answer.get_json(force=True)
    return body


@dataclass(frozen=True, slots=True)
class Works:
    """A registry, and an issuer whose programs may publish there."""

    registry: Registry
    issuer: Issuer

    @property
    def desk(self) -> Desk:
        """Return at what publishers are set up."""
        return self.registry.house.desk

    @property
    def order(self) -> Order:
        """Return the order of a publisher for octo's parcel."""
        return Order(self.desk.providers[0].name, TYPED)

    def post(self, path: str, **body: object) -> TestResponse:
        """Send JSON."""
        return self.registry.client.post(path, json=body, buffered=True)

    def mint(self, claims: Claims | None = None, **more: object) -> TestResponse:
        """Exchange a statement."""
        token = self.issuer.token(claims or github(), "registry.test")
        return self.post("/_/oidc/mint-token", token=token, **more)

    def upload(self, token: str, name: str = "parcel", version: str = "2.0") -> TestResponse:
        """Upload a wheel."""
        return self.registry.post(form(wheel_filename(name, version), wheel(name, version)), token)


@pytest.fixture
def works(db: None, data: Path, settings: Settings) -> Iterator[Works]:
    """Return them, with a project of alice's."""
    with (
        issuing() as issuer,
        open_registry(data, settings, publishers=(f"github={issuer.url}",)) as registry,
    ):
        issuer.now = lambda: registry.clock.now().timestamp()
        registry.publish("parcel", "1.0")
        yield Works(registry, issuer)


def test_a_program_publishes_for_its_project(works: Works) -> None:
    trust.add(works.desk, OPERATOR, PARCEL, works.order)
    assert told(works.registry.get("/_/oidc/audience")) == {"audience": "registry.test"}
    minted = told(works.mint())
    assert (minted["success"], minted["expires"] - works.registry.clock.now().timestamp()) == (
        True,
        901,
    )
    answer = works.upload(minted["token"])
    assert answer.status == "200 OK"
    page = works.registry.get("/simple/parcel/").text
    assert wheel_filename("parcel", "2.0") in page
    assert works.post("/_/oidc/burn-token", token=minted["token"]).status_code == 202
    assert works.upload(minted["token"], version="3.0").status_code == 403


def test_its_token_reaches_no_other_project_and_makes_none(works: Works) -> None:
    works.registry.publish("box", "1.0")
    trust.add(works.desk, OPERATOR, PARCEL, works.order)
    token = told(works.mint())["token"]
    for name in ("box", "new"):
        answer = works.upload(token, name)
        assert (answer.status_code, told(answer)["code"]) == (403, "token-out-of-scope")


def test_a_refusal_is_in_the_form_that_clients_show(works: Works) -> None:
    answer = works.mint()
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert told(answer)["errors"][0]["code"] == told(answer)["code"] == "invalid-publisher"
    assert told(answer)["message"] == "Token request failed"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"token": 1}', b'{"token": ""}', b"\xff"])
def test_a_body_that_is_none_is_told(works: Works, body: bytes) -> None:
    for act in ("mint", "burn"):
        answer = works.registry.client.post(
            f"/_/oidc/{act}-token", data=body, content_type="application/json", buffered=True
        )
        assert (answer.status_code, told(answer)["code"]) == (422, "invalid-payload")


def test_a_token_for_one_upload_can_be_asked_for(works: Works) -> None:
    trust.add(works.desk, OPERATOR, PARCEL, works.order)
    token = told(works.mint(features=["single-use-token"]))["token"]
    assert works.upload(token).status_code == 200
    assert told(works.upload(token, version="3.0"))["code"] == "token-spent"
    assert told(works.mint(features=["all"]))["code"] == "invalid-payload"


def test_a_person_s_token_is_not_burnt_here(works: Works) -> None:
    answer = works.post("/_/oidc/burn-token", token=works.registry.token)
    assert (answer.status_code, told(answer)["code"]) == (422, "invalid-token")
    assert works.upload(works.registry.token).status_code == 200


def test_where_to_ask_is_found(works: Works) -> None:
    answer = works.registry.get("/.well-known/pytp?discover=%2Flegacy%2F")
    assert answer.mimetype == "application/vnd.pypi.pytp.v1+json"
    assert told(answer)["token-mint-endpoint"] == "http://registry.test/_/oidc/mint-token"
    assert told(answer)["default-features"] == ["multi-use-token"]
    assert works.registry.get("/.well-known/pytp?discover=%2Fsimple%2F").status_code == 404
    assert works.registry.get("/.well-known/pytp").status_code == 404


def test_another_method_is_told_the_right_one(works: Works) -> None:
    answer = works.registry.get("/_/oidc/mint-token")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_where_nobody_is_trusted_clients_are_told(data: Path, settings: Settings) -> None:
    with open_registry(data, settings, publishers=()) as registry:
        answer = registry.get("/_/oidc/audience")
        assert (answer.status_code, told(answer)["code"]) == (403, "not-enabled")
        assert registry.get("/.well-known/pytp?discover=%2Flegacy%2F").status_code == 404


def test_an_issuer_that_is_down_is_no_fault_of_the_statement(works: Works) -> None:
    works.issuer.discovery["jwks_uri"] = f"{works.issuer.url}/nowhere"
    answer = works.mint()
    assert (answer.status_code, told(answer)["code"]) == (503, "issuer-unusable")
    assert answer.headers["Retry-After"] == "30"


def test_a_person_s_token_beside_a_publisher_is_warned_of_and_told_once(works: Works) -> None:
    trust.add(works.desk, OPERATOR, PARCEL, works.order)
    Letter.objects.all().delete()
    for version in ("2.0", "3.0"):
        answer = works.upload(works.registry.token, version=version)
        assert "Warning: parcel has a trusted publisher" in answer.text
    assert TokenBeside.objects.count() == 1
    assert Notice.objects.filter(kind="token-beside-publisher").count() == 1
    assert Letter.objects.count() == 1


def test_where_publishers_alone_publish_a_forgotten_token_is_refused(works: Works) -> None:
    trust.add(works.desk, OPERATOR, PARCEL, works.order)
    trust.set_trusted_only(works.desk, OPERATOR, PARCEL, wanted=True)
    answer = works.upload(works.registry.token)
    assert (answer.status_code, told(answer)["code"]) == (403, "trusted-publishing-only")
    assert "Only trusted publishers publish" in answer.status
    assert works.upload(told(works.mint())["token"]).status_code == 200


def test_the_first_upload_of_a_publisher_that_waits_makes_the_project(works: Works) -> None:
    alice = sure(works.registry.owner)
    soon = replace(alice, proved_at=works.registry.clock.now())
    wait(works.desk, soon, "pypi", "New-Parcel", works.order)
    answer = works.upload(told(works.mint())["token"], "new-parcel")
    assert answer.status == "200 OK"
    made = ProjectId("pypi", "new-parcel")
    assert Grant.objects.get(project="new-parcel").user == works.registry.owner
    assert not Publisher.objects.get(project=made.key).pending
    assert works.upload(told(works.mint())["token"], "new-parcel", "3.0").status_code == 200


def test_a_publisher_that_waits_has_nothing_of_a_name_that_somebody_else_took(
    works: Works,
) -> None:
    soon = replace(sure(works.registry.owner), proved_at=works.registry.clock.now())
    wait(works.desk, soon, "pypi", "new-parcel", works.order)
    token = told(works.mint())["token"]
    other = works.registry.mint(works.registry.user("bob"))
    assert works.upload(other, "new-parcel").status_code == 200
    assert works.upload(token, "new-parcel", "3.0").status_code == 403
    assert not Publisher.objects.exists()
    assert Project.objects.filter(key="new-parcel").count() == 1


def test_of_two_who_wait_for_one_name_by_one_workflow_neither_gets_it(works: Works) -> None:
    for user in (works.registry.owner, works.registry.user("mallory")):
        soon = replace(sure(user), proved_at=works.registry.clock.now())
        wait(works.desk, soon, "pypi", "new-parcel", works.order)
    answer = works.upload(told(works.mint())["token"], "new-parcel")
    assert (answer.status_code, told(answer)["code"]) == (409, "publishers-disagree")


def test_whoever_set_a_waiting_publisher_up_must_still_be_allowed_to(works: Works) -> None:
    soon = replace(sure(works.registry.owner), proved_at=works.registry.clock.now())
    wait(works.desk, soon, "pypi", "new-parcel", works.order)
    works.registry.owner.is_active = False
    works.registry.owner.save()
    answer = works.upload(told(works.mint())["token"], "new-parcel")
    assert (answer.status_code, told(answer)["code"]) == (403, "publisher-without-maker")


def staging(works: Works) -> Stage:
    """Let octo's parcel only stage, upload by it, and return the stage."""
    trust.add(works.desk, OPERATOR, PARCEL, replace(works.order, stages_only=True))
    answer = works.upload(told(works.mint())["token"])
    assert (answer.status_code, "NOT published yet" in answer.text) == (202, True)
    return Stage.objects.get()


def test_a_publisher_that_only_stages_waits_for_a_person(works: Works) -> None:
    stage = staging(works)
    assert (stage.opener, stage.program) == (None, "GitHub Actions at " + stage_host(works))
    again = works.upload(told(works.mint())["token"])
    assert (again.status_code, Stage.objects.count()) == (202, 1)
    yard, alice = works.registry.house.yard, sure(works.registry.owner)
    view = shown(find(stage.handle), yard)
    assert (view.opener, view.uploaders) == (stage.program, ())
    assert view.files[0].uploader == stage.program
    publish(yard, alice, stage.handle, view.content)
    assert wheel_filename("parcel", "2.0") in works.registry.get("/simple/parcel/").text


def stage_host(works: Works) -> str:
    host = works.issuer.host
    return f"{host} (publisher)"


def test_a_publisher_that_only_stages_does_not_publish_its_stage(works: Works) -> None:
    # By another one of the same workflow its token may upload, elsewhere.
    works.registry.publish("box", "1.0")
    trust.add(works.desk, OPERATOR, ProjectId("pypi", "box"), works.order)
    stage = staging(works)
    actor = works.registry.house.authenticate(told(works.mint())["token"], "192.0.2.1")
    yard = works.registry.house.yard
    with pytest.raises(StrongroomError) as caught:
        publish(yard, actor, stage.handle, shown(find(stage.handle), yard).content)
    assert caught.value.code == "publisher-only-stages"
    assert works.upload(told(works.mint())["token"], "box", "2.0").status_code == 200


def test_what_a_publisher_staged_is_worth_nothing_without_it(works: Works) -> None:
    stage = staging(works)
    row = Publisher.objects.get()
    trust.remove(works.desk, OPERATOR, PARCEL, row.pk)
    yard, alice = works.registry.house.yard, sure(works.registry.owner)
    with pytest.raises(StrongroomError) as caught:
        publish(yard, alice, stage.handle, shown(find(stage.handle), yard).content)
    assert caught.value.code == "uploader-inactive"


def test_a_publisher_of_a_project_that_asks_for_approvals_stages(works: Works) -> None:
    trust.add(works.desk, OPERATOR, PARCEL, works.order)
    Project.objects.update(approvals=1)
    assert works.upload(told(works.mint())["token"]).status_code == 202


def test_a_project_can_begin_as_what_a_publisher_staged(works: Works) -> None:
    soon = replace(sure(works.registry.owner), proved_at=works.registry.clock.now())
    order = replace(works.order, stages_only=True)
    wait(works.desk, soon, "pypi", "new-parcel", order)
    token = told(works.mint())["token"]
    for version in ("1.0", "2.0"):
        assert works.upload(token, "new-parcel", version).status_code == 202
    # The name is held for them and for whoever waits by them, and for nobody else.
    other = works.registry.mint(works.registry.user("bob"))
    assert works.upload(other, "new-parcel", "3.0").status_code == 403
    yard = works.registry.house.yard
    stage = Stage.objects.get(version_display="1.0")
    stranger = sure(works.registry.user("eve"))
    with pytest.raises(StrongroomError):
        publish(yard, stranger, stage.handle, "")
    publish(yard, soon, stage.handle, shown(find(stage.handle), yard).content)
    assert Grant.objects.get(project="new-parcel").user == works.registry.owner


def test_a_private_project_is_published_by_its_publisher(works: Works) -> None:
    trust.add(works.desk, OPERATOR, PARCEL, works.order)
    Project.objects.update(private=True)
    assert works.upload(told(works.mint())["token"]).status_code == 200
