"""Versions of Python releases, by PEP 440: which are the same, which is newer, which are refused.

The display form is the normalised spelling with the zeros that the authors wrote (`1.0.0`); the key
drops them, so that 1.0 and 1.0.0 are one release, as they are to pip and on PyPI.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from packaging.utils import canonicalize_version
from packaging.version import Version as Pep440

from strongroom.core.coordinates import Version
from strongroom.core.errors import InvalidError
from strongroom.ecosystems.pypi.wording import quoted

LONGEST_VERSION = 64
# A project may have thousands of releases, and each of its publications orders them all.
REMEMBERED = 4096


@lru_cache(REMEMBERED)
def version(raw: str) -> Version:
    """Return a version, or refuse with InvalidError what is not PEP 440, or is a local version."""
    parsed = _parsed(raw)
    if parsed.local:
        raise InvalidError(
            "version-local",
            f"The version {quoted(raw)} has a local part, which an index may not publish.",
            "Build the distribution without the part after '+' (PEP 440).",
        )
    return Version(
        display=str(parsed), key=canonicalize_version(parsed), prerelease=parsed.is_prerelease
    )


def newest_first(versions: Iterable[Version]) -> Sequence[Version]:
    """Order versions by PEP 440, the newest first."""
    return sorted(versions, key=lambda each: _order(each.key), reverse=True)


@lru_cache(REMEMBERED)
def _order(key: str) -> Pep440:
    return Pep440(key)


def _parsed(raw: str) -> Pep440:
    # The length comes first: Python refuses to read a number of more than 4,300 digits, and PEP
    # 440 puts no bound on its numbers.
    if len(raw) <= LONGEST_VERSION:
        try:
            return Pep440(raw)
        except ValueError:
            pass
    raise InvalidError(
        "version-invalid",
        f"{quoted(raw)} is not a valid version.",
        f"Use a version of PEP 440, such as 1.4.0 or 2.0rc1; {LONGEST_VERSION} characters or less.",
    )
