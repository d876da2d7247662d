"""What can be seen of a set-up without its database: interpreter, clock, folders, keys, address."""

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from strongroom.core.errors import ConfigurationError, UnavailableError
from strongroom.site.configuration import MIB, Configuration
from strongroom.site.databases import PostgreSQL, parse
from strongroom.site.doctor.remarks import Remark, error, warning, well
from strongroom.site.storage import storage
from strongroom.stores.keys import open_keys
from strongroom.stores.pages.protocol import Pages

OLDEST_PYTHON = (3, 11)
WRITTEN = datetime(2026, 11, 1, tzinfo=UTC)  # no clock that is right shows an earlier time
DISK_WARNING = 5 * 1024 * MIB
DAMAGED = "damaged"  # as the shelf names it
SHELF = "public"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_READ = stat.S_IROTH | stat.S_IXOTH
ABANDONED = timedelta(days=1)


def examine(configuration: Configuration, now: datetime) -> Iterator[Remark]:
    """Look at the machine and the data folder."""
    yield _python()
    yield _clock(now)
    if not configuration.data.is_dir():
        yield error(
            "data folder",
            f"There is no folder {configuration.data}.",
            "Make it with `strongroom init`.",
        )
        return
    yield _folder(configuration.data)
    yield _keys(configuration)
    yield _disk(configuration.data, configuration.min_free_bytes)
    if not configuration.in_bucket:
        yield _links(configuration.data)
    yield _incoming(configuration.data / "blobs" / "incoming", now)
    with suppress(UnavailableError):  # which is told where the object store is looked at
        yield _damaged(storage(configuration).pages)
    yield _address(configuration)
    yield from _transport(parse(configuration.database))


def _python() -> Remark:
    shown = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        return error("python", f"Python {shown} is too old.", "Install Python 3.11 or later.")
    return well("python", f"Python {shown}.")


def _clock(now: datetime) -> Remark:
    if now < WRITTEN:
        return error(
            "clock",
            f"The clock shows {now:%Y-%m-%d}, which is before this program was written.",
            "Set the clock and keep it right with NTP: tokens and pages carry its time.",
        )
    return well("clock", f"The clock shows {now:%Y-%m-%d %H:%M} UTC.")


def _folder(data: Path) -> Remark:
    if not os.access(data, os.R_OK | os.W_OK | os.X_OK):
        return error(
            "data folder",
            f"This account cannot read and write {data}.",
            "Run this as the account that runs the registry, or give that account the folder.",
        )
    open_to = data.stat().st_mode & _OTHERS
    if open_to == stat.S_IXGRP:
        return _gate(data)
    if open_to:
        return warning(
            "data folder", f"Other accounts can reach {data}.", f"Run `chmod 700 {data}`."
        )
    return well("data folder", f"{data} belongs to this account alone.")


def _gate(data: Path) -> Remark:
    """Look at a folder whose group may pass through it, as a web server's to the shelf."""
    inside = [path for path in sorted(data.iterdir()) if path.name != SHELF]
    bare = [str(path) for path in inside if path.stat().st_mode & _OTHERS]
    if bare:
        return error(
            "data folder",
            f"Whoever is let through {data} to its pages can also reach {', '.join(bare)}.",
            f"Run `chmod -R go-rwx {' '.join(bare)}`.",
        )
    shelf = data / SHELF
    if shelf.is_dir() and shelf.stat().st_mode & _READ != _READ:
        return warning(
            "data folder",
            f"A web server that is let through {data} cannot read {shelf}.",
            f"Run `chmod -R a+rX {shelf}`.",
        )
    return well("data folder", f"One group is let through {data}, to its pages alone.")


def _keys(configuration: Configuration) -> Remark:
    try:
        keys = open_keys(configuration.data / "keys", configuration.key_passphrase or None)
    except ConfigurationError as refusal:
        return error("keys", refusal.sentence, refusal.remedy)
    return well("keys", f"The keys open; they are {'' if keys.is_encrypted else 'not '}encrypted.")


def _disk(data: Path, at_least: int) -> Remark:
    free = shutil.disk_usage(data).free
    sentence = f"{free // MIB} MiB are free."
    if free < at_least:
        return error("disk", sentence, "Make room: uploads are refused (min_free_bytes).")
    if free < max(DISK_WARNING, 2 * at_least):
        return warning("disk", sentence, "Plan for more room.")
    return well("disk", sentence)


def _links(data: Path) -> Remark:
    """Try what publishing does: put a file on the shelf by a hard link to its blob."""
    blobs, public = data / "blobs", data / SHELF
    blob, link = blobs / f".doctor-{os.getpid()}", public / f".doctor-{os.getpid()}"
    try:
        blobs.mkdir(exist_ok=True)
        public.mkdir(exist_ok=True)
        blob.touch()
        link.hardlink_to(blob)
    except OSError as failure:
        return error(
            "hard links",
            f"Files cannot be put on the shelf by hard links: {failure.strerror}.",
            f"Keep {blobs} and {public} on one file system that has hard links.",
        )
    finally:
        for made in (link, blob):
            with suppress(OSError):
                made.unlink()
    return well("hard links", "Blobs and shelf share a file system with hard links.")


def _incoming(folder: Path, now: datetime) -> Remark:
    before = (now - ABANDONED).timestamp()
    abandoned = [path for path in folder.glob("*") if path.stat().st_mtime < before]
    if abandoned:
        return warning(
            "incoming files",
            f"{len(abandoned)} uploads were broken off over a day ago and still take room.",
            "Run `strongroom sweep --yes`.",
        )
    return well("incoming files", "No broken off upload takes room.")


def _damaged(pages: Pages) -> Remark:
    count = sum(1 for _ in pages.walk(DAMAGED))
    if count:
        return error(
            "damaged files",
            f"{count} published files are damaged or lost, and served to nobody.",
            "Repair them from a backup: `strongroom scrub --repair-from FOLDER`.",
        )
    return well("damaged files", "No published file is known to be damaged.")


def _address(configuration: Configuration) -> Remark:
    local = configuration.host == "localhost" or _is_loopback(configuration.host)
    if configuration.url.startswith("https:"):
        if not local and not configuration.trusted_proxies:
            return warning(
                "address",
                f"{configuration.url} is served by a proxy that is not in trusted_proxies.",
                "Name the proxy's network there, or tokens limited to networks will not work.",
            )
        return well("address", f"Clients use {configuration.url}.")
    if not local or configuration.public_url:
        return warning(
            "address",
            f"Clients use {configuration.url}, and tokens travel there in the clear.",
            "Put a proxy with TLS in front and set public_url to its https address.",
        )
    return well("address", f"Only this machine is served, at {configuration.url}.")


def _transport(database: PostgreSQL | None) -> Iterator[Remark]:
    if database is None:
        return
    near = database.host.startswith("/") or database.host == "localhost"
    if near or _is_loopback(database.host):
        yield well("database address", "The database is on this machine.")
    elif database.tls.get("sslmode") == "verify-full":
        yield well("database address", "The way to the database is encrypted and its end is known.")
    else:
        yield warning(
            "database address",
            f"Whoever is between here and {database.host} may read rows or answer in its name.",
            "Add `sslmode=verify-full` to the address in `database`.",
        )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
