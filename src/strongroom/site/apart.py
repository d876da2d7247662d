"""Doing something in a child process, because what it uses survives no fork.

The server's workers are forks of the process that has prepared the registry. The client of the
object store runs threads, and connections to a database are open files: used before the fork, both
would be broken after it. So whoever prepares is a child, and the server stays clean.

A child ends with its parent: what both hold, such as the address to listen at, would stay taken.
"""

import json
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from threading import Thread
from typing import Any

from strongroom.core import errors
from strongroom.core.errors import StrongroomError, UnavailableError

logger = logging.getLogger(__name__)

WATCH_EVERY = 1.0  # seconds between two looks at the parent
ORPHAN = 3.0  # seconds that an orphan has to end what it does


def apart(work: Callable[[], object]) -> Any:  # noqa: ANN401 - what JSON makes of the result
    """Do `work` in a child process and return what JSON makes of its result.

    A refusal is raised here as it was raised there; of anything else the child logs what it was.
    """
    reads, writes = os.pipe()
    sys.stdout.flush()
    parent = os.getpid()
    child = os.fork()
    if not child:
        watch(parent)
        os.close(reads)
        with os.fdopen(writes, "wb") as pipe:
            pipe.write(done(work))
        os._exit(0)
    os.close(writes)
    with os.fdopen(reads, "rb") as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    return heard(told)


def watch(parent: int) -> None:
    """Let this process end soon after `parent`, which has forked it, if that is killed."""
    Thread(target=_until_orphaned, args=(parent,), name="watch-parent", daemon=True).start()


def _until_orphaned(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(WATCH_EVERY)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(ORPHAN)
    os._exit(1)


def done(work: Callable[[], object]) -> bytes:
    """Do `work` and put into words how it ended."""
    try:
        return json.dumps({"result": work()}).encode()
    except StrongroomError as error:
        words = [type(error).__name__, error.code, error.sentence, error.remedy]
        return json.dumps({"refusal": words}).encode()
    except Exception:
        logger.exception("the registry could not be made ready")
        return b""


def heard(told: bytes) -> Any:  # noqa: ANN401 - likewise
    """Return the result that was put into words, or raise what was."""
    if not told:
        raise UnavailableError(
            "preparation-failed",
            "The registry could not be made ready.",
            "The log says why; start it again when that is mended.",
        )
    read = json.loads(told)
    if "refusal" in read:
        name, *words = read["refusal"]
        raise getattr(errors, name)(*words)
    return read["result"]
