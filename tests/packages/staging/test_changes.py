from dataclasses import replace

from strongroom.core.actors import Action, Actor, Reach
from strongroom.packages.catalog.changes import target, yank
from strongroom.packages.models import Stage
from strongroom.packages.staging.changes import difference
from tests.fakes.bench import Bench
from tests.fakes.ecosystems import box, box_filename
from tests.fakes.stages import put


def _publish(bench: Bench, actor: Actor, version: str, **fields: object) -> None:
    bench.send(actor, box_filename("parcel", version), box("parcel", version, **fields))


def _stage(bench: Bench, actor: Actor) -> Stage:
    only_stages = Reach(actions=frozenset({Action.STAGE}))
    return put(bench, replace(actor, reach=only_stages)).stage


def test_a_stage_is_held_against_the_release_before_it(bench: Bench, alice: Actor) -> None:
    for version in ("1.0", "1.5", "3.0"):
        _publish(bench, alice, version, summary=version)
    told = difference(_stage(bench, alice), bench.yard)
    assert told.against == "1.5"
    assert {field.field for field in told.fields} == {"summary"}
    assert [file.against for file in told.files] == [box_filename("parcel", "1.5")]


def test_what_nobody_would_have_been_given_is_passed_over(bench: Bench, alice: Actor) -> None:
    for version in ("1.0", "1.1", "1.2rc"):
        _publish(bench, alice, version, summary=version)
    yank(bench.desk, alice, target(bench.desk, "box", "parcel", "1.1"), "broken")
    assert difference(_stage(bench, alice), bench.yard).against == "1.0"


def test_the_first_version_is_all_new(bench: Bench, alice: Actor) -> None:
    _publish(bench, alice, "9.0")
    told = difference(_stage(bench, alice), bench.yard)
    assert told.against == ""
    assert told.files[0].changes


def test_a_project_that_is_only_reserved_has_nothing_before(bench: Bench, alice: Actor) -> None:
    told = difference(_stage(bench, alice), bench.yard)
    assert (told.against, len(told.files)) == ("", 1)
