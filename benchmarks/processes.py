"""A server as a tree of processes: started on a core of its own, read through /proc, ended.

CPU time is that of the whole tree, user and system, since the start; it says what a request costs
even while the machine does other things. Memory is PSS: shared pages are counted once.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = CORES[0], CORES[-1]
PATIENCE = 120.0  # seconds, for a start; one over a large corpus reads all of it
END_WITHIN = 15.0  # seconds


class BenchError(Exception):
    """Something that is to be measured cannot be."""


def pinned(core: int, command: Sequence[str]) -> list[str]:
    """Return a command that runs on one core, where the machine can do that."""
    if len(CORES) == 1 or shutil.which("taskset") is None:
        return list(command)
    return ["taskset", "-c", str(core), *command]


def free_port() -> int:
    """Return a port of loopback that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@dataclass(frozen=True, slots=True)
class Memory:
    """What a tree of processes holds, in MiB."""

    pss: float
    rss: float


@dataclass(slots=True)
class Tree:
    """A command and all processes that come of it, in a session of their own."""

    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None

    def start(self, command: Sequence[str], port: int) -> None:
        """Start it on the core of servers, and wait until it accepts connections."""
        with self.log.open("ab") as log:
            began = time.perf_counter()
            self.process = subprocess.Popen(
                pinned(SERVER_CORE, command),
                env={**clean(), **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        while not _listens(port):
            if self.process.poll() is not None or time.perf_counter() - began > PATIENCE:
                self.stop()
                tail = self.log.read_text(errors="replace")[-2000:]
                raise BenchError(f"{command[0]} did not start:\n{tail}")
            time.sleep(0.01)

    def stop(self) -> None:
        """End all of it, gently first."""
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(END_WITHIN)
        # Our own group: whatever outlived its parent goes too.
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def cpu_seconds(self) -> float:
        """Return the CPU time that it has used since its start, ended children included."""
        ticks = 0
        for entry in self._entries():
            with suppress(OSError, IndexError):
                # utime, stime, cutime, cstime: fields 14 to 17 of proc(5), 12 after the name.
                ticks += sum(map(int, _stat(entry)[11:15]))
        return ticks / TICK

    def memory(self) -> Memory:
        """Return what it holds now."""
        pss = rss = 0
        for entry in self._entries():
            with suppress(OSError):
                for line in (entry / "smaps_rollup").read_text(encoding="ascii").splitlines():
                    pss += int(line.split()[1]) if line.startswith("Pss:") else 0
                    rss += int(line.split()[1]) if line.startswith("Rss:") else 0
        return Memory(pss / 1024, rss / 1024)

    def _entries(self) -> list[Path]:
        session = self.process.pid if self.process else 0
        return [
            entry
            for entry in Path("/proc").iterdir()
            if entry.name.isdigit() and _session(entry) == session
        ]


def clean() -> dict[str, str]:
    """Return an environment without anything that the developer's own set-up says."""
    kept = ("PATH", "LANG", "TMPDIR", "HOME")
    return {name: os.environ[name] for name in kept if name in os.environ}


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _stat(entry: Path) -> list[str]:
    return (entry / "stat").read_text().rpartition(")")[2].split()


def _session(entry: Path) -> int:
    with suppress(OSError, IndexError):
        return int(_stat(entry)[3])
    return -1
