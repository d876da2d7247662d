"""The plain requests: a subset of HTTP/1.1 so strict that no two parsers read it differently.

GET or HEAD of a path, printable ASCII, every line ended by CRLF, no field twice, none that says
anything of a body or of another protocol. Such a request ends where its head ends, for whoever
reads it. All else is None here and belongs to gunicorn's parser, with all of its bytes: two
parsers that disagree about where a request ends are how requests are smuggled (RFC 9112, 11.2).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from strongroom.site.wsgi import SMALL_BODY

END = b"\r\n\r\n"
LONGEST = 8000  # bytes; longer heads are rare, and gunicorn's parser has limits for their parts
KEPT = 2048  # bytes of a head that may be kept; those of package clients have about half of it
BLOCKS = 512  # of fields, in memory: a client sends the same ones with every request
HEADS = 4096  # in memory, too: of clients that ask for the same

# What says where a body is or what follows, or is a question that only a thread can answer.
_NOT_PLAIN = frozenset(
    {"content-length", "transfer-encoding", "expect", "upgrade", "trailer", "te", "http2-settings"}
)
_FIELD = re.compile(r"([!#$%&'*+.^`|~0-9A-Za-z-]+):[ \t]*([ -~]*)")
_METHODS = frozenset({b"GET", b"HEAD"})
# By these a reader says who they are; an answer that is kept depends on none of them.
_SECRETS = ("authorization", "cookie")
_ASKED = ("accept", "accept-encoding", "if-none-match", "if-range", "range")
# A target of gunicorn's parser may also be another authority ("//host") or hold a fragment.
_TARGET = re.compile(rb"/(?:[!\"$-.0-~][!\"$-~]*)?")


@dataclass(frozen=True, slots=True)
class Fields:
    """What a plain request's fields say, as far as reads ask; names are lower-case."""

    key: tuple[str | None, ...]  # of everything that an answer may depend on
    asked: Mapping[str, str]
    closes: bool  # the client wants the connection closed after the answer


@dataclass(frozen=True, slots=True)
class Plain:
    """One plain request. Two with the same target and fields.key have the same answer."""

    target: bytes  # method, path and query as they were sent
    fields: Fields

    @property
    def method(self) -> str:
        """Return GET or HEAD."""
        return "GET" if self.target.startswith(b"GET ") else "HEAD"

    @property
    def path(self) -> str:
        """Return the decoded path; what is no UTF-8 has the replacement character in its place."""
        path = self.target.partition(b" ")[2].partition(b"?")[0]
        return unquote_to_bytes(path).decode("utf-8", "replace")

    @property
    def room(self) -> str:
        """Return the first segment of the path."""
        return self.path.split("/", 2)[1]

    @property
    def query(self) -> str:
        """Return the query as it was sent."""
        return self.target.partition(b"?")[2].decode("ascii")


class Heads:
    """Plain requests that came before, by their heads. Long ones and secrets are never kept."""

    def __init__(self) -> None:
        """Know none yet."""
        self._known: dict[bytes, Plain] = {}

    def plain(self, head: bytes) -> Plain | None:
        """Do as the function `plain`, most of the time without looking."""
        known = self._known.get(head)
        if known is not None:
            return known
        request = plain(head)
        if request is not None and len(head) <= KEPT and not _has_secret(head.lower()):
            if len(self._known) >= HEADS:
                self._known.clear()
            self._known[head] = request
        return request


def plain(head: bytes) -> Plain | None:
    """Return the request of a head, without its empty line, or None if it is not plain."""
    if len(head) > LONGEST:
        return None
    line, _, block = head.partition(b"\r\n")
    if not line.endswith(b" HTTP/1.1"):
        return None
    target = line[:-9]
    method, _, rest = target.partition(b" ")
    if method not in _METHODS or _TARGET.fullmatch(rest) is None:
        return None
    fields = _fields(block)
    return None if fields is None else Plain(target, fields)


def _fields(block: bytes) -> Fields | None:
    kept = len(block) <= KEPT and not _has_secret(block.lower())
    return _remembered(block) if kept else _read(block)


def _has_secret(lower: bytes) -> bool:
    return any(name.encode() in lower for name in _SECRETS)


def _read(block: bytes) -> Fields | None:
    found: dict[str, str] = {}
    for line in block.decode("latin-1").split("\r\n"):
        field = _FIELD.fullmatch(line)
        if field is None:
            return None
        name = field[1].lower()
        if name in found or name in _NOT_PLAIN:
            return None
        found[name] = field[2].rstrip(" ")
    connection = found.get("connection", "keep-alive").lower()
    if "host" not in found or connection not in {"close", "keep-alive"}:
        return None
    asked = {name: found[name] for name in (*_ASKED, *_SECRETS) if name in found}
    return Fields(tuple(found.get(name) for name in _ASKED), asked, closes=connection == "close")


_remembered = lru_cache(maxsize=BLOCKS)(_read)


# What the loop may guess of a request that is not plain, to place it. Guessed wrongly it waits for
# other bytes or in another line; where the request ends, gunicorn's parser says alone.

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,5})[ \t]*(?=\r\n|\Z)")


def glance(head: bytes) -> tuple[str, str]:
    """Return method and path of a head for the log, whatever they are."""
    words = head.partition(b"\r\n")[0].decode("latin-1").split(" ")
    return words[0][:20], (words[1] if len(words) > 1 else "").partition("?")[0]


def has_body(head: bytes) -> bool:
    """Say whether a body may be on its way that nobody has seen yet."""
    lower = head.lower()
    if b"content-length" in lower or b"transfer-encoding" in lower:
        return True
    return not head.startswith((b"GET ", b"HEAD ", b"OPTIONS "))


def still_wanted(head: bytes) -> int | None:
    """Return how many bytes of body to wait for before a thread is taken; None: it takes one."""
    lower = head.lower()
    lengths = _LENGTH.findall(lower)
    if len(lengths) != 1 or b"transfer-encoding" in lower or b"\r\nexpect" in lower:
        return None if has_body(head) else 0
    return int(lengths[0]) if int(lengths[0]) <= SMALL_BODY else None
