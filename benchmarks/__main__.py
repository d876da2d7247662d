"""Measures one registry with the embedded default, in a throw-away folder, through real HTTP.

    ./run bench                      projects 10, 100 and 1,000
    ./run bench --projects 5000      further, up to the number given

Printed: what a publish costs as the number of projects grows, and as the number of files in one
project grows; what the checks of a large wheel cost; how many reads a second one web process
answers on one page of five files and one of two thousand; how much memory it holds.
"""

import argparse
import os
import platform
import sys
import tempfile
from pathlib import Path

from benchmarks import publishing, reading
from benchmarks.registry import Registry

STEPS = (10, 100, 1000, 2000, 5000, 10000, 20000)


def main() -> int:
    """Run all benchmarks and print a table of each."""
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("--projects", type=int, default=1000, help="grow to this many projects")
    parser.add_argument("--seconds", type=float, default=3.0, help="length of each read load")
    options = parser.parse_args()
    print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder, Registry(Path(folder)) as registry:
        steps = [step for step in STEPS if step <= options.projects]
        publishing.growth(registry, steps)
        publishing.large_project(registry)
        publishing.large_wheel(registry)
        reading.loads(registry, options.seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
