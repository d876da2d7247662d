"""The OpenAPI document of the API; made from the routes alone, without a database or a desk."""

from typing import Any, NoReturn

from ninja import NinjaAPI

from strongroom.api import problems, v1

_FIRST_REFUSAL = 400


def document() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document as JSON values.

    Django's settings must be configured, be it with nothing in them.
    """
    return document_of(v1.build(_nowhere, _nowhere, _nowhere, _nowhere))


def document_of(api: NinjaAPI) -> dict[str, Any]:
    """Return the document of an API that is built already."""
    told = dict(api.get_openapi_schema(path_prefix=v1.PREFIX))
    for operations in told["paths"].values():
        for operation in operations.values():
            operation["responses"] = {
                str(status): _response(status, response)
                for status, response in sorted(operation["responses"].items())
            }
    return told


def _response(status: int, response: dict[str, Any]) -> dict[str, Any]:
    if status < _FIRST_REFUSAL:
        return response
    # The framework documents one media type for all answers; problems have their own.
    (schema,) = response["content"].values()
    return {**response, "content": {problems.MEDIA_TYPE: schema}}


def _nowhere(*_: object) -> NoReturn:
    # Routes ask for a desk and for an actor only while they answer a request.
    raise NotImplementedError  # pragma: no cover - never called
