"""How many reads one web process answers in a second, and what memory it holds meanwhile."""

import shutil
import subprocess
import threading
import time

from benchmarks.registry import Registry

CONNECTIONS = 16
JSON = "application/vnd.pypi.simple.v1+json"
PAGES: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("small page, JSON", "/simple/bench-1/", {"Accept": JSON}),
    ("small page, HTML", "/simple/bench-1/", {"Accept": "text/html"}),
    ("large page, JSON", "/simple/bench-large/", {"Accept": JSON}),
    ("large page, JSON gzip", "/simple/bench-large/", {"Accept": JSON, "Accept-Encoding": "gzip"}),
    ("project page", "/project/bench-1/", {}),
    ("root index, JSON gzip", "/simple/", {"Accept": JSON, "Accept-Encoding": "gzip"}),
)


def loads(registry: Registry, seconds: float) -> None:
    """Load each kind of page for some seconds."""
    with_wrk = shutil.which("wrk") is not None
    tool = "wrk" if with_wrk else "Python threads, which are slower than the server"
    print(f"\nreads, {CONNECTIONS} connections by {tool}")
    print(f"{'page':>24} {'requests/s':>12}")
    for title, path, headers in PAGES:
        load = _wrk if with_wrk else _threads
        print(f"{title:>24} {load(registry, path, headers, seconds):>12.0f}")
    etag = _etag(registry, *PAGES[0][1:])
    headers = {**PAGES[0][2], "If-None-Match": etag}
    load = _wrk if with_wrk else _threads
    print(f"{'304':>24} {load(registry, PAGES[0][1], headers, seconds):>12.0f}")
    print(f"\nmemory of the server's processes: {registry.resident_mib():.0f} MiB")


def _etag(registry: Registry, path: str, headers: dict[str, str]) -> str:
    connection = registry.connection()
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.headers["ETag"]


def _wrk(registry: Registry, path: str, headers: dict[str, str], seconds: float) -> float:
    words = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s"]
    for name, value in headers.items():
        words += ["-H", f"{name}: {value}"]
    done = subprocess.run(
        [*words, f"http://127.0.0.1:{registry.port}{path}"],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("Requests/sec:")]
    return float(lines[0].split()[1])


def _threads(registry: Registry, path: str, headers: dict[str, str], seconds: float) -> float:
    counts = [0] * CONNECTIONS
    until = time.monotonic() + seconds

    def load(number: int) -> None:
        connection = registry.connection()
        while time.monotonic() < until:
            connection.request("GET", path, headers=headers)
            connection.getresponse().read()
            counts[number] += 1
        connection.close()

    threads = [threading.Thread(target=load, args=(number,)) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds
