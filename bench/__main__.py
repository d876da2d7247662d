"""`python -m bench`: measures publications and reads of a throw-away registry, in this process.

A read passes through the same WSGI front as in production; the server in front of it is left out,
so that the numbers are those of our own code.
"""

import argparse
import io
import os
import random
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from wsgiref.types import WSGIApplication
from wsgiref.util import setup_testing_defaults

from strongroom.site.start import create

Measure = Callable[[], object]
Write = Callable[[bytes], object]


def main() -> None:
    """Make a registry in a temporary folder, measure, print."""
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("--projects", type=int, default=200, help="projects to publish (200)")
    parser.add_argument("--reads", type=int, default=5000, help="reads to make of each page (5000)")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="strongroom-bench-") as folder:
        os.environ["STRONGROOM_DATA"] = folder
        create(os.environ, secrets.token_bytes)
        # Rows can be imported only now that Django knows its data folder.
        from bench.scenes import Scenes  # noqa: PLC0415

        scenes = Scenes()
        publications(scenes.publish, chosen.projects)
        large(scenes.publish)
        reads(scenes.application, scenes.read_paths(), chosen.reads)


def publications(publish: Callable[[str, bytes], object], count: int) -> None:
    """Publish small wheels of new projects; the last quarter must cost what the first did."""
    spans = []
    for number in range(count):
        body = f"VALUE = {number}\n".encode()
        spans.append(_span(partial(publish, f"bench-{number}", body)))
    quarter = max(1, count // 4)
    _tell("publish a small wheel", spans)
    _tell(f"  the first {quarter}", spans[:quarter])
    _tell(f"  the last {quarter}", spans[-quarter:])


def large(publish: Callable[[str, bytes], object]) -> None:
    """Publish a wheel of 10 MB, which every check reads whole."""
    body = random.Random(0).randbytes(10_000_000)  # noqa: S311 - bytes that do not compress
    _tell("publish a wheel of 10 MB", [_span(partial(publish, "bench-large", body))])


def reads(application: WSGIApplication, paths: Mapping[str, str], count: int) -> None:
    """Read each page again and again."""
    for name, path in paths.items():
        started = time.perf_counter()
        size = 0
        for _ in range(count):
            size = _read(application, path)
        span = time.perf_counter() - started
        print(f"{'read ' + name:<32} {count / span:10.0f} a second  {size:8} bytes")


def _read(application: WSGIApplication, path: str) -> int:
    environ: dict[str, object] = {"PATH_INFO": path, "REMOTE_ADDR": "127.0.0.1"}
    setup_testing_defaults(environ)
    environ["wsgi.input"] = io.BytesIO()
    said: list[str] = []

    def start(status: str, *_: object) -> Write:
        said.append(status)
        return len  # PEP 3333 asks for a function that takes bytes; nobody calls it

    size = sum(map(len, application(environ, start)))
    if not said[0].startswith("200"):
        message = f"{path} answered {said[0]}"
        raise SystemExit(message)
    return size


def _span(measure: Measure) -> float:
    started = time.perf_counter()
    measure()
    return time.perf_counter() - started


def _tell(name: str, spans: list[float]) -> None:
    median, worst = statistics.median(spans) * 1000, max(spans) * 1000
    print(f"{name:<32} {median:10.1f} ms median  {worst:8.1f} ms worst of {len(spans)}")


if __name__ == "__main__":
    main()
