"""A real nginx over a real registry, configured by the command that operators use."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.native.server import PATIENCE, Server, program

NGINX = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
needs_nginx = pytest.mark.skipif(NGINX is None, reason="there is no nginx here")
# As root, its processes would take an account of their own, and tests' folders are root's.
AS_WE_ARE = f"user {'root' if os.geteuid() == 0 else 'nobody'};"


PIP = (
    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1,"
    " text/html; q=0.01"
)
UV = (
    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2,"
    " text/html;q=0.01"
)
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"
JSON = "application/vnd.pypi.simple.v1+json"


@dataclass(frozen=True, slots=True)
class Nginx:
    """A running nginx, and the registry behind it as clients see it through nginx."""

    server: Server
    folder: Path
    behind: Server = field(repr=False)
    files: dict[str, str] = field(default_factory=dict)  # addresses, by what is said of them

    @property
    def log(self) -> str:
        """Return all that nginx printed: its accesses and its errors."""
        return (self.folder / "log").read_text(encoding="utf-8")


def settings(port: int) -> dict[str, str]:
    """Return the settings of a registry that is reached through nginx at a port."""
    return {
        "STRONGROOM_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "STRONGROOM_TRUSTED_PROXIES": "127.0.0.1/32",
    }


def configured(folder: Path, behind: Server, *options: str) -> Path:
    """Write a configuration for a registry; returns its file."""
    folder.mkdir(exist_ok=True)
    file = folder / "nginx.conf"
    own = {"STRONGROOM_PORT": str(behind.port), **behind.settings}
    told = program("nginx", "--data", behind.data, "--whole", folder, *options, settings=own)
    file.write_text(told, encoding="utf-8")
    return file


def checked(file: Path) -> str:
    """Return what `nginx -t` says of a configuration."""
    assert NGINX is not None
    command = [NGINX, "-t", "-q", "-p", str(file.parent), "-c", str(file), "-g", AS_WE_ARE]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr


@contextmanager
def running(
    folder: Path, behind: Server, *options: str, account: str = AS_WE_ARE
) -> Iterator[Nginx]:
    """Run nginx in front of a registry whose settings name nginx's port."""
    assert NGINX is not None
    port = int(behind.settings["STRONGROOM_PUBLIC_URL"].rpartition(":")[2])
    file = configured(folder, behind, "--listen", f"127.0.0.1:{port}", *options)
    command = [NGINX, "-p", str(folder), "-c", str(file), "-g", f"daemon off; {account}"]
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    through = replace(behind, port=port)
    until = time.monotonic() + PATIENCE
    while not through._answers():
        assert process.poll() is None, (folder / "log").read_text()
        assert time.monotonic() < until
        time.sleep(0.05)
    try:
        yield Nginx(through, folder, behind)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer as a client hears it."""

    status: int
    reason: str
    headers: dict[str, str]
    body: bytes


def ask(port: int, path: str, method: str = "GET", **named: str) -> Heard:
    """Send one request; header names have underscores."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in named.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        answer = connection.getresponse()
        return Heard(answer.status, answer.reason, dict(answer.getheaders()), answer.read())
    finally:
        connection.close()
