"""The benchmark runs: at the smallest size, over this registry and whatever else is installed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import ROOT

pytestmark = pytest.mark.native


def bench(folder: Path, *options: str) -> dict[tuple[str, str], dict[str, float]]:
    """Run the benchmark; returns the figures of each server by title."""
    place, scratch = folder / "figures.json", folder / "scratch"
    scratch.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", *options, "--tiny", "--json", str(place)],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(scratch)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert list(scratch.iterdir()) == []
    told = json.loads(place.read_text(encoding="utf-8"))
    return {(one["peer"], one["title"]): one for one in told["figures"]}


def test_reads_uploads_start_and_memory_are_measured(tmp_path: Path) -> None:
    figures = bench(tmp_path, "--peers", "strongroom")
    assert figures["strongroom", "small page, JSON gzip [3]"]["per_second"] > 0
    assert figures["strongroom", "large page, 304 [3]"]["cpu_us"] > 0
    assert figures["strongroom", "uploads, 8 at once [3]"]["per_second"] > 0
    assert figures["strongroom", "start to first page [3]"]["seconds"] > 0
    assert figures["strongroom", "memory after loads [3]"]["mib"] > 0


def test_downloads_are_timed_beside_slow_connections(tmp_path: Path) -> None:
    figures = bench(tmp_path, "slow", "--peers", "strongroom")
    quiet = figures["strongroom", "download, quiet [3]"]
    beside = figures["strongroom", "download, 500 slow connections [3]"]
    assert 0 < quiet["p50_ms"] <= quiet["p99_ms"]
    assert 0 < beside["p50_ms"] <= beside["p99_ms"]
