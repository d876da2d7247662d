"""What the loop of a web process answers by itself, whatever its threads are doing."""

from dataclasses import replace
from typing import Any

import pytest

from strongroom.site.lane.heads import plain
from strongroom.site.lane.worker import _shelf
from tests.fakes.registry import Registry


@pytest.mark.parametrize("where", ["disk", "bucket"])
def test_whether_a_process_lives_is_told_without_a_thread(registry: Registry, where: str) -> None:
    # A probe that waited in line would have a busy process restarted, and the next ones after it.
    house = registry.house
    if where == "bucket":
        other: Any = object()  # whatever it is, it is no folder of this machine
        pages = replace(house.shelf.pages, open=other)
        house = replace(house, shelf=replace(house.shelf, pages=pages))
    asked = plain(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close")
    assert asked is not None
    answer = _shelf(house).answer(asked)
    assert answer is not None
    assert (answer.status, answer.body, answer.door) == (200, b'{"status": "alive"}', "health")
    ready = plain(b"GET /health/ready HTTP/1.1\r\nHost: localhost")
    assert ready is not None
    assert _shelf(house).answer(ready) is None
