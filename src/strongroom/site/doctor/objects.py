"""What an object store must be like: reachable, conditional, in time, and closed to everybody else.

It is tried, with one small object under `doctor/` that is removed at the end: what a server says of
itself, or its documentation, is not what it does.
"""

import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from ipaddress import ip_address

from strongroom.core.errors import UnavailableError
from strongroom.site.configuration import Configuration
from strongroom.site.doctor.remarks import Remark, error, warning, well
from strongroom.stores.buckets.address import Address, parse
from strongroom.stores.buckets.bucket import Bucket, Fetched, Unchanged, told

SKEW_WARNING = timedelta(minutes=2)
SKEW_REFUSED = timedelta(minutes=15)  # from here on servers refuse signatures
_BODY = b"strongroom was here"


def examine(configuration: Configuration, now: datetime) -> Iterator[Remark]:
    """Look at the bucket, if files and pages are kept in one."""
    address = parse(configuration.objects)
    if address is None:
        return
    bucket, name = Bucket(address), f"doctor/{secrets.token_hex(8)}"
    try:
        yield from _tried(bucket, name, now)
    except UnavailableError as failure:
        yield error(
            "object store",
            f"The bucket {address.bucket} on {address.host} does not do as it is asked:"
            f" {told(failure.__cause__ or failure)}",
            "See that the server runs, and that key, secret, bucket and region in `objects` are"
            " right and may read, write, delete and list.",
        )
    finally:
        with suppress(UnavailableError):
            bucket.delete(name)
    yield _transport(address)
    if configuration.objects_redirect:
        yield _redirects(configuration)


def _tried(bucket: Bucket, name: str, now: datetime) -> Iterator[Remark]:
    bucket.create(name, _BODY)
    found = bucket.get(name)
    if not isinstance(found, Fetched) or found.body != _BODY:
        yield error(
            "object store",
            "What was put into the bucket cannot be read from it at once.",
            "Use a server that is strongly consistent.",
        )
        return
    yield well("object store", "The bucket takes objects and gives them back.")
    yield _conditional_put(bucket, name)
    yield _conditional_get(bucket, name, found.mark)
    yield from _in_time(bucket, name, now)
    list(bucket.walk("doctor"))
    yield _closed(bucket, name)


def _conditional_put(bucket: Bucket, name: str) -> Remark:
    if bucket.create(name, b"again"):
        return error(
            "conditional puts",
            "The server overwrites an object though it is told not to (If-None-Match).",
            "Use a server that keeps to the condition: without it a file that was taken down may"
            " come back.",
        )
    return well("conditional puts", "The server refuses to overwrite when it is told to.")


def _conditional_get(bucket: Bucket, name: str, mark: str) -> Remark:
    if mark and isinstance(bucket.get(name, mark), Unchanged):
        return well("conditional reads", "The server says of an object that it is unchanged.")
    return warning(
        "conditional reads",
        "The server sends an object again though it is unchanged.",
        "Pages are right all the same, but each read of one transfers it.",
    )


def _in_time(bucket: Bucket, name: str, now: datetime) -> Iterator[Remark]:
    standing = bucket.look(name)
    if standing is None:
        return
    skew = timedelta(seconds=abs(standing.written - now.timestamp()))
    sentence = f"Its clock and ours are {int(skew.total_seconds())} seconds apart."
    remedy = "Keep both right with NTP: signatures carry the time, and the sweep compares it."
    if skew >= SKEW_REFUSED:
        yield error("object store clock", sentence, remedy)
    elif skew >= SKEW_WARNING:
        yield warning("object store clock", sentence, remedy)
    else:
        yield well("object store clock", sentence)


def _closed(bucket: Bucket, name: str) -> Remark:
    if bucket.is_open_to_all(name):
        return error(
            "object store access",
            "Anybody may read the bucket without a key.",
            "Close it: whoever knows a digest gets a file there even while it is quarantined.",
        )
    return well("object store access", "The bucket cannot be read without a key.")


def _transport(address: Address) -> Remark:
    if address.tls:
        return well("object store address", "The way to the object store is encrypted.")
    if _is_near(address.host):
        return well("object store address", "The object store is on this machine.")
    return warning(
        "object store address",
        f"Whoever is between here and {address.host} may read and alter what passes.",
        "Leave `tls=no` out of the address in `objects`.",
    )


def _redirects(configuration: Configuration) -> Remark:
    if configuration.url.startswith("https:") > configuration.objects_redirect.startswith("https:"):
        return error(
            "redirects",
            "Clients come by https and are sent on to an address without it.",
            "Give `objects_redirect` an address with https: clients refuse the other.",
        )
    return well("redirects", f"Clients fetch files from {configuration.objects_redirect}.")


def _is_near(host: str) -> bool:
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    try:
        return ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return name == "localhost"
