"""Is the process alive, and can it serve? For supervisors and load balancers.

1. `/health/live` touches nothing and needs no thread: while it answers, restarting the process
   would not help. One that has more to do than it can must not be restarted for that.
2. `/health/ready` runs every probe and names those that failed, never why and never a path: anybody
   may ask. The log says why.
3. Probes run one at a time in a thread of their own and have a deadline, so that a disk or database
   that hangs takes that thread and no other. An answer is kept for a second, so that asking often
   costs nothing.
"""

import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from threading import Lock

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from strongroom.api.guard import guarded
from strongroom.core.clock import Clock
from strongroom.core.errors import ConfigurationError
from strongroom.packages.shelf.serve import NOSNIFF, Answer
from strongroom.stores import keys

logger = logging.getLogger(__name__)

Probe = Callable[[], object]
"""Returns if all is well, and raises whatever says why not."""

DEADLINE = 3.0  # seconds for all probes together
KEPT_FOR = timedelta(seconds=1)
_NOT_READY = 503


def probes(data: Path, enough: int, shelf: Probe) -> Mapping[str, Probe]:
    """Return the probes of a registry over a data folder; `enough` counts free bytes.

    `shelf` reads a page from where pages stand, which may be another machine.
    """

    def storage() -> None:
        with tempfile.TemporaryFile(dir=data) as file:
            file.write(b"ready")

    def space() -> None:
        free = shutil.disk_usage(data).free
        if free < enough:
            raise ConfigurationError(
                "space-low",
                f"Only {free} bytes are free in the data folder.",
                f"Keep at least {enough} bytes free.",
            )

    def key_file() -> None:
        # Opened and not unsealed: that would take a tenth of a second and 32 MiB each time.
        os.close(os.open(data / "keys" / keys.FILE, os.O_RDONLY))

    return {
        "database": _database,
        "migrations": _migrations,
        "storage": storage,
        "shelf": shelf,
        "space": space,
        "keys": key_file,
    }


class Readiness:
    """Runs the probes, and keeps what they said for a moment."""

    def __init__(self, probes: Mapping[str, Probe], clock: Clock, deadline: float) -> None:
        """Run `probes` within `deadline` seconds, all of them together."""
        self._probes = probes
        self._clock = clock
        self._deadline = deadline
        self._lock = Lock()
        # Its thread starts with the first question, so it is there after a fork too.
        self._thread = ThreadPoolExecutor(1, "readiness")
        self._at: datetime | None = None
        self._states: Mapping[str, bool] = {}

    def states(self) -> Mapping[str, bool]:
        """Return which probe succeeded."""
        with self._lock:
            now = self._clock.now()
            if self._at is None or not timedelta(0) <= now - self._at < KEPT_FOR:
                self._states = self._run()
                self._at = now
            return self._states

    def _run(self) -> Mapping[str, bool]:
        done: dict[str, bool] = dict.fromkeys(self._probes, False)
        try:
            self._thread.submit(self._fill, done).result(self._deadline)
        except TimeoutError:
            logger.error("readiness probes did not end within %s seconds", self._deadline)  # noqa: TRY400
        return dict(done)

    def _fill(self, done: dict[str, bool]) -> None:
        try:
            for name, probe in self._probes.items():
                done[name] = _succeeds(name, probe)
        finally:
            connection.close()


def live(path: str, _query: str, _headers: Mapping[str, str]) -> Answer | None:
    """Answer `/health/live`; None for any other address."""
    if path != "/health/live":
        return None
    body = b'{"status": "alive"}'
    headers = (
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        NOSNIFF,
    )
    return Answer(200, "OK", headers, body)


def urls(readiness: Readiness) -> list[URLPattern]:
    """Return the address `/health/ready`."""

    def ready(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's form of a view
        states = readiness.states()
        well = all(states.values())
        checks = {name: "ok" if state else "failed" for name, state in states.items()}
        told = {"status": "ready" if well else "not ready", "checks": checks}
        return _answer(told, 200 if well else _NOT_READY)

    return [path("health/ready", guarded(require_safe(ready)))]


def _answer(told: object, status: int) -> HttpResponse:
    return JsonResponse(told, status=status, headers={"Cache-Control": "no-store"})


def _succeeds(name: str, probe: Probe) -> bool:
    try:
        probe()
    except Exception:
        logger.exception("readiness probe %s failed", name)
        return False
    return True


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


def _migrations() -> None:
    missing = _wanted() - set(MigrationRecorder(connection).applied_migrations())
    if missing:
        raise ConfigurationError(
            "migrations-missing",
            f"{len(missing)} migrations are not applied.",
            "Run `strongroom init`.",
        )


@cache
def _wanted() -> frozenset[tuple[str, str]]:
    # Read once: the migrations of a running program are those that it was installed with.
    return frozenset(MigrationLoader(None).graph.nodes)
