"""What is sent, in what pieces the client takes."""

import socket
from collections import deque
from pathlib import Path

import pytest

from strongroom.packages.shelf.serve import Stretch
from strongroom.site.lane.connection import Output, opened


def test_blocks_and_a_stretch_go_out_in_order_as_they_are_taken(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_bytes(b"0123456789" * 100_000)
    ours, theirs = socket.socketpair()
    ours.settimeout(0)
    output = Output(deque([memoryview(b"a" * 300_000), memoryview(b"b")]))
    output.file = opened(Stretch(place, 5, 900_000))
    came = b""
    while not output.empty:
        output.flush(ours)
        came += theirs.recv(100_000)
    ours.close()
    while block := theirs.recv(1_000_000):
        came += block
    assert came == b"a" * 300_000 + b"b" + place.read_bytes()[5:900_005]
    theirs.close()


def test_a_file_that_became_shorter_breaks_the_connection_off(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_bytes(b"short")
    ours, theirs = socket.socketpair()
    output = Output(file=opened(Stretch(place, 0, 100)))
    with pytest.raises(BrokenPipeError):
        output.flush(ours)
    output.close()
    assert output.empty
    ours.close()
    theirs.close()
