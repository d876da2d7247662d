"""What a check found. Checks find and never decide; policy decides."""

from dataclasses import dataclass
from enum import IntEnum


class Severity(IntEnum):
    """How much a finding weighs with policy."""

    NOTE = 1  # worth telling the reader of the release page
    WARNING = 2  # told to the uploader too
    REFUSAL = 3  # the upload is not accepted


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check saw: the check, a stable code, its weight, a sentence, a place."""

    check: str
    code: str
    severity: Severity
    sentence: str
    place: str = ""
