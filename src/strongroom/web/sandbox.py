"""A process with limits of its own, for work over what strangers wrote.

It is started when first needed, inherits no environment and so no secret, and is used again; when
it exceeds its limits, crashes or falls silent it is ended, and what was asked has no answer. The
next question starts another.
"""

import atexit
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from threading import Lock
from typing import IO, cast

PATIENCE = 30.0  # seconds, on a machine that has much else to do; processor time is limited there
_BLOCK = 1 << 16  # bytes


class Sandbox:
    """Asks a program that answers each line of JSON with one, one question at a time."""

    def __init__(self, program: Sequence[str], longest: int) -> None:
        """Run Python with the arguments `program`; a longer answer (in characters) is none."""
        self._program = program
        self._most = 6 * longest  # bytes; JSON writes a character in six at most
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        atexit.register(self.close)

    def close(self) -> None:
        """End the process; a later question starts another."""
        with self._lock:
            if self._is_running():
                self._end()

    def ask(self, question: Sequence[str]) -> str | None:
        """Return the answer, None where there is none."""
        line = json.dumps(question).encode() + b"\n"
        with self._lock:
            answer, ended = self._exchange(line)
            if ended:  # just now, because nobody had asked it for long
                answer, _ = self._exchange(line)
        return None if answer is None else cast("str | None", json.loads(answer))

    def _is_running(self) -> bool:
        process = self._process
        if process is not None and process.poll() is not None:
            # It ended; or we were forked, and it is our parent's: two must not speak to it at once.
            self._process = None
            for pipe in (process.stdin, process.stdout):
                cast("IO[bytes]", pipe).close()
        return self._process is not None

    def _exchange(self, line: bytes) -> tuple[bytes | None, bool]:
        """Return the answer if there is one, and whether the process had ended by itself."""
        process = self._process if self._is_running() else None
        if process is None:
            process = self._process = self._started()
        answer = _spoken(process, line, self._most)
        if answer is None:
            self._end()
        return answer, answer is None and process.returncode == 0

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def _started(self) -> "subprocess.Popen[bytes]":
        # Isolated: neither the environment nor the working folder says which modules it imports.
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own module
            [sys.executable, "-I", *self._program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
        )
        os.set_blocking(cast("IO[bytes]", process.stdin).fileno(), False)
        return process


def _spoken(process: "subprocess.Popen[bytes]", line: bytes, most: int) -> bytes | None:
    """Send a line and return the line that comes back; None if none does."""
    sink, source = cast("IO[bytes]", process.stdin).fileno(), cast("IO[bytes]", process.stdout)
    until = time.monotonic() + PATIENCE
    left, answer = memoryview(line), bytearray()
    try:
        while not answer.endswith(b"\n"):
            waiting = [sink] if left else []
            readable, writable, _ = select.select(
                [source], waiting, [], max(0.0, until - time.monotonic())
            )
            if readable:
                block = os.read(source.fileno(), _BLOCK)
                answer += block
            if not (readable or writable) or (readable and not block) or len(answer) > most:
                return None
            if writable:
                left = left[os.write(sink, left) :]
    except OSError:
        return None
    return bytes(answer)
