import json
from io import BytesIO

import pytest
from django.db import OperationalError, connection
from werkzeug.test import EnvironBuilder, run_wsgi_app

from strongroom.core.actors import Action
from strongroom.people.tokens.caveats import Actions, Once
from tests.ecosystems.pypi.forms import BODY, END, HEAD, NAME, basic, content, refused
from tests.fakes.distributions import wheel, wheel_filename
from tests.fakes.registry import Registry, form


class Counted(BytesIO):
    """A request's body that knows how much of it was read."""

    read_bytes = 0

    def read(self, size: int | None = -1) -> bytes:
        block = super().read(size)
        self.read_bytes += len(block)
        return block


@pytest.mark.parametrize(
    ("header", "status", "code"),
    [
        (None, 401, "credential-missing"),
        (" ", 401, "credential-missing"),
        ("Digest a=b", 403, "credential-unreadable"),
        ("Basic !!!", 403, "credential-unreadable"),
        ("Basic", 403, "credential-unreadable"),
        (basic("alice", "hunter2"), 403, "credential-unreadable"),
        (basic("__token__", "hunter2"), 403, None),
        (basic("__token__", ""), 403, None),
        ("Bearer strongroom_u_AAAA", 403, None),
        ("token \N{SNOWMAN}", 403, None),
        ("Bearer " + "A" * 9000, 403, None),
    ],
)
def test_a_credential_is_judged_before_a_byte_of_the_body_is_read(
    registry: Registry, header: str | None, status: int, code: str | None
) -> None:
    body = Counted(HEAD + content() + END)
    environ = EnvironBuilder(
        "/legacy/", method="POST", content_type="multipart/form-data"
    ).get_environ()
    environ |= {"wsgi.input": body, "CONTENT_LENGTH": str(len(body.getvalue()))}
    if header is not None:
        environ["HTTP_AUTHORIZATION"] = header.encode().decode("latin-1")
    read_when_answered = []
    start = registry.app

    def told(environ: dict[str, object], start_response: object) -> object:
        def answered(*arguments: object) -> object:
            read_when_answered.append(body.read_bytes)
            return start_response(*arguments)  # type: ignore[operator] # WSGI's own

        return start(environ, answered)  # type: ignore[arg-type] # likewise

    blocks, line, headers = run_wsgi_app(told, environ, buffered=True)  # type: ignore[arg-type]
    assert read_when_answered == [0]
    assert line.startswith(f"{status} ")
    problem = json.loads(b"".join(blocks))
    assert code in {None, problem["code"]}
    assert ("WWW-Authenticate" in headers) == (status == 401)
    assert "token" in problem["detail"]


def test_a_password_is_refused_with_a_hint(registry: Registry) -> None:
    answer = registry.client.post(
        "/legacy/", data=form(NAME, BODY), auth=("alice", "hunter2"), buffered=True
    )
    refused(answer, 403, "credential-unreadable")
    assert "__token__" in answer.status
    assert "hunter2" not in answer.text


def test_a_token_that_may_not_upload_is_refused(registry: Registry) -> None:
    token = registry.mint(registry.owner, Actions(frozenset({Action.YANK})))
    refused(registry.post(form(NAME, BODY), token), 403, "token-out-of-scope")


def test_a_token_for_one_use_publishes_once(registry: Registry) -> None:
    token = registry.mint(registry.owner, Once())
    assert registry.post(form(NAME, BODY), token).status == "200 OK"
    refused(registry.post(form(NAME, BODY), token), 403, "token-spent")


def test_somebody_elses_project_takes_no_upload(registry: Registry) -> None:
    registry.post(form(NAME, BODY))
    body, name = wheel("example", "1.1"), wheel_filename("example", "1.1")
    refused(
        registry.post(form(name, body), registry.mint(registry.user("bob"))), 403, "role-missing"
    )


def test_a_proxy_can_ask_whether_a_token_is_worth_a_body(registry: Registry) -> None:
    answer = registry.get("/legacy/credential", Authorization=basic("__token__", registry.token))
    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("header", ["", "Digest a=b", basic("__token__", "hunter2")])
def test_a_proxy_hears_the_refusal_that_the_upload_would_meet(
    registry: Registry, header: str
) -> None:
    asked = registry.get("/legacy/credential", Authorization=header)
    sent = registry.client.post("/legacy/", headers={"Authorization": header}, buffered=True)
    assert (asked.status, asked.data) == (sent.status, sent.data)
    assert asked.headers.get("WWW-Authenticate") == sent.headers.get("WWW-Authenticate")


def test_a_token_for_one_request_is_not_spent_by_asking(registry: Registry) -> None:
    once = registry.mint(registry.owner, Once())
    for _ in range(2):
        asked = registry.get("/legacy/credential", Authorization=basic("__token__", once))
        assert asked.status_code == 204
    assert registry.post(form(NAME, BODY), token=once).status == "200 OK"
    refused(registry.get("/legacy/credential", Authorization=f"Bearer {once}"), 403, "token-spent")


def test_a_database_that_does_not_answer_is_told_to_a_proxy(registry: Registry) -> None:
    def away(*_: object) -> object:
        raise OperationalError

    with connection.execute_wrapper(away):
        answer = registry.get("/legacy/credential", Authorization=f"Bearer {registry.token}")
    refused(answer, 503, "database-busy")
