"""uv publishes over TLS by what its build system states, and twine by an exchange before."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.fakes.certificates import authority
from tests.fakes.distributions import wheel, wheel_filename
from tests.fakes.issuers import BEARER, Issuer, buildkite, github, gitlab, google, issuing
from tests.fakes.tls import ended
from tests.native.clients import UV, Clients, Ran
from tests.native.server import Server, free_port, program

pytestmark = pytest.mark.native


@dataclass(frozen=True, slots=True)
class Works:
    """A registry behind TLS, and a provider of each kind."""

    server: Server
    url: str
    issuers: dict[str, Issuer]
    trust: Path

    @property
    def audience(self) -> str:
        return self.url.removeprefix("https://")

    def publisher(self, project: str, provider: str, *typed: str) -> None:
        name = f"{provider}@{self.issuers[provider].host}"
        data = ("--data", self.server.data)
        program("publisher", "add", *data, project, name, *typed, settings=self.server.settings)

    def uv(self, clients: Clients, file: Path, **environment: str) -> Ran:
        return clients.run(
            *(UV, "publish", "--trusted-publishing", "always"),
            *("--publish-url", f"{self.url}/legacy/", file),
            more={"SSL_CERT_FILE": str(self.trust), **environment},
        )

    def page(self, project: str) -> str:
        return self.server.get(f"/simple/{project}/")[2].decode()


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Works]:
    folder = tmp_path_factory.mktemp("trusted")
    _, serving = authority(folder, "localhost")
    behind = free_port()
    with ExitStack() as stack:
        front = stack.enter_context(ended(serving, behind))
        kinds = ("github", "gitlab", "google", "buildkite")
        issuers = {kind: stack.enter_context(issuing()) for kind in kinds}
        url = f"https://localhost:{front}"
        settings = {
            "STRONGROOM_PUBLIC_URL": url,
            "STRONGROOM_PUBLISHERS": ",".join(f"{k}={one.url}" for k, one in issuers.items()),
        }
        server = Server(folder / "data", port=behind, settings=settings)
        server.make()
        server.start()
        yield Works(server, url, issuers, folder / "chain.pem")
        assert server.stop() == 0


def begun(works: Works, clients: Clients, folder: Path, project: str) -> Path:
    """Publish 1.0 of a project by a token, and return the file of its 2.0."""
    paths = []
    for version in ("1.0", "2.0"):
        paths.append(folder / wheel_filename(project, version))
        paths[-1].write_bytes(wheel(project, version))
    plain = f"http://127.0.0.1:{works.server.port}"
    ran = clients.uv_publish(plain, works.server.token, paths[0])
    assert ran.code == 0, ran.text
    return paths[1]


def test_uv_publishes_from_github(works: Works, clients: Clients, tmp_path: Path) -> None:
    file = begun(works, clients, tmp_path, "from-github")
    works.publisher(
        "from-github", "github", "owner=octo", "repository=parcel", "workflow=release.yml"
    )
    issuer = works.issuers["github"]
    runner = {
        "GITHUB_ACTIONS": "true",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": BEARER,
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{issuer.url}/runner?api=1",
    }
    issuer.runs = github(event="pull_request_target")
    refused = works.uv(clients, file, **runner)
    assert refused.code != 0
    assert "invalid-publisher" in refused.text
    issuer.runs = github()
    ran = works.uv(clients, file, **runner)
    assert ran.code == 0, ran.text
    assert file.name in works.page("from-github")


def test_uv_publishes_from_gitlab_and_a_token_counts_once(
    works: Works, clients: Clients, tmp_path: Path
) -> None:
    file = begun(works, clients, tmp_path, "from-gitlab")
    works.publisher(
        "from-gitlab", "gitlab", "namespace=octo", "project=parcel", "file=.gitlab-ci.yml"
    )
    issuer = works.issuers["gitlab"]
    name = "".join(one if one.isalnum() else "_" for one in works.audience).upper()
    token = issuer.token(gitlab(issuer.host), works.audience)
    job = {"GITLAB_CI": "true", f"{name}_ID_TOKEN": token}
    ran = works.uv(clients, file, **job)
    assert ran.code == 0, ran.text
    assert file.name in works.page("from-gitlab")
    again = works.uv(clients, file, **job)
    assert "invalid-reuse-token" in again.text


def test_uv_publishes_from_buildkite(works: Works, clients: Clients, tmp_path: Path) -> None:
    file = begun(works, clients, tmp_path, "from-buildkite")
    works.publisher("from-buildkite", "buildkite", "organization=octo", "pipeline=parcel")
    token = works.issuers["buildkite"].token(buildkite(), works.audience)
    agent = tmp_path / "bin" / "buildkite-agent"
    agent.parent.mkdir()
    agent.write_text(f"#!/bin/sh\necho {token}\n")
    agent.chmod(0o755)
    ran = works.uv(clients, file, BUILDKITE="true", PATH=f"{agent.parent}:/usr/bin:/bin")
    assert ran.code == 0, ran.text
    assert file.name in works.page("from-buildkite")


def test_twine_publishes_by_an_exchange_before(
    works: Works, clients: Clients, tmp_path: Path
) -> None:
    file = begun(works, clients, tmp_path, "from-google")
    works.publisher("from-google", "google", "email=robot@parcel.test")
    token = works.issuers["google"].token(google(), works.audience)
    connection = HTTPConnection("127.0.0.1", works.server.port, timeout=30)
    body = json.dumps({"token": token})
    headers = {"Content-Type": "application/json"}
    connection.request("POST", "/_/oidc/mint-token", body, headers)
    minted = json.loads(connection.getresponse().read())["token"]
    connection.close()
    ran = clients.twine(f"http://127.0.0.1:{works.server.port}", minted, file)
    assert ran.code == 0, ran.text
    assert file.name in works.page("from-google")
