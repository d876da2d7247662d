"""The secret address of a stage, and what is behind it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from strongroom.core.actors import OPERATOR, Actor
from strongroom.core.errors import NotFoundError
from strongroom.packages.catalog.changes import set_status
from strongroom.packages.staging import preview
from strongroom.packages.staging.opening import cancel
from tests.fakes.bench import STAGE_LIFE, Bench
from tests.fakes.stages import opened, promised, put
from tests.packages.staging.conftest import PARCEL


def test_a_secret_is_that_of_one_stage_and_one_key(bench: Bench, alice: Actor) -> None:
    one, other = "1" * 32, "2" * 32
    secret = preview.token(one, bench.yard)
    assert len(secret) == 76
    assert preview.opens(secret, one, bench.yard)
    assert not preview.opens(secret, other, bench.yard)
    assert not preview.opens(secret, one, replace(bench.yard, key=b"other" * 8))
    assert not preview.opens(one + "." + preview.token(other, bench.yard)[33:], one, bench.yard)


def test_complete_files_alone_are_behind_it(bench: Bench, alice: Actor, approved: str) -> None:
    told = put(bench, alice, label="fragile")
    promised(bench, alice, told.stage, b"123", "parcel-2.0.large.box")
    view = preview.previewed(preview.token(told.stage.handle, bench.yard), bench.yard)
    assert [one.filename for one in view.files] == ["parcel-2.0.plain.box"]
    (release,) = preview.listing(view, bench.yard).releases
    assert [one.path for one in release.files] == ["files/parcel-2.0.plain.box"]
    assert preview.blob_of(view, "parcel-2.0.plain.box") == told.file.sha256
    assert preview.blob_of(view, "parcel-2.0.plain.box.label") == told.file.sidecars[".label"]
    with pytest.raises(NotFoundError):
        preview.blob_of(view, "parcel-2.0.large.box")


@pytest.mark.parametrize("end", ["cancel", "time", "quarantine", "guess"])
def test_every_reason_why_there_is_nothing_is_told_alike(
    bench: Bench, alice: Actor, approved: str, end: str
) -> None:
    stage = opened(bench, alice)
    secret = preview.token(stage.handle, bench.yard)
    assert preview.listing(preview.previewed(secret, bench.yard), bench.yard).releases == ()
    if end == "cancel":
        cancel(bench.yard, alice, stage.handle)
    elif end == "time":
        bench.clock.forward(STAGE_LIFE)
    elif end == "quarantine":
        set_status(bench.desk, OPERATOR, PARCEL, "quarantined", "")
    else:
        secret = f"{secret[:-1]}{'A' if secret[-1] != 'A' else 'B'}"
    with pytest.raises(NotFoundError) as caught:
        preview.previewed(secret, bench.yard)
    assert caught.value.code == "no-such-preview"


def test_a_new_project_is_previewed_too(bench: Bench, alice: Actor) -> None:
    stage = opened(bench, alice, "quiet", "1.0")
    view = preview.previewed(preview.token(stage.handle, bench.yard), bench.yard)
    assert (view.exists, view.expires_at) == (
        False,
        bench.clock.now().replace(microsecond=0) + STAGE_LIFE + timedelta(0),
    )
