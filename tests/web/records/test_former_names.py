"""Whoever had another name is found by it, and a document of a day prints the name of that day."""

from __future__ import annotations

from datetime import time, timedelta
from urllib.parse import quote
from uuid import UUID

from flask import Flask

from domain.person import Person
from domain.provider import Provider, ProviderKind
from domain.school import School, Source
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import Program, a_program
from tests.web.records.conftest import HREF, Stage

LATER = TODAY + timedelta(days=3)


def renamed(sample: SampleAuthority, school: UUID, *people: UUID) -> None:
    """Give a school and people other names, some days later."""
    sample.clock.go_to(LATER, time(10, 0))
    service, source = sample.services.service, Source("register.csv", LATER)
    with sample.acting():
        service.change(School, school, lambda it: it.refresh({"name": "Northgate Academy"}, source=source))
    for person in people:
        with sample.acting():
            service.change(Person, person, lambda it: it.rename(f"{it.name.value.split()[0]} Newname"))


def found(program: Program, path: str, of: str) -> list[object]:
    return [row[of] for row in program.get(path).json["items"]]


def test_lists_searches_and_filters_find_schools_people_and_providers_by_the_names_they_had(
    sample: SampleAuthority, app: Flask
) -> None:
    school = sample.school("Ashgrove High School")
    head = sample.headteacher(school, "Hana Oldname")
    with sample.acting():
        answers = {"trading_as": "Abacus Ltd", "kind": ProviderKind.PRIVATE}
        provider = sample.services.service.add(lambda: Provider.register("PV-2026-0001", **answers)).id
    renamed(sample, school, head)
    with sample.acting():
        sample.services.service.change(Provider, provider, lambda it: it.rename(trading_as="Counting House"))
    director, urn = a_program(app, sample, sample.director()), sample.urn(school)

    assert found(director, "/search?q=ashgrove%20high", "name") == ["Northgate Academy"]
    assert found(director, "/schools?q=ashgrove", "urn") == found(director, "/schools?q=northgate", "urn") == [urn]
    assert found(director, "/people?q=oldname", "name") == ["Hana Newname"]
    assert found(director, "/providers?q=abacus", "name") == ["Counting House"]
    trail = director.get(f"/audit?person={quote('Hana Oldname')}&school={quote('Ashgrove High School')}").json
    assert trail["items"]
    director.get(f"/audit?person={quote('Hana Nobody')}", 422)


def test_a_form_offers_each_under_both_names(stage: Stage) -> None:
    renamed(stage.sample, stage.school, stage.officer)
    page = stage.browser(stage.sample.director()).get("/visits/plan")
    assert "Newname (formerly " in page
    assert "(formerly Ashgrove High School)" in page


def test_a_version_of_a_record_prints_the_names_of_the_day_on_which_it_was_issued(stage: Stage) -> None:
    stage.issued()
    renamed(stage.sample, stage.school, stage.head)
    director = stage.browser(stage.sample.director())
    version = director.get(f"{HREF}/versions/1")
    assert "Northgate Academy" not in version
    assert "Newname" not in version
    assert "Northgate Academy" in director.get(HREF)
