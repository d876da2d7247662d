"""Fills a new registry with the demo's catalogue, through the pipeline that every upload takes.

The uploads are dated over the past half year. What a running registry makes at each of them, its
pages, is made here once, at the end.
"""

import secrets
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib.resources import files
from itertools import count
from operator import attrgetter
from typing import Any, TypeAlias

from django.db import connections

from strongroom.core.actors import OPERATOR, Assurance
from strongroom.core.coordinates import ProjectId
from strongroom.packages.catalog.changes import appoint, set_status, target, yank
from strongroom.packages.catalog.desk import Desk
from strongroom.packages.publishing.pipeline import publish
from strongroom.packages.publishing.steps import Upload
from strongroom.packages.staging.approving import set_approvals
from strongroom.packages.staging.putting import take
from strongroom.packages.staging.yard import Yard
from strongroom.people.access.roles import Role
from strongroom.people.accounts.links import create_link
from strongroom.people.accounts.users import create_user, person
from strongroom.people.models import User
from strongroom.site.assembly import House
from strongroom.site.demo.archives import sdist, wheel
from strongroom.site.preparation import render

Project: TypeAlias = Mapping[str, Any]
ECOSYSTEM = "pypi"
ADMIN = "demo"
FOUNDED = timedelta(days=180)
YANKED_AFTER = timedelta(days=1)
STAGED = timedelta(hours=3)
APPROVED, STAGED_VERSION = "stampbook", "2.2"
TYPES = {"md": "text/markdown", "rst": "text/x-rst", "txt": "text/plain"}


@dataclass(slots=True)
class PastClock:
    """A clock that is moved from deed to deed; not frozen because it moves."""

    moment: datetime

    def now(self) -> datetime:
        """Return the moment to which the clock was moved."""
        return self.moment


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that somebody did, some time ago: published, yanked or changed a status."""

    ago: timedelta
    project: Project
    version: str = ""
    status: tuple[str, str] | None = None
    yanked: str | None = None


_SURE = Assurance.PHISHING_RESISTANT  # nobody but the operator fills the demo


def fill(house: House) -> str:
    """Publish the catalogue and return the secret of a link that signs its administrator in."""
    world = tomllib.loads((files(__package__) / "catalogue.toml").read_text(encoding="utf-8"))
    now = house.clock.now()
    clock = PastClock(now - FOUNDED)
    desk = replace(house.desk, clock=clock, react=_later)
    people = {name: _person(name, clock) for name in (ADMIN, *world["people"])}
    for deed in sorted(_deeds(world["projects"]), key=attrgetter("ago"), reverse=True):
        clock.moment = now - deed.ago
        _do(deed, people[deed.project["owner"]], desk)
    clock.moment = now - STAGED
    _stage(people, replace(house.yard, desk=desk, entropy=_numbers()), world["projects"])
    render(house, _silent)
    link = create_link(people[ADMIN], OPERATOR, house.clock, lambda: secrets.token_urlsafe(32))
    # The server forks after this, and a SQLite connection must never cross a fork.
    connections.close_all()
    return link


def _stage(people: Mapping[str, User], yard: Yard, projects: Sequence[Project]) -> None:
    """Leave a release of a project with two people in a stage, where the owner may approve it."""
    (project,) = (one for one in projects if one["name"] == APPROVED)
    which = ProjectId(ECOSYSTEM, APPROVED)
    other = next(name for name in people if name not in {project["owner"], ADMIN})
    appoint(yard.desk, OPERATOR, which, other, Role.MAINTAINER)
    set_approvals(yard.desk, OPERATOR, which, 1)
    for filename, body in _built(project, STAGED_VERSION).items():
        with yard.desk.blobs.receive() as incoming:
            incoming.write(body)
            actor = person(people[other], "token 1", _SURE)
            take(Upload(actor, ECOSYSTEM, filename, {}, incoming), yard)


def _numbers() -> Callable[[int], bytes]:
    """Return what numbers stages and their files, so that a page can be linked to beforehand."""
    numbers = count(1)
    return lambda size: next(numbers).to_bytes(size, "big")


def _later(_events: Sequence[object]) -> None:
    """Leave the pages to the end."""


def _silent(done: int, total: int) -> None:
    """Tell nobody of the progress."""


def _person(name: str, clock: PastClock) -> User:
    return create_user(
        name, f"{name}@example.org", admin=name == ADMIN, actor=OPERATOR, clock=clock
    )


def _deeds(projects: Sequence[Project]) -> list[Deed]:
    deeds: list[Deed] = []
    for project in projects:
        for version, days in project["releases"]:
            ago = timedelta(days=days, minutes=17 * len(deeds) % 600)
            deeds.append(Deed(ago, project, version))
            if version in project.get("yanked", {}):
                reason = project["yanked"][version]
                deeds.append(Deed(ago - YANKED_AFTER, project, version, yanked=reason))
        if "status" in project:
            status, reason, days = project["status"]
            deeds.append(Deed(timedelta(days=days), project, status=(status, reason)))
    return deeds


def _do(deed: Deed, owner: User, desk: Desk) -> None:
    name = deed.project["name"]
    if deed.status is not None:
        set_status(desk, OPERATOR, ProjectId(ECOSYSTEM, name), *deed.status)
    elif deed.yanked is not None:
        actor = person(owner, "demo", _SURE)
        yank(desk, actor, target(desk, ECOSYSTEM, name, deed.version), deed.yanked)
    else:
        for filename, body in _built(deed.project, deed.version).items():
            _publish(filename, body, owner, desk)


def _publish(filename: str, body: bytes, owner: User, desk: Desk) -> None:
    with desk.blobs.receive() as incoming:
        incoming.write(body)
        publish(Upload(person(owner, "demo", _SURE), ECOSYSTEM, filename, {}, incoming), desk)


def _built(project: Project, version: str) -> Mapping[str, bytes]:
    module = project["name"].replace("-", "_")
    stem = f"{module}-{version}"
    metadata = _metadata(project, version)
    source = f'"""{project["summary"]}."""\n\n__version__ = "{version}"\n'.encode()
    configured = f'[project]\nname = "{project["name"]}"\nversion = "{version}"\n'.encode()
    return {
        f"{stem}-py3-none-any.whl": wheel(
            stem, metadata, {f"{module}/__init__.py": source, f"{module}/py.typed": b""}
        ),
        f"{stem}.tar.gz": sdist(
            stem, metadata, {"pyproject.toml": configured, f"src/{module}/__init__.py": source}
        ),
    }


def _metadata(project: Project, version: str) -> bytes:
    """Return a core metadata document, version 2.4."""
    home = f"https://{project['name']}.example.org"
    lines = [
        ("Metadata-Version", "2.4"),
        ("Name", project["name"]),
        ("Version", version),
        ("Summary", project["summary"]),
        ("Author-email", f"{project['owner']}@example.org"),
        ("License-Expression", "MIT"),
        ("Keywords", ",".join(project.get("keywords", ()))),
        ("Requires-Python", project.get("requires_python", ">=3.9")),
        ("Project-URL", f"Homepage, {home}"),
        ("Project-URL", f"Changelog, {home}/changes"),
        *(("Classifier", one) for one in project.get("classifiers", ())),
        *(("Provides-Extra", one) for one in project.get("extras", ())),
        *(("Requires-Dist", one) for one in project.get("requires", ())),
        ("Description-Content-Type", TYPES[project.get("format", "md")]),
    ]
    head = "".join(f"{name}: {value}\n" for name, value in lines if value)
    return f"{head}\n{project['readme'].lstrip()}".encode()
