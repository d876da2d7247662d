"""The line of progress."""

import io

import pytest

from strongroom.cli.progress import Line, bar, duration, progress, size, told
from strongroom.upstream.importing import Step

KIB = 1024


class Terminal(io.StringIO):
    """A terminal that keeps what is drawn on it."""

    def isatty(self) -> bool:
        return True


def test_a_line_tells_files_bytes_rate_and_time_left() -> None:
    line = told(Step(10, 40, 512 * KIB, 2048 * KIB, "parcel-1.0.tar.gz"), 2.0)
    assert line == (
        "[######..................] 10 of 40 files, 512.0 KiB of 2.0 MiB, 256.0 KiB/s, 0:06 left,"
        " parcel-1.0.tar.gz"
    )


def test_without_sizes_the_files_are_counted() -> None:
    assert told(Step(1, 2, 0, 0, ""), 3.0) == "[############............] 1 of 2 files, 0:03 left"
    assert told(Step(0, 0, 0, 0, ""), 0.0) == "[########################] 0 of 0 files"
    assert told(Step(0, 2, 0, 9, "a"), 0.0).endswith("0 of 2 files, 0 B of 9 B, a")


def test_a_name_cannot_command_the_terminal() -> None:
    assert "\x1b" not in told(Step(0, 1, 0, 1, "\x1b[2Jparcel"), 0.0)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1536, "1.5 KiB"),
        (3 * KIB**3, "3.0 GiB"),
        (KIB**5, "1024.0 TiB"),
    ],
)
def test_bytes_are_told_in_a_unit_that_keeps_them_short(count: int, text: str) -> None:
    assert size(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0:00"), (61, "1:01"), (3600, "1 h 00 min"), (90_060, "25 h 01 min")],
)
def test_time_is_told_in_two_parts(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_the_line_is_drawn_now_and_then_and_at_the_end() -> None:
    moments = iter([0.0, 1.0, 1.0, 1.05, 1.05, 1.1, 1.1])
    terminal = Terminal()
    line = Line(terminal, lambda: next(moments))
    for done in range(3):
        line.files(Step(done, 2, 0, 0, "a"))
    drawn = terminal.getvalue()
    assert drawn.count("\r") == 2
    assert "1 of 2" not in drawn
    assert drawn.endswith("\x1b[K\n")


def test_pages_are_counted() -> None:
    terminal = Terminal()
    Line(terminal, lambda: 9.0).pages(3, 7)
    assert terminal.getvalue() == "\rreading 3 of 7 pages\x1b[K"


def test_nothing_is_drawn_where_there_is_no_terminal() -> None:
    stream = io.StringIO()
    line = Line(stream, lambda: 9.0)
    line.pages(1, 1)
    line.files(Step(1, 1, 0, 0, ""))
    assert stream.getvalue() == ""


def test_a_bar_is_drawn_over_the_one_before(capsys: pytest.CaptureFixture[str]) -> None:
    draw = bar("projects")
    draw(1, 4)
    draw(4, 4)
    first, last = capsys.readouterr().err.removesuffix("\n").lstrip("\r").split("\r")
    assert first == f"[{'#' * 10}{'.' * 30}] 1 of 4 projects"
    assert last == f"[{'#' * 40}] 4 of 4 projects"


def test_nothing_is_drawn_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    progress("projects")(1, 4)
    assert capsys.readouterr().err == ""
