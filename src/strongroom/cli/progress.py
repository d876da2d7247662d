"""How far something long has come, drawn on one line: files, bytes, rate, time left, or a count.

It goes to standard error and only to a terminal, so that what a command prints stays clean.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

from strongroom.cli.terminal import clean

if TYPE_CHECKING:
    from strongroom.upstream.importing import Step

EVERY = 0.1  # seconds between two drawings
BAR = 24  # characters
NAME = 40  # likewise
MINUTE = 60
_WIDE = 40  # characters
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")
_KIB = 1024


@dataclass(slots=True)
class Line:
    """Draws over itself; not frozen because it remembers when it drew last."""

    stream: TextIO = field(default_factory=lambda: sys.stderr)
    now: Callable[[], float] = time.monotonic
    _began: float | None = None
    _drawn: float = 0.0

    def pages(self, done: int, total: int) -> None:
        """Show how many pages of an index are read."""
        if self._due(last=done == total):
            self._draw(f"reading {done} of {total} pages", last=done == total)

    def files(self, step: "Step") -> None:
        """Show how many files are imported."""
        last = step.done == step.files
        if self._began is None:
            self._began = self.now()
        if self._due(last=last):
            self._draw(told(step, self.now() - self._began), last=last)

    def _due(self, *, last: bool) -> bool:
        if not self.stream.isatty():
            return False
        now = self.now()
        if not last and now - self._drawn < EVERY:
            return False
        self._drawn = now
        return True

    def _draw(self, text: str, *, last: bool) -> None:
        # Back to the first column, and what an older, longer line left is erased.
        print(f"\r{text}\x1b[K", end="\n" if last else "", file=self.stream, flush=True)


def told(step: "Step", seconds: float) -> str:
    """Return the line: by bytes where the source says sizes, else by files."""
    total, done = (step.bytes, step.done_bytes) if step.bytes else (step.files, step.done)
    share = min(done / total, 1.0) if total else 1.0
    filled = int(BAR * share)
    parts = [f"[{'#' * filled}{'.' * (BAR - filled)}] {step.done} of {step.files} files"]
    if step.bytes:
        parts.append(f"{size(step.done_bytes)} of {size(step.bytes)}")
        if seconds > 0 and step.done_bytes:
            parts.append(f"{size(int(step.done_bytes / seconds))}/s")
    if 0 < share < 1:
        parts.append(f"{duration(seconds / share - seconds)} left")
    if step.filename:
        parts.append(clean(step.filename)[:NAME])
    return ", ".join(parts)


def size(count: int) -> str:
    """Return a number of bytes in the unit that keeps it short."""
    amount = float(count)
    for unit in _UNITS[:-1]:
        if amount < _KIB:
            return f"{amount:.1f} {unit}" if unit != "B" else f"{count} B"
        amount /= _KIB
    return f"{amount:.1f} {_UNITS[-1]}"


def duration(seconds: float) -> str:
    """Return minutes and seconds, or hours and minutes."""
    minutes, rest = divmod(int(seconds), MINUTE)
    hours, minutes = divmod(minutes, MINUTE)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes}:{rest:02}"


def progress(what: str) -> Callable[[int, int], None]:
    """Return what draws a bar on a terminal and nothing elsewhere; `what` is counted."""
    return bar(what) if sys.stderr.isatty() else _silent


def bar(what: str) -> Callable[[int, int], None]:
    """Return what draws how far it has come, over the line drawn before."""

    def draw(done: int, total: int) -> None:
        filled = _WIDE * done // total
        end = "\n" if done == total else ""
        drawn = "#" * filled + "." * (_WIDE - filled)
        print(f"\r[{drawn}] {done} of {total} {what}", end=end, file=sys.stderr, flush=True)

    return draw


def _silent(done: int, total: int) -> None:
    """Draw nothing: nobody watches."""
