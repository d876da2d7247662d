"""The addresses of everything that the shelf does not answer: each door brings its own."""

from strongroom.api import health
from strongroom.api.urls import urls as api_urls
from strongroom.ecosystems.pypi.wire.previews import Previews
from strongroom.ecosystems.pypi.wire.sessions import Sessions
from strongroom.ecosystems.pypi.wire.upload import Door
from strongroom.site import metrics
from strongroom.site.assembly import house
from strongroom.site.jobs import board
from strongroom.site.storage import RENDERED
from strongroom.web.accounts.company import urls as company_urls
from strongroom.web.urls import urls as web_urls
from strongroom.web.work import Board

_house = house()
_url = _house.configuration.url
_readiness = health.Readiness(
    health.probes(
        _house.configuration.data,
        _house.configuration.min_free_bytes,
        lambda: _house.shelf.pages.get(RENDERED),
    ),
    _house.clock,
    health.DEADLINE,
)

handler400 = "strongroom.web.faults.bad_request"
handler403 = "strongroom.web.faults.forbidden"
handler404 = "strongroom.web.faults.not_found"
handler500 = "strongroom.web.faults.failed"

urlpatterns = [
    *Door(_house.yard, _house.authenticate, _house.recognise, _house.metrics.uploaded, _url).urls(),
    *Sessions(_house.yard, _house.authenticate, _url).urls(),
    *Previews(_house.yard).urls(),
    *api_urls(_house.yard, _house.authenticate),
    *health.urls(_readiness),
    *metrics.urls(_house.metrics, _house.configuration.metrics_networks),
    *web_urls(
        _house.yard,
        _house.clock,
        Board(
            board.listed,
            board.find,
            lambda actor, job: board.retry(actor, job, _house.clock),
            lambda actor, job: board.drop(actor, job, _house.clock),
        ),
        _house.press,
        _house.disavowing,
    ),
    *company_urls(_house.company, _house.press, _house.clock),
]
