"""A real PostgreSQL server, on loopback and in a temporary folder, for one run of the tests.

`python -m tests.fakes.postgresql COMMAND...` runs a command beside such a server, whose address it
finds in TESTS_DATABASE, and ends as that command does. Without PostgreSQL on the machine it says so
and runs nothing; where CI is `true`, that is a failure.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

ADDRESS = "TESTS_DATABASE"
ACCOUNT = "postgres"  # the server refuses to run as root
USER, PASSWORD = "strongroom", "correct-horse"
PATIENCE = 30.0  # seconds
NO_TESTS = 5  # pytest's exit code where nothing was selected
# What a power cut would break is nothing to a server that is thrown away.
OPTIONS = ("fsync=off", "full_page_writes=off", "max_connections=200", "shared_buffers=32MB")


def programs() -> Path | None:
    """Return the folder of the newest server on this machine, if there is one."""
    installed = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    newest = sorted(installed, key=lambda path: int(path.parents[1].name))
    found = str(newest[-1]) if newest else shutil.which("postgres")
    return Path(found).parent if found else None


class Server:
    """A server over a folder; it can be ended and started again."""

    def __init__(self, folder: Path, programs: Path) -> None:
        """Make the server's files in `folder`."""
        self._programs = programs
        self._data = folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port: int = listener.getsockname()[1]
        password = folder / "password"
        password.write_text(PASSWORD)
        if os.geteuid() == 0:
            account = pwd.getpwnam(ACCOUNT)
            for path in (folder, password):
                os.chown(path, account.pw_uid, account.pw_gid)
        # A language's collation and not C: the harder case, and what most servers have.
        self._run(
            *("initdb", "--pgdata", self._data, "--username", USER, "--pwfile", password),
            *("--auth", "scram-sha-256", "--encoding", "UTF8", "--no-sync"),
            *("--locale-provider", "icu", "--icu-locale", "en-US", "--locale", "C.UTF-8"),
        )

    def address(self, name: str = "postgres") -> str:
        """Return the address of a database, as the setting has it."""
        return f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = ("listen_addresses=127.0.0.1", f"port={self.port}", "unix_socket_directories=")
        words = [word for option in (*options, *OPTIONS) for word in ("-c", option)]
        with (self._data.parent / "log").open("ab") as log:
            command = self._command("postgres", "-D", self._data, *words)
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/")
        ready = self._command("pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port))
        until = time.monotonic() + PATIENCE
        while subprocess.run(ready, check=False, cwd="/").returncode:
            assert self._process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)

    def stop(self) -> None:
        """End the server and every session at once."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(PATIENCE)
            self._process = None

    def kill(self) -> None:
        """End all of the server's processes at once, without a word."""
        assert self._process is not None
        sessions = _children(self._process.pid)
        for process in (self._process.pid, *sessions):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self._process.wait(PATIENCE)
        self._process = None

    def create(self, name: str) -> str:
        """Make an empty database and return its address."""
        words = ("-h", "127.0.0.1", "-p", str(self.port), "-U", USER, name)
        self._run("createdb", *words)
        return self.address(name)

    def _run(self, *words: str | Path) -> None:
        environment = {**os.environ, "PGPASSWORD": PASSWORD}
        command = self._command(*words)
        subprocess.run(command, env=environment, capture_output=True, check=True, cwd="/")

    def _command(self, program: str | Path, *words: str | Path) -> list[str]:
        changed = ("setpriv", f"--reuid={ACCOUNT}", f"--regid={ACCOUNT}", "--clear-groups")
        account = changed if os.geteuid() == 0 else ()
        return [*account, str(self._programs / program), *map(str, words)]


def _children(parent: int) -> list[int]:
    # Their order lets the parent die first, so that it starts no others.
    tasks = Path(f"/proc/{parent}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def fresh(address: str) -> str:
    """Make an empty database on the server of an address, and return its own address."""
    name = f"registry_{secrets.token_hex(8)}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{address.rpartition('/')[0]}/{name}"


@contextmanager
def running(programs: Path) -> Iterator[Server]:
    """Run a server in a folder that goes with it."""
    with tempfile.TemporaryDirectory(prefix="strongroom-postgresql-") as folder:
        server = Server(Path(folder), programs)
        server.start()
        try:
            yield server
        finally:
            server.stop()


def main(command: Sequence[str]) -> int:
    """Run a command beside a server and return its exit code."""
    found = programs()
    if found is None:
        sys.stderr.write("PostgreSQL is not installed: its tests are skipped\n")
        return int(os.environ.get("CI") == "true")
    with running(found) as server:
        environment = {**os.environ, ADDRESS: server.address()}
        code = subprocess.run(command, env=environment, check=False).returncode
    return 0 if code == NO_TESTS else code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
