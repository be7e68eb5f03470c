"""A schema reads how an answer is written and no more; what answers name is looked up in one step, for the person who
asks."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from flask.testing import FlaskClient
from marshmallow import Schema, ValidationError, fields
from werkzeug.datastructures import MultiDict

import web
from domain.references import record_id
from domain.visit import Visit
from domain.vocabulary import Role
from tests.databases import Databases
from tests.full_authority import FullAuthority
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import Program, SharedAuthority, an_app, an_office
from tests.web.statements import Heard, Statements
from web.commands.fields import person_field
from web.forms import Form
from web.forms.references import ReferenceField, UnresolvedReference

WRITTEN = ["900001", "SR-2026-0001", "PE-2026-0001", "PV-2026-0001", "2026-09-01", "visit", "Hana Head", ""]


def schemas(of: type[Schema] = Schema) -> Iterator[type[Schema]]:
    for each in of.__subclasses__():
        if each.__module__.startswith("web."):
            yield each
        yield from schemas(each)


def asked(schema: Schema) -> Iterator[fields.Field[Any]]:
    """The fields that a schema loads, however deep."""
    for field in schema.load_fields.values():
        inner = field.inner if isinstance(field, fields.List) else field
        yield field
        yield inner
        if isinstance(inner, fields.Nested):
            yield from asked(inner.schema)


def test_whatever_a_schema_asks_is_read_without_looking_anything_up() -> None:
    """There is no application here and so no service: whatever looks something up, or asks who sends it, fails."""
    for module in pkgutil.walk_packages(web.__path__, "web."):
        importlib.import_module(module.name)
    seen = set()
    for schema in schemas():
        for field in asked(schema()):
            seen.add(type(field))
            for text in WRITTEN:
                for sent in (text, [text]):
                    with suppress(ValidationError):
                        field.deserialize(sent)
    found = {each.__name__ for each in seen if issubclass(each, ReferenceField)}
    assert found >= {"SchoolField", "RecordField", "PersonField", "ProviderField", "PlaceField", "SchoolFilter"}
    assert found >= {"RecordFilter", "AnyRecord", "ReadableKind"}


class Naming(Schema):
    person = person_field(required=True)


def test_a_name_that_nobody_looked_up_is_no_id() -> None:
    assert Naming().load({"person": " pe-2026-0001 "}) == {"person": UnresolvedReference("PE-2026-0001")}


def test_a_form_that_names_somebody_is_not_answered_for_nobody() -> None:
    with pytest.raises(LookupError):
        Form(Naming(), data=MultiDict({"person": "PE-2026-0001"}), lookups={}).is_valid()


class Counted:
    """An authority, and what is asked of its database while one request is answered."""

    def __init__(self, shared: SharedAuthority, statements: Statements) -> None:
        self.shared, self.statements = shared, statements
        self.authority, self.officer = shared.authority, shared.authority.people[Role.OFFICER]
        self.api: Program = shared.program(self.officer)
        self.pages: FlaskClient = shared.browser(self.officer)

    def reference(self, number: int) -> str:
        people = [*self.authority.people.values()]
        return self.authority.sample.reference(people[number])

    def sent(self, body: dict[str, Any], status: int) -> tuple[dict[str, Any], Heard]:
        with self.statements.heard() as heard:
            answer = self.api.post("/visits/plan", body, key=f"named-{len(body['visitors'])}-{status}", status=status)
        return answer.get_json(), heard


@pytest.fixture(scope="module")
def counted(sqlite_databases: Databases) -> Iterator[Counted]:
    with an_office(sqlite_databases) as (services, clock):
        yield Counted(
            SharedAuthority(an_app(services), FullAuthority(SampleAuthority(services, clock))), Statements(services)
        )


def visit(counted: Counted, visitors: list[str], **changes: Any) -> dict[str, Any]:
    return {
        "school": str(counted.authority.sample.urn(counted.authority.ours.school)),
        "kind": "core",
        "purpose": "challenge",
        "on": str(TODAY),
        "visitors": [{"person": person, "capacity": "officer"} for person in visitors],
        "focus": "Mathematics",
        **changes,
    }


UNKNOWN_PERSON = "There is no person with that reference, or you cannot open it"


def test_each_wrong_name_is_told_beside_its_answer_with_whatever_else_is_wrong(counted: Counted) -> None:
    visitors = [counted.reference(0), "PE-2026-9999", "nobody", counted.reference(1)]
    body = visit(counted, visitors, school="999999", lead="PE-2026-9998", concern="CC-2020-0001", on="2026-02-30")
    told, _ = counted.sent(body, 422)

    assert told["errors"]["json"] == {
        "school": ["Enter the URN of a school in the register"],
        "on": ["Not a valid date."],
        "visitors": {
            "1": {"person": [UNKNOWN_PERSON]},
            "2": {"person": ["Enter a reference like PE-2026-0001"]},
        },
        "lead": [UNKNOWN_PERSON],
        "concern": ["There is no concern with that reference, or you cannot open it"],
    }


def test_what_is_missing_is_told_beside_what_names_nothing(counted: Counted) -> None:
    body = {"visitors": [{"person": "PE-2026-9999"}, {"capacity": "officer"}, "nobody", None]}
    told, _ = counted.sent(body, 422)

    assert set(told["errors"]["json"]) == {"school", "kind", "purpose", "on", "visitors", "focus"}
    rows = told["errors"]["json"]["visitors"]
    assert rows["0"]["person"] == [UNKNOWN_PERSON]
    assert set(rows["0"]) == {"person", "capacity"}
    assert set(rows["1"]) == {"person"}
    assert set(rows) == {"0", "1", "2", "3"}


def test_a_page_tells_the_same_beside_its_questions(counted: Counted) -> None:
    answers = {"school": "999999", "visitors-0-person": "PE-2026-9999", "visitors-0-capacity": "officer"}
    page = counted.pages.post("/visits/plan", data=answers).text

    assert 'href="#school"' in page
    assert 'href="#visitors-0-person"' in page
    assert 'href="#focus"' in page


def test_many_that_are_named_are_looked_up_in_one_question(counted: Counted) -> None:
    def asked_of_names(visitors: list[str]) -> int:
        _, heard = counted.sent(visit(counted, visitors, focus=""), 422)
        return sum("FROM names" in " ".join(each.split()) for each in heard.asked)

    six = [counted.reference(number) for number in range(6)]
    assert asked_of_names(six) == asked_of_names(six[:1])


def test_for_a_school_alone_nothing_restricted_is_looked_up(counted: Counted) -> None:
    _, heard = counted.sent(visit(counted, [], focus=""), 422)
    assert heard.asked
    assert not [each for each in heard.asked if "links" in each]


def test_who_leads_is_the_first_visitor_that_was_found(counted: Counted) -> None:
    body = visit(counted, [counted.authority.sample.reference(counted.officer)], starts_at="09:30:00", minutes=60)
    told, _ = counted.sent(body, 201)

    planned = counted.authority.service.find(Visit, record_id(Visit.KIND, told["reference"]))
    assert [each.person for each in planned.visitors] == [planned.lead] == [counted.officer]
