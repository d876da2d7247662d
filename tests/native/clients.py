"""twine, uv and pip as people run them, each with caches and an environment of its own."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.native.server import clean

UV = Path(sys.executable).with_name("uv")


@dataclass(frozen=True, slots=True)
class Ran:
    """What a client said and how it ended; `text` is all that it printed."""

    code: int
    text: str


@dataclass(frozen=True, slots=True)
class Clients:
    """The clients, with everything that they keep below one folder."""

    home: Path

    def environment(self) -> dict[str, str]:
        """Return the environment in which clients run."""
        return clean() | {
            "HOME": str(self.home),
            "PIP_CONFIG_FILE": "/dev/null",
            "PIP_CACHE_DIR": str(self.home / "pip"),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_INPUT": "1",
            "UV_NO_CONFIG": "1",
            "UV_CACHE_DIR": str(self.home / "uv"),
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_HTTP_RETRIES": "0",
        }

    def run(
        self, *command: str | Path, cwd: Path | None = None, more: Mapping[str, str] | None = None
    ) -> Ran:
        """Run a command to its end."""
        done = subprocess.run(
            command,
            env=self.environment() | dict(more or {}),
            cwd=cwd or self.home,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Ran(done.returncode, done.stdout)

    def twine(self, url: str, token: str, *files: Path) -> Ran:
        """Upload files with twine."""
        options = ("--non-interactive", "--disable-progress-bar", "--config-file", "/dev/null")
        return self.run(
            *(sys.executable, "-m", "twine", "upload", *options),
            *("--repository-url", f"{url}/legacy/", "-u", "__token__", "-p", token),
            *files,
        )

    def uv_publish(self, url: str, token: str, *files: Path | str) -> Ran:
        """Upload files with uv."""
        return self.run(
            *(UV, "publish", "--publish-url", f"{url}/legacy/", "--token", token),
            *("--trusted-publishing", "never"),
            *files,
        )

    def venv(self, name: str) -> Path:
        """Return the Python of a fresh environment."""
        folder = self.home / name
        made = self.run(UV, "venv", "--python", sys.executable, folder)
        assert made.code == 0, made.text
        return folder / "bin" / "python"

    def pip(self, python: Path, *arguments: str | Path) -> Ran:
        """Run pip for an environment."""
        return self.run(sys.executable, "-m", "pip", "--python", python, *arguments)

    def uv(self, *arguments: str | Path, cwd: Path | None = None) -> Ran:
        """Run uv."""
        return self.run(UV, *arguments, cwd=cwd)
