"""A stage as an index, for whoever has its address and for nobody else."""

import hashlib
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import pytest

from strongroom.core.actors import OPERATOR
from strongroom.core.coordinates import ProjectId
from strongroom.packages.catalog.changes import appoint
from strongroom.packages.models import StagedFile
from strongroom.packages.staging.approving import set_approvals
from strongroom.people.access.roles import Role
from tests.fakes.distributions import Metadata, sdist, sdist_filename, wheel, wheel_filename
from tests.fakes.publishers import Publisher, Session, read
from tests.fakes.registry import Registry

JSON = "application/vnd.pypi.simple.v1+json"
METADATA = Metadata(requires_python=">=3.9")
WHEEL, SDIST = wheel("parcel", "2.0", metadata=METADATA), sdist("parcel", "2.0")
WHEEL_NAME, SDIST_NAME = wheel_filename("parcel", "2.0"), sdist_filename("parcel", "2.0")


@pytest.fixture
def session(alice: Publisher) -> Session:
    """Return a session with one file."""
    opened: Session = alice.create("Parcel", "2.0").json
    alice.upload(opened, WHEEL_NAME, WHEEL)
    return opened


def stage(session: Session) -> str:
    """Return the path of a session's preview."""
    return str(urlsplit(session["links"]["stage"]).path)


def test_an_installer_finds_the_files_with_digests(registry: Registry, session: Session) -> None:
    assert 'href="parcel/"' in registry.get(stage(session)).text
    page = read(registry.get(f"{stage(session)}parcel/", Accept=JSON))
    assert page.headers["Content-Type"] == JSON
    (file,) = page.json["files"]
    assert file["filename"] == WHEEL_NAME
    assert file["hashes"] == {"sha256": hashlib.sha256(WHEEL).hexdigest()}
    assert (file["requires-python"], page.json["versions"]) == (">=3.9", ["2.0"])
    where = urljoin(f"{stage(session)}parcel/", file["url"])
    assert registry.get(where).data == WHEEL
    beside = registry.get(f"{where}.metadata").data
    assert hashlib.sha256(beside).hexdigest() == file["core-metadata"]["sha256"]


def test_old_installers_get_html_and_any_spelling(registry: Registry, session: Session) -> None:
    for name in ("parcel/", "PARCEL/"):
        page = registry.get(f"{stage(session)}{name}")
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert f"#sha256={hashlib.sha256(WHEEL).hexdigest()}" in page.text


@pytest.mark.parametrize("name", ["", "parcel/", "PARCEL/"])
def test_without_the_final_slash_links_would_lead_astray(
    registry: Registry, session: Session, name: str
) -> None:
    path = f"{stage(session)}{name}"
    moved = registry.get(path.removesuffix("/"))
    assert (moved.status_code, moved.headers["Location"]) == (301, path)
    assert moved.headers["Cache-Control"] == "no-store"


def test_nothing_of_a_preview_is_kept_or_travels_on(registry: Registry, session: Session) -> None:
    where = stage(session)
    file = where.replace("/simple/", f"/files/{WHEEL_NAME}")
    for path in (where, f"{where}parcel/", file, f"{where}other/"):
        headers = registry.get(path).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Content-Disposition"] == "attachment"
        assert "sandbox" in headers["Content-Security-Policy"]


def test_only_complete_files_of_this_stage_are_there(
    registry: Registry, alice: Publisher, session: Session
) -> None:
    registry.publish("parcel", "1.0")
    other = alice.create("parcel", "3.0").json
    alice.upload(other, wheel_filename("parcel", "3.0"), wheel("parcel", "3.0"))
    alice.promise(session, SDIST_NAME, SDIST)
    page = read(registry.get(f"{stage(session)}parcel/", Accept=JSON)).json
    assert [file["filename"] for file in page["files"]] == [WHEEL_NAME]
    folder = stage(session).replace("simple", "files")
    for name in (SDIST_NAME, wheel_filename("parcel", "1.0"), wheel_filename("parcel", "3.0")):
        assert registry.get(folder + name).status_code == 404
    assert registry.get(f"{stage(session)}other/").status_code == 404


def test_an_empty_stage_is_an_empty_index(registry: Registry, alice: Publisher) -> None:
    session = alice.create("quiet", "1.0").json
    assert read(registry.get(f"{stage(session)}quiet/", Accept=JSON)).json["files"] == []


@pytest.mark.parametrize("act", ["publish", "cancel", "expire"])
def test_a_preview_ends_with_its_stage(
    registry: Registry, alice: Publisher, session: Session, act: str
) -> None:
    if act == "publish":
        alice.ask("POST", session["links"]["publish"], {})
    elif act == "cancel":
        alice.ask("DELETE", session["links"]["session"])
    else:
        registry.clock.forward(timedelta(days=14))
    gone = registry.get(f"{stage(session)}parcel/")
    guessed = registry.get(f"/staged/{'0' * 32}.{'A' * 43}/simple/parcel/")
    assert (gone.status, gone.json) == (guessed.status, guessed.json)
    assert gone.status_code == 404


def test_a_preview_lasts_while_people_are_asked(
    registry: Registry, alice: Publisher, session: Session
) -> None:
    alice.ask("POST", session["links"]["publish"], {})
    registry.user("bob")
    appoint(registry.house.desk, OPERATOR, ProjectId("pypi", "parcel"), "bob", Role.MAINTAINER)
    set_approvals(registry.house.desk, OPERATOR, ProjectId("pypi", "parcel"), 1)
    more = alice.create("parcel", "3.0").json
    alice.upload(more, wheel_filename("parcel", "3.0"), wheel("parcel", "3.0"))
    assert alice.ask("POST", more["links"]["publish"], {}).status_code == 202
    assert registry.get(f"{stage(more)}parcel/").status_code == 200


def test_a_quarantined_project_has_no_previews(
    registry: Registry, alice: Publisher, session: Session
) -> None:
    registry.publish("parcel", "1.0")
    registry.set_status("parcel", "quarantined", "malware")
    assert registry.get(f"{stage(session)}parcel/").status_code == 404


def test_a_secret_that_is_altered_anywhere_opens_nothing(
    registry: Registry, session: Session
) -> None:
    token = session["session-token"]
    altered = {
        token[:place] + ("0" if letter != "0" else "1") + token[place + 1 :]
        for place, letter in enumerate(token)
    }
    # The last letter of 43 carries four bits of the MAC; those that are left over are zero.
    altered |= {token[:32], f"{token[:32]}.", f"{token}A", token.upper(), "", "é" * 76, "%00"}
    for text in altered - {token}:
        assert registry.get(f"/staged/{text}/simple/parcel/").status_code in {400, 404}


def test_the_database_does_not_hold_the_secret(session: Session) -> None:
    mac = session["session-token"].partition(".")[2]
    assert mac not in str(list(StagedFile.objects.values()))


@pytest.mark.parametrize("method", ["POST", "DELETE", "PUT"])
def test_a_preview_is_only_read(registry: Registry, session: Session, method: str) -> None:
    answer = registry.client.open(stage(session), method=method, buffered=True)
    assert answer.status_code in {403, 405}


def test_a_head_has_no_body(registry: Registry, session: Session) -> None:
    path = stage(session).replace("/simple/", f"/files/{WHEEL_NAME}")
    answer = registry.client.open(path, method="HEAD", buffered=True)
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(WHEEL))
