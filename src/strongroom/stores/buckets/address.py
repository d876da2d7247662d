"""Where a bucket is and how to get in, read strictly from one line. Pure.

The line may hold a secret, so it is never repeated in an error and is shown only through `masked`.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from strongroom.stores.options import options_of

SCHEME = "s3"
FORM = "s3://KEY:SECRET@HOST:PORT/BUCKET/PREFIX?region=REGION"
HIDDEN = "(hidden)"
REGION = "us-east-1"

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
_REGION = re.compile(r"[a-z0-9-]{1,40}")
_HOST = re.compile(r"[a-z0-9._-]{1,253}|[0-9a-f:.]{2,45}")
_PARTS_AT_MOST = 4
_CHOICES = {"tls": ("yes", "no"), "style": ("path", "virtual")}
_OPTIONS = frozenset({"region", "cacert", *_CHOICES})


@dataclass(frozen=True, slots=True)
class Address:
    """A bucket of a server, and a prefix in it.

    Without `key` the credentials are those of the machine (role, web identity, environment).
    `virtual` puts the bucket's name before the host; `cacert` names a file of further roots of
    trust.
    """

    host: str
    bucket: str
    prefix: str = ""
    key: str = ""
    secret: str = field(default="", repr=False)
    region: str = REGION
    tls: bool = True
    virtual: bool = False
    cacert: Path | None = None

    @property
    def endpoint(self) -> str:
        """Return the address that requests go to."""
        scheme = "https" if self.tls else "http"
        host = f"{self.bucket}.{self.host}" if self.virtual else self.host
        return f"{scheme}://{host}"


def parse(text: str) -> Address | None:
    """Read the line: None if empty; raises ValueError, whose words hold nothing of it."""
    if not text:
        return None
    if not text.isascii() or not text.isprintable() or " " in text:
        _refuse("it holds a character that no address has")
    parts, port = _split(text)
    if parts.scheme != SCHEME or parts.fragment:
        _refuse("it does not have the form of an address")
    bucket, *prefix = parts.path.removeprefix("/").split("/")
    if prefix and not prefix[-1]:
        prefix.pop()
    if not _BUCKET.fullmatch(bucket) or ".." in bucket:
        _refuse("its bucket is not named as buckets are")
    if len(prefix) > _PARTS_AT_MOST or not all(map(_PART.fullmatch, prefix)):
        _refuse("its prefix is no path of plain words")
    key, secret = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(key) != bool(secret):
        _refuse("it has a key without a secret, or the reverse")
    options = _options(parts.query)
    return Address(
        host=_host(parts.hostname or "", port),
        bucket=bucket,
        prefix="/".join(prefix),
        key=key,
        secret=secret,
        region=options.get("region", REGION),
        tls=options.get("tls") != "no",
        virtual=options.get("style") == "virtual",
        cacert=Path(options["cacert"]) if "cacert" in options else None,
    )


def is_valid(text: str) -> bool:
    """Say whether the line can be read."""
    try:
        parse(text)
    except ValueError:
        return False
    return True


def masked(text: str) -> str:
    """Return the line as it may be shown: without the secret."""
    read = parse(text)
    if read is None:
        return ""
    entry = f"{read.key}:{HIDDEN}@" if read.key else ""
    return f"{SCHEME}://{entry}{read.host}/{read.bucket}/{read.prefix}".rstrip("/")


def _split(text: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        # Its own words repeat what stands where a port should be, which may be a secret.
        message = "it names no host or port"
        raise ValueError(message) from None
    return parts, port


def _options(query: str) -> dict[str, str]:
    options = options_of(query, _OPTIONS)
    for name, choices in _CHOICES.items():
        if options.get(name, choices[0]) not in choices:
            _refuse(f"its {name} is none")
    if not _REGION.fullmatch(options.get("region", REGION)):
        _refuse("its region is none")
    if not options.get("cacert", "/").startswith("/"):
        _refuse("its cacert is no absolute path")
    return options


def _host(name: str, port: int | None) -> str:
    if not _HOST.fullmatch(name) or port == 0:
        _refuse("it names no host")
    shown = f"[{name}]" if ":" in name else name
    return f"{shown}:{port}" if port else shown


def _refuse(why: str) -> None:
    raise ValueError(why)
