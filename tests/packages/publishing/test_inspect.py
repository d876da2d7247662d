"""The checks look in order, after the reading of the archive, and each from its first byte."""

from collections.abc import Iterable
from typing import BinaryIO

from strongroom.core.actors import Actor
from strongroom.core.ecosystem import Manifest
from strongroom.core.findings import Finding, Severity
from strongroom.packages.publishing.identify import identify
from strongroom.packages.publishing.inspect import inspect
from strongroom.packages.publishing.receive import receive
from strongroom.packages.publishing.steps import Upload
from tests.fakes.bench import Bench
from tests.fakes.ecosystems import Boxes, box


def first_byte(manifest: Manifest, archive: BinaryIO) -> Iterable[Finding]:
    yield Finding(manifest.name.key, "first", Severity.NOTE, repr(archive.read(1)))


def nothing(manifest: Manifest, archive: BinaryIO) -> Iterable[Finding]:
    return ()


def test_what_is_found_comes_in_order(bench: Bench, alice: Actor) -> None:
    with bench.desk.blobs.receive() as incoming:
        incoming.write(box("parcel", "1.0", note="It rattles."))
        upload = Upload(alice, "box", "parcel-1.0.plain.box", {}, incoming)
        candidate = identify(receive(upload), Boxes())
        found = inspect(candidate, [first_byte, nothing, first_byte])
    assert [one.sentence for one in found] == ["It rattles.", "b'{'", "b'{'"]
