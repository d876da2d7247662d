"""nginx in its other set-ups: each option, TLS, an account of its own, and nobody behind it."""

import grp
import json
import os
import pwd
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from http.client import HTTPSConnection
from pathlib import Path

import pytest

from tests.fakes.certificates import authority
from tests.fakes.distributions import wheel, wheel_filename
from tests.fakes.registry import address
from tests.native.nginx import (
    BROWSER,
    JSON,
    PIP,
    UV,
    Nginx,
    ask,
    checked,
    configured,
    needs_nginx,
    running,
    settings,
)
from tests.native.server import PATIENCE, Server, free_port
from tests.native.uploads import publish

pytestmark = [pytest.mark.native, needs_nginx]

VARIANTS = [
    (),
    ("--behind", "10.0.0.0/8", "--behind", "fd00::/8"),
    ("--upstream", "127.0.0.1:1", "--upstream", "[::1]:2"),
    ("--proxy-only",),
    ("--proxy-only", "--cache", "CACHE"),
    ("--certificate", "CHAIN", "--certificate-key", "KEY"),
    ("--certificate", "CHAIN", "--certificate-key", "KEY", "--http2", "--redirect", "8080"),
]


@pytest.mark.parametrize("variant", VARIANTS)
def test_nginx_takes_every_variant(nginx: Nginx, tmp_path: Path, variant: tuple[str, ...]) -> None:
    authority(tmp_path, "packages.example.org")
    named = {
        "CHAIN": str(tmp_path / "chain.pem"),
        "KEY": str(tmp_path / "private.pem"),
        "CACHE": str(tmp_path / "cache"),
    }
    here = replace(nginx.behind, settings={"STRONGROOM_PUBLIC_URL": "https://packages.example.org"})
    options = [named.get(word, word) for word in variant]
    assert checked(configured(tmp_path / "nginx", here, *options)) == ""


def test_over_tls_the_words_of_a_refusal_arrive_and_others_are_sent_there(tmp_path: Path) -> None:
    trusting, _ = authority(tmp_path, "localhost")
    port, plain = free_port(), free_port()
    https = {
        "STRONGROOM_PUBLIC_URL": f"https://localhost:{port}",
        "STRONGROOM_TRUSTED_PROXIES": "127.0.0.1/32",
    }
    behind = Server(tmp_path / "data", settings=https)
    behind.make()
    behind.start()
    pair = ("--certificate", tmp_path / "chain.pem", "--certificate-key", tmp_path / "private.pem")
    options = (*map(str, pair), "--redirect", f"127.0.0.1:{plain}")
    with running(tmp_path / "nginx", behind, *options):
        moved = ask(plain, "/simple/?x")
        assert (moved.status, moved.headers["Location"]) == (
            301,
            f"https://localhost:{port}/simple/?x",
        )
        connection = HTTPSConnection("localhost", port, timeout=PATIENCE, context=trusting)
        for path, status in (
            ("/simple/", 200),
            ("/simple/nothing/", 404),
            ("/account/login/", 200),
        ):
            connection.request("GET", path)
            answer = connection.getresponse()
            assert (answer.status, answer.getheader("Strict-Transport-Security")) == (
                status,
                "max-age=31536000",
            )
            answer.read()
        connection.request("POST", "/legacy/", b"x" * 100000)
        answer = connection.getresponse()
        assert answer.reason.startswith("Uploading needs a token.")
        connection.close()
    behind.kill()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Return a folder that other accounts can pass through, as pytest's own cannot be."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o711)
        mask = os.umask(0o077)
        yield Path(made)
        os.umask(mask)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run nginx as another account")
def test_an_account_that_is_let_through_sees_what_is_public_and_nothing_else(
    open_folder: Path,
) -> None:
    other = pwd.getpwnam("nobody")
    behind = Server(open_folder / "data", settings=settings(free_port()))
    behind.make()
    behind.start()
    body = wheel("parcel", "1.0")
    publish(behind, wheel_filename("parcel", "1.0"), body)
    os.chown(behind.data, -1, other.pw_gid)
    behind.data.chmod(0o710)
    account = f"user nobody {grp.getgrgid(other.pw_gid).gr_name};"
    with running(open_folder / "nginx", behind, account=account) as through:
        behind.kill()
        place = address(wheel_filename("parcel", "1.0"), body)
        assert ask(through.server.port, place).body == body
        assert ask(through.server.port, "/simple/parcel/", Accept=PIP).status == 200
    files = [path for path in behind.data.rglob("*") if path.is_file()]
    read = [
        path.relative_to(behind.data).parts[0]
        for path in files
        if subprocess.run(
            ["/bin/cat", path],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=False,
            user=other.pw_uid,
            group=other.pw_gid,
            extra_groups=[],
        ).stdout
    ]
    assert (set(read), len(files) > len(read)) == ({"public"}, True)


def test_reads_go_on_without_the_application_and_the_rest_is_told(nginx: Nginx) -> None:
    nginx.behind.kill()
    port = nginx.server.port
    try:
        for path in ("/", "/project/parcel/", "/rss/updates.xml", nginx.files["1.0"] + ".metadata"):
            for encoding in ("gzip", "identity"):
                assert ask(port, path, Accept_Encoding=encoding).status == 200
        for accept in ("", PIP, UV, BROWSER, JSON, "*/*", "text/html"):
            for path in ("/simple/", "/simple/parcel/"):
                assert ask(port, path, Accept=accept, Accept_Encoding="gzip").status == 200
        for form in (JSON, JSON.replace("+", "%2B"), "text/html"):
            assert ask(port, f"/simple/parcel/?format={form}").status == 200
        for wanted in ("bytes=0-", "bytes=5-9", "bytes=-5"):
            assert ask(port, nginx.files["1.0"], Range=wanted).status == 206
        for method, path in (("GET", "/simple/x/"), ("GET", "/search/"), ("POST", "/legacy/")):
            away = ask(port, path, method)
            assert (away.status, away.headers["Retry-After"]) == (503, "60")
            assert json.loads(away.body)["code"] == "registry-away"
        assert ask(port, "/claim/s3cret").status in {429, 503}
        assert "s3cret" not in nginx.log
    finally:
        nginx.behind.start()
