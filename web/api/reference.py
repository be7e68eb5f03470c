"""The OpenAPI document as people read it, and the problems that the API may tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.aggregate import Refusal
from web.api.openapi import SHAPES
from web.runtime.problems import TITLES, problem_name

Json = Mapping[str, Any]

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class FieldLine:
    """A parameter or field; `shape` is the name of the schema that its value has, if it has one of its own."""

    name: str
    kind: str
    required: bool
    description: str
    place: str = ""
    shape: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """What can be asked at one address; `problems` are the statuses that are told as problem+json, `rights` what one
    of has to be held, with the posts that hold it."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    rights: Sequence[tuple[str, str]]
    parameters: Sequence[FieldLine]
    body: Sequence[FieldLine]
    answers: Sequence[tuple[str, str, str]]
    problems: Sequence[str]


@dataclass(frozen=True, slots=True)
class OperationGroup:
    """The operations on one kind of record, or on one list."""

    name: str
    title: str
    description: str
    operations: Sequence[Operation]


@dataclass(frozen=True, slots=True)
class Shape:
    """A schema that several operations speak of."""

    name: str
    description: str
    fields: Sequence[FieldLine]


def groups_of(spec: Json) -> list[OperationGroup]:
    """The operations of a document by tag, in the order of the document."""
    operations: dict[str, list[Operation]] = {}
    for path, item in spec["paths"].items():
        for method in METHODS:
            if method in item:
                tag = next(iter(item[method].get("tags", ())), "")
                shared = item.get("parameters", ())
                operations.setdefault(tag, []).append(_operation(spec, path, method, item[method], shared))
    described = {tag["name"]: tag.get("description", "") for tag in spec.get("tags", ())}
    return [
        OperationGroup(tag.removeprefix("api_"), _title(tag), described.get(tag, ""), found)
        for tag, found in operations.items()
    ]


def shapes_of(spec: Json) -> list[Shape]:
    """The schemas of a document that have fields, in the order of the alphabet."""
    schemas = spec.get("components", {}).get("schemas", {})
    return [
        Shape(name, schema.get("description", ""), list(_fields(schema)))
        for name, schema in sorted(schemas.items())
        if schema.get("properties")
    ]


def _operation(spec: Json, path: str, method: str, operation: Json, shared: Sequence[Json]) -> Operation:
    responses: Json = operation.get("responses", {})
    is_problem = {status: _is_problem(spec, response) for status, response in responses.items()}
    return Operation(
        id=operation.get("operationId", f"{method}-{path.strip('/').replace('/', '-')}"),
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        description=operation.get("description", ""),
        rights=[(right, ", ".join(_reaches(posts))) for right, posts in operation.get("x-right", {}).items()],
        parameters=[_parameter(_resolved(spec, each)) for each in (*shared, *operation.get("parameters", ()))],
        body=list(_body(spec, operation)),
        answers=[_answer(spec, status, responses[status]) for status in sorted(responses) if not is_problem[status]],
        problems=[status for status in sorted(responses) if is_problem[status] and status != "default"],
    )


def _reaches(posts: Mapping[str, str]) -> Iterator[str]:
    """Which posts have a right, and how far it reaches."""
    for post, reach in posts.items():
        yield f"{post.replace('_', ' ')} ({reach})"


def _parameter(parameter: Json) -> FieldLine:
    schema = parameter.get("schema", {})
    description = parameter.get("description") or schema.get("description", "")
    place = "address" if parameter["in"] == "path" else str(parameter["in"])
    return FieldLine(parameter["name"], kind_of(schema), parameter.get("required", False), description, place)


def _body(spec: Json, operation: Json) -> Iterator[FieldLine]:
    for content in operation.get("requestBody", {}).get("content", {}).values():
        yield from _fields(_resolved(spec, content.get("schema", {})))


def _fields(schema: Json) -> Iterator[FieldLine]:
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        yield FieldLine(name, kind_of(field), name in required, field.get("description", ""), shape=_shape_in(field))


def _answer(spec: Json, status: str, response: Json) -> tuple[str, str, str]:
    told = _resolved(spec, response)
    shape = next((_shape_in(content.get("schema", {})) for content in told.get("content", {}).values()), "")
    return status, told.get("description", ""), shape


def _is_problem(spec: Json, response: Json) -> bool:
    return "application/problem+json" in _resolved(spec, response).get("content", {})


def _resolved(spec: Json, thing: Json) -> Json:
    """The thing itself, where a document only points to it."""
    while "$ref" in thing:
        found = spec
        for part in thing["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        thing = found
    return thing


def kind_of(schema: Json) -> str:
    """What a value is, in words: "text", "list of dates", "one of open, closed"."""
    if "enum" in schema:
        words = [str(word) for word in schema["enum"] if word is not None]
        return f"one of {', '.join(words)}{' or null' if None in schema['enum'] else ''}{_limits(schema)}"
    if "$ref" in schema:
        return str(schema["$ref"].removeprefix(SHAPES))
    several = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    if several:
        return " or ".join(kind_of(each) for each in several)
    problem_name = schema.get("type", "any value")
    types = [problem_name] if isinstance(problem_name, str) else list(problem_name)
    told = " or ".join("null" if name == "null" else _one_kind(name, schema) for name in types)
    return f"{told}{_limits(schema)}"


def _one_kind(name: str, schema: Json) -> str:
    if name == "array":
        return f"list of {kind_of(schema.get('items', {}))}"
    if name == "string":
        formats = {"date": "date", "date-time": "date and time", "uuid": "UUID", "time": "time", "email": "e-mail"}
        form = formats.get(schema.get("format", ""), "text")
        return f"{form}, like {schema['example']}" if "example" in schema else form
    return {"integer": "whole number", "boolean": "true or false", "null": "null"}.get(name, name)


def _limits(schema: Json) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    longest = schema.get("maxLength")
    limits = (
        f"from {least}" if least is not None else "",
        f"up to {most}" if most is not None else "",
        f"up to {longest} characters" if longest is not None else "",
        f"{_told(schema['default'])} unless given" if schema.get("default") not in (None, "", []) else "",
    )
    told = ", ".join(filter(None, limits))
    return f", {told}" if told else ""


def _told(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shape_in(schema: Json) -> str:
    """The name of the schema that a value has, or each of a list."""
    inner = schema.get("items", schema)
    for each in (inner, *inner.get("anyOf", ()), *inner.get("allOf", ()), *inner.get("oneOf", ())):
        if "$ref" in each:
            return str(each["$ref"].removeprefix(SHAPES))
    return ""


def _title(tag: str) -> str:
    return tag.removeprefix("api_").replace("-", " ").replace("_", " ").capitalize()


def rules() -> list[tuple[str, str]]:
    """Every rule of the service that may stand against a request: the kind of its problem, and what it says."""
    told: dict[str, str] = {}
    for rule in _heirs(Refusal):
        told.setdefault(problem_name(rule), " ".join((rule.__doc__ or "").split("\n\n")[0].split()))
    return sorted(told.items())


def answers() -> list[tuple[str, str, int]]:
    """The kinds of problem that are no rule's: kind, title and status."""
    own = [
        (problem_name(kind), TITLES.get(kind, title), kind.code or 500)
        for general, title in TITLES.items()
        for kind in (general, *(heir for heir in _heirs(general) if heir.__module__.startswith("web.")))
    ]
    return sorted(own, key=lambda answer: answer[2])


def _heirs(kind: type[Any]) -> Iterator[type[Any]]:
    for heir in kind.__subclasses__():
        yield heir
        yield from _heirs(heir)
