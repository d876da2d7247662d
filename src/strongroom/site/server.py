"""The server: gunicorn inside our own process, a loop of our own in its workers, a clean end.

HTTP/1.1 and WSGI are deliberate: they carry the reason phrase, which is all that most package
clients show of a refusal, and they stream both ways.
"""

import errno
import fcntl
import os
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from django.conf import settings
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped] # no stubs

from strongroom.core.errors import ConfigurationError, StrongroomError, UnavailableError
from strongroom.site.application import application
from strongroom.site.assembly import house
from strongroom.site.configuration import Configuration
from strongroom.site.crew import Supervisor
from strongroom.site.lane.worker import LaneWorker
from strongroom.site.logs import ServerLog
from strongroom.site.metrics import clear
from strongroom.site.schedule import SCHEDULE

BACKLOG = 2048  # connections that wait to be accepted
TRY_EVERY = 0.25  # seconds
FREED_WITHIN = 24  # tries


class Server(BaseApplication):  # type: ignore[misc] # gunicorn is not typed
    """Gunicorn, set up by arguments instead of its files and command line."""

    def __init__(self, options: Mapping[str, Any], job_workers: int) -> None:
        """Take gunicorn's settings by name, and how many workers to bring along."""
        self._options = options
        self._job_workers = job_workers
        super().__init__()

    def load_config(self) -> None:
        """Give gunicorn its settings."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:  # noqa: ANN401 - gunicorn's own signature
        """Return the application; called in each worker after the fork."""
        return application(house())

    def run(self) -> None:
        """Serve until told to end."""
        Supervisor(self, self._job_workers, SCHEDULE).run()


def options(configuration: Configuration, listener: int) -> dict[str, Any]:
    """Return gunicorn's settings for a configuration, and the number of an open socket."""
    return {
        "bind": [f"fd://{listener}"],
        "workers": configuration.workers,
        "threads": configuration.threads,
        "worker_class": LaneWorker,
        "proc_name": "strongroom",
        # A request may take long on its thread; only a loop that stands still stops beating.
        "timeout": 60,
        "graceful_timeout": 30,
        "limit_request_line": 8190,
        "limit_request_field_size": 16380,
        # Addresses and schemes of proxies are judged by site.wsgi alone.
        "forwarded_allow_ips": "",
        "secure_scheme_headers": {},
        # It would stand in the home folder of whoever runs this, and nothing here speaks to it.
        "control_socket_disable": True,
        "logger_class": ServerLog,
        "loglevel": "warning",
    }


@contextmanager
def alone(configuration: Configuration) -> Iterator[None]:
    """Hold the run folder for one server; raises UnavailableError if another serves from it.

    Two would lose each other's counts. The workers of a server that was killed hold it for the
    moment that they take to notice.
    """
    place = configuration.run / "serving"
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with place.open("wb") as file:
        for left in reversed(range(FREED_WITHIN)):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not left:
                    raise UnavailableError(
                        "already-serving",
                        f"Another server serves from {configuration.run}.",
                        "Stop it first, or name another folder with --data or `run_folder`.",
                    ) from None
                time.sleep(TRY_EVERY)
        yield


def listen(configuration: Configuration) -> socket.socket:
    """Take the address to serve at; raises UnavailableError if another program has it."""
    host, port = configuration.host, configuration.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    both = family == socket.AF_INET6 and socket.has_dualstack_ipv6()
    try:
        return socket.create_server(
            (host, port), family=family, backlog=BACKLOG, dualstack_ipv6=both
        )
    except OSError as error:
        raise _not_taken(f"{host} port {port}", error) from error


def _not_taken(place: str, error: OSError) -> StrongroomError:
    if error.errno == errno.EADDRINUSE:
        return UnavailableError(
            "port-in-use",
            f"Another program listens at {place} already.",
            "Stop it, or choose another port with --port.",
        )
    return ConfigurationError(
        "address-not-taken",
        f"Nothing can listen at {place}: {os.strerror(error.errno or 0)}.",
        "Choose an address of this machine with --host, and a port that this account may use.",
    )


def serve(configuration: Configuration, listener: socket.socket) -> None:
    """Serve until SIGTERM or SIGINT, and let requests that have begun come to their end."""
    # Here and not at the first request: a process that is started later would find the files of
    # another version, if that was installed meanwhile.
    import_module(settings.ROOT_URLCONF)
    clear(configuration.run / "metrics")
    Server(options(configuration, listener.detach()), configuration.job_workers).run()
