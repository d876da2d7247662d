"""The rows of packages, one module for each subject; no behaviour beyond what a row must be.

What is done with them lives in the rooms above, never here.
"""

from strongroom.packages.models.catalog import (
    Downloads,
    File,
    Project,
    Quota,
    Release,
    SharedPages,
    UsedPath,
    Word,
)
from strongroom.packages.models.hooks import Delivery, Heard, Hook
from strongroom.packages.models.stages import Approval, Stage, StagedFile

__all__ = (
    "Approval",
    "Delivery",
    "Downloads",
    "File",
    "Heard",
    "Hook",
    "Project",
    "Quota",
    "Release",
    "SharedPages",
    "Stage",
    "StagedFile",
    "UsedPath",
    "Word",
)
