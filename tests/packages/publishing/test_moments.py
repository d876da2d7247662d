"""Files that count as uploaded in the past: only an import may say so."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from strongroom.core.actors import IMPORT, Actor
from strongroom.core.errors import ForbiddenError
from strongroom.packages.models import File, Project, UsedPath
from strongroom.packages.publishing.pipeline import publish, rehearse
from strongroom.packages.publishing.steps import Receipt, Upload
from tests.fakes.bench import Bench
from tests.fakes.clocks import NOON
from tests.fakes.ecosystems import box, box_filename

YEAR = timedelta(days=365)


def bring(
    bench: Bench, actor: Actor, moment: datetime | None, version: str = "1.0", kind: str = "plain"
) -> Receipt:
    """Publish a box as of a moment."""
    with bench.desk.blobs.receive() as incoming:
        incoming.write(box("Parcel", version, kind=kind))
        filename = box_filename("Parcel", version, kind)
        return publish(Upload(actor, "box", filename, {}, incoming, moment), bench.desk)


@pytest.fixture
def carrier(alice: Actor) -> Actor:
    """Return alice as an import acts for her."""
    return replace(alice, credential=IMPORT)


def test_no_other_credential_dates_a_file_back(bench: Bench, alice: Actor) -> None:
    before = bench.standing()
    with pytest.raises(ForbiddenError) as refusal:
        bring(bench, alice, NOON - YEAR)
    assert refusal.value.code == "moment-not-allowed"
    assert bench.standing() == before


def test_rows_have_the_moment_and_the_name_is_used_from_now_on(
    bench: Bench, carrier: Actor
) -> None:
    bring(bench, carrier, NOON - YEAR)
    assert File.objects.get().uploaded_at == NOON - YEAR
    assert UsedPath.objects.get().used_at == NOON
    assert [one.at for one in bench.told] == [NOON, NOON]
    assert bench.told[-1].event.facts["uploaded_at"] == (NOON - YEAR).isoformat()


def test_an_import_cannot_date_a_file_into_the_future(bench: Bench, carrier: Actor) -> None:
    bring(bench, carrier, NOON + YEAR)
    assert File.objects.get().uploaded_at == NOON
    assert bench.told[-1].event.facts["uploaded_at"] == NOON.isoformat()


def test_an_older_file_does_not_make_a_project_older(bench: Bench, carrier: Actor) -> None:
    bring(bench, carrier, None)
    bring(bench, carrier, NOON - YEAR, version="0.9")
    assert Project.objects.get().updated_at == NOON


def test_a_rehearsal_tells_new_from_known(bench: Bench, alice: Actor) -> None:
    def rehearsed() -> bool:
        with bench.desk.blobs.receive() as incoming:
            incoming.write(box("Parcel", "1.0", kind="plain"))
            upload = Upload(alice, "box", box_filename("Parcel", "1.0", "plain"), {}, incoming)
            return rehearse(upload, bench.desk)

    before = bench.standing()
    assert rehearsed()
    assert bench.standing() == before
    bring(bench, alice, None)
    assert not rehearsed()
