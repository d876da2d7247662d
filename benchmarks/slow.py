"""Five hundred clients that dawdle: over their heads, over their bodies, over our answers.

Each of them sends or takes a few bytes a second, which no server can tell from a bad line. Beside
them one client downloads as if nothing were the matter.
"""

import json
import select
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from benchmarks.peers.peer import Peer
from benchmarks.probing import Seen, probe
from benchmarks.processes import LOAD_CORE, pinned
from benchmarks.report import Figure, say

SLOW = 500
STEP = 1.0  # seconds
TAKEN = 1024  # bytes of an answer in each step


def measured(peer: Peer, small: str, large: str, seconds: int) -> Iterator[Figure]:
    """Time downloads of `small` without and with slow clients; these read `large`."""
    say(f"slow connections at {peer.name}")
    yield _figure("quiet", peer, probe(peer, small, seconds / 3))
    with _dawdling(peer, large):
        yield _figure(f"{SLOW} slow connections", peer, probe(peer, small, seconds))
    yield _figure("after them", peer, probe(peer, small, seconds / 3))


def _figure(when: str, peer: Peer, seen: Seen) -> Figure:
    note = f"{seen.failed} of {len(seen.took)} failed" if seen.failed else ""
    return Figure(f"download, {when}", peer.name, p50_ms=seen.p50_ms, p99_ms=seen.p99_ms, note=note)


@contextmanager
def _dawdling(peer: Peer, large: str) -> Iterator[None]:
    """Have them in a process of their own: in ours they would hold up whoever is timed."""
    told = {
        "port": peer.port,
        "upload": peer.upload or "/",
        "authorization": peer.authorization or "none",
        "large": large,
    }
    command = pinned(LOAD_CORE, [sys.executable, "-m", "benchmarks.slow"])
    ours, theirs = socket.socketpair()
    with subprocess.Popen(command, stdin=theirs.fileno()), ours:  # whose end ends it
        theirs.close()
        ours.sendall(json.dumps(told).encode() + b"\n")
        yield


def _dawdle(port: int, begun: Sequence[bytes]) -> None:
    open_now: dict[int, socket.socket] = {}
    while True:
        for number in range(SLOW):
            if number not in open_now:
                with suppress(OSError):
                    open_now[number] = _opened(port, begun[number % len(begun)])
        # A server that turned one away meets it again: slow clients come back.
        open_now = {
            number: one for number, one in open_now.items() if _stepped(one, number % len(begun))
        }
        if select.select([sys.stdin], [], [], STEP)[0]:
            break
    for one in open_now.values():
        one.close()


def _begun(port: int, upload: str, authorization: str, large: str) -> Sequence[bytes]:
    """Return how each kind of them begins."""
    head = f"Host: 127.0.0.1:{port}\r\n".encode()
    return (
        b"GET /simple/ HTTP/1.1\r\n" + head + b"X-Slow: ",
        f"POST {upload} HTTP/1.1\r\n".encode()
        + head
        + f"Authorization: {authorization}\r\n".encode()
        + b"Content-Type: multipart/form-data; boundary=b\r\n"
        + b"Content-Length: 1000000\r\n\r\n--b\r\n",
        f"GET {large} HTTP/1.1\r\n".encode() + head + b"\r\n",
    )


def _opened(port: int, begun: bytes) -> socket.socket:
    one = socket.socket()
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        one.settimeout(STEP)
        one.connect(("127.0.0.1", port))
        one.sendall(begun)
        one.setblocking(False)  # noqa: FBT003 - the socket's own signature
    except OSError:
        one.close()
        raise
    return one


def _stepped(one: socket.socket, kind: int) -> bool:
    """Send a byte, or take a few; says whether the connection still stands."""
    try:
        if kind == 2:
            stands = bool(one.recv(TAKEN))
        else:
            one.send(b"x")
            stands = True
    except BlockingIOError:
        return True
    except OSError:
        stands = False
    if not stands:
        one.close()
    return stands


if __name__ == "__main__":
    asked = json.loads(sys.stdin.readline())
    _dawdle(asked["port"], _begun(**asked))
