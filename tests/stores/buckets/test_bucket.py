"""Speaking to a bucket: who signs, what of the environment counts, and what no process may do."""

import json
import socket
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from strongroom.core.errors import UnavailableError
from strongroom.site.apart import apart
from strongroom.stores.buckets.address import Address, parse
from strongroom.stores.buckets.bucket import Bucket, Fetched
from tests.fakes.certificates import authority
from tests.fakes.servers import Said, answer, serving

OBJECT = answer(b"bytes", ETag='"e"', Last_Modified="Sat, 21 Nov 2026 12:00:00 GMT")
PART = answer(
    b"b",
    status="206 Partial Content",
    Content_Range="bytes 0-0/5",
    Last_Modified="Sat, 21 Nov 2026 12:00:00 GMT",
)
ROUTES = {"/packages/x": OBJECT, "/packages/a/b/x": OBJECT}
GONE = "404 Not Found"
LATER = "2099-01-01T00:00:00Z"


def at(server: Said, entry: str = "key:secret@", rest: str = "") -> Address:
    address = parse(f"s3://{entry}127.0.0.1:{server.port}/packages{rest}?tls=no")
    assert address is not None
    return address


def header(request: str, name: str) -> str:
    lines = (line.partition(": ") for line in request.split("\r\n"))
    return next((value for key, _, value in lines if key.lower() == name), "")


def test_an_object_is_asked_for_below_the_prefix_with_the_key_that_is_given() -> None:
    with serving(ROUTES) as server:
        assert Bucket(at(server, rest="/a/b")).get("x") == Fetched(b"bytes", '"e"')
    (request,) = server.requests
    assert "Credential=key/" in header(request, "authorization")
    assert "/us-east-1/s3/aws4_request" in header(request, "authorization")


def test_nothing_of_the_environment_but_keys_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(ROUTES) as server, serving(ROUTES) as other:
        for name, value in {
            "AWS_ENDPOINT_URL": other.url,
            "AWS_ENDPOINT_URL_S3": other.url,
            "AWS_ENDPOINT": other.url,
            "AWS_REGION": "elsewhere-1",
            "AWS_DEFAULT_REGION": "elsewhere-1",
            "AWS_SKIP_SIGNATURE": "true",
            "AWS_UNSIGNED_PAYLOAD": "true",
            "AWS_VIRTUAL_HOSTED_STYLE_REQUEST": "true",
            "AWS_ACCESS_KEY_ID": "of-the-environment",
            "AWS_SECRET_ACCESS_KEY": "of-the-environment",
            "AWS_SESSION_TOKEN": "of-the-environment",
            "AWS_BUCKET": "elsewhere",
        }.items():
            monkeypatch.setenv(name, value)
        Bucket(at(server)).get("x")
        assert other.requests == []
    assert "of-the-environment" not in server.requests[0]
    assert "/us-east-1/s3/aws4_request" in header(server.requests[0], "authorization")


def test_without_a_key_that_of_the_environment_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of-the-environment")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "a-token")
    with serving(ROUTES) as server:
        Bucket(at(server, entry="")).get("x")
    assert "Credential=of-the-environment/" in header(server.requests[0], "authorization")
    assert header(server.requests[0], "x-amz-security-token") == "a-token"


def test_without_a_key_the_role_of_the_machine_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    role = {"AccessKeyId": "role", "SecretAccessKey": "s", "Token": "t", "Expiration": LATER}
    told = answer(json.dumps(role).encode(), "application/json")
    with serving({**ROUTES, "/role": told}) as server:
        # As a container's platform says it; a machine's own address is another and fixed.
        monkeypatch.setenv("AWS_METADATA_ENDPOINT", server.url)
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{server.url}/role")
        monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/dev/null")
        Bucket(at(server, entry="")).get("x")
    assert "Credential=role/" in header(server.requests[-1], "authorization")
    assert header(server.requests[-1], "x-amz-security-token") == "t"


def test_without_any_key_nothing_is_told_as_absence(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving({}) as server:
        monkeypatch.setenv("AWS_METADATA_ENDPOINT", server.url)
        with pytest.raises(UnavailableError):
            Bucket(at(server, entry="")).get("x")


def test_an_address_for_readers_is_that_of_the_outside() -> None:
    address = parse("s3://key:secret@inside.example.org/packages/a?region=eu-west-3")
    assert address is not None
    signed = Bucket(address, "https://files.example.org:8443").signed("x", timedelta(seconds=60))
    parts, asked = urlsplit(signed), parse_qs(urlsplit(signed).query)
    assert (parts.scheme, parts.netloc) == ("https", "files.example.org:8443")
    assert parts.path == "/packages/a/x"
    assert (asked["X-Amz-Expires"], asked["X-Amz-SignedHeaders"]) == (["60"], ["host"])
    assert "secret" not in signed


def test_a_bucket_before_its_host_is_so_outside_too() -> None:
    address = parse("s3://key:secret@inside.example.org/packages?style=virtual")
    assert address is not None
    signed = urlsplit(Bucket(address, "https://example.org").signed("x", timedelta(seconds=60)))
    assert (signed.netloc, signed.path) == ("packages.example.org", "/x")


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_forked_process_is_told_and_does_not_hang() -> None:
    with serving(ROUTES) as server:
        bucket = Bucket(at(server))
        bucket.get("x")

        def in_the_child() -> str:
            try:
                bucket.get("x")
            except RuntimeError as error:
                return str(error)
            return "it went on"

        assert "forked" in apart(in_the_child)


def test_a_certificate_counts_only_by_a_root_that_is_named(tmp_path: Path) -> None:
    _, tls = authority(tmp_path, "localhost")
    root = tmp_path / "root.pem"
    mark = "-----BEGIN CERTIFICATE-----"
    root.write_text(mark + (tmp_path / "chain.pem").read_text().rpartition(mark)[2])
    with serving(ROUTES, tls) as server:
        text = f"s3://key:secret@localhost:{server.port}/packages"
        named, unnamed = parse(f"{text}?cacert={root}"), parse(text)
        assert named is not None
        assert unnamed is not None
        assert Bucket(named).get("x") == Fetched(b"bytes", '"e"')
        with pytest.raises(UnavailableError):
            Bucket(unnamed).get("x")


def test_an_object_that_is_there_and_is_not_keeps_nobody_waiting() -> None:
    def torn(connection: socket.socket) -> None:
        connection.sendall(PART if len(server.requests) % 2 == 0 else answer(b"", status=GONE))

    with serving({"/packages/x": torn}) as server:
        with pytest.raises(UnavailableError):
            Bucket(at(server)).look("x")
        assert len(server.requests) == 6


def test_a_server_that_minds_what_is_missing_deletes_all_the_rest() -> None:
    missing = answer(b"<Error><Code>NoSuchKey</Code></Error>", status=GONE)
    deleted = answer(b"", status="204 No Content")
    routes = {"/packages/a": missing, "/packages/b": deleted, "/packages/c": deleted}
    with serving(routes) as server:
        Bucket(at(server)).delete("a", "b", "c")
        Bucket(at(server)).delete("a")
    asked = {request.split(" ")[1] for request in server.requests}
    assert asked == set(routes)
