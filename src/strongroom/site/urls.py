"""The addresses of everything that the shelf does not answer: each door brings its own."""

from strongroom.api.urls import urls as api_urls
from strongroom.ecosystems.pypi.upload import Door
from strongroom.site.assembly import house
from strongroom.web.urls import urls as web_urls

_house = house()

urlpatterns = [
    *Door(_house.desk, _house.authenticate).urls(),
    *api_urls(_house.desk, _house.authenticate),
    *web_urls(
        _house.desk,
        _house.clock,
        _house.configuration.url,
        _house.configuration.site_name,
    ),
]
