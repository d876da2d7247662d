"""The house of this process under another configuration, for one test."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from pytest_django import Settings

from strongroom.site.assembly import House, house


@contextmanager
def configured(settings: Settings, **changed: Any) -> Iterator[House]:  # noqa: ANN401 - settings
    """Rebuild the house with other settings; afterwards it is built anew when it is asked for."""
    before = settings.CONFIGURATION
    settings.CONFIGURATION = replace(before, **changed)
    _leave()
    try:
        yield house()
    finally:
        settings.CONFIGURATION = before
        _leave()


def _leave() -> None:
    house().metrics.close()  # which is opened again by whoever holds on to the house and counts
    house.cache_clear()
