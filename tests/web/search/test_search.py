"""The search at the top of every page."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from projections import people
from tests.sample_authority import SampleAuthority
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser, Program

SignIn = Callable[[UUID], Browser]


def leads_to(browser: Browser, typed: str) -> str:
    response = browser.client.get("/search", query_string={"q": typed})
    assert response.status_code == 303
    return response.headers["Location"]


@pytest.mark.parametrize("typed", ["{reference}", " {lower} "])
def test_a_reference_leads_to_its_record(sample: SampleAuthority, sign_in: SignIn, typed: str) -> None:
    director = sample.director()
    with sample.services.read() as connection:
        person = people.by_id(connection, director)
    assert person is not None
    browser = sign_in(director)
    told = typed.format(reference=person.reference, lower=person.reference.lower())
    assert leads_to(browser, told) == f"/people/{person.reference}"


def test_anything_else_leads_to_the_schools(sample: SampleAuthority, sign_in: SignIn) -> None:
    browser = sign_in(sample.director())
    assert leads_to(browser, "St Paul's & co") == "/schools/?q=St+Paul%27s+%26+co"
    assert leads_to(browser, "SR-2026-9999") == "/schools/?q=SR-2026-9999"


def test_a_specialist_is_told_that_nothing_was_found(sample: SampleAuthority, sign_in: SignIn) -> None:
    page = sign_in(sample.specialist(uuid4())).get("/search?q=<b>nothing")
    assert "There is no record" in page
    assert "<b>nothing" not in page


# In the API


def test_a_program_finds_a_record_by_its_reference(sample: SampleAuthority, program: Callable[..., Program]) -> None:
    director = sample.director()
    api, reference = program(director), sample.reference(director)

    for typed in (reference, reference.lower()):
        (row,) = api.get(f"/search?q={typed}").json["items"]
        assert (row["record_kind"], row["record"], row["path"]) == (
            "person",
            reference,
            f"/api/v1/people/{reference}",
        )
    assert api.get(row["path"].removeprefix("/api/v1")).json["reference"] == reference


def test_a_program_finds_schools_by_name_page_by_page(
    sample: SampleAuthority, program: Callable[..., Program]
) -> None:
    own, _ = sample.school("Ashgrove High School"), sample.school("Ashgrove Primary School")
    api = program(sample.director())

    first = api.get("/search?q=ashgrove&limit=1").json
    second = api.get(f"/search?q=ashgrove&limit=1&after={first['next']}").json

    assert [row["name"] for page in (first, second) for row in page["items"]] == [
        "Ashgrove High School",
        "Ashgrove Primary School",
    ]
    assert first["items"][0]["path"] == f"/api/v1/schools/{sample.urn(own)}"
    mine = program(sample.headteacher(own)).get("/search?q=ashgrove").json["items"]
    assert [row["name"] for row in mine] == ["Ashgrove High School"]


def test_nobody_finds_what_they_may_not_open(sample: SampleAuthority, program: Callable[..., Program]) -> None:
    stages = BrokerageStages(sample)
    stages.a_tender()
    specialist, stranger = program(stages.calder.specialist), program(sample.specialist(uuid4()))

    (row,) = specialist.get("/search?q=TN-2026-0001").json["items"]

    assert row["path"] == "/api/v1/invitations/TN-2026-0001"
    assert stranger.get("/search?q=TN-2026-0001").json["items"] == []
    assert specialist.get("/search?q=SR-2026-0001").json["items"] == []
    assert specialist.get("/search?q=ashgrove").json["items"] == []
    stranger.get("/search", 422)
