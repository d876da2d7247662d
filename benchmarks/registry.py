"""A registry to measure: the real server as a process of its own, with a token to publish by."""

import http.client
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

START_WITHIN = 30.0  # seconds


class Registry:
    """A server on a free loopback port over a folder; stopped at the end of the context."""

    def __init__(self, folder: Path) -> None:
        """Keep everything of the registry in `folder`."""
        self._folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._environ = {
            **os.environ,
            "STRONGROOM_DATA": str(folder / "data"),
            "STRONGROOM_PORT": str(self.port),
            "STRONGROOM_LOG_LEVEL": "error",
        }

    def __enter__(self) -> Self:
        """Start the server and make a token."""
        self._command("init")
        self._command("user", "create", "bench", "--email", "bench@example.org")
        self.token = self._command("token", "create", "--user", "bench").strip()
        self._server = subprocess.Popen(
            [sys.executable, "-m", "strongroom", "serve"],
            env=self._environ,
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_WITHIN
        while not self._answers():
            if time.monotonic() > deadline:
                raise TimeoutError
            time.sleep(0.1)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the server."""
        self._server.terminate()
        self._server.wait()

    def connection(self) -> http.client.HTTPConnection:
        """Return a connection to the server; the caller closes it."""
        return http.client.HTTPConnection("127.0.0.1", self.port)

    def resident_mib(self) -> float:
        """Return the resident memory of the server's processes together, in MiB."""
        children = subprocess.run(
            ["/usr/bin/env", "pgrep", "-P", str(self._server.pid)],
            capture_output=True,
            text=True,
            check=False,
        ).stdout.split()
        return sum(map(_resident_kib, (self._server.pid, *map(int, children)))) / 1024

    def _answers(self) -> bool:
        try:
            connection = self.connection()
            connection.request("GET", "/simple/")
            return connection.getresponse().status < 500
        except OSError:
            return False

    def _command(self, *words: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "strongroom", *words],
            env=self._environ,
            check=True,
            capture_output=True,
            text=True,
        ).stdout


def _resident_kib(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0
