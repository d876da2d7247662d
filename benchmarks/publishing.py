"""What a publish costs: as the registry grows, as one project grows, and for a large wheel."""

import base64
import hashlib
import statistics
import time
from collections.abc import Sequence

from benchmarks.registry import Registry
from tests.fakes.distributions import wheel, wheel_filename

BOUNDARY = "strongroombenchmarkboundary"
SAMPLE = 20
FILES = 2000


def upload(registry: Registry, name: str, version: str, body: bytes) -> float:
    """Publish a wheel over a connection of its own; returns the seconds it took."""
    fields = {
        ":action": "file_upload",
        "protocol_version": "1",
        "name": name,
        "version": version,
        "filetype": "bdist_wheel",
        "pyversion": "py3",
        "sha256_digest": hashlib.sha256(body).hexdigest(),
    }
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
        for field, value in fields.items()
    ]
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="content";'
        f' filename="{wheel_filename(name, version)}"\r\n\r\n'
    )
    payload = "".join(parts).encode() + head.encode() + body + f"\r\n--{BOUNDARY}--\r\n".encode()
    secret = base64.b64encode(f"__token__:{registry.token}".encode()).decode()
    connection = registry.connection()
    began = time.perf_counter()
    connection.request(
        "POST",
        "/legacy/",
        payload,
        {
            "Authorization": f"Basic {secret}",
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        },
    )
    answer = connection.getresponse()
    answer.read()
    took = time.perf_counter() - began
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"{answer.status} {answer.reason}")
    return took


def small(registry: Registry, name: str, version: str) -> float:
    """Publish a wheel with one small module."""
    return upload(registry, name, version, wheel(name, version))


def growth(registry: Registry, steps: Sequence[int]) -> None:
    """Grow the registry and measure publishing at each step."""
    print("\npublish with growing number of projects (median of the last uploads before the step)")
    print(f"{'projects':>10} {'new project':>14} {'same project':>14}")
    made = 0
    for step in steps:
        times = []
        while made < step:
            times.append(small(registry, f"bench-{made}", "1.0"))
            made += 1
        again = [small(registry, "bench-0", f"{step}.{number}") for number in range(SAMPLE)]
        print(
            f"{made:>10} {_ms(times[-SAMPLE:]):>11} ms {_ms(again):>11} ms",
        )


def large_project(registry: Registry) -> None:
    """Give one project many files and measure publishing into it."""
    print("\npublish with growing number of files in one project")
    print(f"{'files':>10} {'publish':>14}")
    times = []
    for number in range(FILES):
        times.append(small(registry, "bench-large", f"{number // 5}.{number % 5}"))
        if number + 1 in {5, 100, 500, 1000, FILES}:
            print(f"{number + 1:>10} {_ms(times[-5:]):>11} ms")


def large_wheel(registry: Registry) -> None:
    """Publish a wheel of about ten megabytes of source text."""
    text = "".join(
        f"def function_{number}(argument):\n    return argument * {number * 7919}\n"
        for number in range(8000)
    ).encode()
    files = {f"bench_big/module_{number}.py": text + str(number).encode() for number in range(110)}
    body = wheel("bench-big", "1.0", files=files)
    took = upload(registry, "bench-big", "1.0", body)
    size = f"{len(body) / 1e6:.1f} MB, {sum(map(len, files.values())) / 1e6:.1f} MB unpacked"
    print(f"\nwheel of {size}, {len(files)} modules: published in {took:.2f} s")


def _ms(times: Sequence[float]) -> str:
    return f"{statistics.median(times) * 1000:.1f}"
