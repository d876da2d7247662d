"""Finding projects by the beginnings of words in their names, keywords and summaries.

Words stand in an indexed table, so that a search costs what it finds and not what there is.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Q, QuerySet, Sum, When

from strongroom.packages.models import Project, Word
from strongroom.rows.prepared import Read

_WORD = re.compile(r"[a-z0-9]{2,64}")
_AT_MOST = 60
NAME, KEYWORD, SUMMARY = 8, 3, 1

_words = Read(
    lambda at: Word.objects.filter(project_id=at("project")).values_list("word", "weight")
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A project as a list of projects shows it."""

    ecosystem: str
    key: str
    display: str
    summary: str
    latest: str
    status: str
    updated_at: datetime


def words_of(name: str, keywords: Iterable[str], summary: str) -> Mapping[str, int]:
    """Return the words by which a project is found, with the greatest weight of each."""
    weights: dict[str, int] = {}
    whole = re.sub(r"[^a-z0-9]", "", name.lower())[:64]
    texts = ((name, NAME), (whole, NAME), (" ".join(keywords), KEYWORD), (summary, SUMMARY))
    for text, weight in texts:
        for word in _WORD.findall(text.lower()):
            if len(weights) < _AT_MOST:
                weights[word] = max(weight, weights.get(word, 0))
    return weights


def index(project: Project, weights: Mapping[str, int]) -> None:
    """Replace the words of a project; the caller holds the transaction."""
    there = indexed(project)
    # Most releases say of themselves what the one before them said.
    if there == weights:
        return
    if there:
        Word.objects.filter(project=project).delete()
    Word.objects.bulk_create(
        Word(project=project, word=word, weight=weight) for word, weight in weights.items()
    )


def indexed(project: Project) -> Mapping[str, int]:
    """Return the words of a project, with their weights."""
    return dict(_words.all(project=project.pk))


def search(query: str, offset: int, limit: int) -> tuple[tuple[Hit, ...], int]:
    """Return the projects that have all words of a query, best first, and how many there are."""
    words = _WORD.findall(query.lower())[:8]
    if not words:
        return (), 0
    found: QuerySet[Project] = Project.objects.filter(private=False)
    found = found.exclude(status="quarantined")
    for word in words:
        found = found.filter(pk__in=Word.objects.filter(_begins(word)).values("project_id"))
    any_word = Q()
    for word in words:
        any_word |= Q(**_begins_of("words__word", word))
    # ASCII alone: no key holds more, and databases refuse NUL and half characters.
    named = re.sub(r"[-_.\s]+", "-", re.sub(r"[^ -~]", " ", query).strip().lower())
    ranked = found.filter(any_word).annotate(
        exact=Case(When(key=named, then=1), default=0), score=Sum("words__weight")
    )
    page = ranked.order_by("-exact", "-score", "key")[offset : offset + limit]
    return tuple(map(hit, page)), found.count()


def hit(project: Project) -> Hit:
    """Return a project as a list shows it."""
    return Hit(
        ecosystem=project.ecosystem,
        key=project.key,
        display=project.display,
        summary=project.summary,
        latest=project.latest,
        status=project.status,
        updated_at=project.updated_at,
    )


def _begins_of(column: str, word: str) -> dict[str, str]:
    # A range instead of LIKE, so that the plain index serves it; "{" follows "z" in ASCII.
    return {f"{column}__gte": word, f"{column}__lt": word + "{"}


def _begins(word: str) -> Q:
    return Q(**_begins_of("word", word))
