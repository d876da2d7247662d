"""What an examination says: one remark for each thing looked at."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a remark weighs."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Remark:
    """What was looked at, how it is, and what to do if it is not well."""

    level: Level
    subject: str
    sentence: str
    remedy: str = ""


def well(subject: str, sentence: str) -> Remark:
    """Say that a thing is as it should be."""
    return Remark(Level.OK, subject, sentence)


def warning(subject: str, sentence: str, remedy: str) -> Remark:
    """Say that a thing works but should be otherwise."""
    return Remark(Level.WARNING, subject, sentence, remedy)


def error(subject: str, sentence: str, remedy: str) -> Remark:
    """Say that a thing does not work."""
    return Remark(Level.ERROR, subject, sentence, remedy)


def worst(remarks: Iterable[Remark]) -> Level:
    """Return the gravest level of all remarks."""
    levels = {remark.level for remark in remarks}
    return next((one for one in (Level.ERROR, Level.WARNING) if one in levels), Level.OK)
