"""Identity providers of programs, on loopback: discovery, keys, and statements as each makes them.

    with issuing() as issuer:
        issuer.token(github(issuer.url, repository="octo/parcel"), audience="registry.test")

Like GitHub's runner it also answers `GET /runner?...&audience=X` with what `issuer.runs` says.
"""

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.identity import Key

Claims = dict[str, Any]
BEARER = "of-the-runner"
CIRCLE_ORGANIZATION = "0f8fad5b-d9cb-469f-a165-70867728950e"
CIRCLE_PROJECT = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
CIRCLE_PIPELINE = "5f64bbd3-5b1c-4f5c-9a0c-8f0b9a2a1a11"


def github(repository: str = "octo/parcel", event: str = "push", **more: object) -> Claims:
    """Return what GitHub states of a run of release.yml."""
    ref = str(more.get("ref", "refs/tags/v1.0"))
    return {
        "sub": f"repo:{repository}:ref:{ref}",
        "repository": repository,
        "repository_owner": repository.partition("/")[0],
        "repository_owner_id": "10",
        "repository_id": "100",
        "job_workflow_ref": f"{repository}/.github/workflows/release.yml@{ref}",
        "ref": ref,
        "sha": "5" * 40,
        "event_name": event,
        "runner_environment": "github-hosted",
        **more,
    }


def gitlab(host: str, project: str = "octo/parcel", **more: object) -> Claims:
    """Return what GitLab states of a job of .gitlab-ci.yml."""
    return {
        "sub": f"project_path:{project}:ref_type:tag:ref:v1.0",
        "project_path": project,
        "project_id": "100",
        "namespace_path": project.rpartition("/")[0],
        "namespace_id": "10",
        "pipeline_source": "push",
        "ref": "v1.0",
        "ref_type": "tag",
        "ref_path": "refs/tags/v1.0",
        "sha": "5" * 40,
        "ci_config_ref_uri": f"{host}/{project}//.gitlab-ci.yml@refs/tags/v1.0",
        **more,
    }


def google(email: str = "robot@parcel.test", **more: object) -> Claims:
    """Return what Google states of a service account."""
    return {"sub": "1234567890", "email": email, "email_verified": True, "jti": None, **more}


def activestate(**more: object) -> Claims:
    """Return what ActiveState states of a build."""
    return {
        "sub": "org:octo:project:parcel",
        "organization": "octo",
        "organization_id": "org-10",
        "project": "parcel",
        "project_id": "project-100",
        "actor": "robot",
        "actor_id": CIRCLE_PROJECT,
        "builder": "pypi-publisher",
        **more,
    }


def circleci(**more: object) -> Claims:
    """Return what CircleCI states of a job."""
    own = {
        "org-id": CIRCLE_ORGANIZATION,
        "project-id": CIRCLE_PROJECT,
        "pipeline-definition-id": CIRCLE_PIPELINE,
        "context-ids": [],
        "ssh-rerun": False,
        "vcs-ref": "refs/tags/v1.0",
    }
    own |= {name.replace("_", "-"): value for name, value in more.items()}
    named = {f"oidc.circleci.com/{name}": value for name, value in own.items()}
    return {"sub": f"org/{CIRCLE_ORGANIZATION}/project/{CIRCLE_PROJECT}", "jti": None, **named}


def buildkite(**more: object) -> Claims:
    """Return what Buildkite states of a step."""
    return {
        "sub": "organization:octo:pipeline:parcel:ref:refs/heads/main",
        "organization_slug": "octo",
        "pipeline_slug": "parcel",
        "build_branch": "main",
        "step_key": "publish",
        "jti": None,
        **more,
    }


@dataclass(slots=True)
class Issuer:
    """A provider, at `url`; `now` gives the seconds by which it dates."""

    url: str
    keys: list[Key] = field(default_factory=lambda: [Key("first")])
    discovery: Claims = field(default_factory=dict)
    runs: Claims = field(default_factory=dict)  # what its runner's program is
    asked: list[str] = field(default_factory=list)
    now: Callable[[], float] = time.time

    @property
    def host(self) -> str:
        """Return its host and port."""
        return urlsplit(self.url).netloc

    def token(self, claims: Claims, audience: str, **times: object) -> str:
        """Return a statement for somebody; a claim that is None is left out."""
        now = int(self.now())
        whole = {
            "iss": self.url,
            "aud": audience,
            "iat": now,
            "nbf": now,
            "exp": now + 300,
            "jti": secrets.token_hex(8),
            **claims,
            **times,
        }
        return self.keys[-1].sign({name: one for name, one in whole.items() if one is not None})


@contextmanager
def issuing() -> Iterator[Issuer]:
    """Serve a provider."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    issuer = Issuer(f"http://127.0.0.1:{server.server_port}")
    server.RequestHandlerClass = _handler(issuer)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield issuer
    server.shutdown()
    server.server_close()
    thread.join(5)


def _handler(issuer: Issuer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            issuer.asked.append(url.path)
            told: Claims | None = None
            if url.path == "/.well-known/openid-configuration":
                keys = {"issuer": issuer.url, "jwks_uri": f"{issuer.url}/keys"}
                told = {**keys, **issuer.discovery}
            elif url.path == "/keys":
                told = {"keys": [one.public() for one in issuer.keys]}
            elif url.path == "/runner" and self.headers["Authorization"] == f"Bearer {BEARER}":
                audience = parse_qs(url.query)["audience"][0]
                told = {"value": issuer.token(issuer.runs, audience)}
            body = json.dumps(told or {}).encode()
            self.send_response(200 if told else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    return Handler
