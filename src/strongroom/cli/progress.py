"""How far a long command has come: a bar for whoever watches, nothing for whoever does not."""

import sys
from collections.abc import Callable

BAR = 40  # characters


def progress(what: str) -> Callable[[int, int], None]:
    """Return what draws a bar on a terminal and nothing elsewhere; `what` is counted."""
    return bar(what) if sys.stderr.isatty() else _silent


def bar(what: str) -> Callable[[int, int], None]:
    """Return what draws how far it has come, over the line drawn before."""

    def draw(done: int, total: int) -> None:
        filled = BAR * done // total
        end = "\n" if done == total else ""
        drawn = "#" * filled + "." * (BAR - filled)
        print(f"\r[{drawn}] {done} of {total} {what}", end=end, file=sys.stderr, flush=True)

    return draw


def _silent(done: int, total: int) -> None:
    """Draw nothing: nobody watches."""
