"""What the loop says by itself: too busy, too slow, too long. In words, as every refusal."""

from functools import cache

from strongroom.core.errors import InvalidError, NotFoundError, TooLargeError, UnavailableError
from strongroom.ecosystems.pypi.wire.faults import refusal
from strongroom.packages.shelf.serve import Answer
from strongroom.stores.folders import no_room

RETRY_AFTER = 10  # seconds


@cache
def busy() -> Answer:
    """Return the answer for whom no thread is free, and the line is full."""
    return refusal(
        UnavailableError(
            "server-busy",
            "The registry is working on as many requests as it can.",
            f"Nothing was done; try again in {RETRY_AFTER} seconds.",
            retry_after=RETRY_AFTER,
        )
    )


def head_too_long(most: int) -> Answer:
    """Return the answer to a head without an end."""
    return refusal(
        TooLargeError(
            "request-head-too-long",
            f"The request's head has more than {most} bytes.",
            "Send fewer and shorter header fields.",
        )
    )


def too_slow(seconds: float) -> Answer:
    """Return the answer to a request that does not come to its end."""
    return refusal(
        InvalidError(
            "request-too-slow",
            f"The request was not here after {seconds:.0f} seconds.",
            "Send it again, or look at the network between.",
        )
    )


def not_opened(error: OSError) -> Answer:
    """Return the answer for a file that was there a moment ago."""
    if isinstance(error, FileNotFoundError):
        return refusal(NotFoundError("file-withdrawn", "This file was withdrawn just now."))
    return refusal(no_room(error))
