"""How far a long command has come."""

import pytest

from strongroom.cli.progress import bar, progress


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
