"""The API, made from the declarations of the resources."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from typing import Any

from flask import Flask, Response, current_app, json, render_template
from marshmallow import fields

from web.api.door import API_PREFIX, Api, Blueprint
from web.api.reference import answers, groups_of, rules, shapes_of
from web.api.routes import add_api, add_list_api
from web.commands.listing import ListEndpoint
from web.commands.resource import Resource

__all__ = ["API_PREFIX", "add_api_of", "document"]

DESCRIPTION = """The records of a school improvement service: what can be read and done on its pages, for programs.

Sign each request with `Authorization: Bearer` and a token of your own account. Every POST carries an
`Idempotency-Key`; every change of a record carries `If-Match` with the ETag under which you read it. Errors are
`application/problem+json`."""


def add_api_of(
    app: Flask, resources: Iterable[Resource[Any]], list_endpoints: Iterable[ListEndpoint]
) -> list[Blueprint]:
    """Give the application the API of these resources and lists, its OpenAPI document and its reference page."""
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
    api.ma_plugin.converter.add_attribute_function(described)
    api.ma_plugin.converter.add_attribute_function(fitting)
    blueprints = [
        *(add_api(resource) for resource in resources),
        *(add_list_api(list_endpoint) for list_endpoint in list_endpoints),
    ]
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    app.extensions["sis-openapi"] = api.spec
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


def described(_: Any, field: fields.Field[Any], **__: Any) -> dict[str, Any]:
    """What a form says beside a question tells programs what the field is for. A sum that is told as text is
    described as text, which the library forgets; a number is taken too."""
    said = (field.metadata.get(name) for name in ("description", "label", "hint"))
    told = [str(words).rstrip(".") for words in said if words]
    more: dict[str, Any] = {"description": ". ".join(dict.fromkeys(told))} if told else {}
    if isinstance(field, fields.Decimal) and field.as_string:
        more["type"] = ["string", *([] if field.dump_only else ["number"]), *(["null"] if field.allow_none else [])]
    return more


def fitting(_: Any, field: fields.Field[Any], *, ret: dict[str, Any], **__: Any) -> dict[str, Any]:
    """Bounds are told as numbers, sums in their form as text, and no default is one that its own format refuses."""
    if ret.get("default") == "" and "format" in ret:
        del ret["default"]
    bounds = {name: float(ret[name]) for name in ("minimum", "maximum") if isinstance(ret.get(name), Decimal | str)}
    is_sum = isinstance(field, fields.Decimal) and not field.dump_only
    return bounds | ({"pattern": r"^[0-9]{1,7}(\.[0-9]{1,2})?$"} if is_sum else {})


def document(app: Flask | None = None) -> dict[str, Any]:
    """The OpenAPI document."""
    spec: dict[str, Any] = (app or current_app).extensions["sis-openapi"].to_dict()
    return spec
