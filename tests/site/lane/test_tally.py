"""Batches tell what single requests tell."""

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from strongroom.packages.shelf.serve import Answer
from strongroom.site.downloads import Seen
from strongroom.site.lane.shown import shown
from strongroom.site.lane.tally import Tally
from strongroom.site.logs import Access, accessed
from strongroom.site.metrics import Metrics
from tests.fakes.gauges import silent
from tests.fakes.streams import logged

ANSWER = shown(("GET", "/simple/demo/"), Answer(200, "OK", ()))


@pytest.fixture
def metrics(tmp_path: Path) -> Iterator[Metrics]:
    with closing(Metrics(tmp_path, silent())) as metrics:
        yield metrics


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_line_of_a_batch_is_the_line_of_a_request(metrics: Metrics, log_format: str) -> None:
    tally = Tally(metrics, Seen(lambda _: None))
    with logged(log_format) as stream:
        tally.add(ANSWER, "00ff", 11, 0.0042)
        tally.add(ANSWER, "00fe", 12, 1.0)
        tally.tell(0.0)
        first, second = stream.getvalue().splitlines()
        stream.truncate(0)
        stream.seek(0)
        accessed(Access("GET", "/simple/demo/", 200, 11, 4, "-", "00ff"))
        single = stream.getvalue().strip()
    assert without_moment(first, log_format) == without_moment(single, log_format)
    assert "00fe" in second


def without_moment(line: str, log_format: str) -> object:
    if log_format == "json":
        return {name: value for name, value in json.loads(line).items() if name != "at"}
    return line.partition(" ")[2]


def test_nothing_is_written_that_nobody_wants_to_read(metrics: Metrics) -> None:
    tally = Tally(metrics, Seen(lambda _: None))
    with logged("text") as stream:
        logging.getLogger().setLevel("WARNING")
        tally.add(ANSWER, "00ff", 11, 0.0042)
        tally.tell(0.0)
        assert stream.getvalue() == ""


def test_counts_reach_the_scrape_within_a_second(metrics: Metrics) -> None:
    tally = Tally(metrics, Seen(lambda _: None))
    counted = b'strongroom_requests_total{door="client",method="GET",status="2xx"}'
    tally.tell(100.0)
    tally.add(ANSWER, "00ff", 11, 0.0042)
    tally.tell(100.5)
    assert counted not in metrics.exposition()
    tally.add(ANSWER, "00fe", 11, 0.0042)
    tally.tell(101.0)
    assert counted + b" 2.0" in metrics.exposition()
    tally.add(ANSWER, "00fd", 11, 0.0042)
    tally.tell(101.1, all_of_it=True)
    assert counted + b" 3.0" in metrics.exposition()
    assert (
        b'strongroom_request_duration_seconds_bucket{door="client",le="0.005"} 3.0'
        in metrics.exposition()
    )


def test_files_that_the_loop_has_answered_are_downloads(metrics: Metrics) -> None:
    files: list[Mapping[tuple[str, str], int]] = []
    seen = Seen(files.append)
    tally = Tally(metrics, seen)
    asked = ("GET", "/files/pypi/aa/bb/cc/demo-1.0.tar.gz")
    for status in (200, 200, 304, 404):
        tally.add(shown(asked, Answer(status, "", ())), "0" * 16, 1, 0.1)
    tally.add(ANSWER, "0" * 16, 1, 0.1)
    seen.flush()
    assert files == [{("pypi", "demo-1.0.tar.gz"): 2}]
