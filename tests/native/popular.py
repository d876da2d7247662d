"""Popular real distributions, fetched once with pip as the developer has set it up, and then kept.

The folder is `.tools/popular` in the checkout; remove it to fetch the newest ones.
"""

import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / ".tools" / "popular"
INSTALLED = ("requests", "flask", "django", "boto3", "cryptography", "numpy")
WHEELS = (
    *INSTALLED,
    *("rich", "attrs", "pydantic", "httpx", "pyyaml", "pytest", "tqdm", "setuptools", "wheel"),
    *("psutil", "sqlalchemy", "lxml", "pillow"),
)
SDISTS = (
    *("six", "idna", "certifi", "attrs", "click", "urllib3", "packaging", "flask", "requests"),
    *("itsdangerous", "jinja2", "tqdm"),
)
LEAST = 30


def fetched() -> list[Path]:
    """Return the files, wheels before sdists; skips the test where pip cannot fetch them."""
    done = FOLDER / "complete"
    if not done.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        _download("--only-binary", ":all:", *WHEELS)
        # pip reads an sdist's metadata by building it; these take a second or two each.
        _download("--no-binary", ":all:", "--no-deps", *SDISTS)
        done.touch()
    files = [*sorted(FOLDER.glob("*.whl")), *sorted(FOLDER.glob("*.tar.gz"))]
    assert len(files) >= LEAST
    return files


def _download(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "download", "--dest", str(FOLDER), *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        pytest.skip(f"pip cannot fetch popular distributions: {ran.stderr[-300:]}")
