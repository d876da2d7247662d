"""A registry in which something of every kind stands, and what a check or a rebuild says of it."""

import time
from dataclasses import dataclass
from pathlib import Path

from strongroom.core.actors import OPERATOR
from strongroom.core.coordinates import ProjectId
from strongroom.packages.catalog.changes import target
from strongroom.packages.catalog.removal import remove
from strongroom.packages.models import Project, Quota, Word
from strongroom.packages.upkeep.rebuild import How, Report, check, rebuild
from tests.fakes.distributions import Metadata
from tests.fakes.registry import Registry
from tests.packages.upkeep.conftest import digest_of

ROWS = (Project, Word, Quota)


def silent(_done: int, _total: int) -> None:
    """Tell nobody."""


def checked(registry: Registry) -> Report:
    return check(registry.house.premises, silent, lambda: time.sleep(0.2))


def rebuilt(registry: Registry) -> Report:
    return rebuild(registry.house.premises, silent)


def found(report: Report) -> set[tuple[str, How]]:
    assert report.count == len(report.differences)
    return {(one.what, one.how) for one in report.differences}


@dataclass(frozen=True, slots=True)
class Filled:
    """A registry in which something of every kind stands, and the folder of its shelf."""

    registry: Registry
    public: Path
    file: str  # the address of a file that is served

    def all(self) -> tuple[object, ...]:
        """Return every derived byte: the shelf's and the rows'."""
        shelf = {
            path.relative_to(self.public).as_posix(): (path.read_bytes(), path.stat().st_nlink > 1)
            for path in self.public.rglob("*")
            if path.is_file()
        }
        rows = [sorted(map(repr, model.objects.values_list(*_columns(model)))) for model in ROWS]
        return shelf, rows


def _columns(model: type[Project] | type[Word] | type[Quota]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields if field.name != "id"]


def fill(registry: Registry) -> Filled:
    """Let something of every kind stand in a registry."""
    told = Metadata("Wraps things up", headers=(("Keywords", "twine,post"),))
    registry.publish("example", "1.0", told)
    registry.publish("example", "2.0rc1", told)
    file = registry.publish("example", "2.0", told)
    registry.yank("example", "1.0", "broken")
    registry.publish("bad", "1.0")
    registry.set_status("bad", "quarantined", "malware")
    registry.publish("emptied", "1.0")
    lost = registry.publish("lost", "1.0")
    desk = registry.house.desk
    for name, version in (("example", "2.0rc1"), ("emptied", "1.0")):
        remove(desk, OPERATOR, target(desk, "pypi", name, version), "Wrong.")
    registry.house.blobs.remove(digest_of(lost))
    registry.house.premises.rebuild(ProjectId("pypi", "lost"))
    filled = Filled(registry, registry.house.configuration.data / "public", file)
    registry.house.reactions.put_shared()
    assert found(checked(registry)) == set()
    return filled
