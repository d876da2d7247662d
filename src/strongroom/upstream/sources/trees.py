"""Files on the local disk: reading them without leaving a folder.

A link may lead anywhere, and a folder to import may come from a stranger: what resolves to a place
outside the folder is not read.
"""

from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

from strongroom.core.errors import InvalidError, NotFoundError, UnavailableError
from strongroom.upstream.sources.found import BLOCK, Blocks


def folder(path: Path) -> Path:
    """Return the real path of a folder; raises NotFoundError."""
    if not path.is_dir():
        raise NotFoundError(
            "no-such-folder", f"There is no folder {str(path)[:200]!a}.", "Check the path."
        )
    return path.resolve()


def inside(root: Path, relative: str) -> Path:
    """Return a file below a folder; raises InvalidError for one that is not, by name or by link."""
    try:
        real = (root / relative).resolve()
    except (OSError, RuntimeError, ValueError):  # a circle of links, or a name with a NUL
        real = root
    if not real.is_relative_to(root) or not real.is_file():
        raise InvalidError(
            "import-file-outside",
            f"{relative[:200]!a} is not a file of the folder.",
            "Copy the file itself into the folder, not a link to it.",
        )
    return real


def modified(path: Path) -> datetime:
    """Return when a file was last written."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def blocks(path: Path) -> Blocks:
    """Return what opens a file and yields its bytes."""

    def read() -> Generator[bytes, None, None]:
        try:
            with path.open("rb") as file:
                while block := file.read(BLOCK):
                    yield block
        except OSError as error:
            raise UnavailableError(
                "import-file-unreadable",
                f"{str(path)[:200]!a} cannot be read ({type(error).__name__}).",
                "Let this account read it.",
            ) from error

    return read
