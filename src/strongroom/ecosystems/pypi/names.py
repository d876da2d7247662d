"""Names of Python projects: what is one, which two are the same, which two look alike.

The grammar is that of the core metadata specification (PEP 508), the key that of PEP 503, and the
look-alike form the one by which PyPI refuses new names: no separators, o read as 0, l and i as 1.
"""

import re
import sys
from collections.abc import Iterable

from packaging.utils import canonicalize_name

from strongroom.core.coordinates import Name
from strongroom.core.errors import InvalidError
from strongroom.ecosystems.pypi.wording import quoted

# A file name has at most 255 bytes on every file system in use, and must also hold a version,
# tags, and the suffix of a sidecar.
LONGEST_NAME = 128

_GRAMMAR = re.compile(r"[a-z0-9]|[a-z0-9][a-z0-9._-]*[a-z0-9]", re.IGNORECASE | re.ASCII)
_FIRST = re.compile(r"[a-z0-9._-]+", re.IGNORECASE | re.ASCII)
_SEPARATORS = re.compile(r"[._-]")
_LOOKS_LIKE = str.maketrans("oli", "011")

# Installed beside the standard library, a project of such a name shadows it or is mistaken for a
# backport. The running interpreter knows its own modules; those that other supported versions have
# or had are listed, so that the answer is the same on all of them.
_OF_OTHER_VERSIONS = """
    aifc annotationlib asynchat asyncore audioop binhex cgi cgitb chunk compression crypt distutils
    formatter imghdr imp lib2to3 macpath mailcap msilib nis nntplib ossaudiodev parser pipes
    profiling smtpd sndhdr spwd sunau symbol telnetlib tomllib uu xdrlib
"""
_STANDARD_LIBRARY = frozenset(
    canonicalize_name(module)
    for module in sys.stdlib_module_names.union(_OF_OTHER_VERSIONS.split())
    if not module.startswith("_")
)

# Windows opens the device when a folder or file of such a name is meant.
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)}
)

# `pip install requirements.txt` with -r forgotten asks the index for these names, so whoever owned
# one would run code on the machines of strangers.
_MISTYPED_FILES = frozenset(
    {
        "constraints-txt",
        "dev-requirements-txt",
        "pylock-toml",
        "pyproject-toml",
        "requirements-dev-txt",
        "requirements-in",
        "requirements-test-txt",
        "requirements-txt",
        "rrequirements-txt",
        "setup-cfg",
        "setup-py",
    }
)


def name(raw: str) -> Name:
    """Return the three forms of a project's name, or refuse it with InvalidError (PEP 503, 508)."""
    if len(raw) > LONGEST_NAME:
        raise InvalidError(
            "name-too-long",
            f"The project name {quoted(raw)} is longer than {LONGEST_NAME} characters.",
            "Choose a shorter name.",
        )
    if not _GRAMMAR.fullmatch(raw):
        raise InvalidError(
            "name-invalid",
            f"{quoted(raw)} is not a valid project name.",
            "Use ASCII letters, digits, '.', '_' and '-'; start and end with a letter or digit.",
        )
    return Name(display=raw, key=canonicalize_name(raw), similar=similar(raw))


def similar(raw: str) -> str:
    """Return the form that two names share when an eye may take one for the other."""
    return _SEPARATORS.sub("", raw).lower().translate(_LOOKS_LIKE)


def may_name(wanted: Name) -> None:
    """Refuse (InvalidError) a name that no new project may take, whoever asks."""
    shown = quoted(wanted.display)
    if wanted.key in _STANDARD_LIBRARY:
        raise InvalidError(
            "name-of-standard-library",
            f"{shown} is the name of a module of Python's standard library.",
            "Choose another name.",
        )
    if wanted.key in _DEVICES:
        raise InvalidError(
            "name-of-device",
            f"{shown} is the name of a device on Windows, where it could not be installed.",
            "Choose another name.",
        )
    if wanted.key in _MISTYPED_FILES:
        raise InvalidError(
            "name-of-file",
            f"{shown} is what pip asks for when a file name is typed without its option.",
            "Choose another name.",
        )


def named_in(requirements: Iterable[object]) -> frozenset[str]:
    """Return the keys of the projects that requirements name, which were validated (PEP 508)."""
    found = (_FIRST.match(str(one)) for one in requirements)
    return frozenset(canonicalize_name(one[0]) for one in found if one)
