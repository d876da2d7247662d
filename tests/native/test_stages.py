"""Real clients and stages: what they say of an upload that waits, and previews they install."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from tests.fakes.distributions import Metadata, wheel, wheel_filename
from tests.fakes.publishers import MEDIA_TYPE, META, Session
from tests.native.clients import Clients
from tests.native.server import Server, program
from tests.native.test_publish import built
from tests.native.uploads import publish

pytestmark = pytest.mark.native


def asking(server: Server, name: str) -> None:
    """Publish a first release of a project, which then asks for an approval."""
    publish(server, wheel_filename(name, "1.0"), wheel(name, "1.0"))
    data = ("--data", server.data)
    program("user", "create", *data, f"bob-{name}", "--email", f"bob-{name}@example.org")
    program("project", "appoint", *data, name, f"bob-{name}")
    program("project", "approvals", *data, name, "1")


def stages(server: Server, name: str) -> list[Session]:
    """Return the stages of a project, as the operator sees them."""
    listed: list[Session] = json.loads(program("stage", "list", "--data", server.data, "--json"))
    return [one for one in listed if one["project"] == name]


def ask(server: Server, method: str, url: str, body: Session | bytes) -> Session:
    """Speak Upload 2.0 with the server's token."""
    headers = {"Authorization": f"Bearer {server.token}"}
    if isinstance(body, bytes):
        headers["Content-Type"], sent = "application/octet-stream", body
    else:
        headers["Content-Type"] = MEDIA_TYPE
        sent = json.dumps({"meta": META, **body}).encode()
    path = url.removeprefix(server.url).removeprefix(server.site)
    status, reason, answer = server.send(method, path, sent, headers)
    assert status < 300, (reason, answer)
    told: Session = json.loads(answer or b"{}")
    return told


@pytest.mark.parametrize("client", ["twine", "uv"])
def test_an_upload_that_waits_is_success_and_is_not_published(
    server: Server, clients: Clients, tmp_path: Path, client: str
) -> None:
    name = f"waits-{client}"
    asking(server, name)
    upload = clients.twine if client == "twine" else clients.uv_publish
    ran = upload(server.url, server.token, *built(tmp_path / "dist", name, "2.0"))
    assert ran.code == 0, ran.text
    (stage,) = stages(server, name)
    assert (stage["version"], stage["files"]) == ("2.0", 2)
    assert "2.0" not in server.get(f"/simple/{name}/")[2].decode()
    assert upload(server.url, server.token, *built(tmp_path / "dist", name, "2.0")).code == 0
    assert stages(server, name) == [stage]


def test_twine_tells_where_an_upload_waits_if_it_is_asked(
    server: Server, clients: Clients, tmp_path: Path
) -> None:
    asking(server, "verbose-twine")
    (file, _) = built(tmp_path / "dist", "verbose-twine", "2.0")
    ran = clients.twine(server.url, server.token, Path("--verbose"), file)
    assert "202 Accepted" in ran.text, ran.text
    assert "and is NOT published yet." in ran.text
    assert f"{server.site}/stages/{stages(server, 'verbose-twine')[0]['handle']}/" in ran.text


def test_uv_says_that_an_upload_was_accepted_if_it_is_asked(
    server: Server, clients: Clients, tmp_path: Path
) -> None:
    asking(server, "verbose-uv")
    (file, _) = built(tmp_path / "dist", "verbose-uv", "2.0")
    ran = clients.uv_publish(server.url, server.token, "--verbose", file)
    assert f"{server.url}/legacy/: 202 Accepted" in ran.text, ran.text


@pytest.mark.parametrize("client", ["pip", "uv"])
def test_a_stage_is_installed_from_its_preview_and_from_nowhere_else(
    server: Server, clients: Clients, tmp_path: Path, client: str
) -> None:
    name = f"preview-{client}"
    publish(server, wheel_filename(f"{name}-base", "1.0"), wheel(f"{name}-base", "1.0"))
    session = ask(server, "POST", f"{server.url}/upload/", {"name": name, "version": "2.0"})
    body = wheel(name, "2.0", metadata=Metadata(requires_dist=(f"{name}-base",)))
    file = ask(
        server,
        "POST",
        session["links"]["upload"],
        {
            "filename": wheel_filename(name, "2.0"),
            "size": len(body),
            "hashes": {"sha256": hashlib.sha256(body).hexdigest()},
            "mechanism": "http-post-bytes",
        },
    )
    ask(server, "POST", file["mechanism"]["file_url"], body)
    ask(server, "POST", file["links"]["complete"], {})
    python, stage = clients.venv("env"), session["links"]["stage"]

    def install(*index: str) -> int:
        if client == "pip":
            ran = clients.pip(python, "install", "--index-url", server.index, *index, name)
        else:
            where = ("--default-index", server.index, *index)
            ran = clients.uv("pip", "install", "--python", python, *where, name)
        return ran.code

    more = "--extra-index-url" if client == "pip" else "--index"
    assert install() != 0
    assert install(more, stage) == 0
    shown = clients.uv("pip", "list", "--python", python).text
    assert re.search(rf"^{name} +2\.0$", shown, re.MULTILINE), shown
    ask(server, "DELETE", session["links"]["session"], {})
    assert server.get(stage.removeprefix(server.url))[0] == 404
    assert session["session-token"].partition(".")[2] not in server.log.read_text()
