"""The card of a project: what lists and searches show of it, and the words that find it.

It follows from the release that stands for the project and is written whenever pages are, so that a
yank, a removal or a rebuild puts it right as a publication does.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from strongroom.core.ecosystem import Ecosystem, Listing, chosen
from strongroom.packages.catalog.listing import find_project
from strongroom.packages.catalog.search import index, words_of
from strongroom.packages.models import Project, Word


@dataclass(frozen=True, slots=True)
class Card:
    """The version and summary that stand for a project, and its words with their weights."""

    latest: str
    summary: str
    words: Mapping[str, int]


def card(shown: Listing, ecosystem: Ecosystem) -> Card:
    """Return what the card of a project must be. Pure."""
    name, newest = shown.name.display, chosen(shown.releases)
    if newest is None:
        return Card("", "", words_of(name, (), ""))
    words = words_of(name, ecosystem.keywords(newest.metadata), newest.summary)
    return Card(newest.version.display, newest.summary, words)


def written(row: Project) -> Card:
    """Return the card as the rows have it."""
    words = Word.objects.filter(project=row).values_list("word", "weight")
    return Card(row.latest, row.summary, dict(words))


def write(shown: Listing, ecosystem: Ecosystem) -> None:
    """Write the card."""
    wanted = card(shown, ecosystem)
    with transaction.atomic():
        row = find_project(shown.project)
        row.latest, row.summary = wanted.latest, wanted.summary
        row.save(update_fields=["latest", "summary"])
        if written(row).words != wanted.words:
            index(row, wanted.words)
