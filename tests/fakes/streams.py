"""Somewhere for the logs of a test to go, after which the process logs as it did before."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from strongroom.site.logs import configure


@contextmanager
def logged(log_format: str) -> Iterator[io.StringIO]:
    """Send all logs of level info and above to a stream, as `text` or as `json`."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure(log_format, "info", stream)
    try:
        yield stream
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.captureWarnings(capture=False)
