"""What somebody may not know of answers as what does not exist, whatever they ask and wherever they name it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from marshmallow import Schema, fields
from werkzeug.test import TestResponse

from domain.aggregate import RECORDS
from domain.concern import ConcernCase
from domain.references import parts
from domain.vocabulary import Sensitivity
from tests.databases import Databases
from tests.restricted_concern import ADDRESSES, RestrictedConcern
from tests.sample_authority import SampleAuthority
from tests.web.concerns.test_inherited import ROLES
from tests.web.conftest import Program, SharedAuthority, an_app, an_office
from tests.web.test_nobody import told
from tests.web.test_policy_at_the_doors import ALL_NOUNS, POSTS, PostHolder, places, record_commands
from web.api.lists import commands_of, history_of
from web.commands.attachments import PlaceField, resource_of
from web.commands.fields import RecordField, SchoolField
from web.commands.resource import Command, Resource
from web.resources import RESOURCES

NO_SCHOOL = "999999"


@pytest.fixture(scope="session", params=POSTS)
def holder(request: pytest.FixtureRequest, shared: SharedAuthority) -> PostHolder:
    return PostHolder(shared, request.param)


def missing(resource: Resource[Any]) -> str:
    """An address of that kind at which there is nothing."""
    return NO_SCHOOL if resource.path == "schools" else f"{resource.kind.prefix}-2019-0001"


@dataclass(frozen=True)
class Doors:
    """The pages and the API, as one person meets them."""

    pages: FlaskClient
    program: Program

    def __post_init__(self) -> None:
        self.pages.get("/help")  # The first answer sets a cookie that the others do not.

    def answers(self, resource: Resource[Any], ref: str) -> Iterator[tuple[str, str]]:
        """What the addresses beneath a record's answer, whatever is sent there."""
        beneath = (history_of(resource), commands_of(resource), *resource.list_endpoints)
        list_endpoints = [list_endpoint.path for list_endpoint in beneath]
        for more in ("", *(f"/{path}" for path in list_endpoints), "/content", "/versions/1"):
            for prefix in ("", "/api/v1"):
                yield more, self._said(ref, self._get(f"{prefix}/{resource.path}/{ref}{more}"))
        for command in islice(record_commands(resource), 2):
            href = f"/{resource.path}/{ref}/{command.name}"
            for answer in (
                self.pages.get(href),
                self.pages.post(href, data={"version": "1", "confirmed": "yes"}),
                self._send(f"/api/v1{href}"),
            ):
                yield command.name, self._said(ref, answer)

    def _get(self, href: str) -> TestResponse:
        if href.startswith("/api/"):
            return self.program.client.get(href, headers=self.program.headers)
        return self.pages.get(href)

    def _send(self, href: str) -> TestResponse:
        headers = {**self.program.headers, "Idempotency-Key": "unknown-records", "If-Match": '"1"'}
        return self.program.client.post(href, json={}, headers=headers)

    @staticmethod
    def _said(ref: str, answer: TestResponse) -> str:
        said = repr(told(answer))
        answer.close()
        return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "an id", said).replace(ref, "REF")


def difference(one: str, other: str) -> str:
    """Where two answers differ, so that a failure says it."""
    lines = (each.replace("\\n", "\n").splitlines() for each in (one, other))
    return "\n".join(difflib.unified_diff(*lines, n=0, lineterm=""))


def compare(doors: Doors, resource: Resource[Any], *refs: str) -> None:
    """Compare the answers at some addresses with those at one where there is nothing."""
    nowhere = list(doors.answers(resource, missing(resource))) if refs else []
    asked = [(ref, answer) for ref in refs for answer in doors.answers(resource, ref)]
    for (ref, (what, of_record)), (_, of_none) in zip(asked, nowhere * len(refs), strict=True):
        assert of_record == of_none, f"{resource.path}/{ref} {what}:\n" + difference(of_record, of_none)
        assert of_record.startswith(("(403", "(404", "(405", "(422")), of_record[:200]


@pytest.mark.parametrize("resource", ALL_NOUNS)
def test_a_record_that_somebody_may_not_know_answers_as_one_that_does_not_exist(
    holder: PostHolder, shared: SharedAuthority, resource: Resource[Any]
) -> None:
    records = (holder.authority.record(resource.kind, place) for place in places(holder.authority))
    unknown = [resource.address(record) for record in records if not holder.sees(resource, record)]
    compare(Doors(holder.client, shared.program(holder.person)), resource, *unknown)


@pytest.fixture(scope="module")
def restricted(databases: Databases) -> Iterator[tuple[SharedAuthority, RestrictedConcern]]:
    """A restricted concern, and a record of every kind that hangs on it."""
    with an_office(databases) as (services, clock):
        made = RestrictedConcern(SampleAuthority(services, clock))
        made.keep(Sensitivity.RESTRICTED)
        yield SharedAuthority(an_app(services), made.authority), made


@pytest.mark.parametrize("role", ROLES)
def test_what_hangs_on_a_restricted_concern_answers_as_what_does_not_exist(
    restricted: tuple[SharedAuthority, RestrictedConcern], role: str
) -> None:
    shared, made = restricted
    person: UUID = made.people[role]
    doors = Doors(shared.browser(person), shared.program(person))
    resources = {resource.path: resource for resource, _ in RESOURCES}
    concern = shared.authority.record(ConcernCase, shared.authority.ours).reference
    for address in (f"concerns/{concern}", *ADDRESSES.values()):
        path, _, ref = address.partition("/")
        compare(doors, resources[path], ref)
    for typed in (concern, *(address.partition("/")[2] for address in ADDRESSES.values())):
        for href in ("/search?q={}", "/api/v1/search?q={}"):
            of_record, of_none = (
                doors._said(each, doors._get(href.format(each))) for each in (typed, f"{parts(typed)[0]}-2019-0001")
            )
            assert of_record == of_none, typed + difference(of_record, of_none)


def named_in(schema: type[Schema]) -> Iterator[tuple[str, bool, str]]:
    """The fields that name a record: as programs call them, whether several may be named, and the kind of record."""
    for name, field in schema().load_fields.items():
        inner = field.inner if isinstance(field, fields.List) else field
        called, is_list = field.data_key or name, isinstance(field, fields.List)
        if isinstance(inner, SchoolField):
            yield called, is_list, "school"
        elif isinstance(inner, PlaceField):
            yield from ((called, is_list, kind) for kind in inner.kinds)
        elif isinstance(inner, RecordField):
            yield called, is_list, inner.kind


def is_unknown(holder: PostHolder, kind: str) -> bool:
    """Whether somebody may neither open the other school's record of a kind nor name it for another reason."""
    resource = noun_in(holder, kind)
    return resource is not None and not holder.sees(
        resource, holder.authority.record(resource.kind, holder.authority.theirs)
    )


def noun_in(holder: PostHolder, kind: str) -> Resource[Any] | None:
    with holder.app.app_context():
        return resource_of(kind)


def pair(holder: PostHolder, kind: str) -> tuple[str, str]:
    resource = noun_in(holder, kind)
    assert resource is not None
    return resource.address(holder.authority.record(resource.kind, holder.authority.theirs)), missing(resource)


@pytest.mark.parametrize("resource", ALL_NOUNS)
def test_an_answer_that_names_a_record_somebody_may_not_know_is_refused_as_a_number_that_does_not_exist(
    holder: PostHolder, shared: SharedAuthority, resource: Resource[Any]
) -> None:
    program = shared.program(holder.person)
    record = holder.authority.record(resource.kind, holder.authority.ours)

    def answer(command: Command[Any], field: str, value: Any, ref: str) -> str:
        path = f"/{resource.path}/{command.name}" if command.begins else resource.href(record, command.name)
        headers = {**program.headers, "Idempotency-Key": "unknown-named", "If-Match": '"1"'}
        body = {"json": {field: value}}
        if any(type(each).__name__ == "Upload" for each in command.schema().load_fields.values()):
            body = {"data": {field: ref}}
        return Doors._said(ref, program.client.post(f"/api/v1{path}", headers=headers, **body))

    for command in resource.commands.values():
        for field, is_list, kind in named_in(command.schema):
            if kind in RECORDS and is_unknown(holder, kind):
                there, nowhere = (
                    answer(command, field, [ref] if is_list else ref, ref) for ref in pair(holder, kind)
                )
                assert there == nowhere, f"{resource.path} {command.name} {field}" + difference(there, nowhere)


def test_a_filter_that_names_a_record_somebody_may_not_know_is_refused_as_a_number_that_does_not_exist(
    holder: PostHolder, shared: SharedAuthority
) -> None:
    doors = Doors(holder.client, shared.program(holder.person))
    for resource, _ in RESOURCES:
        filters = resource.listing.filters if resource.listing else None
        for field, _, kind in named_in(filters or Schema):
            if is_unknown(holder, kind):
                for prefix in ("/api/v1", ""):
                    there, nowhere = (
                        doors._said(ref, doors._get(f"{prefix}/{resource.path}{'' if prefix else '/'}?{field}={ref}"))
                        for ref in pair(holder, kind)
                    )
                    assert there == nowhere, f"{prefix}/{resource.path}?{field}" + difference(there, nowhere)


def test_what_is_known_of_and_may_not_be_done_is_still_forbidden(holder: PostHolder) -> None:
    """To know a record and not be allowed an act is told as it is."""
    for resource, _ in RESOURCES:
        record = holder.authority.record(resource.kind, holder.authority.ours)
        for command in record_commands(resource):
            if holder.sees(resource, record) and not holder.may_do(resource, command, record):
                answer = holder.client.get(resource.href(record, command.name))
                assert answer.status_code == 403, (resource.path, command.name)


def test_a_head_names_the_provider_that_works_at_the_school(shared: SharedAuthority) -> None:
    head, specialist = (
        shared.program(person) for person in (shared.authority.ours.head, shared.authority.ours.specialist)
    )
    urn = shared.authority.sample.urn(shared.authority.ours.school)
    for program, question in ((head, "provider=PV-2026-0001"), (specialist, f"school={urn}")):
        assert len(program.get(f"/engagements?{question}").json["items"]) == 1
    head.get("/engagements?provider=PV-2026-0002", 422)
