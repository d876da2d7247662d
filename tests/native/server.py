"""The real server as a process of its own, made and run by the commands that operators use."""

import atexit
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

PROGRAM = Path(sys.executable).with_name("strongroom")
PATIENCE = 90.0  # seconds; a busy machine takes its time to start a server
# Settings by which a registry is more than its folder, or its folder names its address.
ELSEWHERE = frozenset({"STRONGROOM_DATABASE", "STRONGROOM_OBJECTS", "STRONGROOM_PUBLIC_URL"})


def free_port() -> int:
    """Return a port of loopback that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def clean() -> dict[str, str]:
    """Return an environment without anything that the developer's own set-up says."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    return kept | {"PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "1000", "NO_COLOR": "1"}


def program(*arguments: str | Path, settings: Mapping[str, str] | None = None) -> str:
    """Run a command of the program and return what it prints."""
    command, environment = [PROGRAM, *arguments], clean() | dict(settings or {})
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


# Most of a short command's time is its start, so those that make a registry share one.
SEVERAL = """
from strongroom.cli.main import main
for words in (("init",), ("user", "create", "alice", "--email", "alice@example.org"),
              ("user", "enrol", "alice"), ("token", "create", "--user", "alice")):
    print(flush=True)
    assert main(words) == 0
"""


def _made(data: Path, settings: Mapping[str, str]) -> str:
    environment = clean() | {"STRONGROOM_DATA": str(data)} | dict(settings)
    command = [sys.executable, "-c", SEVERAL]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


@cache
def _pattern() -> tuple[Path, str]:
    """Return the folder of a registry that is never served, and the token of its account."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder / "data", _made(folder / "data", {})


@dataclass(slots=True)
class Server:
    """A registry over a folder, which can be started, ended and killed again and again."""

    data: Path
    port: int = field(default_factory=free_port)
    settings: Mapping[str, str] = field(default_factory=dict)
    demo: bool = False  # serves a throw-away folder of its own, and `data` only names the log
    token: str = field(default="", repr=False)
    process: "subprocess.Popen[bytes] | None" = None

    def make(self) -> None:
        """Make the registry, one account, and its token."""
        if self.settings.keys() & ELSEWHERE:
            self.token = _made(self.data, self.settings)
        else:  # its folder is all there is of it, and a copy is as good
            pattern, self.token = _pattern()
            shutil.copytree(pattern, self.data, dirs_exist_ok=True)

    @property
    def url(self) -> str:
        """Return the address of the registry."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def site(self) -> str:
        """Return the address at which people open it: keys are bound to a name, not a number."""
        return f"http://localhost:{self.port}"

    @property
    def index(self) -> str:
        """Return the address that pip and uv install from."""
        return f"{self.url}/simple/"

    @property
    def log(self) -> Path:
        """Return the file in which everything stands that the server printed."""
        return self.data.with_suffix(".log")

    def start(self) -> None:
        """Start the server and wait until it answers."""
        over = ["--demo"] if self.demo else ["--data", str(self.data)]
        command = [str(PROGRAM), "serve", *over, "--port", str(self.port)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                env=clean() | dict(self.settings),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.await_answer()

    def await_answer(self) -> None:
        """Wait until the server answers, and not what is left of one that was killed."""
        assert self.process is not None
        until = time.monotonic() + PATIENCE
        while not (self._listens() and self._answers()):
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.05)

    def restart(self) -> float:
        """Start the server again and return the seconds until it answers.

        What it waited while other programs had the processors is taken off: that is no fault of it.
        """
        began = time.monotonic()
        self.start()
        seconds = time.monotonic() - began
        assert self.process is not None
        # Nanoseconds on a processor, and in wait for one (Documentation/scheduler/sched-stats).
        _, waited, _ = Path(f"/proc/{self.process.pid}/schedstat").read_text().split()
        return seconds - int(waited) / 1e9

    def stop(self) -> int:
        """Ask the server to end, and return its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE + 10)

    def kill(self) -> None:
        """End all of the server's processes at once, without a word."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)

    def processes(self) -> list[int]:
        """Return the numbers of all of the server's processes."""
        assert self.process is not None
        return [
            int(entry.name)
            for entry in Path("/proc").iterdir()
            if entry.name.isdigit() and _session(entry) == self.process.pid
        ]

    def worker(self) -> int:
        """Return the number of a process that answers requests, and not the first of all."""
        assert self.process is not None
        socket = f"socket:[{_listener(self.port)}]"
        others = set(self.processes()) - {self.process.pid}
        return next(process for process in sorted(others) if socket in _open_in(process))

    def get(self, path: str, **headers: str) -> tuple[int, str, bytes]:
        """Return status, reason and body of an address; header names have underscores."""
        return self.send("GET", path, None, {k.replace("_", "-"): v for k, v in headers.items()})

    def send(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, str, bytes]:
        """Send one request and return status, reason and body of its answer."""
        answer, body = self.ask(method, path, body, headers)
        return answer.status, answer.reason, body

    def ask(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[HTTPResponse, bytes]:
        """Send one request and return its answer, for its headers, and the body."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            return answer, answer.read()
        finally:
            connection.close()

    def _listens(self) -> bool:
        assert self.process is not None
        with suppress(OSError):
            return f"socket:[{_listener(self.port)}]" in _open_in(self.process.pid)
        return False

    def _answers(self) -> bool:
        try:
            return self.get("/simple/")[0] > 0
        except OSError:
            return False


def _listener(port: int) -> str:
    """Return the number of the socket that listens on a port of loopback."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, _, state, *_, inode, _ = line.split(maxsplit=10)
        if state == "0A" and int(local.rpartition(":")[2], 16) == port:
            return inode
    message = f"nobody listens on port {port}"
    raise OSError(message)


def _open_in(process: int) -> set[str]:
    found = set()
    for entry in Path(f"/proc/{process}/fd").iterdir():
        with suppress(FileNotFoundError):
            found.add(str(entry.readlink()))
    return found


def _session(entry: Path) -> int:
    try:
        # After the name, which may hold anything: state, parent, group, session.
        return int((entry / "stat").read_text().rpartition(")")[2].split()[3])
    except (OSError, IndexError):
        return 0
