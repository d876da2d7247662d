"""The addresses under `/api/`."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path, re_path
from ninja import NinjaAPI

from strongroom.api import v1
from strongroom.api.credentials import Authenticate
from strongroom.api.document import document_of
from strongroom.api.guard import guarded
from strongroom.api.problems import problem
from strongroom.core.errors import NotFoundError
from strongroom.packages.hooks.herald import Herald
from strongroom.packages.staging.yard import Yard
from strongroom.people.recovery.office import Office


def urls(
    yard: Yard, authenticate: Authenticate, herald: Herald, office: Office
) -> list[URLPattern]:
    """Return all addresses of the API, and the answer for all others under `/api/`."""
    api = v1.build(lambda: yard, authenticate, lambda: herald, lambda: office)
    _add_document(api)
    root = v1.PREFIX.removeprefix("/")
    patterns, _, _ = api.urls
    return [
        *(
            path(f"{root}{one.pattern}", guarded(one.callback))
            for one in patterns
            if isinstance(one, URLPattern)
        ),
        re_path(r"^api(?:/|$)", guarded(_nothing)),
    ]


def _add_document(api: NinjaAPI) -> None:
    @api.get("/openapi.json", include_in_schema=False)
    def openapi(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - the framework's form
        """Return the OpenAPI document."""
        return JsonResponse(document_of(api))


def _nothing(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's form of a view
    return problem(
        NotFoundError(
            "no-such-address",
            "There is nothing at this address of the API.",
            f"{v1.PREFIX}openapi.json lists all addresses.",
        )
    )
