"""What an index asks of core metadata beyond the specification: PyPI's rules, and a few more.

Each rule looks at the fields of one distribution, already valid core metadata, and yields a refusal
for each thing that is wrong. None raises. Fields are under the names of `packaging.metadata`.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from email.utils import getaddresses
from urllib.parse import urlsplit

from packaging.metadata import RawMetadata
from packaging.requirements import Requirement
from trove_classifiers import classifiers as known_classifiers
from trove_classifiers import deprecated_classifiers

from strongroom.core.errors import InvalidError
from strongroom.ecosystems.pypi.wording import quoted

LONGEST_SUMMARY = 512
LONGEST_LABEL = 32
LONGEST_URL = 2_048
LONGEST_LINE = 8_192
LONGEST_DESCRIPTION = 2_097_152

# Not a bar to an index of one's own: firms put these on what no public index may ever take.
PRIVATE = "Private ::"

# The left-to-right and right-to-left marks stay: names in Arabic and Hebrew need them. The
# embeddings, overrides and isolates reorder the text around them (CVE-2021-42574).
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_KNOWN = frozenset(known_classifiers)

_EMAIL = re.compile(
    r"[^\s@<>(),;:\\\"\[\]]{1,64}@(?=.{1,253}$)[^\W_]([\w-]*[^\W_])?(\.[^\W_]([\w-]*[^\W_])?)*"
)

_LINES = (
    "author",
    "author_email",
    "maintainer",
    "maintainer_email",
    "summary",
    "home_page",
    "download_url",
    "requires_python",
    "license_expression",
    "description_content_type",
)
_LISTS_OF_LINES = (
    "keywords",
    "classifiers",
    "platforms",
    "supported_platforms",
    "requires_external",
    "license_files",
    "requires",
    "provides",
    "obsoletes",
)


def problems(fields: RawMetadata) -> Iterator[InvalidError]:
    """Yield a refusal for each thing in the fields that an index does not take."""
    for rule in _RULES:
        yield from rule(fields)


def _header(field: str) -> str:
    return field.replace("_", "-").title()


def _text(fields: RawMetadata, field: str) -> str:
    value = fields.get(field)
    return value if isinstance(value, str) else ""


def _texts(fields: RawMetadata, field: str) -> list[str]:
    value = fields.get(field)
    return value if isinstance(value, list) else []


def _lines(fields: RawMetadata) -> Iterator[tuple[str, str]]:
    for field in _LINES:
        yield field, _text(fields, field)
    for field in _LISTS_OF_LINES:
        for line in _texts(fields, field):
            yield field, line
    for label in fields.get("project_urls") or {}:
        yield "project_url", label


def _plain_lines(fields: RawMetadata) -> Iterator[InvalidError]:
    for field, line in _lines(fields):
        if len(line) > LONGEST_LINE:
            yield InvalidError(
                "metadata-line-too-long",
                f"The field {_header(field)} is longer than {LONGEST_LINE} characters.",
                "Shorten it; the description is the place for long text.",
            )
        if any(unicodedata.category(c) == "Cc" or c in _REORDERING for c in line):
            yield InvalidError(
                "metadata-control-character",
                f"The field {_header(field)} holds a control character: {quoted(line)}.",
                "Remove control characters and bidirectional overrides from it.",
            )


def _summary(fields: RawMetadata) -> Iterator[InvalidError]:
    if len(_text(fields, "summary")) > LONGEST_SUMMARY:
        yield InvalidError(
            "metadata-summary-too-long",
            f"The summary is longer than {LONGEST_SUMMARY} characters.",
            "Shorten it to one line, and move the rest to the description.",
        )


def _description(fields: RawMetadata) -> Iterator[InvalidError]:
    if len(_text(fields, "description").encode(errors="replace")) > LONGEST_DESCRIPTION:
        yield InvalidError(
            "metadata-description-too-long",
            f"The description is larger than {LONGEST_DESCRIPTION} bytes.",
            "Shorten it, and link to the full documentation.",
        )


def _emails(fields: RawMetadata) -> Iterator[InvalidError]:
    for field in ("author_email", "maintainer_email"):
        found = getaddresses([_text(fields, field)])
        # As on PyPI, only a lone address is judged. Many a project writes 'Ann, Bob <b@...>', which
        # cannot be told from a list with a bad address in it.
        address = found[0][1] if len(found) == 1 else ""
        if address and not _EMAIL.fullmatch(address):
            yield InvalidError(
                "metadata-email-invalid",
                f"{quoted(address)} in {_header(field)} is not an e-mail address.",
                "Write it as name@example.org, or as Name <name@example.org>.",
            )


def _classifiers(fields: RawMetadata) -> Iterator[InvalidError]:
    for classifier in _texts(fields, "classifiers"):
        if classifier in deprecated_classifiers:
            instead = deprecated_classifiers[classifier]
            yield InvalidError(
                "metadata-classifier-deprecated",
                f"The classifier {quoted(classifier, 100)} is deprecated.",
                f"Use {' or '.join(map(repr, instead))} instead." if instead else "Remove it.",
            )
        elif classifier not in _KNOWN and not classifier.startswith(PRIVATE):
            yield InvalidError(
                "metadata-classifier-unknown",
                f"{quoted(classifier, 100)} is not a known classifier.",
                "Take classifiers from the list of trove classifiers, spelled exactly as there.",
            )


def _is_web_address(url: str) -> bool:
    if len(url) > LONGEST_URL or any(c.isspace() or unicodedata.category(c) == "Cc" for c in url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _urls(fields: RawMetadata) -> Iterator[InvalidError]:
    urls = [("home_page", _text(fields, "home_page"))]
    urls += [("download_url", _text(fields, "download_url"))]
    urls = [(field, url) for field, url in urls if url]
    urls += [("project_url", url) for url in (fields.get("project_urls") or {}).values()]
    for field, url in urls:
        # Shown as links on pages, so that javascript: and data: would run as the reader.
        if not _is_web_address(url):
            yield InvalidError(
                "metadata-url-invalid",
                f"{quoted(url)} in {_header(field)} is not a web address.",
                "Use an absolute address that begins with https:// or http://.",
            )


def _labels(fields: RawMetadata) -> Iterator[InvalidError]:
    for label in fields.get("project_urls") or {}:
        if not 0 < len(label) <= LONGEST_LABEL:
            yield InvalidError(
                "metadata-url-label-invalid",
                f"The label {quoted(label)} of a Project-URL is empty or too long.",
                f"Use a label of 1 to {LONGEST_LABEL} characters.",
            )


def _direct_references(fields: RawMetadata) -> Iterator[InvalidError]:
    for field in ("requires_dist", "provides_dist", "obsoletes_dist"):
        for text in _texts(fields, field):
            try:
                url = Requirement(text).url
            except ValueError:
                yield InvalidError(
                    "metadata-invalid",
                    f"{quoted(text)} in {_header(field)} is not a requirement.",
                    "Write requirements as PEP 508 says.",
                )
                continue
            # Code from elsewhere, that no check of this registry ever sees and no hash of it pins.
            if url is not None:
                yield InvalidError(
                    "metadata-direct-reference",
                    f"{_header(field)} refers to a URL: {quoted(text, 80)}.",
                    "Depend on a name and a version; an index takes no 'name @ url'.",
                )


def _dynamic(fields: RawMetadata) -> Iterator[InvalidError]:
    if any(field.lower() == "dynamic" for field in _texts(fields, "dynamic")):
        yield InvalidError(
            "metadata-dynamic-invalid",
            "The field Dynamic may not name itself.",
            "Name only fields that a build may fill in (PEP 643).",
        )


def _licences(fields: RawMetadata) -> Iterator[InvalidError]:
    if _text(fields, "license") and _text(fields, "license_expression"):
        yield InvalidError(
            "metadata-license-twice",
            "The metadata has both License and License-Expression.",
            "Keep License-Expression alone (PEP 639).",
        )


_RULES: tuple[Callable[[RawMetadata], Iterator[InvalidError]], ...] = (
    _plain_lines,
    _summary,
    _description,
    _emails,
    _classifiers,
    _urls,
    _labels,
    _direct_references,
    _dynamic,
    _licences,
)
