"""The addresses of everything that the shelf does not answer: each door brings its own."""

from django.urls import URLPattern

from strongroom.api import health, reports
from strongroom.api.scim.door import urls as scim_urls
from strongroom.api.urls import urls as api_urls
from strongroom.core.coordinates import ProjectId
from strongroom.ecosystems.pypi.wire.exchange import ExchangeDoor
from strongroom.ecosystems.pypi.wire.previews import Previews
from strongroom.ecosystems.pypi.wire.sessions import Sessions
from strongroom.ecosystems.pypi.wire.upload import Door
from strongroom.packages.staging.yard import Yard
from strongroom.people.organisations.founding import Terms
from strongroom.site import metrics
from strongroom.site.accounts import guarding
from strongroom.site.assembly import House
from strongroom.site.jobs import board
from strongroom.site.private import Private
from strongroom.site.readers import readers
from strongroom.site.storage import RENDERED
from strongroom.web.accounts.company import urls as company_urls
from strongroom.web.accounts.recovering import urls as recovery_urls
from strongroom.web.accounts.tokens import urls as token_urls
from strongroom.web.hooking import urls as hook_urls
from strongroom.web.organisation import Means
from strongroom.web.organising import urls as organisation_urls
from strongroom.web.overseeing import urls as oversight_urls
from strongroom.web.staffing import urls as staffing_urls
from strongroom.web.urls import ECOSYSTEM
from strongroom.web.urls import urls as web_urls
from strongroom.web.work import Board


def addresses(house: House) -> list[URLPattern]:
    """Return the addresses of a house."""
    configuration, yard = house.configuration, house.yard
    url, counted = configuration.url, house.metrics.uploaded
    probes = health.probes(
        configuration.data,
        configuration.min_free_bytes,
        lambda: house.shelf.pages.get(RENDERED),
    )
    queue = Board(
        board.listed,
        board.find,
        lambda actor, job: board.retry(actor, job, house.clock),
        lambda actor, job: board.drop(actor, job, house.clock),
    )
    means = Means(house.office, yard.desk, ECOSYSTEM)
    terms = Terms(configuration.make_organisations, configuration.site_name)
    return [
        *Door(yard, house.authenticate, house.recognise, counted, url).urls(),
        *Sessions(yard, house.authenticate, url).urls(),
        *Previews(yard).urls(),
        *ExchangeDoor(house.exchange, url).urls(),
        *api_urls(yard, house.authenticate, house.herald, house.office),
        *_private(house).urls(),
        *health.urls(health.Readiness(probes, house.clock, health.DEADLINE)),
        *reports.urls(house.leaks),
        *metrics.urls(house.metrics, configuration.metrics_networks),
        *web_urls(yard, house.clock, queue, house.press, house.disavowing),
        *token_urls(house.press, house.mint, lambda name: _named(yard, name)),
        *scim_urls(house.directory, house.office, guarding.at_directory),
        *company_urls(house.company, house.press, house.clock),
        *recovery_urls(house.press, house.office),
        *staffing_urls(house.press, means),
        *organisation_urls(house.press, means, terms),
        *oversight_urls(house.press, house.office, yard.desk, ECOSYSTEM),
        *hook_urls(house.press, house.herald, yard.desk, ECOSYSTEM),
    ]


def _named(yard: Yard, name: str) -> str:
    return str(ProjectId(ECOSYSTEM, yard.desk.ecosystem(ECOSYSTEM).name(name).key))


def _private(house: House) -> Private:
    rooms, ecosystem = house.shelf.pages, house.desk.ecosystem(ECOSYSTEM)
    opened, closed = (readers(pages, ecosystem) for pages in (rooms.open, rooms.closed))
    return Private(opened, closed, ecosystem, house.authenticate)
