"""The card of a project follows from the release that stands for it."""

from strongroom.core.actors import Actor
from strongroom.core.coordinates import ProjectId
from strongroom.packages.catalog.card import written
from strongroom.packages.catalog.changes import unyank, yank
from strongroom.packages.catalog.removal import remove
from strongroom.packages.models import Project
from tests.fakes.bench import Bench

PARCEL = ProjectId("box", "parcel")


def shown(bench: Bench) -> tuple[str, str, set[str]]:
    bench.refresh("parcel")
    card = written(Project.objects.get())
    return card.latest, card.summary, set(card.words)


def test_a_newer_release_takes_the_card_over(bench: Bench, alice: Actor) -> None:
    bench.publish(alice, "Parcel", "1.0", summary="old words", keywords=["twine"])
    assert shown(bench) == ("1.0", "old words", {"parcel", "old", "words", "twine"})
    bench.publish(alice, "parcel", "2.0", summary="new")
    assert shown(bench) == ("2.0", "new", {"parcel", "new"})


def test_an_older_release_that_comes_later_does_not(bench: Bench, alice: Actor) -> None:
    bench.publish(alice, "parcel", "2.0", summary="new")
    bench.publish(alice, "parcel", "1.0", summary="old")
    assert shown(bench) == ("2.0", "new", {"parcel", "new"})


def test_a_yank_gives_the_card_to_the_next_and_taking_it_back_returns_it(
    bench: Bench, alice: Actor
) -> None:
    for version in ("1.0", "2.0"):
        bench.publish(alice, "parcel", version, summary=f"number{version[0]}")
    yank(bench.desk, alice, bench.target("parcel", "2.0"), "")
    assert shown(bench) == ("1.0", "number1", {"parcel", "number1"})
    unyank(bench.desk, alice, bench.target("parcel", "2.0"))
    assert shown(bench) == ("2.0", "number2", {"parcel", "number2"})


def test_removing_the_last_release_leaves_the_name_alone(bench: Bench, alice: Actor) -> None:
    bench.publish(alice, "parcel", "1.0", summary="words")
    remove(bench.desk, alice, bench.target("parcel", "1.0"), "")
    assert shown(bench) == ("", "", {"parcel"})
