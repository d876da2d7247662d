import json
from pathlib import Path
from typing import Any

import pytest

from strongroom.api.document import document
from tests.api.conftest import Registry

COMMITTED = Path(__file__).parents[2] / "docs" / "reference" / "openapi.json"
OPERATIONS = [
    operation
    for operations in json.loads(COMMITTED.read_text(encoding="utf-8"))["paths"].values()
    for operation in operations.values()
]


def test_the_committed_document_is_the_generated_one() -> None:
    # To renew it: strongroom openapi > docs/reference/openapi.json
    assert json.loads(COMMITTED.read_text(encoding="utf-8")) == document()


def test_the_served_document_is_the_generated_one(registry: Registry) -> None:
    assert registry.client.get("/api/v1/openapi.json").json() == document()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one["operationId"])
def test_every_operation_is_described(operation: dict[str, object]) -> None:
    for part in ("operationId", "summary", "description", "tags"):
        assert operation[part], part


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one["operationId"])
def test_every_operation_documents_its_refusals(operation: dict[str, Any]) -> None:
    refusals = {status: one for status, one in operation["responses"].items() if status >= "400"}
    assert {"400", "503"} <= set(refusals)
    for refusal in refusals.values():
        assert list(refusal["content"]) == ["application/problem+json"]


def test_no_two_operations_share_an_id() -> None:
    ids = [operation["operationId"] for operation in OPERATIONS]
    assert len(set(ids)) == len(ids)


def test_what_needs_a_token_says_so() -> None:
    asking = {one["operationId"] for one in OPERATIONS if one.get("security")}
    stages = {"stages", "stage", "publish_stage", "cancel_stage"}
    changes = {"yank", "unyank", "remove", "set_status", "set_retention", "me"}
    projects = {"create", "set_visibility", "set_trusted_only"}
    publishers = {"list_publishers", "add_publisher", "remove_publisher"}
    tokens = {"tokens", "revoke_token", "revoke_tokens"}
    hooks = {"hooks", "hook", "create_hook", "renew_hook", "switch_hook", "remove_hook"}
    deliveries = {"test_hook", "send_again"}
    people = {"set_role", "dismiss", "invite"}
    programs = publishers | tokens | hooks | deliveries
    assert asking == changes | projects | people | stages | programs
    for operation in OPERATIONS:
        assert ("401" in operation["responses"]) == (operation["operationId"] in asking)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one["operationId"])
def test_every_parameter_is_described_and_bounded(operation: dict[str, Any]) -> None:
    for parameter in operation["parameters"]:
        assert parameter["description"]
        assert {"maxLength", "maximum"} & set(parameter["schema"])
