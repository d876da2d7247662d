"""What a directory is shown: users, lists, refusals, and what this door can do (RFC 7643). Pure."""

from collections.abc import Mapping, Sequence

from strongroom.api.scim.words import MESSAGE, USER
from strongroom.core.errors import StrongroomError
from strongroom.core.statuses import status_of
from strongroom.people.oversight.directory import Person

BASE = "/scim/v2"
AT_MOST = 200  # users in one answer
_CORE = "urn:ietf:params:scim:schemas:core:2.0"
# RFC 7644, table 9.
_TYPES = {
    "scim-filter-unsupported": "invalidFilter",
    "scim-syntax-invalid": "invalidSyntax",
    "scim-value-invalid": "invalidValue",
    "directory-address-foreign": "invalidValue",
    "directory-user-exists": "uniqueness",
    "company-account-exists": "uniqueness",
}


def user(person: Person, url: str) -> dict[str, object]:
    """Return a user; of what nobody told us there is nothing."""
    told: dict[str, object] = {
        "schemas": [USER],
        "id": str(person.number),
        "userName": person.user_name,
        "displayName": person.name,
        "active": person.active,
        "meta": {
            "resourceType": "User",
            "created": person.made_at.isoformat(),
            "location": f"{url}{BASE}/Users/{person.number}",
        },
    }
    if person.external_id:
        told["externalId"] = person.external_id
    if person.email:
        told["emails"] = [{"value": person.email, "type": "work", "primary": True}]
    return told


def listing(total: int, start: int, resources: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """Return a part of a list of `total` (RFC 7644, 3.4.2); `start` counts from 1."""
    return {
        "schemas": [f"{MESSAGE}:ListResponse"],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": len(resources),
        "Resources": resources,
    }


def refusal(error: StrongroomError) -> dict[str, object]:
    """Return a refusal (RFC 7644, 3.12); its status is a text there."""
    told: dict[str, object] = {
        "schemas": [f"{MESSAGE}:Error"],
        "status": str(status_of(error)),
        "detail": str(error),
    }
    if error.code in _TYPES:
        told["scimType"] = _TYPES[error.code]
    return told


def abilities() -> dict[str, object]:
    """Return what this door can do (RFC 7643, 5)."""
    no = {"supported": False}
    return {
        "schemas": [f"{_CORE}:ServiceProviderConfig"],
        "patch": {"supported": True},
        "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": AT_MOST},
        "changePassword": no,
        "sort": no,
        "etag": no,
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "Bearer token",
                "description": "The secret that the operator has configured.",
            }
        ],
    }


def kinds(url: str) -> list[dict[str, object]]:
    """Return the kinds of things there are (RFC 7643, 6): users."""
    return [
        {
            "schemas": [f"{_CORE}:ResourceType"],
            "id": "User",
            "name": "User",
            "endpoint": "/Users",
            "description": "The accounts of the company's people.",
            "schema": USER,
            "meta": {
                "resourceType": "ResourceType",
                "location": f"{url}{BASE}/ResourceTypes/User",
            },
        }
    ]


def schemas(url: str) -> list[dict[str, object]]:
    """Return the attributes of a user that are kept (RFC 7643, 7)."""
    parts = [_attribute("value"), _attribute("type"), _attribute("primary", "boolean")]
    return [
        {
            "schemas": [f"{_CORE}:Schema"],
            "id": USER,
            "name": "User",
            "description": "The account of somebody of the company.",
            "attributes": [
                _attribute("userName", required=True, uniqueness="server"),
                _attribute("externalId", caseExact=True),
                _attribute("displayName", mutability="readOnly"),
                _attribute("active", "boolean"),
                _attribute(
                    "emails",
                    "complex",
                    multiValued=True,
                    mutability="immutable",
                    subAttributes=parts,
                ),
            ],
            "meta": {"resourceType": "Schema", "location": f"{url}{BASE}/Schemas/{USER}"},
        }
    ]


def _attribute(name: str, kind: str = "string", **differing: object) -> dict[str, object]:
    return {
        "name": name,
        "type": kind,
        "multiValued": False,
        "description": name,
        "required": False,
        "caseExact": False,
        "mutability": "readWrite",
        "returned": "default",
        "uniqueness": "none",
        **differing,
    }
