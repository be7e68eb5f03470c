"""The reference of the API tells what its document tells, and every problem has its explanation."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from marshmallow import fields

from web.api import described, document
from web.api.reference import answers, groups_of, kind_of, rules, shapes_of
from web.runtime.problems import TITLES, problem_name

SPEC: dict[str, Any] = {
    "tags": [{"name": "api_visits", "description": "A visit to a school."}],
    "paths": {
        "/visits/{ref}/confirm": {
            "parameters": [{"in": "path", "name": "ref", "required": True, "schema": {"type": "string"}}],
            "post": {
                "tags": ["api_visits"],
                "summary": "Confirm visit",
                "operationId": "visits-confirm",
                "parameters": [{"$ref": "#/components/parameters/Key"}],
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Confirm"}}}
                },
                "responses": {
                    "200": {
                        "description": "OK",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Visit"}}},
                    },
                    "412": {"description": "Stale", "content": {"application/problem+json": {}}},
                    "default": {"description": "Error", "content": {"application/problem+json": {}}},
                },
            },
        }
    },
    "components": {
        "parameters": {"Key": {"in": "header", "name": "Idempotency-Key", "schema": {"type": "string"}}},
        "schemas": {
            "Confirm": {
                "required": ["on"],
                "properties": {
                    "on": {"type": "string", "format": "date", "description": "Day"},
                    "items": {"type": "array", "items": {"$ref": "#/components/schemas/Visit"}},
                },
            },
            "Visit": {"properties": {"reference": {"type": "string"}}},
            "Nothing": {},
        },
    },
}


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_an_operation_tells_its_parameters_its_body_and_its_answers() -> None:
    [group] = groups_of(SPEC)
    [operation] = group.operations
    assert (group.name, group.title, group.description) == ("visits", "Visits", "A visit to a school.")
    assert (operation.method, operation.path) == ("POST", "/visits/{ref}/confirm")
    assert [(line.name, line.place, line.required) for line in operation.parameters] == [
        ("ref", "address", True),
        ("Idempotency-Key", "header", False),
    ]
    assert [(line.name, line.kind, line.required, line.description, line.shape) for line in operation.body] == [
        ("on", "date", True, "Day", ""),
        ("items", "list of Visit", False, "", "Visit"),
    ]
    assert operation.answers == [("200", "OK", "Visit")]
    assert operation.problems == ["412"]


def test_shapes_are_the_schemas_that_have_fields() -> None:
    assert [shape.name for shape in shapes_of(SPEC)] == ["Confirm", "Visit"]


def test_a_value_is_told_in_words() -> None:
    assert kind_of({"type": "string"}) == "text"
    assert kind_of({"type": ["string", "null"], "format": "date-time"}) == "date and time or null"
    assert kind_of({"enum": ["open", "closed", None]}) == "one of open, closed or null"
    assert kind_of({"type": "array", "items": {"type": "integer"}}) == "list of whole number"
    assert kind_of({"type": "integer", "minimum": 1, "maximum": 200, "default": 50}) == (
        "whole number, from 1, up to 200, 50 unless given"
    )
    assert kind_of({"anyOf": [{"$ref": "#/components/schemas/Visit"}, {"type": "null"}]}) == "Visit or null"
    assert kind_of({}) == "any value"


def test_the_page_tells_every_operation_and_every_link_leads_somewhere(app: Flask, client: FlaskClient) -> None:
    page = client.get("/api").text
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)
    with app.app_context():
        spec = document()
    for path, item in spec["paths"].items():
        assert f">{path}<" in page
        for method in item.keys() & {"get", "post"}:
            assert item[method]["operationId"] in ids


def test_sums_are_described_as_they_are_told() -> None:
    net = fields.Decimal(as_string=True, allow_none=True, metadata={"label": "Net", "hint": "In pounds."})
    assert described(None, net) == {"description": "Net. In pounds", "type": ["string", "number", "null"]}


def test_every_problem_has_a_place_on_the_page_of_problems(client: FlaskClient) -> None:
    page = client.get("/api/v1/problems").text
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert {problem_name(kind) for kind in TITLES} <= set(ids)
    assert {kind for kind, _ in rules()} <= set(ids)
    assert {"reason-needed", "key-used-for-another"} <= set(ids)


def test_every_problem_is_explained(client: FlaskClient) -> None:
    assert [kind for kind, says in rules() if not says] == []
    page = client.get("/api/v1/problems").text
    for kind, _, status in answers():
        assert re.search(rf"<code>{kind}</code>, status {status}\. [A-Z]", page), kind
