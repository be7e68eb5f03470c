"""Two people of one name are told apart wherever people are chosen; and nobody learns a name by writing a number."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from marshmallow import Schema, fields
from werkzeug.datastructures import MultiDict

from domain.vocabulary import Role, Team
from tests.sample_authority import SampleAuthority
from tests.web.conftest import Browser, Program
from web.access.policy import POLICY, Action
from web.commands.fields import PersonField, RecordField
from web.commands.listing import Listing
from web.forms import Form, FormField
from web.resources import LIST_ENDPOINTS, RESOURCES


def within(schema: Schema) -> Iterator[fields.Field[Any]]:
    """Every field of a schema, however deep."""
    for field in schema.fields.values():
        inner = field.inner if isinstance(field, fields.List) else field
        yield inner
        if isinstance(inner, fields.Nested):
            yield from within(inner.schema)


SCHEMAS = {
    **{
        f"{resource.path}/{each.name}": each.schema
        for resource, _ in RESOURCES
        for each in resource.commands.values()
    },
    **{f"{resource.path}/{each.name}": each.schema for resource, _ in RESOURCES for each in resource.several},
    **{
        f"{path}?": listing.filters
        for path, listing in [
            *((resource.path, resource.listing) for resource, _ in RESOURCES),
            *((list_endpoint.path, list_endpoint.listing) for list_endpoint in LIST_ENDPOINTS),
        ]
        if isinstance(listing, Listing) and listing.filters
    },
}
FORMS = [
    f"{resource.path}/{each.name}"
    for resource, _ in RESOURCES
    for each in resource.commands.values()
    if any(isinstance(field, PersonField) for field in within(each.schema()))
]


def people_asked(schema: type[Schema], offered: list[tuple[str, str]]) -> list[FormField]:
    offers: defaultdict[str, list[tuple[str, str]]] = defaultdict(lambda: offered, nothing=[])
    form = Form(schema(), data=MultiDict(), lookups=offers)
    asked = [inner for field in form.fields() for inner in field.within()]
    return [field for field in asked if isinstance(field.field, PersonField)]


@pytest.fixture
def namesakes(sample: SampleAuthority) -> dict[str, str]:
    """People called Jo Smith, or nearly so, by reference: what tells them apart."""
    people = {
        sample.person("Jo Smith", Role.HEADTEACHER, school=sample.school("Ashgrove")): "Headteacher, Ashgrove",
        sample.person("Jo Srnith", Role.OFFICER, team=Team.PRIMARY): "Officer, Primary team",
        sample.person("JO SMITH", Role.BROKER): "PE-",
        sample.person("Jo Smith", Role.BROKER): "PE-",
    }
    return {sample.reference(person): told for person, told in people.items()}


@pytest.mark.parametrize("name", FORMS)
def test_people_of_one_name_are_told_apart_on_every_form(
    app: Flask, sample: SampleAuthority, namesakes: dict[str, str], name: str
) -> None:
    alone = sample.reference(sample.officer("Nia New"))
    names = dict.fromkeys(namesakes, "Jo Smith") | {alone: "Nia New"}
    with app.test_request_context():
        asked = people_asked(SCHEMAS[name], list(names.items()))
        assert asked
        for field in asked:
            texts = {option.value: option.text for option in field.options}  # type: ignore[attr-defined]
            assert len(set(texts.values())) == len(texts)
            assert texts[alone] == "Nia New"
            assert all(told in texts[reference] for reference, told in namesakes.items())


@pytest.mark.parametrize("address", ["/schools/?", "/requests/?", "/caseload?", "/accounts/new"])
def test_people_of_one_name_are_told_apart_in_filters(
    sample: SampleAuthority, sign_in: Callable[[UUID], Browser], address: str
) -> None:
    for _ in range(2):
        sample.person("Dan Double", Role.OFFICER, team=Team.PRIMARY)
        sample.person("Bo Double", Role.BROKER)
    browser = sign_in(sample.administrator() if address == "/accounts/new" else sample.director())
    page = browser.get(address)
    told = [text for text in re.findall(r">([^<]*)<", page) if "Double" in text]
    assert told
    assert all("PE-" in text for text in told), told


def test_who_proposed_a_post_is_told_apart(sample: SampleAuthority, sign_in: Callable[[UUID], Browser]) -> None:
    sample.director()
    one, other = (
        sample.person("Dan Double", Role.ADMINISTRATOR),
        sample.person("Dan Double", Role.OFFICER, team=Team.PRIMARY),
    )
    nia = sample.officer("Nia New")
    page = f"/people/{sample.reference(nia)}"
    sign_in(one).send(
        f"{page}/propose-post", {"role": "reviewer", "from-day": "1", "from-month": "9", "from-year": "2026"}
    )

    told = sign_in(sample.administrator()).get("/people/")
    assert "Dan Double, Administrator" in told
    assert f"Dan Double ({sample.reference(other)})" not in told


def test_each_person_that_is_named_by_number_is_judged_by_one_rule() -> None:
    for name, schema in SCHEMAS.items():
        for field in within(schema()):
            if isinstance(field, RecordField) and field.kind == "person":
                assert isinstance(field, PersonField), name
    inside = POLICY[Action.READ_PEOPLE]
    assert POLICY[Action.READ_AUDIT].keys() <= inside.keys(), "the trail asks for people by name"


def written(api: Program, on: str, person: str, key: str, status: int) -> dict[str, Any]:
    body = {
        "record": on,
        "note_type": "telephone",
        "heading": "A call",
        "text": "Heard",
        "person": person,
        "about_person": "Was ill",
    }
    told: dict[str, Any] = api.post("/notes/write", body, key=key, status=status).get_json()
    return told


def test_a_number_tells_nobody_a_name(sample: SampleAuthority, program: Callable[..., Program]) -> None:
    school = sample.school("Ashgrove")
    head = sample.person("Hana Head", Role.HEADTEACHER, school=school)
    chair = sample.person("Cy Chair", Role.CHAIR, school=school)
    link = sample.link_officer(school)
    other = sample.person("Olu Other", Role.HEADTEACHER, school=sample.school("Birch"))
    api, urn = program(head), str(sample.urn(school))

    known = written(api, urn, sample.reference(chair), "number-1", 201)
    assert known["versions"][0]["person"] == sample.reference(chair)
    for number, (person, status) in enumerate([(head, 201), (link, 201), (other, 422), (sample.director(), 422)]):
        told = written(api, urn, sample.reference(person), f"number-of-{number}", status)
        if status == 422:
            nobody = written(api, urn, "PE-2026-9999", f"number-none-{number}", 422)
            assert told["errors"] == nobody["errors"]
    for path in ("/schools", "/caseload"):
        by_number = [
            api.get(f"{path}?officer={number}", status=422).get_json()["errors"]
            for number in (sample.reference(other), "PE-2026-9999")
        ]
        assert by_number[0] == by_number[1]
        api.get(f"{path}?officer={sample.reference(link)}")


def test_whoever_reads_people_may_name_everybody(sample: SampleAuthority, program: Callable[..., Program]) -> None:
    school = sample.school("Ashgrove")
    head = sample.person("Hana Head", Role.HEADTEACHER, school=school)
    told = written(program(sample.officer()), str(sample.urn(school)), sample.reference(head), "inside-1", 201)
    assert told["versions"][0]["person"] == sample.reference(head)
