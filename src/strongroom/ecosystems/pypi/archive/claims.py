"""What an upload form claims, held against what the archive says.

The archive is believed and the form is not. A form that says otherwise is refused, since someone is
mistaken or lying: PyPI shows the form's metadata while installers obey the archive's. A field that
the form leaves out claims nothing. White space, the order of lists and how lists are joined are not
compared, since clients and archives differ in them honestly.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from email.errors import HeaderParseError
from email.header import decode_header, make_header

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from strongroom.core.errors import InvalidError
from strongroom.ecosystems.pypi.metadata.fields import Metadata
from strongroom.ecosystems.pypi.wording import quoted

Normalise = Callable[[str], str]

_SPACE = re.compile(r"\s+")


def check_claims(
    claims: Mapping[str, Sequence[str]], metadata: Metadata, kind: str, python_tags: str
) -> None:
    """Refuse (InvalidError) a form that contradicts the archive in any field that it sends.

    `claims` are the fields of the upload form, each with all its values; `kind` is the archive's
    `filetype`, `python_tags` its `pyversion`.
    """
    actual = _actual(metadata, kind, python_tags)
    for field, claimed in claims.items():
        canonical = _ALIASES.get(field, field)
        if canonical not in actual:
            continue
        said = [value for value in claimed if value.strip() not in {"", "UNKNOWN"}]
        if said:
            _compare(field, canonical, said, actual[canonical])


def _compare(field: str, canonical: str, claimed: Sequence[str], actual: Sequence[str]) -> None:
    if canonical not in _LISTS and len(claimed) > 1:
        raise InvalidError(
            "claim-repeated",
            f"The form gives the field {quoted(field)} more than once.",
            "Upload with a current version of twine or uv.",
        )
    normalise = _NORMALISED.get(canonical, _text)
    if _set_of(claimed, normalise) != _set_of(actual, normalise):
        shown = _different(claimed, actual, normalise)
        missing = _different(actual, claimed, normalise)
        raise InvalidError(
            "claim-differs",
            f"The form's {quoted(field)} says {quoted(shown)}, the archive says {quoted(missing)}.",
            "Upload the file unchanged with a client that reads the metadata out of it.",
        )


def _set_of(values: Iterable[str], normalise: Normalise) -> frozenset[str]:
    return frozenset(filter(None, map(normalise, values)))


def _different(ours: Sequence[str], theirs: Sequence[str], normalise: Normalise) -> str:
    others = _set_of(theirs, normalise)
    return next((value for value in ours if normalise(value) not in others), "")


def _actual(metadata: Metadata, kind: str, python_tags: str) -> Mapping[str, Sequence[str]]:
    fields = metadata.fields
    actual = {field: _values(fields.get(field)) for field in (*_TEXT, *_LISTS)}
    if not metadata.has_license_files:
        # uv sends the License-File of older metadata, which twine, PyPI and we overlook.
        del actual["license_files"]
    return actual | {
        "name": [metadata.name.display],
        "version": [metadata.version.display],
        "metadata_version": [metadata.metadata_version],
        "description": [metadata.description],
        "platform": _values(fields.get("platform")),
        "filetype": [kind],
        "pyversion": [python_tags],
    }


def _values(value: object) -> list[str]:
    if isinstance(value, Mapping):
        return [f"{label}, {url}" for label, url in value.items()]
    if isinstance(value, list | tuple):
        return [str(each) for each in value]
    return [str(value)] if value else []


def _text(value: str) -> str:
    if "=?" in value:
        # uv decodes words encoded by RFC 2047, other readers leave them as they stand.
        with suppress(HeaderParseError, LookupError, ValueError):
            value = str(make_header(decode_header(value)))
    return _SPACE.sub(" ", value).strip()


def _words(value: str) -> str:
    return ",".join(sorted(filter(None, (_text(each) for each in value.split(",")))))


def _grammatical(read: Callable[[str], object]) -> Normalise:
    def normalise(value: str) -> str:
        try:
            return str(read(value))
        except (ValueError, RecursionError):
            return _text(value)

    return normalise


# Form fields that clients spell in more than one way.
_ALIASES = {
    "license_file": "license_files",
    "platforms": "platform",
    "supported_platform": "supported_platforms",
    "import_name": "import_names",
    "import_namespace": "import_namespaces",
    "classifier": "classifiers",
    "project_url": "project_urls",
}
_TEXT = (
    "author",
    "author_email",
    "description_content_type",
    "download_url",
    "home_page",
    "keywords",
    "license",
    "license_expression",
    "maintainer",
    "maintainer_email",
    "requires_python",
    "summary",
)
_LISTS = frozenset(
    {
        "classifiers",
        "dynamic",
        "import_names",
        "import_namespaces",
        "keywords",
        "license_files",
        "obsoletes",
        "obsoletes_dist",
        "platform",
        "project_urls",
        "provides",
        "provides_dist",
        "provides_extra",
        "requires",
        "requires_dist",
        "requires_external",
        "supported_platforms",
    }
)
_NORMALISED: Mapping[str, Normalise] = {
    "name": canonicalize_name,
    "version": _grammatical(Version),
    "keywords": _words,
    "pyversion": lambda value: ".".join(sorted(value.split("."))),
    "requires_python": _grammatical(SpecifierSet),
    "requires_dist": _grammatical(Requirement),
    "provides_dist": _grammatical(Requirement),
    "obsoletes_dist": _grammatical(Requirement),
    "provides_extra": canonicalize_name,
    "dynamic": str.casefold,
    "license_expression": lambda value: _text(value).casefold(),
    "project_urls": lambda value: ",".join(map(_text, value.split(",", 1))),
}
