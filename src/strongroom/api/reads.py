"""What anybody may read: projects, releases, events, people. No credential is asked.

One that comes is used where a project is private or not there; to whoever may not read it, these
two are the same.

Every operation is bounded: by a page's size, or by what one project holds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version as version_of

from django.http import HttpRequest
from ninja import Router

from strongroom.api import shapes, shown
from strongroom.api.credentials import Authenticate, reader
from strongroom.api.shapes import Problem
from strongroom.core.actors import Action
from strongroom.core.coordinates import ProjectId, Version
from strongroom.core.ecosystem import Listing, ReleaseListing
from strongroom.packages.catalog import keeping, sight
from strongroom.packages.catalog.acts import id_of
from strongroom.packages.catalog.contents import members_of
from strongroom.packages.catalog.desk import Desk
from strongroom.packages.catalog.listing import listing, no_release, row_of
from strongroom.packages.catalog.search import search
from strongroom.packages.models import Project
from strongroom.people.accounts.users import find_user
from strongroom.proof.ledger import events as ledger

Counter = Callable[[], Desk]
"""Gives the desk; asked only while a request is answered, so that routes exist without one."""

REFUSALS: Mapping[int, type[Problem]] = {400: Problem, 503: Problem}
REFUSALS_OF_ONE: Mapping[int, type[Problem]] = {**REFUSALS, 404: Problem, 410: Problem}
OF_TOKENS: Mapping[int, type[Problem]] = {**REFUSALS, 401: Problem, 403: Problem}
OF_CHANGES: Mapping[int, type[Problem]] = {
    **OF_TOKENS,
    **REFUSALS_OF_ONE,
    409: Problem,
    413: Problem,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """The desk to read at, and how a credential is judged where one is needed."""

    counter: Counter
    authenticate: Authenticate

    def project(self, request: HttpRequest, ecosystem: str, name: str) -> ProjectId:
        """Return a project that whoever asks may read; raises NotFoundError."""
        return id_of(self.row(request, ecosystem, name))

    def row(self, request: HttpRequest, ecosystem: str, name: str) -> Project:
        """Return its row."""
        project = ProjectId(ecosystem, self.counter().ecosystem(ecosystem).name(name).key)
        row = row_of(project)
        if row is not None and not row.private:
            return row
        return sight.find(reader(request, self.authenticate), project, Action.READ)

    def listing(
        self, request: HttpRequest, ecosystem: str, name: str, whole: frozenset[str]
    ) -> Listing:
        """Read it, with the long texts of those versions."""
        project = self.project(request, ecosystem, name)
        return listing(project, self.counter().ecosystem(ecosystem), whole)


def routes(counter: Counter, authenticate: Authenticate) -> Router:
    """Return all operations that only read."""
    router, reading = Router(), Reading(counter, authenticate)
    _of_registry(router, counter)
    _of_projects(router, reading)
    _of_retention(router, reading)
    _of_releases(router, reading)
    _of_events(router, reading)
    _of_people(router)
    return router


def _of_registry(router: Router, counter: Counter) -> None:
    @router.get(
        "/",
        operation_id="about",
        summary="What this is",
        tags=["registry"],
        response={200: shapes.About, **REFUSALS},
    )
    def about(request: HttpRequest) -> shapes.About:
        """Tell the software's version, the ecosystems here, and where to go on."""
        here = request.path
        parts = {"search": "search", "events": "events", "document": "openapi.json", "me": "me"}
        return shapes.About(
            name="Strongroom",
            version=version_of("strongroom"),
            ecosystems=list(counter().ecosystems),
            links={name: here + part for name, part in parts.items()},
        )

    @router.get(
        "/search",
        operation_id="search",
        summary="Search projects",
        tags=["projects"],
        response={200: shapes.Found, **REFUSALS},
    )
    def find(
        request: HttpRequest,  # noqa: ARG001 - the framework's form of a view
        q: shapes.Query,
        offset: shapes.Offset = 0,
        limit: shapes.Limit = 20,
    ) -> shapes.Found:
        """Find the projects that have all words of a query, the best match first."""
        hits, total = search(q, offset, limit)
        return shapes.Found(total=total, offset=offset, results=[shown.hit(one) for one in hits])


def _of_projects(router: Router, reading: Reading) -> None:
    @router.get(
        "/projects/{ecosystem}/{name}",
        operation_id="project",
        summary="Read a project",
        tags=["projects"],
        response={200: shapes.Project, **REFUSALS_OF_ONE},
    )
    def project(
        request: HttpRequest,
        ecosystem: shapes.EcosystemId,
        name: shapes.ProjectName,
    ) -> shapes.Project:
        """Tell a project's status, its releases (newest version first) and its people."""
        return shown.project(reading.listing(request, ecosystem, name, frozenset()))


def _of_retention(router: Router, reading: Reading) -> None:
    @router.get(
        "/projects/{ecosystem}/{name}/retention",
        operation_id="retention",
        summary="Read a project's rules of retention",
        tags=["projects"],
        response={200: shapes.Retained, **REFUSALS_OF_ONE},
    )
    def retention(
        request: HttpRequest,
        ecosystem: shapes.EcosystemId,
        name: shapes.ProjectName,
    ) -> shapes.Retained:
        """Tell which pre-releases the registry will remove by itself, and why."""
        desk, project = reading.counter(), reading.project(request, ecosystem, name)
        own = keeping.own_rules(project)
        return shown.retained(own, own.over(desk.limits.retention), keeping.preview(desk, project))


def _of_releases(router: Router, reading: Reading) -> None:
    @router.get(
        "/projects/{ecosystem}/{name}/releases/{version}",
        operation_id="release",
        summary="Read a release",
        tags=["releases"],
        response={200: shapes.Release, **REFUSALS_OF_ONE},
    )
    def release(
        request: HttpRequest,
        ecosystem: shapes.EcosystemId,
        name: shapes.ProjectName,
        version: shapes.VersionText,
    ) -> shapes.Release:
        """Tell a release's metadata and its files: digests, findings, names in the archives."""
        wanted = reading.counter().ecosystem(ecosystem).version(version)
        found = reading.listing(request, ecosystem, name, frozenset({wanted.key}))
        members = members_of(found.project, wanted)
        return shown.release(found, _release(found, wanted), members)


def _of_events(router: Router, reading: Reading) -> None:
    @router.get(
        "/projects/{ecosystem}/{name}/events",
        operation_id="project_events",
        summary="Read a project's history",
        tags=["events"],
        response={200: shapes.History, **REFUSALS_OF_ONE},
    )
    def history(
        request: HttpRequest,
        ecosystem: shapes.EcosystemId,
        name: shapes.ProjectName,
        limit: shapes.EventLimit = 50,
    ) -> shapes.History:
        """Tell the newest events of a project, newest first."""
        row = reading.row(request, ecosystem, name)
        since = 0 if row.private else row.told_from
        read = ledger.of_project(id_of(row), limit, since)
        return shapes.History(events=list(map(shown.event, read)))


def _of_people(router: Router) -> None:
    @router.get(
        "/users/{name}",
        operation_id="user",
        summary="Read what is public of a person",
        tags=["people"],
        response={200: shapes.User, **REFUSALS_OF_ONE},
    )
    def user(
        request: HttpRequest,  # noqa: ARG001 - the framework's form of a view
        name: shapes.UserName,
    ) -> shapes.User:
        """Tell a person's name, and in which projects they have which role."""
        found = find_user(name)
        return shapes.User(
            name=found.username,
            joined_at=found.created_at,
            projects=[
                shapes.Grant(ecosystem=project.ecosystem, project=project.key, role=role)
                for project, role in sight.public_of(found.pk)
            ],
        )


def _release(found: Listing, wanted: Version) -> ReleaseListing:
    for release in found.releases:
        if release.version.key == wanted.key:
            return release
    raise no_release(found.project, found.name.display, wanted)
