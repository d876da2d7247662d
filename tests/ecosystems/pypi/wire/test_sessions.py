"""Upload 2.0 against the draft of PEP 694, step by step, and against those who misuse it."""

import base64
import hashlib
import io
import tracemalloc
from datetime import timedelta

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from strongroom.core.actors import OPERATOR, Action
from strongroom.core.coordinates import ProjectId
from strongroom.packages.catalog.changes import appoint, dismiss
from strongroom.packages.models import File, Project, StagedFile
from strongroom.packages.staging.approving import set_approvals
from strongroom.people.access.roles import Role
from strongroom.people.tokens.caveats import Actions
from tests.fakes.distributions import sdist, sdist_filename, wheel, wheel_filename
from tests.fakes.publishers import MEDIA_TYPE, META, Publisher, Session, problem, read
from tests.fakes.registry import URL, Registry, form


class Endless(io.BytesIO):
    """A connection that sends zeros for as long as it is read."""

    def __init__(self, block: bytes) -> None:
        super().__init__()
        self._block = block

    def read(self, size: int | None = -1, /) -> bytes:
        return self._block[:size]


SIMPLE = "application/vnd.pypi.simple.v1+json"

WHEEL, SDIST = wheel("parcel", "2.0"), sdist("parcel", "2.0")
WHEEL_NAME, SDIST_NAME = wheel_filename("parcel", "2.0"), sdist_filename("parcel", "2.0")
PARCEL = ProjectId("pypi", "parcel")


def status_of(publisher: Publisher, session: Session) -> Session:
    told: Session = publisher.ask("GET", session["links"]["session"]).json
    return told


def test_the_root_tells_its_version_and_mechanisms(alice: Publisher) -> None:
    answer = alice.ask("GET", "/upload")
    assert answer.mimetype == MEDIA_TYPE
    assert answer.json == {"meta": META, "mechanisms": ["http-post-bytes"]}


def test_a_session_is_created_as_the_draft_says(alice: Publisher, registry: Registry) -> None:
    answer = alice.create("Parcel", "2.0.0")
    body = answer.json
    assert (answer.status_code, answer.mimetype) == (201, MEDIA_TYPE)
    assert answer.headers["Location"] == body["links"]["session"]
    assert set(body["links"]) == {"session", "publish", "extend", "upload", "stage"}
    assert all(link.startswith(f"{URL}/") for link in body["links"].values())
    assert body["links"]["stage"] == f"{URL}/staged/{body['session-token']}/simple/"
    assert (body["meta"], body["mechanisms"]) == (META, ["http-post-bytes"])
    assert (body["status"], body["files"], body["notices"]) == ("open", {}, [])
    assert body["expires-at"] == "2026-12-04T12:00:00Z"


def test_a_release_is_published_whole(
    alice: Publisher, session: Session, registry: Registry
) -> None:
    for name, body in ((WHEEL_NAME, WHEEL), (SDIST_NAME, SDIST)):
        answer = alice.upload(session, name, body)
        assert (answer.status_code, answer.json["status"]) == (201, "completed")
        assert answer.headers["Location"] == answer.json["links"]["file-upload-session"]
        assert registry.get("/simple/parcel/").status_code == 404
    answer = alice.ask("POST", session["links"]["publish"], {})
    assert (answer.status_code, answer.json["status"]) == (201, "published")
    assert answer.headers["Location"] == session["links"]["session"]
    page = read(registry.get("/simple/parcel/", Accept=SIMPLE)).json
    assert {file["filename"] for file in page["files"]} == {WHEEL_NAME, SDIST_NAME}
    assert status_of(alice, session)["status"] == "published"


def test_a_file_session_looks_as_the_draft_says(alice: Publisher, session: Session) -> None:
    answer = alice.promise(session, WHEEL_NAME, WHEEL)
    body = answer.json
    assert (answer.status_code, answer.headers["Retry-After"]) == (202, "1")
    assert set(body["links"]) == {"file-upload-session", "complete"}
    assert body["mechanism"] == {
        "identifier": "http-post-bytes",
        "file_url": f"{body['links']['file-upload-session']}/bytes",
    }
    assert (body["status"], body["expires-at"]) == ("pending", session["expires-at"])
    listed = status_of(alice, session)["files"][WHEEL_NAME]
    assert listed == {"status": "pending", "link": body["links"]["file-upload-session"]}
    assert session["session-token"] in listed["link"]
    again = alice.ask("GET", listed["link"])
    assert (again.json, again.headers["Retry-After"]) == (body, "1")


def test_a_second_session_of_a_version_is_the_first(alice: Publisher, session: Session) -> None:
    answer = alice.create("PARCEL", "2")
    problem(answer, 409, "stage-exists")
    assert answer.headers["Location"] == session["links"]["session"]


def test_403_comes_before_409(alice: Publisher, mallory: Publisher, session: Session) -> None:
    answer = mallory.create("parcel", "2.0")
    problem(answer, 403, "role-missing")
    assert "Location" not in answer.headers


def test_a_new_session_has_other_addresses(alice: Publisher, session: Session) -> None:
    assert alice.ask("DELETE", session["links"]["session"]).status_code == 204
    again = alice.create("parcel", "2.0")
    assert again.status_code == 201
    for key in ("session", "stage"):
        assert again.json["links"][key] != session["links"][key]
    assert again.json["session-token"] != session["session-token"]


def test_an_outsider_learns_nothing_of_a_session(
    alice: Publisher, mallory: Publisher, session: Session
) -> None:
    file = alice.promise(session, WHEEL_NAME, WHEEL).json
    here = file["links"]["file-upload-session"]
    for method, url, body in (
        ("GET", session["links"]["session"], None),
        ("DELETE", session["links"]["session"], None),
        ("POST", session["links"]["publish"], {}),
        ("POST", session["links"]["extend"], {"extend-for": 60}),
        ("POST", session["links"]["upload"], {"filename": "x"}),
        ("GET", here, None),
        ("DELETE", here, None),
        ("POST", file["mechanism"]["file_url"], WHEEL),
        ("POST", file["links"]["complete"], {}),
    ):
        told = problem(mallory.ask(method, url, body), 403, "session-not-yours")
        assert "parcel" not in str(told).lower()
    assert status_of(alice, session)["status"] == "open"


def test_a_token_for_another_project_learns_nothing_either(
    registry: Registry, session: Session
) -> None:
    token = registry.mint(registry.owner, Actions(frozenset({Action.YANK})))
    answer = Publisher(registry.client, token).ask("GET", session["links"]["session"])
    problem(answer, 403, "session-not-yours")


@pytest.mark.parametrize("token", ["", "strongroom_u_nonsense"])
def test_a_missing_or_invalid_credential_is_401(
    registry: Registry, session: Session, token: str
) -> None:
    stranger = Publisher(registry.client, token)
    for answer in (stranger.create("a", "1"), stranger.ask("GET", session["links"]["session"])):
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")


def test_a_session_that_is_not_there_is_404(alice: Publisher, session: Session) -> None:
    other = session["links"]["session"][:-32] + "0" * 32
    problem(alice.ask("GET", other), 404, "no-such-stage")
    file = alice.promise(session, WHEEL_NAME, WHEEL).json["links"]["file-upload-session"]
    problem(alice.ask("GET", file[:-32] + "0" * 32), 404, "no-such-staged-file")


def test_a_file_is_found_under_the_token_of_its_own_session_alone(
    alice: Publisher, session: Session
) -> None:
    other = alice.create("parcel", "3.0").json
    file = alice.promise(session, WHEEL_NAME, WHEEL).json["links"]["file-upload-session"]
    moved = file.replace(session["session-token"], other["session-token"])
    problem(alice.ask("GET", moved), 404, "no-such-staged-file")


def test_permission_is_asked_of_every_request(
    registry: Registry, alice: Publisher, session: Session
) -> None:
    alice.upload(session, WHEEL_NAME, WHEEL)
    alice.ask("POST", session["links"]["publish"], {})
    bob = registry.user("bob")
    desk = registry.house.desk
    publisher = Publisher(registry.client, registry.mint(bob))
    more = alice.create("parcel", "3.0").json
    problem(publisher.ask("GET", more["links"]["session"]), 403, "session-not-yours")
    appoint(desk, OPERATOR, PARCEL, "bob", Role.MAINTAINER)
    assert publisher.create("parcel", "3.0").headers["Location"] == more["links"]["session"]
    filename, body = wheel_filename("parcel", "3.0"), wheel("parcel", "3.0")
    file = publisher.promise(more, filename, body).json
    dismiss(desk, OPERATOR, PARCEL, "bob")
    answer = publisher.ask("POST", file["mechanism"]["file_url"], body)
    problem(answer, 403, "session-not-yours")


def test_a_file_can_be_deleted_and_its_status_stays(alice: Publisher, session: Session) -> None:
    alice.upload(session, WHEEL_NAME, WHEEL)
    link = status_of(alice, session)["files"][WHEEL_NAME]["link"]
    assert [alice.ask("DELETE", link).status_code for _ in range(2)] == [204, 204]
    assert status_of(alice, session)["files"] == {}
    assert alice.ask("GET", link).json["status"] == "canceled"


def test_a_complete_file_is_replaced_by_another(alice: Publisher, session: Session) -> None:
    alice.upload(session, WHEEL_NAME, WHEEL)
    other = wheel("parcel", "2.0", files={"more.py": b""})
    assert alice.upload(session, WHEEL_NAME, other).status_code == 201


def test_a_file_on_its_way_is_not_replaced(alice: Publisher, session: Session) -> None:
    alice.promise(session, WHEEL_NAME, WHEEL)
    problem(alice.promise(session, WHEEL_NAME, WHEEL), 409, "file-on-its-way")


def test_completing_again_is_201_again(alice: Publisher, session: Session) -> None:
    done = alice.upload(session, WHEEL_NAME, WHEEL).json
    again = alice.ask("POST", done["links"]["complete"], {})
    assert (again.status_code, again.json) == (201, done)


def test_a_file_that_fails_is_in_error_and_says_why(alice: Publisher, session: Session) -> None:
    answer = alice.upload(session, WHEEL_NAME, b"no wheel at all")
    assert answer.status_code == 400
    listed = status_of(alice, session)["files"][WHEEL_NAME]
    assert listed["status"] == "error"
    assert listed["notices"] == [answer.json["detail"]]
    assert alice.ask("GET", listed["link"]).json["notices"] == listed["notices"]
    problem(alice.ask("POST", session["links"]["publish"], {}), 409, "stage-incomplete")


def test_remarks_are_notices_of_the_file(alice: Publisher, session: Session) -> None:
    unbuildable = sdist("parcel", "2.0", files={"README": b""})
    alice.upload(session, SDIST_NAME, unbuildable)
    assert status_of(alice, session)["files"][SDIST_NAME]["status"] == "completed"


@pytest.mark.parametrize("size", [-1, 1])
def test_bytes_of_another_size_are_refused(alice: Publisher, session: Session, size: int) -> None:
    file = alice.promise(session, WHEEL_NAME, WHEEL).json
    data = WHEEL[:size] if size < 0 else WHEEL + b"x"
    problem(alice.ask("POST", file["mechanism"]["file_url"], data), 400, "size-differs")
    assert alice.ask("GET", file["links"]["file-upload-session"]).json["status"] == "pending"


def test_bytes_of_another_digest_are_refused(alice: Publisher, session: Session) -> None:
    file = alice.promise(session, WHEEL_NAME, WHEEL).json
    answer = alice.ask("POST", file["mechanism"]["file_url"], bytes(len(WHEEL)))
    problem(answer, 400, "digest-mismatch")


def test_a_file_of_another_kind_is_refused_before_its_bytes(
    alice: Publisher, session: Session
) -> None:
    problem(alice.promise(session, "parcel-2.0.zip", b"PK"), 400, "file-kind")


def test_bytes_come_as_an_octet_stream(alice: Publisher, session: Session) -> None:
    file = alice.promise(session, WHEEL_NAME, WHEEL).json
    answer = alice.ask("POST", file["mechanism"]["file_url"], {})
    problem(answer, 400, "content-type-unsupported")


def test_publishing_with_a_conflict_is_409_and_leaves_the_session_open(
    registry: Registry, alice: Publisher, session: Session
) -> None:
    alice.upload(session, WHEEL_NAME, WHEEL)
    other = wheel("parcel", "2.0", files={"more.py": b""})
    assert registry.post(form(WHEEL_NAME, other)).status_code == 200
    told = problem(alice.ask("POST", session["links"]["publish"], {}), 409, "file-name-used")
    assert WHEEL_NAME in told["detail"]
    assert status_of(alice, session)["status"] == "open"
    problem(alice.promise(session, WHEEL_NAME, WHEEL), 409, "file-name-used")


def test_a_session_is_extended_within_its_bounds(
    registry: Registry, alice: Publisher, session: Session
) -> None:
    answer = alice.ask("POST", session["links"]["extend"], {"extend-for": 3600})
    assert (answer.status_code, answer.json["expires-at"]) == (200, "2026-12-04T13:00:00Z")
    answer = alice.ask("POST", session["links"]["extend"], {"extend-for": 10**30})
    assert (answer.status_code, answer.json["expires-at"]) == (200, "2026-12-18T12:00:00Z")


def test_a_cancelled_session_says_so_and_takes_nothing(alice: Publisher, session: Session) -> None:
    alice.ask("DELETE", session["links"]["session"])
    assert alice.ask("DELETE", session["links"]["session"]).status_code == 204
    assert status_of(alice, session)["status"] == "canceled"
    problem(alice.promise(session, WHEEL_NAME, WHEEL), 409, "stage-ended")


def test_an_expired_session_is_canceled_and_says_why(
    registry: Registry, alice: Publisher, session: Session
) -> None:
    registry.clock.forward(timedelta(days=14))
    told = status_of(alice, session)
    assert (told["status"], told["notices"]) == ("canceled", ["The session expired."])
    problem(alice.ask("POST", session["links"]["publish"], {}), 409, "stage-empty")


def test_where_people_approve_publishing_is_202_and_says_where(
    registry: Registry, alice: Publisher
) -> None:
    desk = registry.house.desk
    registry.publish("parcel", "1.0")
    registry.user("bob")
    appoint(desk, OPERATOR, PARCEL, "bob", Role.MAINTAINER)
    set_approvals(desk, OPERATOR, PARCEL, 1)
    session = alice.create("parcel", "2.0").json
    alice.upload(session, WHEEL_NAME, WHEEL)
    answer = alice.ask("POST", session["links"]["publish"], {})
    assert (answer.status_code, answer.json["status"]) == (202, "processing")
    assert answer.headers["Location"] == session["links"]["session"]
    (notice,) = answer.json["notices"]
    handle = session["links"]["session"][-32:]
    assert f"{URL}/stages/{handle}/" in notice
    problem(alice.ask("DELETE", session["links"]["session"]), 409, "stage-waiting")
    problem(alice.promise(session, SDIST_NAME, SDIST), 409, "stage-waiting")


def test_a_new_project_cannot_be_found_before_it_is_published(
    registry: Registry, alice: Publisher, session: Session
) -> None:
    alice.upload(session, WHEEL_NAME, WHEEL)
    for path in ("/simple/parcel/", "/pypi/parcel/json", "/project/parcel/"):
        assert registry.get(path).status_code == 404
    assert "parcel" not in registry.get("/simple/").text
    assert not Project.objects.exists()


@pytest.fixture
def stager(registry: Registry) -> Publisher:
    token = registry.mint(registry.owner, Actions(frozenset({Action.STAGE})))
    return Publisher(registry.client, token)


def test_a_token_that_may_only_stage_stages_and_does_not_publish(
    alice: Publisher, stager: Publisher
) -> None:
    session = stager.create("parcel", "2.0").json
    stager.upload(session, WHEEL_NAME, WHEEL)
    answer = stager.ask("POST", session["links"]["publish"], {})
    problem(answer, 403, "token-out-of-scope")
    # Nor does another token what it has not seen, and the protocol has no way to say so.
    answer = alice.ask("POST", session["links"]["publish"], {})
    problem(answer, 409, "content-not-named")
    assert not File.objects.exists()


def test_a_large_file_is_never_in_memory(registry: Registry, alice: Publisher) -> None:
    size, block = 48 * 1024 * 1024, bytes(1024 * 1024)
    session = alice.create("large", "1.0").json
    sha256 = hashlib.sha256(bytes(size)).hexdigest()
    promised = {
        "filename": wheel_filename("large", "1.0"),
        "size": size,
        "hashes": {"sha256": sha256},
        "mechanism": "http-post-bytes",
    }
    file = alice.ask("POST", session["links"]["upload"], promised).json
    basic = base64.b64encode(f"__token__:{registry.token}".encode()).decode()
    environ = EnvironBuilder(
        file["mechanism"]["file_url"].removeprefix(URL),
        method="POST",
        content_type="application/octet-stream",
        headers=[("Authorization", f"Basic {basic}")],
    ).get_environ()
    environ.update({"wsgi.input": Endless(block), "CONTENT_LENGTH": str(size)})
    environ["HTTP_HOST"] = "registry.test"
    tracemalloc.start()
    try:
        _, status, _ = run_wsgi_app(registry.app, environ, buffered=True)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert status == "200 OK"
    assert StagedFile.objects.get().sha256 == sha256
    assert peak < 8 * 1024 * 1024
