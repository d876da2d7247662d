"""A registry to measure: ready, with one person who publishes."""

from collections.abc import Mapping
from secrets import token_urlsafe
from typing import TYPE_CHECKING

from strongroom.core.actors import OPERATOR
from strongroom.packages.publishing.pipeline import publish
from strongroom.packages.publishing.stages import Upload
from strongroom.people.accounts.users import create_user, person
from strongroom.site.application import application
from strongroom.site.assembly import house
from strongroom.site.demo.archives import wheel
from strongroom.site.preparation import prepare

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

VERSION = "1.0"


class Scenes:
    """What is measured, ready to be done again and again."""

    def __init__(self) -> None:
        """Make the registry ready and one account in it."""
        self._house = house()
        prepare(self._house, lambda: token_urlsafe(32))
        user = create_user(
            "bench", "bench@example.org", admin=False, actor=OPERATOR, clock=self._house.clock
        )
        self._actor = person(user, "bench")
        self.application: WSGIApplication = application(self._house)

    def publish(self, name: str, body: bytes) -> None:
        """Publish a wheel with one module of these bytes."""
        module = name.replace("-", "_")
        stem = f"{module}-{VERSION}"
        head = f"Metadata-Version: 2.4\nName: {name}\nVersion: {VERSION}\nSummary: A measure\n\n"
        built = wheel(stem, head.encode(), {f"{module}.py": body})
        with self._house.desk.blobs.receive() as incoming:
            incoming.write(built)
            upload = Upload(self._actor, "pypi", f"{stem}-py3-none-any.whl", {}, incoming)
            publish(upload, self._house.desk)

    def read_paths(self) -> Mapping[str, str]:
        """Return addresses to read, by what they are."""
        return {
            "a project's index": "/simple/bench-0/",
            "the index of all projects": "/simple/",
            "a project's page": "/project/bench-0/",
            "home": "/",
        }
