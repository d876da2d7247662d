"""What is known of a piece of work in the background, as people and programs are told it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class State(StrEnum):
    """How a job stands. One that succeeded is gone: what it did is its result."""

    WAITING = "waiting"
    RUNNING = "running"
    FAILED = "failed"  # for good: nobody tries it again until the operator says so


@dataclass(frozen=True, slots=True)
class Job:
    """A job that is not done.

    `id` is a UUID; `name` its kind, such as `put-shared-pages`; `arguments` what it works on, as
    JSON. `attempts` counts those begun, of `at_most`. `due` is when a waiting job is tried,
    `worker` who has a running one, `error` what became of the last attempt, without secrets.
    """

    id: str
    name: str
    arguments: str
    state: State
    queued_at: datetime
    due: datetime | None
    attempts: int
    at_most: int
    worker: str
    error: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How many jobs stand how, and for how long the oldest has waited since it was due."""

    waiting: int
    running: int
    failed: int
    oldest_wait: timedelta
