"""What anybody may read: projects, releases, events, people. No credential is asked or used.

Every operation is bounded: by a page's size, or by what one project holds.
"""

from collections.abc import Callable, Mapping
from importlib.metadata import version as version_of

from django.http import HttpRequest
from ninja import Router

from strongroom.api import shapes, shown
from strongroom.api.shapes import Problem
from strongroom.core.coordinates import ProjectId, Version
from strongroom.core.ecosystem import Listing, ReleaseListing
from strongroom.core.events import is_public
from strongroom.packages.catalog import keeping
from strongroom.packages.catalog.contents import members_of
from strongroom.packages.catalog.desk import Desk
from strongroom.packages.catalog.listing import find_project, listing, no_release
from strongroom.packages.catalog.search import search
from strongroom.people.access.grants import own_roles
from strongroom.people.accounts.users import find_user
from strongroom.proof.ledger import events as ledger

Counter = Callable[[], Desk]
"""Gives the desk; asked only while a request is answered, so that routes exist without one."""

REFUSALS: Mapping[int, type[Problem]] = {400: Problem, 503: Problem}
REFUSALS_OF_ONE: Mapping[int, type[Problem]] = {**REFUSALS, 404: Problem, 410: Problem}


def routes(counter: Counter) -> Router:
    """Return all operations that only read."""
    router = Router()
    _of_registry(router, counter)
    _of_projects(router, counter)
    _of_retention(router, counter)
    _of_releases(router, counter)
    _of_events(router, counter)
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


def _of_projects(router: Router, counter: Counter) -> None:
    @router.get(
        "/projects/{ecosystem}/{name}",
        operation_id="project",
        summary="Read a project",
        tags=["projects"],
        response={200: shapes.Project, **REFUSALS_OF_ONE},
    )
    def project(
        request: HttpRequest,  # noqa: ARG001 - the framework's form of a view
        ecosystem: shapes.EcosystemId,
        name: shapes.ProjectName,
    ) -> shapes.Project:
        """Tell a project's status, its releases (newest version first) and its people."""
        return shown.project(_listing(counter(), ecosystem, name, frozenset()))


def _of_retention(router: Router, counter: Counter) -> None:
    @router.get(
        "/projects/{ecosystem}/{name}/retention",
        operation_id="retention",
        summary="Read a project's rules of retention",
        tags=["projects"],
        response={200: shapes.Retained, **REFUSALS_OF_ONE},
    )
    def retention(
        request: HttpRequest,  # noqa: ARG001 - the framework's form of a view
        ecosystem: shapes.EcosystemId,
        name: shapes.ProjectName,
    ) -> shapes.Retained:
        """Tell which pre-releases the registry will remove by itself, and why."""
        desk = counter()
        project = _project_id(desk, ecosystem, name)
        own = keeping.own_rules(project)
        return shown.retained(own, own.over(desk.limits.retention), keeping.preview(desk, project))


def _of_releases(router: Router, counter: Counter) -> None:
    @router.get(
        "/projects/{ecosystem}/{name}/releases/{version}",
        operation_id="release",
        summary="Read a release",
        tags=["releases"],
        response={200: shapes.Release, **REFUSALS_OF_ONE},
    )
    def release(
        request: HttpRequest,  # noqa: ARG001 - the framework's form of a view
        ecosystem: shapes.EcosystemId,
        name: shapes.ProjectName,
        version: shapes.VersionText,
    ) -> shapes.Release:
        """Tell a release's metadata and its files: digests, findings, names in the archives."""
        wanted = counter().ecosystem(ecosystem).version(version)
        found = _listing(counter(), ecosystem, name, frozenset({wanted.key}))
        members = members_of(found.project, wanted)
        return shown.release(found, _release(found, wanted), members)


def _of_events(router: Router, counter: Counter) -> None:
    @router.get(
        "/projects/{ecosystem}/{name}/events",
        operation_id="project_events",
        summary="Read a project's history",
        tags=["events"],
        response={200: shapes.History, **REFUSALS_OF_ONE},
    )
    def history(
        request: HttpRequest,  # noqa: ARG001 - the framework's form of a view
        ecosystem: shapes.EcosystemId,
        name: shapes.ProjectName,
        limit: shapes.EventLimit = 50,
    ) -> shapes.History:
        """Tell the newest events of a project, newest first."""
        project = _project_id(counter(), ecosystem, name)
        find_project(project)
        return shapes.History(events=list(map(shown.event, ledger.of_project(project, limit))))

    @router.get(
        "/events",
        operation_id="events",
        summary="Follow all changes",
        tags=["events"],
        response={200: shapes.Feed, **REFUSALS},
    )
    def feed(
        request: HttpRequest,  # noqa: ARG001 - the framework's form of a view
        since: shapes.Serial = 0,
        limit: shapes.FeedLimit = 100,
    ) -> shapes.Feed:
        """Tell the events of all projects after a serial, oldest first, to mirror or to watch."""
        # Asked first: what is recorded in between then only makes `last` too small, never too big.
        last = ledger.last_serial()
        read = ledger.since(since, limit)
        return shapes.Feed(
            events=[shown.event(one) for one in read if is_public(one)],
            next=read[-1].serial if read else since,
            last=max(last, read[-1].serial if read else 0),
        )


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
                for project, role in own_roles(found.pk)
            ],
        )


def _project_id(desk: Desk, ecosystem: str, name: str) -> ProjectId:
    return ProjectId(ecosystem, desk.ecosystem(ecosystem).name(name).key)


def _listing(desk: Desk, ecosystem: str, name: str, whole: frozenset[str]) -> Listing:
    return listing(_project_id(desk, ecosystem, name), desk.ecosystem(ecosystem), whole)


def _release(found: Listing, wanted: Version) -> ReleaseListing:
    for release in found.releases:
        if release.version.key == wanted.key:
            return release
    raise no_release(found.project, found.name.display, wanted)
