"""Requests that no client should send, over a bare socket."""

import socket

import pytest

from tests.native.server import PATIENCE, Server

pytestmark = pytest.mark.native

HOST = b" HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /legacy/" + HOST


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /simple/A?x=\rSet-Cookie:a" + HOST,
        b"GET /simple/A?x=\xff" + HOST,
        b"GET /simple/%0d%0aSet-Cookie:%20a=b" + HOST,
        b"GET /simple/A%0d%0aSet-Cookie:%20a=b/" + HOST,
        b"GET /simple/%00/" + HOST,
        b"GET /simple/" + b"a" * 5000 + b"/" + HOST,
        b"GET *" + HOST,
        b"GET http://other.test/simple/" + HOST,
        b"GET //other.test/%2f.." + HOST,
        b"GET /project/..%2f..%2fsimple/" + HOST,
        b"GET /static/..%2f..%2fsite%2fsettings.py" + HOST,
        POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
        POST + b"Content-Length: -1\r\n",
        POST + b"Content-Length: 99999999999999999999\r\n",
        POST + b"Transfer-Encoding: gzip\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"GET /simple/ HTTP/1.1\r\n",
        b"\x00\x01\r\n",
    ],
)
def test_no_odd_request_is_a_500_or_splits_the_answer(server: Server, sent: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as connection:
        connection.sendall(sent + b"\r\n")
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head = answer.partition(b"\r\n\r\n")[0]
    assert not answer or answer.startswith((b"HTTP/1.1 2", b"HTTP/1.1 3", b"HTTP/1.1 4")), head
    assert b"\nSet-Cookie" not in head
    assert b"\nLocation: //" not in head
    assert server.get("/simple/")[0] == 200
