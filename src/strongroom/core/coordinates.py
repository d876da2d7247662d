"""How a thing is named in any ecosystem: a project, a release of it, a file of that release."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Name:
    """A project's name: as its authors write it, as the registry keys it, as an eye confuses it.

    Two names with the same `key` are one project; two with the same `similar` are look-alikes.
    """

    display: str
    key: str
    similar: str


@dataclass(frozen=True, slots=True)
class Version:
    """A version: as its authors write it, and the one spelling by which the registry keys it."""

    display: str
    key: str
    prerelease: bool = False


@dataclass(frozen=True, slots=True, order=True)
class ProjectId:
    """A project of an ecosystem, by canonical name: `pypi:requests`."""

    ecosystem: str
    key: str

    def __str__(self) -> str:
        """Return `ecosystem:key`."""
        return f"{self.ecosystem}:{self.key}"
