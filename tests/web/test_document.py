"""The document of the API describes data: what each answer holds, in which form, by whom it may be asked for. Every
shape and operation is walked, so that a new one is held to the same."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from marshmallow import Schema
from openapi_schema_validator import OAS31Validator

from tests.databases import Databases
from tests.full_authority import FullAuthority
from tests.sample_authority import SampleAuthority
from tests.web.conftest import Program, SharedAuthority, an_app, an_office
from web.api import document
from web.api.reference import rules
from web.resources import RESOURCES

Json = Mapping[str, Any]

SHAPES = "#/components/schemas/"

REFERENCE = re.compile(r"[A-Z]{1,3}-[0-9]{4}-[0-9]{4,6}")
SUM = re.compile(r"-?[0-9]+\.[0-9]{2}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@pytest.fixture(scope="module")
def shared(databases: Databases) -> Iterator[SharedAuthority]:
    """An authority of its own: somebody comes to it who holds every post."""
    with an_office(databases) as (services, clock):
        yield SharedAuthority(an_app(services), FullAuthority(SampleAuthority(services, clock)))


@pytest.fixture(scope="module")
def told(shared: SharedAuthority) -> Json:
    return document(shared.app)


def operations(told: Json) -> Iterator[tuple[str, Json]]:
    for path, item in told["paths"].items():
        for method in item.keys() & {"get", "post"}:
            yield f"{method} {path}", item[method]


def names_within(part: Any) -> Iterator[str]:
    """The shapes to which a part of the document points."""
    if isinstance(part, dict):
        if str(part.get("$ref", "")).startswith(SHAPES):
            yield part["$ref"].removeprefix(SHAPES)
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from names_within(each)


def reached(told: Json, parts: list[Any]) -> dict[str, Json]:
    """The shapes of which parts of the document speak, through others too."""
    found: dict[str, Json] = {}
    left = [name for part in parts for name in names_within(part)]
    while left:
        name = left.pop()
        if name not in found:
            found[name] = told["components"]["schemas"][name]
            left += names_within(found[name])
    return found


def answered(told: Json) -> dict[str, Json]:
    """The shapes of what is answered to a request that succeeds."""
    answers = [
        answer for _, each in operations(told) for status, answer in each["responses"].items() if status < "300"
    ]
    return reached(told, answers)


def asked(told: Json) -> dict[str, Json]:
    return reached(told, [each.get("requestBody") for _, each in operations(told)])


def fields_of(shapes: Mapping[str, Json]) -> Iterator[tuple[str, str, Json]]:
    """Each field with its shape and name; of a list what is in it."""
    for shape, schema in shapes.items():
        for name, field in schema.get("properties", {}).items():
            yield shape, name, field.get("items", field)


# What is answered


def test_whatever_is_answered_says_which_fields_are_always_there(told: Json) -> None:
    for name, shape in answered(told).items():
        assert set(shape.get("required", ())) == set(shape["properties"]), name


def test_what_is_asked_and_what_is_answered_are_shapes_of_their_own(told: Json) -> None:
    assert answered(told).keys() & asked(told).keys() == set()


def test_every_field_says_of_which_type_it_is(told: Json) -> None:
    untyped = [
        f"{shape}.{name}"
        for shape, name, field in fields_of(told["components"]["schemas"])
        if not field.keys() & {"type", "$ref", "anyOf"}
    ]
    assert untyped == []


def test_sums_and_days_are_told_in_one_form(told: Json) -> None:
    for shape, name, field in fields_of(answered(told)):
        if "number" in field.get("type", ()):
            raise AssertionError(f"{shape}.{name} is told as a number")
    forms = {field["pattern"] for _, _, field in fields_of(answered(told)) if SUM.fullmatch(example(field))}
    assert len(forms) == 1


def example(field: Json) -> str:
    return str(field.get("example", ""))


def test_every_example_is_one(told: Json) -> None:
    for shape, name, field in fields_of(told["components"]["schemas"]):
        if "example" in field and "pattern" in field:
            assert re.search(field["pattern"], field["example"]), f"{shape}.{name}"


def answers_of(reader: Program, shared: SharedAuthority, told: Json) -> Iterator[tuple[str, Json, Any]]:
    """All that somebody may read in the authority, with the schema by which it is described."""
    resources = {resource.path: resource for resource, _ in RESOURCES}
    for path, item in told["paths"].items():
        if "get" not in item or "application/json" not in item["get"]["responses"]["200"]["content"]:
            continue
        resource = resources.get(path.split("/")[3])
        schema = item["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        for place in (shared.authority.ours, shared.authority.theirs):
            address = path
            if "{ref}" in path:
                assert resource is not None
                address = path.replace("{ref}", resource.address(shared.authority.record(resource.kind, place)))
            query = QUERIES.get(path, {})
            answer = reader.client.get(address, query_string=query, headers=reader.headers)
            if answer.status_code == 200:
                yield path, schema, answer.json


QUERIES = {
    "/api/v1/search": {"q": "Ashgrove"},
    "/api/v1/caseload": {"whose": "everybody"},
    "/api/v1/brokered-history": {"provider": "PV-2026-0001"},
    "/api/v1/brokered-cases": {"provider": "PV-2026-0001"},
}


def values_of(told: Json, schema: Json, value: Any, name: str) -> Iterator[tuple[str, Json, Any]]:
    """Every single value of an answer with its description, and a null with nothing."""
    if value is None:
        return
    if "$ref" in schema:
        schema = told["components"]["schemas"][schema["$ref"].removeprefix(SHAPES)]
    if "anyOf" in schema:
        schema = next(each for each in schema["anyOf"] if each.get("type") != "null")
        yield from values_of(told, schema, value, name)
    elif isinstance(value, dict):
        for key, each in value.items():
            inner = schema.get("properties", {}).get(key, schema.get("additionalProperties"))
            yield from values_of(told, inner, each, f"{name}.{key}")
    elif isinstance(value, list):
        for each in value:
            yield from values_of(told, schema["items"], each, name)
    else:
        yield name, schema, value


def test_what_anybody_is_answered_is_what_is_described(shared: SharedAuthority, told: Json) -> None:
    authority, looked_at, wrong = shared.authority, set[str](), set[str]()
    for person in (authority.somebody_with_every_post(), *authority.people.values()):
        for path, schema, answer in answers_of(shared.program(person), shared, told):
            found = OAS31Validator({**schema, "components": told["components"]}).iter_errors(answer)
            wrong |= {f"{path} {'/'.join(map(str, error.path))}: {error.message}" for error in found}
            for name, described, value in values_of(told, schema, answer, path):
                looked_at.add(name)
                wrong |= {f"{name}: {value} {why}" for why in said_too_little_of(value, described)}
    assert sorted(wrong) == []
    assert len(looked_at) > 300


def said_too_little_of(value: Any, described: Json) -> Iterator[str]:
    """What a description lacks of a reference, a sum or a day that is answered."""
    text = value if isinstance(value, str) else ""
    if REFERENCE.fullmatch(text) and not {"pattern", "example"} <= described.keys():
        yield "is a reference"
    if SUM.fullmatch(text) and not {"pattern", "example"} <= described.keys():
        yield "is a sum"
    if DAY.fullmatch(text) and described.get("format") != "date" and described.get("type") == "string":
        yield "is a day"


# What can be done


def test_every_operation_says_what_it_does_and_whose_right_it_takes(told: Json) -> None:
    for name, operation in operations(told):
        assert operation["summary"], name
        assert operation["description"].endswith("."), name
        assert operation["description"] != operation["summary"], name
        begins = operation["operationId"].startswith("begin-")  # tells each what they may begin themselves
        assert operation["x-right"] or begins or operation["operationId"] in OPEN_TO_ALL, name
        assert {"400", "401", "429", "503"} <= operation["responses"].keys(), name
        assert "403" in operation["responses"] or not operation["x-right"], name


OPEN_TO_ALL = {"list-search", "list-subjects", "list-terms", "read-me", "read-settings-in-force"}
"""What whoever is signed in may ask."""


# Descriptions


def descriptions(part: Any) -> Iterator[str]:
    """All descriptions within a part of the document."""
    if isinstance(part, dict):
        if isinstance(part.get("description"), str):
            yield part["description"]
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from descriptions(each)


def test_descriptions_name_fields_and_values_as_programs_know_them(told: Json) -> None:
    shapes = told["components"]["schemas"]
    parts = [(name, shape, {name: shape}) for name, shape in shapes.items()]
    parts += [(path, item, reached(told, [item])) for path, item in told["paths"].items()]
    unknown = {
        f"{where}: {text}"
        for where, part, spoken_of in parts
        for text in descriptions(part)
        if not set(re.findall("`([^`]+)`", text)) <= OTHER_WORDS | {name for _, name, _ in fields_of(spoken_of)}
    }
    assert sorted(unknown) == []
    assert [text for text in descriptions(told) if OF_PYTHON.search(text)] == []


def test_the_page_of_problems_names_nothing_of_the_program() -> None:
    assert [text for text in map(" ".join, rules()) if "`" in text or OF_PYTHON.search(text)] == []


OTHER_WORDS = {"Location", "after", "all", "clearances", "content", "reference", "settings-0", "withdraw"}
"""What descriptions name beside fields: a header, a question, words of answers, and what stands at an address."""

OF_PYTHON = re.compile(r"(?<![\w-])(None|True|False)(?![\w-])")


# Names


def kind_of(field: Json) -> str:
    """What kind of value a field holds, whether or not it may be null: a sum, a day, a word, a reference to what."""
    if "anyOf" in field:
        field = next(each for each in field["anyOf"] if each.get("type") != "null")
    if "$ref" in field:
        return "object"
    types = [field["type"]] if isinstance(field["type"], str) else [each for each in field["type"] if each != "null"]
    if types == ["array"]:
        return f"list of {kind_of(field['items'])}"
    if "pattern" in field and "example" in field:
        return f"like {field['example']}"
    if types == ["string"]:
        return "word" if "enum" in field else FORMATS.get(field.get("format", ""), "text")
    return " or ".join(types)


FORMATS = {each: each for each in ("date", "date-time", "uuid", "binary")}
"""The formats that make a text another kind of value; an email address is a text like others."""


def test_a_name_means_the_same_wherever_it_stands(told: Json) -> None:
    kinds: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for shape, schema in told["components"]["schemas"].items():
        for name, field in schema.get("properties", {}).items():
            kinds[name][kind_of(field)].add(shape)
    for operation, described in operations(told):
        for parameter in described.get("parameters", ()):
            if parameter["in"] == "query":
                schema = parameter["schema"]
                kinds[parameter["name"]][kind_of(schema.get("items", schema))].add(operation)
    several = {
        name: {kind: sorted(where) for kind, where in found.items()}
        for name, found in kinds.items()
        if len(found) > 1 and name not in OF_PROBLEMS
    }
    assert several == {}


OF_PROBLEMS = {"status"}
"""Named by RFC 9457 otherwise than by everything else: the status of an answer is a number."""


def test_allow_names_the_methods_that_are_there_and_no_other(shared: SharedAuthority, told: Json) -> None:
    resources = {resource.path: resource for resource, _ in RESOURCES}
    somebody = shared.program(shared.authority.somebody_with_every_post())
    for path, item in told["paths"].items():
        address = path
        if "{ref}" in path:
            resource = resources[path.split("/")[3]]
            address = path.replace(
                "{ref}", resource.address(shared.authority.record(resource.kind, shared.authority.ours))
            )
        there = {"OPTIONS", *(method.upper() for method in item.keys() & {"get", "post"})}
        there |= {"HEAD"} if "GET" in there else set()
        for method, status in (("OPTIONS", 200), ("DELETE", 405)):
            answer = somebody.client.open(address, method=method, headers=somebody.headers)
            assert (answer.status_code, set(answer.headers["Allow"].split(", "))) == (status, there), path


def test_what_may_be_told_as_null_says_so() -> None:
    def all_of(schema: type[Schema]) -> Iterator[type[Schema]]:
        for each in schema.__subclasses__():
            yield each
            yield from all_of(each)

    silent = [
        f"{schema.__name__}.{name}"
        for schema in all_of(Schema)
        if schema.__module__.startswith("web.")
        for name, field in schema._declared_fields.items()
        if field.dump_default is None and not field.allow_none
    ]
    assert silent == []
