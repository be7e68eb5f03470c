"""Schools that a full register no longer names, put before the administrator."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

from domain.school import School, Source
from tests.web.conftest import Browser
from tests.web.schools.test_api import Use
from tests.world import World

REGISTER = Source("register_2026-10.csv", date(2026, 10, 30))


def miss(world: World, school: UUID) -> None:
    with world.acting():
        world.office.service.change(School, school, lambda each: each.miss(source=REGISTER))


def test_the_administrator_says_why_a_school_is_missing(world: World, sign_in: Callable[..., Browser]) -> None:
    school = world.school("Ashgrove High School")
    miss(world, school)
    browser = sign_in(world.administrator())

    page = browser.get("/schools/missed")

    assert "Ashgrove High School" in page
    assert f"/schools/{world.urn(school)}/explain-absence" in page
    sign_in(world.director()).get("/schools/missed", 403)


def test_a_program_reads_the_missing_and_says_why(world: World, program: Use) -> None:
    first, second = world.school("Ashgrove High School"), world.school("Elm Grove School")
    miss(world, first)
    miss(world, second)
    api = program(world.administrator())

    page = api.get("/missed-schools?limit=1").json
    rest = api.get(f"/missed-schools?limit=1&after={page['next']}").json
    assert {page["items"][0]["name"], rest["items"][0]["name"]} == {"Ashgrove High School", "Elm Grove School"}

    seen = api.get(f"/schools/{world.urn(first)}").headers["ETag"]
    answer = {"reason": "Still there: left out by mistake"}
    api.post(f"/schools/{world.urn(first)}/explain-absence", answer, key="explained-1", at=seen)
    assert [row["name"] for row in api.get("/missed-schools").json["items"]] == ["Elm Grove School"]
    program(world.officer()).get("/missed-schools", 403)


def test_what_waits_at_a_school_that_went_elsewhere_is_nobodys_caseload(
    world: World, program: Use, sign_in: Callable[..., Browser]
) -> None:
    school = world.school("Ashgrove High School")
    with world.acting():
        world.office.service.change(
            School, school, lambda each: each.move_to(la_name="Bolton", la_code="350", source=REGISTER)
        )
    page = sign_in(world.director()).get(f"/schools/{world.urn(school)}")
    assert "Bolton" in page
    assert "Plan a visit" not in page
