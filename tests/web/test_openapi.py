"""The document of the API: valid, whole, and true to the declarations."""

from __future__ import annotations

from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.web.conftest import SharedAuthority
from web.commands.resource import Command, Resource
from web.resources import LIST_ENDPOINTS, RESOURCES, SINGLE_ENDPOINTS

COMMANDS = [
    pytest.param(resource, command, id=f"{resource.path}-{name}")
    for resource, _ in RESOURCES
    for name, command in resource.commands.items()
]


@pytest.fixture(scope="session")
def document(shared: SharedAuthority) -> dict[str, Any]:
    """The document as anybody may fetch it, without signing in."""
    answer = shared.app.test_client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json
    return found


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [item[method] for item in document["paths"].values() for method in ("get", "post") if method in item]


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []
    assert document["openapi"].startswith("3.1")


@pytest.mark.parametrize(("resource", "command"), COMMANDS)
def test_every_command_is_in_the_document(
    document: dict[str, Any], resource: Resource[Any], command: Command[Any]
) -> None:
    path = (
        f"/api/v1/{resource.path}/{command.name}"
        if command.begins
        else f"/api/v1/{resource.path}/{{ref}}/{command.name}"
    )
    operation = document["paths"][path]["post"]

    assert operation["summary"] == command.title
    asked = {parameter["name"]: parameter for parameter in operation["parameters"]}
    assert asked["Idempotency-Key"]["required"]
    assert ("If-Match" in asked) is not command.begins
    assert {"401", "403", "409", "413", "415", "422", "503"} <= set(operation["responses"])
    assert ({"404", "412", "428"} <= set(operation["responses"])) or command.begins


@pytest.mark.parametrize("resource", [pytest.param(resource, id=resource.path) for resource, _ in RESOURCES])
def test_every_noun_can_be_read_and_listed(document: dict[str, Any], resource: Resource[Any]) -> None:
    assert "get" in document["paths"][f"/api/v1/{resource.path}/{{ref}}"]
    single = {f"/api/v1/{endpoint.path}" for endpoint in SINGLE_ENDPOINTS}
    assert (f"/api/v1/{resource.path}" in document["paths"].keys() - single) is (resource.listing is not None)


def test_every_list_of_its_own_is_in_the_document(document: dict[str, Any]) -> None:
    assert {f"/api/v1/{list_endpoint.path}" for list_endpoint in LIST_ENDPOINTS} <= set(document["paths"])


def test_every_operation_has_a_name_of_its_own_and_a_summary(document: dict[str, Any]) -> None:
    found = operations(document)
    names = [operation["operationId"] for operation in found]

    assert len(names) == len(set(names))
    assert all(operation["summary"] for operation in found)


def test_every_error_is_a_problem(document: dict[str, Any]) -> None:
    for operation in operations(document):
        for status, told in operation["responses"].items():
            if int(status) >= 400:
                name = told["$ref"].rpartition("/")[2]
                assert list(document["components"]["responses"][name]["content"]) == ["application/problem+json"]


def test_requests_are_signed_with_a_token(document: dict[str, Any]) -> None:
    assert document["security"] == [{"token": []}]
    assert document["components"]["securitySchemes"]["token"] == {"type": "http", "scheme": "bearer"}
