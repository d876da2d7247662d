"""Another registry, read through its simple index: pages first, each file when its turn comes.

Files may lie on another host than the pages; networks and credentials that the operator allows are
for the index's own host alone, else a page could have this machine ask any host of that network.
"""

import base64
from collections import defaultdict
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin

from packaging.utils import canonicalize_name

from strongroom.core.errors import InvalidError, NotFoundError, StrongroomError, UnavailableError
from strongroom.stores.outside import Answer, Limits, Outside, Request
from strongroom.stores.targets import target
from strongroom.upstream.sources import simple
from strongroom.upstream.sources.found import (
    SHA256,
    Blocks,
    Found,
    Offer,
    is_distribution,
    left,
    moment,
    nothing,
    release_of,
)

MIB = 1024 * 1024
PAGE = Limits(at_most=64 * MIB, total=120.0)
PROJECTS_AT_MOST = 100_000
REDIRECTS = 5
FAILURES_IN_A_ROW = 5
SLOWEST = 64 * 1024  # bytes a second, below which a download is given up
_OK, _NOT_FOUND = 200, 404

Told = Callable[[int, int], None]
"""Told, after each page, how many are read and how many there are."""


@dataclass(frozen=True, slots=True)
class Index:
    """A simple index at `url`; `login` is `user:password` for it, `at_most` bytes of one file."""

    url: str
    outside: Outside
    at_most: int
    login: str = field(default="", repr=False)

    @property
    def base(self) -> str:
        """Return the address below which the pages stand, with its final slash."""
        return self.url.rstrip("/") + "/"


def offer(index: Index, names: Sequence[str], told: Told) -> Offer:
    """Read the pages of these projects, or of all if none is named, and return their files.

    A page that cannot be read is a file that is refused; several in a row end the reading.
    """
    wanted = [str(canonicalize_name(name)) for name in names] if names else _all(index)
    keys = list(dict.fromkeys(wanted))
    files: list[Found] = []
    notes: list[str] = []
    failures = 0
    for done, key in enumerate(keys, start=1):
        page = _project(index, key)
        failed = [one.refusal for one in page.files if isinstance(one.refusal, UnavailableError)]
        failures = failures + 1 if failed else 0
        if failures == FAILURES_IN_A_ROW:
            raise failed[0]
        files.extend(page.files)
        notes.extend(page.notes)
        told(done, len(keys))
    return Offer(tuple(files), tuple(notes))


def _all(index: Index) -> Sequence[str]:
    _url, media_type, body = _page(index, "")
    keys = simple.names(media_type, body)
    if len(keys) > PROJECTS_AT_MOST:
        raise InvalidError(
            "import-too-many-projects",
            f"The index has {len(keys)} projects, more than {PROJECTS_AT_MOST}.",
            "Name those to import.",
        )
    return keys


def _project(index: Index, key: str) -> Offer:
    try:
        url, media_type, body = _page(index, f"{key}/")
        listed = simple.files(media_type, body)
    except StrongroomError as refusal:
        page = index.base + key + "/"
        return Offer((Found(f"{key}/", page, nothing, refusal=refusal),))
    # pypiserver lists signatures too.
    entries = [one for one in listed if is_distribution(one.filename)]
    yanked = _yanked(entries)
    notes = left(len(listed) - len(entries), key) + tuple(
        f"{name} {version} is yanked there only in part; here it is not yanked."
        for (name, version), whole in yanked.items()
        if whole is _PARTLY
    )
    return Offer(tuple(_found(index, key, url, one, yanked) for one in entries), notes)


_PARTLY = object()


def _yanked(entries: Sequence[simple.Entry]) -> Mapping[tuple[str, str], object]:
    """Return the releases that are yanked, with the reason or the mark that only files of it are.

    Simple indexes yank files (PEP 592); here releases are yanked whole.
    """
    releases: dict[tuple[str, str], list[str | None]] = defaultdict(list)
    for one in entries:
        release = release_of(one.filename)
        if release is not None:
            releases[release].append(one.yanked)
    return {
        release: next((reason for reason in reasons if reason), "")
        if None not in reasons
        else _PARTLY
        for release, reasons in releases.items()
        if any(reason is not None for reason in reasons)
    }


def _found(
    index: Index,
    key: str,
    page: str,
    entry: simple.Entry,
    yanked: Mapping[tuple[str, str], object],
) -> Found:
    release = release_of(entry.filename)
    reason = yanked.get(release) if release else None
    url, refusal = entry.url, None
    try:
        url = target(urljoin(page, entry.url.partition("#")[0])).url
    except (StrongroomError, ValueError) as error:
        refusal = error if isinstance(error, StrongroomError) else _unreadable(entry.url)
    if refusal is None and entry.sha256 is None:
        refusal = InvalidError(
            "import-digest-missing",
            f"The index says no SHA-256 digest of {entry.filename[:100]!a}.",
            "Download the file, check it, and import it from a folder.",
        )
    return Found(
        filename=entry.filename,
        place=url,
        blocks=_blocks(index, url, entry),
        claims={"name": [key], **({SHA256: [entry.sha256]} if entry.sha256 else {})},
        moment=moment(entry.uploaded_at),
        size=entry.size,
        yanked=reason if isinstance(reason, str) else None,
        release=release,
        refusal=refusal,
    )


def _unreadable(url: str) -> InvalidError:
    return InvalidError(
        "outside-url-invalid", f"{url[:100]!a} cannot be asked.", "The index must give addresses."
    )


def _blocks(index: Index, url: str, entry: simple.Entry) -> Blocks:
    at_most = index.at_most if entry.size is None else min(entry.size, index.at_most)
    limits = Limits(at_most=at_most, total=60.0 + at_most / SLOWEST)

    def read() -> Generator[bytes, None, None]:
        guard, headers = _for(index, url)
        with guard.answer(Request(url, headers), limits, REDIRECTS) as answer:
            _check(answer)
            yield from answer.blocks()

    return read


def _page(index: Index, path: str) -> tuple[str, str, bytes]:
    url = index.base + path
    guard, headers = _for(index, url)
    request = Request(url, {**headers, "Accept": simple.ACCEPT})
    with guard.answer(request, PAGE, REDIRECTS) as answer:
        _check(answer)
        return answer.url, answer.headers.get("content-type", ""), answer.body()


def _for(index: Index, url: str) -> tuple[Outside, Mapping[str, str]]:
    """Return who may ask for an address, and with which headers."""
    if target(url).origin != target(index.base).origin:
        return replace(index.outside, allowed=()), {}
    if not index.login:
        return index.outside, {}
    encoded = base64.b64encode(index.login.encode()).decode("ascii")
    return index.outside, {"Authorization": f"Basic {encoded}"}


def _check(answer: Answer) -> None:
    if answer.status == _OK:
        return
    if answer.status == _NOT_FOUND:
        raise NotFoundError(
            "upstream-has-none", f"{answer.url[:200]} is not there.", "Check the name and address."
        )
    if answer.status >= 500:  # noqa: PLR2004 - the class of server errors
        raise UnavailableError(
            "upstream-failed", f"{answer.url[:200]} answers {answer.status}.", "Try again later."
        )
    raise InvalidError(
        "upstream-refused",
        f"{answer.url[:200]} answers {answer.status}.",
        "Check the address, and whether it asks for credentials (--login).",
    )
