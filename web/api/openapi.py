"""The OpenAPI document: what the library makes of the declarations, told in full.

The library describes what a schema takes. What an answer holds is more: each of its fields is always there, sums have
two decimals, and a schema that is both asked and answered has a shape of its own for the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from apispec import APISpec
from marshmallow import fields

from web.access.policy import POLICY, Action
from web.api.protocol import HEADERS, OF_PROBLEMS
from web.api.references import form, refers_to
from web.api.smorest import PROBLEM_JSON
from web.runtime.problems import TITLES

ASKED, RIGHT = "x-asked-headers", "x-right"
"""Notes of an operation: the headers that its view reads by itself, moved to its parameters; the right it takes."""

SUM, TOLD_SUM = r"^[0-9]{1,7}(\.[0-9]{1,2})?$", r"^-?[0-9]+\.[0-9]{2}$"
"""Pounds, days and shares as they are sent, and as they are told."""

TIME = "^[0-9]{2}:[0-9]{2}(:[0-9]{2})?$"
"""A time of day in England."""

EXAMPLES = {"date": "2026-11-02", "date-time": "2026-11-02T09:30:00+00:00"}

OF_QUESTIONS = ("readOnly", "default", "minLength", "maxLength", "minItems", "maxItems", "x-minimum", "x-maximum")
"""What is said of a field that is asked, and not of one that is answered."""

SHAPES = "#/components/schemas/"

Json = dict[str, Any]


def described(_: Any, field: fields.Field[Any], **__: Any) -> Json:
    """What a form says beside a question tells programs what the field is for."""
    said = (field.metadata.get(name) for name in ("description", "label", "hint"))
    told = [str(words).rstrip(".") for words in said if words]
    more: Json = {"description": ". ".join(dict.fromkeys(told))} if told else {}
    if isinstance(field, fields.Decimal) and field.as_string:
        more["type"] = ["string", "number", *(["null"] if field.allow_none else [])]
    return more


def fitting(_: Any, field: fields.Field[Any], *, ret: Json, **__: Any) -> Json:
    """Bounds are told as numbers, sums and references in their form, and no default is one that its own format
    refuses."""
    if ret.get("default") == "" and "format" in ret:
        del ret["default"]
    bounds = (name for name in ("minimum", "maximum") if isinstance(ret.get(name), Decimal | str))
    more: Json = {name: float(ret[name]) for name in bounds}
    if isinstance(field, fields.Decimal):
        more |= {"pattern": SUM, "example": "450.00"}
    if isinstance(field, fields.Time):
        more |= {"pattern": TIME, "example": "09:30:00"}
    if "enum" in ret and "type" not in ret:
        more["type"] = ["string", "null"] if None in ret["enum"] else "string"
    if ret.get("format") in EXAMPLES:
        more["example"] = EXAMPLES[ret["format"]]
    reference = refers_to(field)
    return more if reference is None else more | form(reference)


def right_of(actions: Iterable[Action]) -> Json:
    """The rights of which an operation takes one, and which posts reach how far by them."""
    return {action.value: {role.value: scope.value for role, scope in POLICY[action].items()} for action in actions}


def whole(spec: APISpec) -> Json:
    """The document of an API."""
    told: Json = deepcopy(spec.to_dict())
    for path in told["paths"].values():
        for operation in _operations(path):
            operation.setdefault("parameters", []).extend(operation.pop(ASKED, ()))
    _tell_problems(told)
    _tell_answers(told)
    return told


def _operations(path: Json) -> Iterator[Json]:
    yield from (path[method] for method in ("get", "post") if method in path)


def _tell_problems(told: Json) -> None:
    """Every error is a problem, with its title and headers."""
    titles = {kind.code: title for kind, title in TITLES.items()}
    for name in told["components"]["responses"]:
        status = HTTPStatus[name]
        told["components"]["responses"][name] = {
            "description": titles.get(status, status.phrase),
            "content": {PROBLEM_JSON: {"schema": {"$ref": f"{SHAPES}Problem"}}},
            "headers": {each: {"$ref": f"#/components/headers/{each}"} for each in OF_PROBLEMS.get(status, ())},
        }
    told["components"]["headers"] = dict(HEADERS)


def _tell_answers(told: Json) -> None:
    """Give every shape that is answered all its fields, and a name of its own where it is asked too."""
    operations = [each for path in told["paths"].values() for each in _operations(path)]
    shapes: Json = told["components"]["schemas"]
    asked = _reached(shapes, [each.get("requestBody", {}) for each in operations])
    answers = [answer for each in operations for status, answer in each["responses"].items() if int(status) < 300]
    names = {name: f"{name}Out" if name in asked else name for name in _reached(shapes, answers)}
    answered = {after: _told_in_full(deepcopy(shapes[before])) for before, after in names.items()}
    shapes |= answered
    for part in (*answers, *answered.values()):
        for holder in _pointing(part):
            before = holder["$ref"].removeprefix(SHAPES)
            holder["$ref"] = SHAPES + names.get(before, before)


def _told_in_full(shape: Json) -> Json:
    """A shape as it is answered: every field is there, and may be null only where it says so."""
    if shape.get("properties"):
        shape["required"] = list(shape["properties"])
    for field in _fields_of(shape):
        for name in OF_QUESTIONS:
            field.pop(name, None)
        if field.get("pattern") == SUM:
            for name in ("minimum", "maximum"):
                field.pop(name, None)
            field["type"] = ["string", "null"] if "null" in field["type"] else "string"
            field["pattern"] = TOLD_SUM
    return shape


def _fields_of(shape: Json) -> Iterator[Json]:
    for field in shape.get("properties", {}).values():
        yield field
        for inner in ("items", "additionalProperties"):
            if isinstance(field.get(inner), dict):
                yield field[inner]


def _pointing(part: Any) -> Iterator[Json]:
    """Whatever within a part of the document points to a shape."""
    if isinstance(part, dict):
        if str(part.get("$ref", "")).startswith(SHAPES):
            yield part
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from _pointing(each)


def _reached(shapes: Mapping[str, Json], parts: Iterable[Json]) -> set[str]:
    """The names of the shapes that parts of the document speak of, directly or through others."""
    found: set[str] = set()
    left = list(parts)
    while left:
        names = {each["$ref"].removeprefix(SHAPES) for each in _pointing(left.pop())} - found
        found |= names
        left += [shapes[name] for name in names]
    return found
