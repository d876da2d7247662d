import multiprocessing
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from strongroom.core.jobs import Counts
from strongroom.site.metrics import (
    BUCKETS,
    CODES_AT_MOST,
    DOORS,
    METHODS,
    ROOM,
    Gauges,
    Metrics,
    clear,
    urls,
)
from strongroom.stores.mail import Backlog
from tests.fakes.full_disks import full_disk

GAUGES = Gauges(
    events_serial=lambda: 41,
    unshelved_projects=lambda: 2,
    storage_free_bytes=lambda: 1e9,
    damaged_files=lambda: 0,
    events_without_position=lambda: 3,
    jobs=lambda: Counts(waiting=4, running=1, failed=2, oldest_wait=timedelta(seconds=90)),
    letters=lambda: Backlog(waiting=5, oldest_wait=timedelta(seconds=70), given_up=6),
)
Labels = tuple[tuple[str, str], ...]


def samples(metrics: Metrics) -> dict[tuple[str, Labels], float]:
    """Return what a scrape reads, by name and labels."""
    text = metrics.exposition().decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def requests(read: dict[tuple[str, Labels], float]) -> float:
    return sum(value for (name, _), value in read.items() if name == "strongroom_requests_total")


@pytest.fixture
def metrics(tmp_path: Path) -> Iterator[Metrics]:
    with closing(Metrics(tmp_path / "metrics", GAUGES)) as metrics:
        yield metrics


def count_in_another_process(folder: Path, times: int) -> None:
    with closing(Metrics(folder, GAUGES)) as metrics:
        for _ in range(times):
            metrics.observe("api", "GET", 200, 0.1)


def keep_counting(metrics: Metrics) -> None:
    metrics.observe("api", "GET", 200, 0.1)


def test_a_request_is_counted_by_door_method_and_class_of_status(metrics: Metrics) -> None:
    metrics.observe("api", "GET", 204, 0.1)
    metrics.observe("api", "GET", 200, 0.1)
    labels = (("door", "api"), ("method", "GET"), ("status", "2xx"))
    assert samples(metrics)["strongroom_requests_total", labels] == 2


def test_a_full_disk_ends_no_process_and_no_request(metrics: Metrics, tmp_path: Path) -> None:
    with full_disk(4096):
        metrics.observe("api", "GET", 200, 0.1)
        metrics.uploaded("published", 1000)
    assert list((tmp_path / "metrics").iterdir()) == []
    metrics.observe("api", "GET", 200, 0.1)
    for file in (tmp_path / "metrics").iterdir():
        # A hole would be filled when it is written to, and a mapping cannot be told of no room.
        assert file.stat().st_blocks * 512 >= file.stat().st_size
    assert requests(samples(metrics)) == 1


def test_every_label_there_can_be_fits_into_the_room_that_was_made(
    metrics: Metrics, tmp_path: Path
) -> None:
    for door in (*DOORS, "odd"):
        for method in (*METHODS, "ODD"):
            for status in (100, 200, 300, 400, 500, 600):
                metrics.observe(door, method, status, 0.1)
        for bound in (*BUCKETS, 500.0):
            metrics.observe(door, "GET", 200, bound)
    for number in range(CODES_AT_MOST + 10):
        metrics.uploaded("a-code-with-quite-a-long-name-" + str(number))
    assert {file.stat().st_size for file in (tmp_path / "metrics").iterdir()} == {ROOM}


def test_durations_fall_into_buckets_that_add_up(metrics: Metrics) -> None:
    for seconds in (0.001, 0.02, 500.0):
        metrics.observe("file", "GET", 200, seconds)
    read = samples(metrics)
    door = ("door", "file")
    name = "strongroom_request_duration_seconds"
    assert read[f"{name}_bucket", (door, ("le", "0.005"))] == 1
    assert read[f"{name}_bucket", (door, ("le", "0.025"))] == 2
    assert read[f"{name}_bucket", (door, ("le", "+Inf"))] == 3
    assert read[f"{name}_count", (door,)] == 3
    assert read[f"{name}_sum", (door,)] == pytest.approx(500.021)


def test_an_upload_is_counted_by_its_outcome_with_its_bytes(metrics: Metrics) -> None:
    metrics.uploaded("published", 1000)
    metrics.uploaded("published", 500)
    metrics.uploaded("name-taken")
    read = samples(metrics)
    assert read["strongroom_uploads_total", (("outcome", "published"),)] == 2
    assert read["strongroom_uploads_total", (("outcome", "name-taken"),)] == 1
    assert read["strongroom_published_bytes_total", ()] == 1500


def test_states_are_asked_when_scraped(metrics: Metrics) -> None:
    read = samples(metrics)
    assert read["strongroom_events_serial", ()] == 41
    assert read["strongroom_unshelved_projects", ()] == 2
    assert read["strongroom_storage_free_bytes", ()] == 1e9


def test_what_clients_send_becomes_no_label(metrics: Metrics) -> None:
    for number in range(50):
        metrics.observe(f"door{number}", f"VERB{number}", 1000 + number, 0.1)
    labels = (("door", "other"), ("method", "other"), ("status", "other"))
    assert samples(metrics)["strongroom_requests_total", labels] == 50


def test_outcomes_are_bounded_whatever_comes(metrics: Metrics) -> None:
    for number in range(CODES_AT_MOST + 50):
        metrics.uploaded(f"code-{number}")
    read = samples(metrics)
    assert read["strongroom_uploads_total", (("outcome", "other"),)] == 50


def test_any_process_tells_the_sum_of_all(metrics: Metrics, tmp_path: Path) -> None:
    metrics.observe("api", "GET", 200, 0.1)
    spawn = multiprocessing.get_context("spawn")
    others = [
        spawn.Process(target=count_in_another_process, args=(tmp_path / "metrics", 3))
        for _ in range(2)
    ]
    for other in others:
        other.start()
    for other in others:
        other.join()
    assert requests(samples(metrics)) == 7


def test_a_forked_worker_counts_apart_from_its_parent(metrics: Metrics, tmp_path: Path) -> None:
    metrics.observe("api", "GET", 200, 0.1)
    worker = multiprocessing.get_context("fork").Process(target=keep_counting, args=(metrics,))
    worker.start()
    worker.join()
    metrics.observe("api", "GET", 200, 0.1)
    assert requests(samples(metrics)) == 3
    assert len(list((tmp_path / "metrics").glob("counter_*.db"))) == 2


def test_counts_begin_anew_when_the_registry_does(metrics: Metrics, tmp_path: Path) -> None:
    count_in_another_process(tmp_path / "metrics", 3)
    clear(tmp_path / "metrics")
    assert requests(samples(metrics)) == 0


def test_buckets_grow() -> None:
    assert list(BUCKETS) == sorted(BUCKETS)


@pytest.fixture
def client(metrics: Metrics, settings: Settings) -> Client:
    settings.ROOT_URLCONF = tuple(urls(metrics, ("127.0.0.0/8", "::1/128")))
    return Client()


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1"])
def test_metrics_are_shown_to_their_networks(client: Client, address: str) -> None:
    answer = client.get("/metrics", REMOTE_ADDR=address)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=")
    assert b"strongroom_events_serial 41.0" in answer.content


@pytest.mark.parametrize("address", ["192.0.2.1", "::2", "::ffff:192.0.2.1", "", "unix:"])
def test_metrics_are_shown_to_nobody_else(client: Client, address: str) -> None:
    answer = client.get("/metrics", REMOTE_ADDR=address)
    assert answer.status_code == 403
    assert answer.json()["code"] == "metrics-not-from-here"


def test_an_ipv4_client_of_an_ipv6_socket_is_known(client: Client) -> None:
    assert client.get("/metrics", REMOTE_ADDR="::ffff:127.0.0.1").status_code == 200


def test_what_a_proxy_hands_on_does_not_come_from_this_machine(client: Client) -> None:
    headers = {"X-Forwarded-For": "192.0.2.1"}
    assert client.get("/metrics", headers=headers, REMOTE_ADDR="127.0.0.1").status_code == 403


def test_metrics_are_only_read(client: Client) -> None:
    assert client.post("/metrics", REMOTE_ADDR="127.0.0.1").status_code == 405


def test_jobs_are_shown_by_how_they_stand(metrics: Metrics) -> None:
    read = samples(metrics)
    states = {"waiting": 4, "running": 1, "failed": 2}
    assert {name: read["strongroom_jobs", (("state", name),)] for name in states} == states
    assert read["strongroom_jobs_oldest_wait_seconds", ()] == 90


def test_letters_are_shown_by_how_they_stand(metrics: Metrics) -> None:
    read = samples(metrics)
    states = {"waiting": 5, "given-up": 6}
    assert {name: read["strongroom_letters", (("state", name),)] for name in states} == states
    assert read["strongroom_letters_oldest_wait_seconds", ()] == 70
    assert read["strongroom_events_without_position", ()] == 3
