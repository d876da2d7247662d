"""An import, from what a source offers to the rows and pages of the registry."""

import json
from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from strongroom.core.actors import IMPORT
from strongroom.core.coordinates import ProjectId
from strongroom.core.errors import InvalidError, UnavailableError
from strongroom.core.events import Kind
from strongroom.packages.models import File, Project, Release
from strongroom.proof.ledger.events import of_project, since
from strongroom.site.imports import import_into
from strongroom.upstream.importing import FAILURES_IN_A_ROW, Order, Report, Step, run
from strongroom.upstream.sources.found import SHA256, Blocks, Found, Offer, nothing, release_of
from tests.fakes.distributions import sdist, sdist_filename, wheel, wheel_filename
from tests.fakes.people import sure
from tests.fakes.registry import Registry

THEN = datetime(2019, 3, 1, 12, 30, 15, tzinfo=UTC)


def bytes_of(body: bytes) -> Blocks:
    """Return what yields bytes in two blocks."""

    def read() -> Generator[bytes, None, None]:
        yield body[:10]
        yield body[10:]

    return read


def found(name: str, version: str, **more: Any) -> Found:  # noqa: ANN401 - fields of what is found
    """Return a wheel, or with `kind="sdist"` an sdist, as a source finds it."""
    source = more.pop("kind", "") == "sdist"
    filename = (sdist_filename if source else wheel_filename)(name, version)
    body = (sdist if source else wheel)(name, version)
    plain = Found(
        filename,
        f"there/{filename}",
        bytes_of(body),
        moment=THEN,
        size=len(body),
        release=release_of(filename),
    )
    return replace(plain, **more)


def imported(registry: Registry, *files: Found, **order: bool) -> Report:
    """Import files for alice."""
    owner = sure(registry.owner, IMPORT)
    offer = Offer(tuple(files), ("a note",))
    return import_into(registry.house, offer, Order(owner, "pypi", **order), lambda _step: None)


def page(registry: Registry, key: str) -> Any:  # noqa: ANN401 - whatever it says
    """Return a project's page."""
    got = registry.get(f"/simple/{key}/", accept="application/vnd.pypi.simple.v1+json")
    return json.loads(got.data)


def test_files_come_with_their_moments(registry: Registry) -> None:
    report = imported(registry, found("parcel", "1.0"))
    assert (report.imported, report.present, report.refused) == (1, 0, [])
    assert report.notes == ["a note"]
    (file,) = page(registry, "parcel")["files"]
    assert file["upload-time"] == "2019-03-01T12:30:15.000000Z"
    assert Release.objects.get().published_at == Project.objects.get().created_at == THEN
    assert Project.objects.get().updated_at == THEN


def test_the_event_has_the_true_time_and_the_moment_as_a_fact(registry: Registry) -> None:
    imported(registry, found("parcel", "1.0"))
    event = of_project(ProjectId("pypi", "parcel"), 1)[0]
    assert (event.at, event.event.actor) == (registry.clock.now(), "alice")
    assert event.event.credential == IMPORT
    assert event.event.facts["uploaded_at"] == THEN.isoformat()


def test_the_owner_owns_what_is_new(registry: Registry) -> None:
    imported(registry, found("parcel", "1.0"))
    assert registry.get("/simple/parcel/").status_code == 200
    created = [one.event for one in since(0, 99) if one.event.kind is Kind.PROJECT_CREATED]
    assert [one.facts["owner"] for one in created] == ["alice"]


def test_files_can_be_dated_now(registry: Registry) -> None:
    imported(registry, found("parcel", "1.0"), keep_times=False)
    assert File.objects.get().uploaded_at == registry.clock.now()
    assert "uploaded_at" not in since(0, 99)[-1].event.facts


def test_a_moment_yet_to_come_is_now(registry: Registry) -> None:
    later = registry.clock.now() + timedelta(days=9)
    imported(registry, found("parcel", "1.0", moment=later))
    assert File.objects.get().uploaded_at == registry.clock.now()


def test_the_oldest_comes_first(registry: Registry) -> None:
    old = found("parcel", "2.0", moment=THEN - timedelta(days=1))
    imported(registry, found("parcel", "1.0"), old, found("early", "1", moment=None))
    published = [one.event for one in since(0, 99) if one.event.kind is Kind.FILE_PUBLISHED]
    assert [(one.project.key, one.version) for one in published if one.project] == [
        ("parcel", "2.0"),
        ("parcel", "1.0"),
        ("early", "1"),
    ]
    assert Project.objects.get(key="parcel").created_at == THEN - timedelta(days=1)


def test_files_of_an_old_release_are_judged_as_of_their_moments(registry: Registry) -> None:
    soon, late = THEN + timedelta(days=3), THEN + timedelta(days=30)
    imported(registry, found("parcel", "1.0"))
    report = imported(registry, found("parcel", "1.0", kind="sdist", moment=soon))
    assert (report.imported, report.refused) == (1, [])
    third = found(
        "parcel",
        "1.0",
        moment=late,
        blocks=bytes_of(wheel("parcel", "1.0", tag="py2-none-any")),
        filename="parcel-1.0-py2-none-any.whl",
    )
    assert [one.code for one in imported(registry, third).refused] == ["release-closed"]


def test_the_same_import_again_changes_nothing_and_fetches_nothing(registry: Registry) -> None:
    imported(registry, found("parcel", "1.0"))
    file, before = File.objects.get(), list(since(0, 99))
    again = found("parcel", "1.0", blocks=_not_to_be_read, claims={SHA256: [file.sha256]})
    report = imported(registry, again)
    assert (report.imported, report.present, report.bytes) == (0, 1, 0)
    assert imported(registry, found("parcel", "1.0")).present == 1
    assert list(since(0, 99)) == before


def _not_to_be_read() -> Generator[bytes, None, None]:
    raise AssertionError
    yield b""


def test_an_import_that_was_cut_short_is_finished_by_the_same_import(registry: Registry) -> None:
    files = [found(f"p{n}", "1.0") for n in range(4)]

    def stop(step: Step) -> None:
        if step.done == 2:
            raise KeyboardInterrupt

    order = Order(sure(registry.owner, IMPORT), "pypi")
    with pytest.raises(KeyboardInterrupt):
        import_into(registry.house, Offer(tuple(files)), order, stop)
    assert registry.get("/simple/p1/").status_code == 200  # pages of what came are there
    report = imported(registry, *files)
    assert (report.imported, report.present) == (2, 2)
    assert File.objects.count() == 4


def test_a_rehearsal_reports_and_publishes_nothing(registry: Registry) -> None:
    before = list(since(0, 99))
    bad = found("parcel", "2.0", claims={"name": ["other"]})
    report = imported(registry, found("parcel", "1.0", yanked=""), bad, rehearsal=True)
    assert (report.imported, report.yanked) == (1, 0)
    assert [one.code for one in report.refused] == ["claim-differs"]
    assert list(since(0, 99)) == before
    assert not any((registry.house.configuration.data / "blobs" / "incoming").iterdir())


def test_a_rehearsal_knows_what_is_here(registry: Registry) -> None:
    imported(registry, found("parcel", "1.0"))
    report = imported(registry, found("parcel", "1.0"), rehearsal=True)
    assert (report.imported, report.present) == (0, 1)


REFUSED = [
    ({"claims": {SHA256: ["0" * 64]}}, "digest-mismatch"),
    ({"claims": {"name": ["other"]}}, "claim-differs"),
    ({"filename": "other-1.0-py3-none-any.whl"}, "*"),
    ({"filename": "../parcel-1.0-py3-none-any.whl"}, "*"),
    ({"filename": "..\\parcel-1.0-py3-none-any.whl"}, "*"),
    ({"filename": "/etc/passwd"}, "*"),
    ({"filename": "parcel-1.0.egg"}, "*"),
    ({"filename": ""}, "*"),
    ({"blocks": bytes_of(b"no archive at all")}, "*"),
    ({"blocks": nothing}, "file-empty"),
    ({"refusal": InvalidError("made-up", "No.")}, "made-up"),
]


@pytest.mark.parametrize(("change", "code"), REFUSED, ids=range(len(REFUSED)))
def test_what_the_rules_refuse_is_reported_and_the_import_goes_on(
    registry: Registry, change: dict[str, Any], code: str
) -> None:
    report = imported(registry, found("parcel", "1.0", **change), found("worth", "1.0"))
    (refused,) = report.refused
    assert code in {"*", refused.code}
    assert refused.sentence
    assert report.imported == 1
    assert list(Project.objects.values_list("key", flat=True)) == ["worth"]


def test_a_file_larger_than_the_limit_is_refused(registry: Registry) -> None:
    desk = replace(
        registry.house.desk, limits=replace(registry.house.desk.limits, max_file_bytes=100)
    )
    order = Order(sure(registry.owner, IMPORT), "pypi")
    report = run(Offer((found("parcel", "1.0"),)), order, desk, lambda _step: None)
    assert [one.code for one in report.refused] == ["file-too-large"]


def test_a_project_of_somebody_else_is_not_added_to(registry: Registry) -> None:
    imported(registry, found("parcel", "1.0"))
    other = Order(sure(registry.user("bob"), IMPORT), "pypi")
    offer = Offer((found("parcel", "1.1"),))
    report = import_into(registry.house, offer, other, lambda _step: None)
    assert [one.code for one in report.refused] == ["role-missing"]


def test_a_withdrawn_release_is_withdrawn_with_its_reason(registry: Registry) -> None:
    yanked = found("parcel", "1.0", yanked=f" torn\n\x1b[31m {'x' * 600}")
    assert imported(registry, yanked, found("parcel", "1.0", kind="sdist", yanked="")).yanked == 1
    release = Release.objects.get()
    assert release.yanked
    assert release.yanked_reason.startswith("torn [31m xxx")
    assert len(release.yanked_reason) == 500
    assert all(file["yanked"] for file in page(registry, "parcel")["files"])


def test_a_yank_that_a_crash_prevented_is_made_up_for(registry: Registry) -> None:
    imported(registry, found("parcel", "1.0"))
    report = imported(registry, found("parcel", "1.0", yanked="torn"))
    assert (report.imported, report.present, report.yanked) == (0, 1, 1)
    assert imported(registry, found("parcel", "1.0", yanked="torn")).yanked == 0


def failing() -> Generator[bytes, None, None]:
    """Fail as a connection does."""
    code = "outside-unreachable"
    raise UnavailableError(code, "There is nobody.")
    yield b""


def test_a_source_that_is_gone_ends_the_import(registry: Registry) -> None:
    files = [found(f"p{n}", "1.0", blocks=failing) for n in range(FAILURES_IN_A_ROW + 3)]
    with pytest.raises(UnavailableError) as ended:
        imported(registry, found("a", "1.0"), *files)
    assert ended.value.code == "import-interrupted"
    assert "After 1 files were imported" in str(ended.value)


def test_single_failures_are_reported(registry: Registry) -> None:
    files = [found(f"p{n}", "1.0", **({"blocks": failing} if n % 2 else {})) for n in range(12)]
    report = imported(registry, *files)
    assert (report.imported, {one.code for one in report.refused}) == (6, {"outside-unreachable"})


def test_progress_is_told_in_files_and_bytes(registry: Registry) -> None:
    steps: list[Step] = []
    offer = Offer((found("a", "1.0"), found("b", "1.0", size=None)))
    order = Order(sure(registry.owner, IMPORT), "pypi")
    run(offer, order, registry.house.desk, steps.append)
    assert [(one.done, one.files) for one in steps] == [(0, 2), (1, 2), (2, 2)]
    assert steps[0].done_bytes == 0
    assert steps[-1].done_bytes == steps[-1].bytes == offer.files[0].size
