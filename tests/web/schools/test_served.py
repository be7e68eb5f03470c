"""Schools that the service does not work with: nothing is due there for being served, and the page says why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from domain.school import Source
from projections import schools
from tests.grants import set_need_category
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import Browser
from tests.web.schools.school_changes import change
from tests.web.schools.test_api import Use
from web.runtime.served_schools import SchoolCounts, count_schools, is_served, types_served


def test_the_need_category_is_reviewed_only_while_the_service_works_with_the_school(
    sample: SampleAuthority, sign_in: Callable[..., Browser], program: Use
) -> None:
    grammar, academy = (
        sample.school("Wexmoor Grammar", school_type="Academy converter"),
        sample.school("Ashgrove High School", school_type="Community school"),
    )
    officer, director = sample.link_officer(grammar), sample.director()
    rate(sample, grammar)
    rate(sample, academy)

    def due() -> tuple[set[int], set[int], bool]:
        """Where a need category is to be reviewed: by the API, by pages, and by the page of the school."""
        program_rows = program(director).get("/caseload?whose=everybody").json
        page = sign_in(director).get("/caseload?whose=everybody")
        own = sign_in(officer).get(f"/schools/{sample.urn(grammar)}")
        return (
            {int(row["school"]) for row in program_rows["items"] if row["task"] == "review_the_need_category"},
            {sample.urn(each) for each in (grammar, academy) if f"/schools/{sample.urn(each)}" in page},
            "Review the level of support" in own and "review by 16 November 2026" in own,
        )

    both = {sample.urn(grammar), sample.urn(academy)}
    assert due() == (both, both, True)

    tell(sample, grammar, school_type="Other independent school")
    assert due() == ({sample.urn(academy)}, {sample.urn(academy)}, False)
    assert sample.urn(grammar) not in {row["urn"] for row in program(director).get("/core-visits").json["items"]}

    tell(sample, grammar, school_type="Academy converter")
    assert due() == (both, both, True)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"school_type": "Other independent school"}, "its type, “Other independent school”"),
        ({"status": "Proposed to open"}, "it is not open: “Proposed to open” in the register"),
        ({"status": "Closed", "closed": "2026-08-31"}, "it closed on 31 August 2026"),
        ({"status": "Closed"}, "it is closed"),
    ],
)
def test_the_page_of_a_school_says_why_the_service_does_not_work_with_it(
    sample: SampleAuthority, sign_in: Callable[..., Browser], told: dict[str, str], said: str
) -> None:
    school = sample.school("Ashgrove", school_type="Community school")
    browser, href = sign_in(sample.director()), f"/schools/{sample.urn(school)}"
    for part in ("", "/file"):
        assert "We do not work with this school" not in browser.get(f"{href}{part}")
    tell(sample, school, **told)
    for part in ("", "/file"):
        page = unescape(browser.get(f"{href}{part}"))
        assert "We do not work with this school: " in page
        assert said in page
        assert "None</dd>" not in page


def test_a_school_of_another_authority_is_nowhere_one_that_we_work_with(
    sample: SampleAuthority, sign_in: Callable[..., Browser], program: Use
) -> None:
    ours = sample.urn(sample.school("Ashgrove", school_type="Community school"))
    sample.school("Old Mill", status="Closed")
    other = sample.school("Lever Edge", school_type="Community school", la_code="350", la_name="Bolton")
    rate(sample, other)
    theirs, director = sample.urn(other), sample.director()
    browser, use = sign_in(director), program(director)

    page = browser.get("/schools/")
    assert "1 school we work with, 2 others (1 not open, 1 of other auth" in page
    for worked_with, number in (("served", 1), ("others", 2)):
        rows = use.get(f"/schools?worked_with={worked_with}").json["items"]
        assert len(rows) == number
        assert {row["is_served"] for row in rows} == {worked_with == "served"}
        assert {ours, theirs} & {row["urn"] for row in rows} == ({ours} if worked_with == "served" else {theirs})
    file = unescape(browser.get(f"/schools/{theirs}"))
    assert "We do not work with this school: it belongs to another authority, Bolton." in file
    for offer in ("assign-officer", "set-need-category", "visits/plan", "requests/raise"):
        assert f"/{offer}" not in file
        assert f"/{offer}" in browser.get(f"/schools/{ours}")
    assert "review_the_need_category" not in {
        row["task"] for row in use.get("/caseload?whose=everybody").json["items"]
    }


def test_a_school_that_moved_to_another_authority_says_since_when_it_is_not_ours(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    school = sample.school("Ashgrove", school_type="Community school")
    register = Source("register_2026-10.csv", date(2026, 10, 30))
    change(sample, school, lambda each: each.move_to(la_name="Bolton", la_code=None, source=register))

    page = unescape(sign_in(sample.director()).get(f"/schools/{sample.urn(school)}"))

    assert "We do not work with this school: it has belonged to another authority since 30 October 2026." in page


def test_whoever_is_to_close_or_of_no_known_type_is_served_and_a_type_is_the_same_in_capitals(
    sample: SampleAuthority, program: Use
) -> None:
    served = {
        sample.urn(sample.school("One", school_type="Community school", status="Open, but proposed to close")),
        sample.urn(sample.school("Two", school_type="COMMUNITY SCHOOL")),
        sample.urn(sample.school("Three")),
    }
    sample.school("Four", school_type="Further education")

    rows = program(sample.director()).get("/schools").json["items"]

    assert {row["urn"] for row in rows if row["is_served"]} == served
    assert len(rows) == 4


@pytest.mark.parametrize(
    ("told", "counts"),
    [
        ({}, {"served": 1}),
        ({"la_code": None}, {"served": 1}),
        ({"la_code": "350"}, {"of_other_authorities": 1}),
        ({"la_code": "350", "status": "Closed"}, {"of_other_authorities": 1}),
        ({"status": None}, {"served": 1}),
        ({"status": "Open, but proposed to close"}, {"served": 1}),
        ({"status": "Proposed to open"}, {"not_open": 1}),
        ({"status": "Closed"}, {"not_open": 1}),
        ({"school_type": None}, {"served": 1, "of_unknown_type": 1}),
        ({"school_type": None, "status": None, "la_code": None}, {"served": 1, "of_unknown_type": 1}),
        ({"school_type": None, "status": "Closed"}, {"not_open": 1}),
        ({"school_type": "Further education"}, {"of_other_types": Counter({"Further education": 1})}),
    ],
)
def test_a_school_is_counted_once_and_what_nobody_told_leaves_it_out_of_nothing(
    app: Flask, sample: SampleAuthority, told: dict[str, Any], counts: dict[str, Any]
) -> None:
    """By the count, by the question of one school, and by the question in the database alike."""
    school = sample.school("Ashgrove", **{"school_type": "Community school", "status": "Open", **told})
    none = {"served": 0, "of_unknown_type": 0, "not_open": 0, "of_other_types": Counter(), "of_other_authorities": 0}
    with app.app_context(), sample.services.read() as connection:
        assert count_schools(sample.services, connection) == SchoolCounts(**{**none, **counts})
        [row] = schools.by_type(connection)
        assert is_served(sample.services, row) is (counts.get("served") == 1)
        within = connection.execute(schools.served_ids(types_served(sample.services))).scalars().all()
    assert within == ([school] if counts.get("served") else [])


@pytest.mark.parametrize("status", [None, "Open", "Closed"])
def test_a_school_that_closed_is_not_served_whatever_status_is_told(
    app: Flask, sample: SampleAuthority, status: str | None
) -> None:
    of = {"school_type": None, "status": status, "la_code": None, "number": 1}
    with app.app_context():
        assert not is_served(sample.services, schools.OfType(**of, closed=True))
        assert is_served(sample.services, schools.OfType(**of, closed=False)) is (status != "Closed")


@pytest.mark.parametrize(
    ("served", "said"),
    [
        (
            SchoolCounts(0, 0, 0, Counter()),
            "0 schools we work with, 0 others",
        ),
        (
            SchoolCounts(1, 1, 1, Counter()),
            "1 school we work with (1 of unknown type), 1 other (1 not open)",
        ),
        (
            SchoolCounts(1204, 0, 1000, Counter({"Further education": 2, "Offshore schools": 1}), 5),
            "1,204 schools we work with, 1,008 others "
            "(1,000 not open, 3 of types we do not work with, 5 of other authorities)",
        ),
    ],
)
def test_how_many_schools_are_served_is_said_in_one_sentence(served: SchoolCounts, said: str) -> None:
    assert served.sentence == said


def rate(sample: SampleAuthority, school: UUID) -> None:
    rating: dict[str, Any] = {"from_": TODAY, "review_due": date(2026, 11, 16), "rationale": "Results"}
    change(sample, school, lambda each: set_need_category(each, "C", among="ABCD", scheme="settings-0", **rating))


def tell(sample: SampleAuthority, school: UUID, **told: str | None) -> None:
    change(sample, school, lambda each: each.refresh(told, source=Source("register_2026-10.csv", date(2026, 10, 30))))


def test_the_page_of_a_school_names_the_day_of_what_only_an_older_file_tells(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    school = sample.school("Ashgrove", street="1 Mill Road", telephone="0161 496 0000")
    older, browser = Source("register_2022-04.csv", date(2022, 4, 25)), sign_in(sample.director())
    change(
        sample,
        school,
        lambda each: each.take_in(
            {"pupils": 210, "telephone": "0161 496 9999", "website": "https://ashgrove.example"},
            head="Ms J Okafor",
            tells_head=True,
            source=older,
        ),
    )
    page = unescape(browser.get(f"/schools/{sample.urn(school)}"))
    for told in ("210 (as of 25 April 2022)", "https://ashgrove.example (as of 25 April 2022)", "0161 496 0000"):
        assert told in page
    assert "Ms J Okafor (as of 25 April 2022)" in page
    assert page.count("as of 25 April 2022") == 3
    assert "From the register of 1 September 2024" in page
