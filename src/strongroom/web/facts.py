"""What a release's metadata says, sorted for its readers.

Metadata is a stranger's text under the field names of PyPI's JSON API. Values are words until
shown otherwise: an address becomes a link only if it is http or https, for `javascript:` is an
address too.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import getaddresses
from urllib.parse import quote, urlsplit

LONGEST_LICENSE = 120
_EXTRA = re.compile(r"""\bextra\s*==\s*["']([^"']{1,128})["']""")
_ADDRESS = re.compile(r"[^\s<>@\"',;:\\]{1,64}@[A-Za-z0-9.-]{1,253}")


@dataclass(frozen=True, slots=True)
class Link:
    """A named address; `href` is empty where it may not be followed."""

    label: str
    shown: str
    href: str


@dataclass(frozen=True, slots=True)
class Group:
    """Values under a heading."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the side column of a release tells."""

    requires_python: str
    license: str
    links: tuple[Link, ...]
    authors: tuple[Link, ...]
    maintainers: tuple[Link, ...]
    keywords: tuple[str, ...]
    requirements: tuple[Group, ...]
    classifiers: tuple[Group, ...]


def facts_of(metadata: Mapping[str, object]) -> Facts:
    """Sort a release's metadata; what has another type than expected is left out."""
    classifiers = _texts(metadata, "classifiers")
    return Facts(
        requires_python=_text(metadata, "requires_python"),
        license=_license(metadata, classifiers),
        links=_links(metadata),
        authors=_people(metadata, "author"),
        maintainers=_people(metadata, "maintainer"),
        keywords=tuple(filter(None, map(str.strip, _text(metadata, "keywords").split(",")))),
        requirements=_requirements(_texts(metadata, "requires_dist")),
        classifiers=_classified(classifiers),
    )


def followable(address: str) -> str:
    """Return an address that a page may link to, or nothing: http and https only."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return ""
    plain = address.isprintable() and not set(address) & set(" \"'<>\\`")
    return address if plain and host and parts.scheme in {"http", "https"} else ""


def _text(metadata: Mapping[str, object], field: str) -> str:
    value = metadata.get(field)
    return value.strip() if isinstance(value, str) else ""


def _texts(metadata: Mapping[str, object], field: str) -> tuple[str, ...]:
    value = metadata.get(field)
    return tuple(map(str, value)) if isinstance(value, list | tuple) else ()


def _links(metadata: Mapping[str, object]) -> tuple[Link, ...]:
    named: dict[str, str] = {}
    if home := _text(metadata, "home_page"):
        named["Home page"] = home
    urls = metadata.get("project_urls")
    if isinstance(urls, Mapping):
        named.update((str(label), str(url)) for label, url in urls.items())
    if download := _text(metadata, "download_url"):
        named["Download"] = download
    first: dict[str, Link] = {}
    for label, url in named.items():
        # The home page is often given twice; the label that the authors chose comes later and wins.
        first[url.rstrip("/")] = Link(label, _host(url), followable(url))
    return tuple(first.values())


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0] if followable(url) else url


def _people(metadata: Mapping[str, object], field: str) -> tuple[Link, ...]:
    name, mail = _text(metadata, field), _text(metadata, f"{field}_email")
    written = [(shown, address) for shown, address in getaddresses([mail]) if shown or address]
    people = [Link(field, shown or address, _mail(address)) for shown, address in written]
    if name and len(people) == 1 and people[0].shown == written[0][1]:
        return (Link(field, name, people[0].href),)
    known = {person.shown for person in people}
    return tuple(([Link(field, name, "")] if name and name not in known else []) + people)


def _mail(address: str) -> str:
    return f"mailto:{quote(address, safe='@+')}" if _ADDRESS.fullmatch(address) else ""


def _license(metadata: Mapping[str, object], classifiers: Iterable[str]) -> str:
    if expression := _text(metadata, "license_expression"):
        return expression
    # Whole licence texts are put into this field; its first line names the licence.
    first_line = _text(metadata, "license").partition("\n")[0].strip()
    if first_line:
        return first_line[:LONGEST_LICENSE]
    named = [each.rpartition(" :: ")[2] for each in classifiers if each.startswith("License :: ")]
    return ", ".join(named)


def _requirements(requirements: Iterable[str]) -> tuple[Group, ...]:
    groups: dict[str, list[str]] = defaultdict(list)
    for requirement in requirements:
        extra = _EXTRA.search(requirement)
        groups[extra[1] if extra else ""].append(requirement)
    return tuple(Group(name, tuple(groups[name])) for name in sorted(groups))


def _classified(classifiers: Iterable[str]) -> tuple[Group, ...]:
    groups: dict[str, list[str]] = defaultdict(list)
    for classifier in classifiers:
        topic, _, rest = classifier.partition(" :: ")
        groups[topic].append(rest or topic)
    return tuple(Group(name, tuple(groups[name])) for name in sorted(groups))
