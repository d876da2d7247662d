"""Faults at a chosen system call of a running process, by strace: a signal, or an error instead.

Counting begins when strace has attached, and each thread counts for itself. An upload is the work
of one thread, but for its waits for the disk, which several share.
"""

import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PATIENCE = 20.0  # seconds
# All that an upload changes the world by. Names that this kind of machine lacks are passed over.
CALLS = {
    "write": "write",
    "pwrite64": "pwrite64",
    "fsync": "fsync",
    "fdatasync": "fdatasync",
    "rename": "?rename,?renameat,?renameat2",
    "link": "?link,?linkat",
    "unlink": "?unlink,?unlinkat",
    "mkdir": "?mkdir,?mkdirat",
    "openat": "openat",
    "ftruncate": "ftruncate",
    "fchmod": "fchmod",
    "utimensat": "utimensat",
    "sendto": "sendto",
    "sendmsg": "sendmsg",
}


@dataclass(slots=True)
class Fault:
    """A fault that is laid out; once its context has ended, it says whether any call met it.

    A process that was killed is not dead the moment its connections are.
    """

    process: int
    recorded: str = ""

    @property
    def was_felt(self) -> bool:
        """Say whether a call was answered otherwise, or the process has died of it."""
        return "INJECTED" in self.recorded or not _lives(self.process)


@contextmanager
def injected(process: int, call: str, deed: str) -> Iterator[Fault]:
    """Do something to calls of a process while the context lasts, such as `error=EIO:when=2`."""
    with tempfile.TemporaryDirectory(prefix="strongroom-strace-") as folder:
        fault, record = Fault(process), Path(folder) / "record"
        words = ("-f", "-o", record, "-p", str(process), "-e", f"trace={CALLS[call]}")
        tracer = subprocess.Popen(
            ["strace", *words, "-e", f"inject={CALLS[call]}:{deed}"],  # noqa: S607
            stderr=subprocess.PIPE,
            text=True,
        )
        assert tracer.stderr is not None
        told = tracer.stderr.readline()
        try:
            assert "attached" in told, told.strip()
            yield fault
        finally:
            _end(tracer, process)
        fault.recorded = record.read_text(errors="replace")


def _lives(process: int) -> bool:
    try:
        # After the name, which may hold anything: the state.
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "XZ"


def _end(tracer: "subprocess.Popen[str]", process: int) -> None:
    tracer.send_signal(signal.SIGINT)
    until = time.monotonic() + PATIENCE
    # It may wait for ever for a thread of a process that was killed under it.
    while tracer.poll() is None and _lives(process) and time.monotonic() < until:
        time.sleep(0.01)
    tracer.kill()
    tracer.communicate()


@cache
def why_not() -> str:
    """Say why nothing can be traced here, or nothing."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    with subprocess.Popen(["sleep", "60"]) as sleeper:  # noqa: S607 - wherever PATH has it
        try:
            with injected(sleeper.pid, "write", "error=EIO:when=1"):
                return ""
        except AssertionError as error:
            return f"strace cannot attach: {error}"
        finally:
            sleeper.kill()
