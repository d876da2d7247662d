"""The card of a project: what lists and searches show of it, and the words that find it.

It follows from the release that stands for the project and is written whenever pages are, so that a
yank, a removal or a rebuild puts it right as a publication does.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from strongroom.core.ecosystem import Ecosystem, Listing, chosen
from strongroom.packages.catalog.listing import find_project
from strongroom.packages.catalog.search import index, indexed, words_of
from strongroom.packages.models import Project
from strongroom.rows.prepared import Update

_put = Update(
    lambda at: Project.objects.filter(pk=at("project")),
    latest=lambda at: at("latest"),
    summary=lambda at: at("summary"),
)


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
    return Card(row.latest, row.summary, indexed(row))


def write(shown: Listing, ecosystem: Ecosystem) -> None:
    """Write the card."""
    wanted = card(shown, ecosystem)
    with transaction.atomic(savepoint=False):
        row = find_project(shown.project)
        if (row.latest, row.summary) != (wanted.latest, wanted.summary):
            _put(project=row.pk, latest=wanted.latest, summary=wanted.summary)
        index(row, wanted.words)
