"""The API, made from the declarations of the nouns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Flask, Response, current_app, json, render_template

from web.api.door import API_PREFIX, Api, Blueprint
from web.api.routes import add_api, add_list_api
from web.noun import Noun, Shelf
from web.problems import TITLES, named

__all__ = ["API_PREFIX", "add_api_of", "document"]

DESCRIPTION = """The records of a school improvement service: what can be read and done on its pages, for programs.

Sign each request with `Authorization: Bearer` and a token of your own account. Every POST carries an
`Idempotency-Key`; every change of a record carries `If-Match` with the ETag under which you read it. Errors are
`application/problem+json`."""


def add_api_of(app: Flask, nouns: Iterable[Noun[Any]], shelves: Iterable[Shelf]) -> list[Blueprint]:
    """Give the application the API of these nouns and lists, its OpenAPI document and its reference page."""
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
    api = Api(app)
    blueprints = [*(add_api(noun) for noun in nouns), *(add_list_api(shelf) for shelf in shelves)]
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    app.extensions["sis-openapi"] = api.spec

    @app.get(f"{API_PREFIX}/openapi.json")
    def openapi() -> Response:
        return Response(json.dumps(document(app)), content_type="application/json")

    @app.get("/api")
    def reference() -> str:
        return render_template("api_reference.html", page_title="API reference", spec=document(app))

    @app.get(f"{API_PREFIX}/problems")
    def problems() -> str:
        kinds = [(named(kind), title) for kind, title in TITLES.items()]
        return render_template("api_problems.html", page_title="Problems of the API", kinds=kinds)

    return blueprints


def document(app: Flask | None = None) -> dict[str, Any]:
    """The OpenAPI document."""
    spec: dict[str, Any] = (app or current_app).extensions["sis-openapi"].to_dict()
    return spec
