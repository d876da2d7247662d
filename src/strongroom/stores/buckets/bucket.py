"""Speaking to one bucket of an S3 server: every request is bounded in time.

1. A missing object is told only when the server itself says so of this very object. A bucket that
   is not there, a proxy's 404, a refusal are UnavailableError: "not there" would send clients on to
   look for a package elsewhere.
2. A put that was not answered may have happened. Whoever puts decides what that means.
3. Of the environment only credentials count. What else the client reads there (another endpoint,
   requests without a signature) is overruled.
4. The client runs threads that no fork survives: a process that has used it must not fork and use
   it again, and is told so instead of hanging.
"""

import logging
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, BinaryIO, TypeVar
from urllib.parse import urlsplit

import obstore
from obstore import exceptions
from obstore.store import S3Store

from strongroom.core.errors import UnavailableError
from strongroom.stores.buckets.address import Address
from strongroom.stores.buckets.names import LONGEST
from strongroom.stores.standing import Standing

if TYPE_CHECKING:
    from obstore import GetOptions, PutMode
    from obstore.store import ClientConfig, S3Config, S3Credential

T = TypeVar("T")

logger = logging.getLogger(__name__)

CONNECT_WITHIN = timedelta(seconds=3)
IDLE_FOR = timedelta(seconds=10)  # servers end idle connections later than that
ANSWER_WITHIN = timedelta(seconds=20)  # a request with its whole body, which has few megabytes
TRIES_AGAIN = 2
LOOKS = 3  # an object may come into being between two requests of one look, but not each time
TRY_FOR = timedelta(seconds=15)  # no further try begins after that
PART_BYTES = 5 * 1024 * 1024  # the smallest part that S3 takes
PARTS_AT_ONCE = 2
RETRY_AFTER = 30  # seconds
_MISSING = "<Code>NoSuchKey</Code>"
_CODE = re.compile(r"<Code>([A-Za-z.]{1,60})</Code>")
_TOLD_AT_MOST = 300  # characters of what the client says of a failure
# Blobs are fetched by readers themselves where they are redirected. A browser must not show them.
_FILE_ATTRIBUTES = {
    "Content-Type": "application/octet-stream",
    "Content-Disposition": "attachment",
    "Cache-Control": "no-store",  # under an address that nobody is given twice
}

_used_by: int | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """An object with its version's mark; the mark is empty where the server gives none."""

    body: bytes
    mark: str


class Unchanged:
    """Says that an object is still the one whose mark was given."""


UNCHANGED = Unchanged()


class Bucket:
    """A bucket, or the part of one below a prefix."""

    def __init__(
        self, address: Address, public: str = "", within: timedelta = ANSWER_WITHIN
    ) -> None:
        """Speak to the bucket at `address`; readers reach it at the endpoint `public`, if given.

        A request that is not answered `within` that time has failed.
        """
        self.address = address
        self._store = _client(address, within)
        self._public = _client(_seen_from_outside(address, public), within) if public else None

    @property
    def longest_name(self) -> int:
        """Return how many bytes a name may have: the prefix belongs to it for the server."""
        return LONGEST - len(self.address.prefix) - 1

    def get(self, name: str, mark: str = "") -> Fetched | Unchanged | None:
        """Return an object, None if there is none; UNCHANGED if it still has `mark`."""
        options: GetOptions = {"if_none_match": mark} if mark else {}
        try:
            with _asked(name):
                found = obstore.get(self._store, name, options=options)
                return Fetched(bytes(found.bytes()), found.meta["e_tag"] or "")
        except exceptions.NotModifiedError:
            return UNCHANGED
        except FileNotFoundError:
            return None

    def read(self, name: str, start: int, length: int) -> memoryview:
        """Return a stretch of an object, less where it ends; raises FileNotFoundError."""
        with _asked(name):
            return memoryview(obstore.get_range(self._store, name, start=start, length=length))

    def look(self, name: str) -> Standing | None:
        """Return what the server says of an object; None if there is none."""
        for _ in range(LOOKS):
            try:
                with _asked(name, by_body=False):
                    found = obstore.head(self._store, name)
            except FileNotFoundError:
                # An answer without a body does not tell whether it is the object or the bucket.
                try:
                    self.read(name, 0, 1)
                except FileNotFoundError:
                    return None
            else:
                return Standing(name, found["size"], found["last_modified"].timestamp())
        raise _failed(name, exceptions.GenericError("it can be read and is said to be missing"))

    def put(self, name: str, body: bytes) -> None:
        """Put an object in place of the old one."""
        self._put(name, body, "overwrite", {})

    def create(self, name: str, body: bytes, *, file: bool = False) -> bool:
        """Put an object if there is none; False if there is one. `file`: for readers to fetch."""
        try:
            self._put(name, body, "create", _FILE_ATTRIBUTES if file else {})
        except exceptions.AlreadyExistsError:
            return False
        return True

    def upload(self, name: str, file: BinaryIO) -> None:
        """Put an object for readers to fetch in place of the old one, in parts if it is large."""
        with _asked(name):
            obstore.put(
                self._store,
                name,
                file,
                attributes=_FILE_ATTRIBUTES,
                chunk_size=PART_BYTES,
                max_concurrency=PARTS_AT_ONCE,
            )

    def _put(self, name: str, body: bytes, mode: "PutMode", attributes: dict[str, str]) -> None:
        with _asked(name):
            obstore.put(
                self._store, name, body, attributes=attributes, mode=mode, use_multipart=False
            )

    def copy(self, name: str, to: str) -> None:
        """Copy an object inside the server; raises FileNotFoundError."""
        with _asked(name):
            obstore.copy(self._store, name, to)

    def delete(self, *names: str) -> None:
        """Delete objects; what is not there is no error."""
        if not names:
            return
        try:
            twice(lambda: self._delete(names))
        except FileNotFoundError:
            # A server that minds has stopped at the first; the others may still be there.
            if len(names) > 1:
                for name in names:
                    self.delete(name)

    def _delete(self, names: Sequence[str]) -> None:
        with _asked(names[0]):
            obstore.delete(self._store, names)

    def walk(self, under: str) -> Iterator[Standing]:
        """Name all objects below a folder, in the order of their names."""
        listing = obstore.list(self._store, under)
        while True:
            with _asked(under):
                batch = next(listing, ())
            if not batch:
                return
            for one in batch:
                yield Standing(one["path"], one["size"], one["last_modified"].timestamp())

    def is_open_to_all(self, name: str) -> bool:
        """Say whether an object can be had without any key."""
        try:
            obstore.get(_client(self.address, ANSWER_WITHIN, anonymous=True), name)
        except (exceptions.BaseError, OSError):
            return False
        return True

    def signed(self, name: str, lasts: timedelta) -> str:
        """Return an address at which anybody may get an object for a while."""
        with _asked(name):
            return obstore.sign(self._public or self._store, "GET", name, lasts)


def twice(act: Callable[[], T]) -> T:
    """Do what may be done twice, and do it again if the server did not answer.

    The client itself tries again what it knows to be harmless, and it does not know of everything;
    mostly it was a connection that the server had ended for its idleness.
    """
    try:
        return act()
    except UnavailableError:
        return act()


@contextmanager
def _asked(name: str, *, by_body: bool = True) -> Iterator[None]:
    """Turn what the client says into the few things that we know.

    Lets pass what is an answer: that an object exists already, is unchanged or is missing
    (FileNotFoundError, but for a HEAD only if the server says in words that it is the object).
    """
    _refuse_after_fork()
    try:
        yield
    except FileNotFoundError as error:
        if by_body and _MISSING not in str(error):
            raise _failed(name, error) from error
        raise
    except (exceptions.AlreadyExistsError, exceptions.NotModifiedError):
        raise
    except (exceptions.BaseError, OSError, ValueError) as error:
        raise _failed(name, error) from error


def told(error: BaseException) -> str:
    """Return in few words what the client says of a failure, for the operator alone."""
    words = " ".join(str(error).partition("Debug source")[0].split())
    code = _CODE.search(words)
    if code is not None:
        return f"{type(error).__name__}: the server says {code[1]}"
    return f"{type(error).__name__}: {words}"[:_TOLD_AT_MOST]


def _failed(name: str, error: Exception) -> UnavailableError:
    logger.error("the object store failed over %s: %s", name, told(error))
    return UnavailableError(
        "storage-failed",
        "The registry's storage did not answer.",
        "Try again later.",
        retry_after=RETRY_AFTER,
    )


def _refuse_after_fork() -> None:
    global _used_by  # noqa: PLW0603 - of the process, as the client's threads are
    if _used_by is None:
        _used_by = os.getpid()
    if _used_by != os.getpid():
        message = "the object store was used before this process was forked"
        raise RuntimeError(message)


def _seen_from_outside(address: Address, public: str) -> Address:
    parts = urlsplit(public)
    return replace(address, host=parts.netloc, tls=parts.scheme == "https")


def _client(address: Address, within: timedelta, *, anonymous: bool = False) -> S3Store:
    config: S3Config = {
        "endpoint": address.endpoint,
        "aws_endpoint_url_s3": address.endpoint,
        "region": address.region,
        "virtual_hosted_style_request": address.virtual,
        "skip_signature": anonymous,
        "unsigned_payload": False,
        "conditional_put": "etag",
        "s3_express": False,
        "disable_bulk_delete": True,  # which not every server has
    }
    options: ClientConfig = {
        "allow_http": not address.tls,
        "allow_invalid_certificates": False,
        "connect_timeout": CONNECT_WITHIN,
        "timeout": within,
        "pool_idle_timeout": IDLE_FOR,
        "user_agent": "strongroom",
    }
    if address.cacert is not None:
        options["root_certificate"] = address.cacert.read_bytes()
    return S3Store(
        address.bucket,
        prefix=address.prefix or None,
        config=config,
        client_options=options,
        retry_config={
            "max_retries": TRIES_AGAIN,
            "retry_timeout": TRY_FOR,
            "backoff": {
                "init_backoff": timedelta(milliseconds=50),
                "max_backoff": timedelta(seconds=1),
                "base": 2,
            },
        },
        credential_provider=_fixed(address) if address.key and not anonymous else None,
    )


def _fixed(address: Address) -> Callable[[], "S3Credential"]:
    # As a function, because a token of the environment would be added to keys that are given.
    def credentials() -> "S3Credential":
        return {
            "access_key_id": address.key,
            "secret_access_key": address.secret,
            "token": None,
            "expires_at": None,
        }

    return credentials
