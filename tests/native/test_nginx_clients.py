"""What clients meet at nginx: real ones, slow ones, too many at once, and those who guess."""

import json
import os
import socket
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.distributions import wheel, wheel_filename
from tests.fakes.registry import address
from tests.native.clients import Clients, Ran
from tests.native.nginx import Nginx, ask, needs_nginx, running
from tests.native.server import PATIENCE, free_port, program
from tests.native.uploads import headers, post, publish

pytestmark = [pytest.mark.native, needs_nginx]


def test_a_quarantine_holds_at_once_and_says_why(nginx: Nginx) -> None:
    body = wheel("closing", "1.0")
    publish(nginx.server, wheel_filename("closing", "1.0"), body)
    port, place = nginx.server.port, address(wheel_filename("closing", "1.0"), body)
    tag = ask(port, place).headers["ETag"]
    status = ("project", "status", "--data", nginx.behind.data, "closing")
    program(*status, "quarantined", "--reason", "case 42", settings=nginx.behind.settings)
    for named in ({}, {"If_None_Match": tag}, {"Range": "bytes=0-"}):
        heard = ask(port, place, **named)
        assert (heard.status, heard.reason[:20]) == (403, "Quarantined: case 42")
    assert b"closing-1.0" not in ask(port, "/simple/closing/").body
    program(*status, "active", settings=nginx.behind.settings)
    assert ask(port, place).body == body


@pytest.mark.parametrize("client", ["pip", "uv"])
def test_clients_install_and_hear_of_a_quarantine(
    nginx: Nginx, clients: Clients, client: str
) -> None:
    python = clients.venv("env")

    def install(*what: str) -> Ran:
        if client == "pip":
            return clients.pip(python, "install", *what)
        return clients.uv("pip", "install", "--python", python, *what)

    ran = install("--index-url", nginx.server.index, "parcel==1.1")
    assert ran.code == 0, ran.text
    assert clients.run(python, "-c", "import parcel; print(parcel.VALUE)").text == "1\n"
    refused = install(nginx.server.url + nginx.files["bad"])
    assert "Quarantined: case 42" in refused.text


@pytest.mark.parametrize("client", ["twine", "uv"])
def test_clients_publish_and_hear_why_not(
    nginx: Nginx, clients: Clients, tmp_path: Path, client: str
) -> None:
    upload = clients.twine if client == "twine" else clients.uv_publish
    file = tmp_path / wheel_filename(f"sent-{client}", "1.0")
    file.write_bytes(wheel(f"sent-{client}", "1.0", files={"big.bin": os.urandom(3_000_000)}))
    assert upload(nginx.server.url, nginx.server.token, file).code == 0
    page = ask(nginx.server.port, f"/simple/sent-{client}/").body
    assert file.name.encode() in page
    file.write_bytes(wheel(f"sent-{client}", "1.0", files={"other.py": b""}))
    ran = upload(nginx.server.url, nginx.server.token, file)
    assert "already exists with other content" in ran.text
    file.write_bytes(wheel(f"sent-{client}", "1.0", files={"big.bin": os.urandom(9_000_000)}))
    ran = upload(nginx.server.url, nginx.server.token[:-4] + "aaaa", file)
    assert ran.code != 0
    assert "The checksum of the token is wrong. Copy the whole token again" in ran.text


def test_a_token_for_one_request_lasts_for_one(nginx: Nginx) -> None:
    once = program("token", "narrow", "--once", nginx.server.token)
    through = replace(nginx.server, token=once)
    outcomes = [
        post(through, wheel_filename("once", version), wheel("once", version))[:2]
        for version in ("1.0", "2.0")
    ]
    assert [status for status, _ in outcomes] == [200, 403]
    assert outcomes[1][1].startswith("The token was for one request, and was used.")


def slow(port: int, head: str, sent: bytes = b"") -> socket.socket:
    """Send the beginning of a request, and no more of it."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    connection.sendall(f"{head}\r\nHost: 127.0.0.1\r\n".encode() + sent)
    return connection


def test_slow_clients_hold_no_thread_of_the_registry(nginx: Nginx) -> None:
    # Eight times as many of each kind as there are threads, and within what one address may do.
    port = nginx.server.port
    token = headers(nginx.server)["Authorization"]
    length = "Content-Length: 1000000\r\nContent-Type: multipart/form-data; boundary=x"
    begun = [
        *(slow(port, "GET /search/ HTTP/1.1") for _ in range(16)),
        *(slow(port, "POST /sign-out/ HTTP/1.1", b"Content-Length: 9\r\n\r\na") for _ in range(16)),
        *(
            slow(port, "POST /legacy/ HTTP/1.1", f"{who}{length}\r\n\r\nabc".encode())
            for who in ("", f"Authorization: {token}\r\n", "Authorization: Bearer x\r\n")
            for _ in range(6)
        ),
    ]
    time.sleep(0.5)
    for path in ("/search/", "/simple/nothing/", "/health/ready"):
        began = time.monotonic()
        assert ask(port, path).status in {200, 404}
        assert time.monotonic() - began < 2
    for connection in begun:
        connection.close()


def test_too_many_uploads_from_one_address_are_told_to_wait(nginx: Nginx) -> None:
    port, token = nginx.server.port, headers(nginx.server)["Authorization"]
    named = f"Authorization: {token}\r\nContent-Length: 9\r\n\r\n".encode()
    begun = [slow(port, "POST /legacy/ HTTP/1.1", named) for _ in range(8)]
    time.sleep(0.5)
    heard = ask(port, "/legacy/", "POST", Authorization=token)
    assert (heard.status, heard.headers["Retry-After"]) == (429, "60")
    assert json.loads(heard.body)["code"] == "too-many-requests"
    for connection in begun:
        connection.close()


def test_a_link_cannot_be_guessed_fast_and_stands_in_no_log(nginx: Nginx) -> None:
    secret = "s3cret-of-a-link"
    answers = [ask(nginx.server.port, f"/sign-in/{secret}?x={secret}").status for _ in range(30)]
    assert answers.count(429) >= 8
    for claim in ("claim", "%63laim", "/claim", "x/..%2Fclaim", "clai%6D/"):
        ask(nginx.server.port, f"/{claim}/{secret}")
    ask(nginx.server.port, f"/upload%2Ffiles/{secret}")
    ask(nginx.server.port, "/search/?q=" + secret)
    assert '"GET /sign-in/... HTTP/1.1" 429' in nginx.log
    assert '"GET /claim/... HTTP/1.1" 429' in nginx.log
    assert '"GET /search/ HTTP/1.1" 200' in nginx.log
    assert secret not in nginx.log


def test_a_file_above_the_limit_is_refused_in_words(nginx: Nginx) -> None:
    body = wheel("large", "1.0", files={"big.bin": os.urandom(10_000_000)})
    status, reason, _ = post(nginx.server, wheel_filename("large", "1.0"), body)
    assert (status, "9999999 bytes" in reason) == (413, True), reason
    body = wheel("large", "1.0", files={"big.bin": os.urandom(29_000_000)})
    status, _, told = post(nginx.server, wheel_filename("large", "1.0"), body)
    assert (status, json.loads(told)["code"]) == (413, "body-too-large")


def test_only_what_stands_in_front_speaks_for_a_client(nginx: Nginx, tmp_path: Path) -> None:
    # A token for another network is refused whatever address a client claims to have.
    token = program("token", "narrow", "--network", "192.0.2.0/24", nginx.server.token)
    named = {"Authorization": f"Bearer {token}", "X_Forwarded_For": "192.0.2.7"}
    assert ask(nginx.server.port, "/legacy/credential", **named).status == 403
    behind = replace(
        nginx.behind,
        settings={
            **nginx.behind.settings,
            "STRONGROOM_PUBLIC_URL": f"http://127.0.0.1:{free_port()}",
        },
    )
    with running(tmp_path / "second", behind, "--behind", "127.0.0.0/8") as through:
        assert ask(through.server.port, "/legacy/credential", **named).status == 204


def test_counts_are_for_nobody_outside(nginx: Nginx) -> None:
    assert ask(nginx.server.port, "/metrics").status == 403
    assert ask(nginx.behind.port, "/metrics").status == 200


def test_an_address_that_is_nobodys_is_not_shown(nginx: Nginx) -> None:
    for path in ("/.strongroom/credential", "/.strongroom/refused"):
        assert ask(nginx.server.port, path).status == 404
    for path in ("/strongroom.toml", "/keys/master.json", "/simple/../keys/master.json"):
        assert ask(nginx.server.port, path).status == 404
