"""What a server must survive: huge files, and an end in the middle of an upload."""

import hashlib
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep

import pytest

from tests.fakes.distributions import EPOCH, record, wheel, wheel_filename, wheel_members
from tests.native.server import Server
from tests.native.uploads import BLOCK, blocks_of, publish, stream

pytestmark = pytest.mark.native

SIZE = 256 * 1024**2
ALLOWED_GROWTH = 64 * 1024 * 1024


def huge_wheel(folder: Path) -> tuple[Path, str]:
    """Write a good wheel with one member of 256 MiB, stored; returns it and its digest."""
    members = wheel_members("huge", "1.0", files={})
    *_, place = members
    del members[place]
    block, times = hashlib.shake_128(b"huge").digest(BLOCK), SIZE // BLOCK
    digest = hashlib.sha256()
    path = folder / wheel_filename("huge", "1.0")
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("huge.bin", EPOCH)
        info.file_size = SIZE
        with archive.open(info, "w") as file:
            for _ in range(times):
                file.write(block)
                digest.update(block)
        for name, body in members.items():
            archive.writestr(zipfile.ZipInfo(name, EPOCH), body)
        listed = record(members, place).decode().splitlines(keepends=True)
        encoded = urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()
        listed.insert(0, f"huge.bin,sha256={encoded},{SIZE}\n")
        archive.writestr(zipfile.ZipInfo(place, EPOCH), "".join(listed))
    with path.open("rb") as file:
        return path, hashlib.file_digest(file, "sha256").hexdigest()


def peaks(server: Server) -> dict[int, int]:
    """Return the largest memory that each of the server's processes has had so far, in bytes."""
    found = {}
    for process in server.processes():
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                found[process] = int(line.split()[1]) * 1024
    return found


def test_a_huge_file_passes_through_little_memory(
    fresh: Server, tmp_path: Path, record_testsuite_property: Callable[[str, object], None]
) -> None:
    publish(fresh, wheel_filename("small", "1.0"), wheel("small", "1.0"))
    path, digest = huge_wheel(tmp_path)
    before, began = peaks(fresh), monotonic()
    assert stream(fresh, path.name, digest, path.stat().st_size, blocks_of(path)) == 200
    uploaded = monotonic()
    record_testsuite_property("upload of 256 MiB, seconds", uploaded - began)
    assert (
        downloaded(fresh, f"/files/pypi/{digest[:2]}/{digest[2:4]}/{digest[4:]}/{path.name}")
        == digest
    )
    record_testsuite_property("download of 256 MiB, seconds", monotonic() - uploaded)
    after = peaks(fresh)
    growth = max(after[process] - before[process] for process in before)
    record_testsuite_property("growth of the largest process, bytes", growth)
    assert after.keys() == before.keys()
    assert growth < ALLOWED_GROWTH


def downloaded(server: Server, path: str) -> str:
    """Download a file and return its digest."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=120)
    connection.request("GET", path)
    answer, digest = connection.getresponse(), hashlib.sha256()
    while block := answer.read(BLOCK):
        digest.update(block)
    connection.close()
    return digest.hexdigest()


def test_an_upload_that_runs_when_the_server_is_asked_to_end_comes_to_its_end(
    fresh: Server,
) -> None:
    body, name = wheel("late", "1.0"), wheel_filename("late", "1.0")
    halfway, asked, statuses = Event(), Event(), []

    def slowly() -> Iterator[bytes]:
        yield body[:300]
        halfway.set()
        assert asked.wait(10)
        sleep(1)
        yield body[300:]

    def upload() -> None:
        digest = hashlib.sha256(body).hexdigest()
        statuses.append(stream(fresh, name, digest, len(body), slowly()))

    client = Thread(target=upload)
    client.start()
    assert halfway.wait(10)
    sleep(0.3)
    assert fresh.process is not None
    fresh.process.terminate()
    asked.set()
    client.join(40)
    assert (statuses, fresh.process.wait(40)) == ([200], 0)
    fresh.start()
    assert name in fresh.get("/simple/late/")[2].decode()
