"""The API, made from the declarations of the resources."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, partial
from typing import Any

from flask import Flask, Response, current_app, json, render_template

from web.api.openapi import described, fitting, whole
from web.api.reference import answers, groups_of, rules, shapes_of
from web.api.routes import add_api, add_list_api, add_single_api
from web.api.smorest import API_PREFIX, AddressOfRecord, Api, Blueprint
from web.commands.listing import ListEndpoint
from web.commands.resource import Resource, SingleEndpoint

__all__ = ["API_PREFIX", "add_api_of", "document"]

DESCRIPTION = """The records of a school improvement service: what can be read and done on its pages, for programs.

Sign each request with `Authorization: Bearer` and a token of your own account. Every POST carries an
`Idempotency-Key`; every change of a record carries `If-Match` with the ETag under which you read it. Errors are
`application/problem+json`."""


def add_api_of(
    app: Flask,
    resources: Iterable[Resource[Any]],
    list_endpoints: Iterable[ListEndpoint],
    single_endpoints: Iterable[SingleEndpoint],
) -> list[Blueprint]:
    """Give the application the API of these resources, lists and single things, its OpenAPI document and its
    reference page."""
    app.config |= {
        "API_TITLE": "School improvement service",
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.1.0",
        "API_SPEC_OPTIONS": {
            "info": {"description": DESCRIPTION},
            "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
            "security": [{"token": []}],
        },
    }
    app.url_map.converters["address"] = AddressOfRecord
    api = Api(app)
    api.ma_plugin.converter.add_attribute_function(described)
    api.ma_plugin.converter.add_attribute_function(fitting)
    blueprints = [
        *(add_api(resource) for resource in resources),
        *(add_list_api(list_endpoint) for list_endpoint in list_endpoints),
        *(add_single_api(single) for single in single_endpoints),
    ]
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    app.extensions["sis-openapi"] = cache(partial(whole, api.spec))
    told = cache(lambda app: (groups_of(document(app)), shapes_of(document(app))))

    @app.get(f"{API_PREFIX}/openapi.json")
    def openapi() -> Response:
        return Response(json.dumps(document(app)), content_type="application/json")

    @app.get("/api")
    def reference() -> str:
        groups, shapes = told(app)
        return render_template("api_reference.html", page_title="API reference", groups=groups, shapes=shapes)

    @app.get(f"{API_PREFIX}/problems")
    def problems() -> str:
        return render_template(
            "api_problems.html", page_title="Problems of the API", answers=answers(), rules=rules()
        )

    return blueprints


def document(app: Flask | None = None) -> dict[str, Any]:
    """The OpenAPI document."""
    told: dict[str, Any] = (app or current_app).extensions["sis-openapi"]()
    return told
