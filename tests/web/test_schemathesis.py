"""The API against its own document: whatever is sent that the document allows, or just does not, the answer is one
that it names, in the form that it names, and never a fault. What is drawn is the same in every run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from marshmallow import Schema, fields
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from domain.person import Person
from tests.databases import Databases
from tests.full_authority import FullAuthority
from tests.randomness import FUZZING
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import Program, a_program, an_app, an_office
from web.api import document
from web.commands.fields import RecordField, SchoolField
from web.commands.resource import Command, Resource
from web.resources import LIST_ENDPOINTS, RESOURCES, SINGLE_ENDPOINTS

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 3 if FUZZING == 1 else 6
"""How many requests of each sort are drawn for each operation."""

pytestmark = pytest.mark.hypothesis

DAYS = tuple(TODAY + timedelta(days=away) for away in (0, 1, -1, 30, -30, 400))

COMMANDS = {
    f"{resource.path}-{name}": (resource, command)
    for resource, _ in RESOURCES
    for name, command in resource.commands.items()
}
SINGLES: dict[str, Resource[Any] | None] = {
    **{f"read-{resource.path}": resource for resource, _ in RESOURCES},
    **{f"read-{single.name}": None for single in SINGLE_ENDPOINTS},
}
LISTS = [
    f"list-{path}"
    for path in (
        *(n.path for n, _ in RESOURCES if n.listing),
        *(list_endpoint.path for list_endpoint in LIST_ENDPOINTS),
    )
]


class Caller:
    """A program whose owner holds every post at once, and who knows what is in the authority."""

    def __init__(self, app: Flask, authority: FullAuthority) -> None:
        self.authority = authority
        self.program: Program = a_program(app, authority.sample, authority.somebody_with_every_post())
        self.schema = schemathesis.openapi.from_dict(document(app))
        self.schema.app = app
        self._number = count(1)

    def operation(self, name: str) -> Any:
        return self.schema.find_operation_by_id(name)

    def ask(self, case: Case, resource: Resource[Any] | None = None, command: Command[Any] | None = None) -> None:
        """Send a request that the document allows, made to speak of what is there."""
        number = next(self._number)
        if resource is not None and "ref" in case.path_parameters and number % 4:
            place = (self.authority.ours, self.authority.theirs)[number % 3 == 0]
            case.path_parameters = {"ref": resource.address(self.authority.record(resource.kind, place))}
        if command is not None:
            case.headers["Idempotency-Key"] = f"drawn-{number:08d}"
            if isinstance(case.body, dict):
                self._speak_of_what_is_there(case.body, command.schema(), number)
        if resource is not None and command is not None and not command.begins:
            read = self.program.client.get(
                f"/api/v1/{resource.path}/{case.path_parameters['ref']}", headers=self.program.headers
            )
            case.headers["If-Match"] = read.headers.get("ETag", '"1"')
        self.send(case)

    def send(self, case: Case) -> None:
        case.call_and_validate(headers=dict(self.program.headers), checks=CHECKS)

    def _speak_of_what_is_there(self, body: dict[str, Any], schema: Schema, number: int) -> None:
        for name, value in body.items():
            field = schema.load_fields.get(name)
            if field is not None and value is not None:
                body[name] = self._answer(field, value, number)

    def _answer(self, field: fields.Field[Any], value: Any, number: int) -> Any:
        if isinstance(field, fields.List) and isinstance(value, list):
            return [self._answer(field.inner, each, number) for each in value]
        if isinstance(field, fields.Nested) and isinstance(value, dict):
            self._speak_of_what_is_there(value, field.schema, number)
        if isinstance(field, SchoolField):
            return str(self.authority.sample.urn(self.authority.ours.school))
        if isinstance(field, RecordField):
            return self._reference(field, number)
        if isinstance(field, fields.Date):
            return DAYS[number % len(DAYS)].isoformat()
        return value

    def _reference(self, field: RecordField, number: int) -> str:
        if field.kind == Person.KIND:
            known: list[UUID] = [*self.authority.people.values(), self.authority.team_lead]
            return self.authority.sample.reference(known[number % len(known)])
        return f"{field.prefix}-2026-0001"


@pytest.fixture(scope="module")
def caller(databases: Databases) -> Iterator[Caller]:
    with an_office(databases) as (services, clock):
        yield Caller(an_app(services), FullAuthority(SampleAuthority(services, clock)))


def drawn(strategy: st.SearchStrategy[Case], send: Any) -> None:
    """Send some of what can be drawn, the same in every run."""

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def each(case: Case) -> None:
        send(case)

    each()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_sent_as_described(caller: Caller, name: str) -> None:
    resource, command = COMMANDS[name]

    drawn(caller.operation(name).as_strategy(), lambda case: caller.ask(case, resource, command))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_sent_otherwise(caller: Caller, name: str) -> None:
    drawn(caller.operation(name).as_strategy(GenerationMode.NEGATIVE), caller.send)


@pytest.mark.parametrize("name", [*SINGLES, *LISTS])
def test_a_reading(caller: Caller, name: str) -> None:
    operation, resource = caller.operation(name), SINGLES.get(name)

    drawn(operation.as_strategy(), lambda case: caller.ask(case, resource))
    drawn(operation.as_strategy(GenerationMode.NEGATIVE), caller.send)


def test_whatever_else_is_described(caller: Caller) -> None:
    resources = {resource.path: resource for resource, _ in RESOURCES}
    known = {*COMMANDS, *SINGLES, *LISTS}
    described = {each.ok().definition.raw["operationId"] for each in caller.schema.get_all_operations()}

    assert known <= described
    for name in sorted(described - known):
        operation = caller.operation(name)
        resource = resources[operation.path.removeprefix("/api/v1/").partition("/")[0]]
        drawn(operation.as_strategy(), lambda case, resource=resource: caller.ask(case, resource))
