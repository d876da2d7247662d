"""A crowd of clients as a process: `python -m tests.native.crowd PORT KIND COUNT TOKEN`.

`heads` send a head byte by byte, `bodies` a body, `readers` take a large file in sips, each as
slowly as they are let and again when they are cut off; `flood` asks for what needs a thread as fast
as it is answered. The process prints a line when all have come, and runs until it is ended.
"""

import asyncio
import base64
import contextlib
import socket
import sys
from collections.abc import Awaitable, Callable

HOST = "127.0.0.1"
Come = Callable[[], None]
Client = Callable[[int, str, Come], Awaitable[None]]


async def heads(port: int, _token: str, come: Come) -> None:
    """Send a head that never ends."""
    _, writer = await asyncio.open_connection(HOST, port)
    writer.write(b"GET /simple/ HTTP/1.1\r\nHost: localhost\r\nX: ")
    come()
    while not writer.is_closing():
        writer.write(b"y")
        await writer.drain()
        await asyncio.sleep(1)


async def bodies(port: int, token: str, come: Come) -> None:
    """Send an upload that never ends, with a good token."""
    _, writer = await asyncio.open_connection(HOST, port)
    secret = base64.b64encode(f"__token__:{token}".encode()).decode()
    writer.write(
        b"POST /legacy/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n"
        b"Content-Type: multipart/form-data; boundary=x\r\n"
        b"Authorization: Basic " + secret.encode() + b"\r\n\r\n"
    )
    come()
    while not writer.is_closing():
        writer.write(b"-")
        await writer.drain()
        await asyncio.sleep(1)


async def readers(port: int, token: str, come: Come) -> None:
    """Take a file (its address stands in for the token) in sips."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.setblocking(False)  # noqa: FBT003 - its only argument
    loop = asyncio.get_running_loop()
    try:
        await loop.sock_connect(sock, (HOST, port))
        await loop.sock_sendall(sock, f"GET {token} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        come()
        while await loop.sock_recv(sock, 64):  # noqa: ASYNC110 - what it is about
            await asyncio.sleep(1)
    finally:
        sock.close()


async def flood(port: int, _token: str, come: Come) -> None:
    """Ask for a search as fast as it is answered."""
    reader, writer = await asyncio.open_connection(HOST, port)
    come()
    while True:
        writer.write(b"GET /search/?q=demo HTTP/1.1\r\nHost: localhost\r\n\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-len")]
        await reader.readexactly(int(lengths[0].split(b":")[1]))


KINDS: dict[str, Client] = {"heads": heads, "bodies": bodies, "readers": readers, "flood": flood}


async def _again(client: Client, port: int, token: str, come: Come) -> None:
    while True:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await client(port, token, come)
        await asyncio.sleep(0.1)


async def _main(port: int, kind: str, count: int, token: str) -> None:
    here = asyncio.Semaphore(0)
    async with asyncio.TaskGroup() as clients:
        for _ in range(count):
            clients.create_task(_again(KINDS[kind], port, token, here.release))
        for _ in range(count):
            await here.acquire()
        print("all are here", flush=True)  # noqa: T201 - whoever started this waits for it


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]))
