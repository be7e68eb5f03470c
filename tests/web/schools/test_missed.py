"""Schools that a full register no longer names, put before the administrator."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

from domain.references import record_id
from domain.school import School, Source
from domain.visit import Visit
from domain.vocabulary import Role
from tests.full_authority import FullAuthority
from tests.sample_authority import SampleAuthority
from tests.web.conftest import Browser
from tests.web.schools.test_api import Use

REGISTER = Source("register_2026-10.csv", date(2026, 10, 30))


def miss(sample: SampleAuthority, school: UUID) -> None:
    with sample.acting():
        sample.services.service.change(School, school, lambda each: each.miss(source=REGISTER))


def test_the_administrator_says_why_a_school_is_missing(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    school = sample.school("Ashgrove High School")
    miss(sample, school)
    browser = sign_in(sample.administrator())

    page = browser.get("/schools/missed")

    assert "Ashgrove High School" in page
    assert f"/schools/{sample.urn(school)}/explain-absence" in page
    sign_in(sample.director()).get("/schools/missed", 403)


def test_a_program_reads_the_missing_and_says_why(sample: SampleAuthority, program: Use) -> None:
    first, second = sample.school("Ashgrove High School"), sample.school("Elm Grove School")
    miss(sample, first)
    miss(sample, second)
    api = program(sample.administrator())

    page = api.get("/missed-schools?limit=1").json
    rest = api.get(f"/missed-schools?limit=1&after={page['next']}").json
    assert {page["items"][0]["name"], rest["items"][0]["name"]} == {"Ashgrove High School", "Elm Grove School"}

    seen = api.get(f"/schools/{sample.urn(first)}").headers["ETag"]
    answer = {"reason": "Still there: left out by mistake"}
    api.post(f"/schools/{sample.urn(first)}/explain-absence", answer, key="explained-1", at=seen)
    assert [row["name"] for row in api.get("/missed-schools").json["items"]] == ["Elm Grove School"]
    program(sample.officer()).get("/missed-schools", 403)


def test_what_is_open_at_a_school_that_went_elsewhere_is_put_before_people_apart(
    sample: SampleAuthority, program: Use, sign_in: Callable[..., Browser]
) -> None:
    authority = FullAuthority(sample)
    school, director = authority.ours.school, sign_in(authority.people[Role.DIRECTOR])
    api = program(authority.people[Role.DIRECTOR])

    def records(query: str) -> set[str]:
        rows = api.get(f"/caseload?limit=200&{query}").json["items"]
        return {row["record"] for row in rows if row["school"] == str(sample.urn(school))}

    open_before = records("whose=everybody")
    assert {"V-2026-0001", "CC-2026-0001"} <= open_before
    assert "now with another authority:" not in director.get("/caseload")

    with sample.acting():
        sample.services.service.change(
            School, school, lambda each: each.move_to(la_name="Bolton", la_code="350", source=REGISTER)
        )

    assert records("whose=everybody") == set()
    assert records("whose=left") == open_before
    page = director.get("/caseload")
    assert "Open work at schools now with another authority: " in page
    assert "V-2026-0001" in director.get("/caseload?whose=left")
    own = director.get(f"/schools/{sample.urn(school)}")
    assert "Bolton" in own
    assert "Plan a visit" not in own
    assert "Nothing to do for this school" not in own
    lead = sample.services.service.find(Visit, record_id("visit", "V-2026-0001")).lead
    assert "V-2026-0001" in director.get(f"/people/{sample.reference(lead)}")

    with sample.acting():
        sample.services.service.change(School, school, lambda each: each.come_back(source=REGISTER))
    assert records("whose=everybody") == open_before
    assert records("whose=left") == set()
