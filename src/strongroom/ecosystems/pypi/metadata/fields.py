"""Core metadata 1.0 to 2.5, out of the bytes of METADATA or PKG-INFO.

`read` parses, validates by `packaging`, applies the rules of an index, and returns the fields under
the names that PyPI's JSON API gives them, as JSON values. What PyPI takes is taken: where a rule
here is gentler than the specification, the reason stands beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from packaging.metadata import InvalidMetadata, RawMetadata, parse_email
from packaging.metadata import Metadata as Validated

from strongroom.core.coordinates import Name, Version
from strongroom.core.errors import InvalidError
from strongroom.ecosystems.pypi.metadata.rules import problems
from strongroom.ecosystems.pypi.names import name
from strongroom.ecosystems.pypi.versions import version
from strongroom.ecosystems.pypi.wording import ascii_line, quoted

SIDECAR = ".metadata"  # the suffix under which an index serves METADATA (PEP 658)
LARGEST_METADATA = 4_194_304
LONGEST_REQUIREMENT = 4_096
MOST_VALUES = 5_000

# Those that PyPI takes. 2.0 was never accepted as a standard, 2.6 is not yet.
METADATA_VERSIONS = ("1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5")
_BEFORE_LICENSE_FILES = METADATA_VERSIONS[:6]

_REQUIRED = ("metadata_version", "name", "version")
_GRAMMATICAL = ("requires_dist", "provides_dist", "obsoletes_dist")
_REMEDY = "Correct the project's metadata, build it again and upload the new files."


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a distribution says of itself.

    `fields` holds JSON values under the names of PyPI's JSON API; absent text is None, an absent
    list of the older fields is empty. `license_files` are paths as core metadata gives them.
    """

    name: Name
    version: Version
    metadata_version: str
    summary: str
    description: str
    description_type: str
    keywords: tuple[str, ...]
    license_files: tuple[str, ...]
    fields: Mapping[str, object]

    @property
    def has_license_files(self) -> bool:
        """Whether this version of core metadata defines the field License-File (PEP 639)."""
        return self.metadata_version not in _BEFORE_LICENSE_FILES


def read(data: bytes) -> Metadata:
    """Return what METADATA or PKG-INFO says, or refuse it with InvalidError."""
    if len(data) > LARGEST_METADATA:
        raise InvalidError(
            "metadata-too-large",
            f"The metadata is larger than {LARGEST_METADATA} bytes.",
            "Shorten the description.",
        )
    try:
        return _judged(_parsed(data))
    except (RecursionError, MemoryError) as error:
        # Requirements, licences and addresses of mail are read by parsers that recurse.
        raise _invalid("A field of the metadata is nested too deep.") from error


def _judged(raw: RawMetadata) -> Metadata:
    _bounded(raw)
    validated = _validated(raw)
    found = list(islice(problems(raw), 20))
    if found:
        raise _first_of(found)
    return _metadata(raw, validated)


def _parsed(data: bytes) -> RawMetadata:
    raw, unread = parse_email(data)
    # Unknown fields are let be, as the specification asks of readers of later minor versions; a
    # known one that is doubled or not UTF-8 would be read differently by different tools.
    doubtful = sorted(set(unread) & _HEADERS)
    if doubtful:
        raise _invalid(f"The metadata field {doubtful[0].title()} is repeated or is not UTF-8.")
    fields = {field: _unfolded(field, value) for field, value in raw.items()}
    return _cleaned(fields)


_HEADERS = frozenset(
    field.replace("_", "-")
    for field in (*RawMetadata.__annotations__, "classifier", "project_url", "license_file")
) | {"import-name", "import-namespace", "platform", "supported-platform"}


def _unfolded(field: str, value: object) -> object:
    """Undo the folding of a header over lines (RFC 822, 3.1.1)."""
    if isinstance(value, list):
        return [_one_line(each) for each in value]
    if isinstance(value, dict):
        return {_one_line(label): _one_line(url) for label, url in value.items()}
    text = str(value)
    if field == "description":
        return _unindented(text)
    # The text of a licence is put into the field License by older tools, lines and all.
    return text if field == "license" else _one_line(text)


def _one_line(text: str) -> str:
    if "\n" not in text and "\r" not in text:
        return text.strip(" \t")
    lines = text.replace("\r\n", "\n").split("\n")
    # Only a fold, which is a line break and white space, is undone; a bare break stays and is
    # refused as a control character.
    joined = lines[0].strip(" \t")
    for line in lines[1:]:
        joined += (" " if line[:1] in {" ", "\t"} else "\n") + line.strip(" \t")
    return joined


def _unindented(description: str) -> str:
    """Undo the indentation of a description that was a header (core metadata, Description)."""
    first, *rest = description.split("\n")
    if not rest or any(line.strip() and line[:7].strip(" ") for line in rest):
        return description
    return "\n".join([first, *(line[8:] for line in rest)])


def _cleaned(fields: Mapping[str, object]) -> RawMetadata:
    """Drop what means nothing: empty optional text, and the UNKNOWN that older tools wrote."""
    kept = RawMetadata()
    for field, value in fields.items():
        if field in _REQUIRED or value not in ("", "UNKNOWN", [], ["UNKNOWN"], ["", ""], [""], {}):
            kept[field] = value  # type: ignore[literal-required]  # the names are parse_email's
    # setuptools wrote License-File, with a meaning of its own, long before 2.4 defined the field;
    # twine and PyPI overlook it there.
    if kept.get("metadata_version") in _BEFORE_LICENSE_FILES:
        kept.pop("license_files", None)
    return kept


def _bounded(raw: RawMetadata) -> None:
    for field, value in raw.items():
        many = len(value) if isinstance(value, list | dict) else 0
        if many > MOST_VALUES:
            raise _invalid(f"The metadata field {field} is given more than {MOST_VALUES} times.")
    texts = [raw.get("requires_python") or "", raw.get("license_expression") or ""]
    texts += [each for field in _GRAMMATICAL for each in raw.get(field) or []]  # type: ignore[attr-defined]  # lists of str
    for text in texts:
        if len(text) > LONGEST_REQUIREMENT:
            raise _invalid(f"{quoted(text)} is longer than {LONGEST_REQUIREMENT} characters.")


def _validated(raw: RawMetadata) -> Validated:
    if raw.get("metadata_version") not in METADATA_VERSIONS:
        raise InvalidError(
            "metadata-version-unknown",
            f"The metadata version {quoted(raw.get('metadata_version', ''))} is not known here.",
            f"Use a build tool that writes one of {', '.join(METADATA_VERSIONS)}.",
        )
    try:
        return Validated.from_raw(raw)
    except ExceptionGroup as group:
        raise _first_of(sorted(map(_refusal, group.exceptions), key=_rank)) from group


def _refusal(error: Exception) -> InvalidError:
    field = error.field if isinstance(error, InvalidMetadata) else ""
    said = ascii_line(str(error), 110)
    return _invalid(f"The metadata field {field.title()} is invalid: {said}.")


def _rank(error: InvalidError) -> tuple[bool, str]:
    identity = any(f" {field} " in error.sentence for field in ("Name", "Version"))
    return (not identity, error.sentence)


def _first_of(found: list[InvalidError]) -> InvalidError:
    first, *more = found
    if not more:
        return first
    others = " ".join(f"Also: {error.sentence}" for error in more[:5])
    return InvalidError(first.code, first.sentence, f"{first.remedy} {others}")


def _invalid(sentence: str) -> InvalidError:
    return InvalidError("metadata-invalid", sentence, _REMEDY)


def _metadata(raw: RawMetadata, validated: Validated) -> Metadata:
    keywords = tuple(filter(None, raw.get("keywords", [])))
    return Metadata(
        name=name(validated.name),
        version=version(raw["version"]),
        metadata_version=validated.metadata_version,
        summary=raw.get("summary", ""),
        description=raw.get("description", ""),
        description_type=raw.get("description_content_type", ""),
        keywords=keywords,
        license_files=tuple(raw.get("license_files", [])),
        fields=_fields(raw, validated, keywords),
    )


_TEXT = (
    "author",
    "author_email",
    "description_content_type",
    "download_url",
    "home_page",
    "license",
    "license_expression",
    "maintainer",
    "maintainer_email",
    "requires_python",
    "summary",
)
_RARE_LISTS = (
    "import_names",
    "import_namespaces",
    "obsoletes",
    "obsoletes_dist",
    "provides",
    "provides_dist",
    "requires",
    "requires_external",
    "supported_platforms",
)


def _fields(raw: RawMetadata, validated: Validated, keywords: tuple[str, ...]) -> dict[str, object]:
    fields: dict[str, object] = {field: raw.get(field) for field in _TEXT}
    fields |= {field: raw[field] for field in _RARE_LISTS if field in raw}  # type: ignore[literal-required]  # closed list above
    return fields | {
        "name": validated.name,
        "version": str(validated.version),
        "metadata_version": validated.metadata_version,
        "keywords": ",".join(keywords) or None,
        "classifiers": raw.get("classifiers", []),
        "platform": ", ".join(raw.get("platforms", [])) or None,
        "project_urls": raw.get("project_urls"),
        "requires_dist": [str(each) for each in validated.requires_dist or []] or None,
        "provides_extra": list(validated.provides_extra or []) or None,
        "license_files": raw.get("license_files"),
        "dynamic": [each.title() for each in raw.get("dynamic", [])] or None,
    }
