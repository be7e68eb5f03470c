"""The core visits of a term: who had one, who will have one, and who would go without."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import Browser, Program
from tests.web.visits.conftest import Ashgrove
from web.visits.coverage import CoverageStatus, status_of

SOON = TODAY + timedelta(days=8)
NEXT_TERM = TODAY + timedelta(days=100)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((1, 0, 0, 0), CoverageStatus.NONE),
        ((1, 1, 0, 0), CoverageStatus.PLANNED),
        ((1, 0, 1, 0), CoverageStatus.HELD),
        ((1, 0, 0, 1), CoverageStatus.MISSED),
        ((1, 1, 0, 1), CoverageStatus.PLANNED),
        ((2, 0, 1, 0), CoverageStatus.NONE),
        ((2, 1, 1, 0), CoverageStatus.PLANNED),
    ],
)
def test_a_school_stands_by_what_is_due_planned_held_and_missed(
    counts: tuple[int, int, int, int], expected: CoverageStatus
) -> None:
    assert status_of(*counts) is expected


def test_the_title_says_how_many_schools_would_go_without(
    officer: Browser, ashgrove: Ashgrove, sample: SampleAuthority
) -> None:
    sample.school("Birch High School")
    assert "2 of 2 schools have no core visit planned or held in the autumn term 2026/27" in officer.get(
        "/visits/coverage"
    )
    officer.send("/visits/plan", ashgrove.plan(SOON))
    assert "1 of 2 schools has no core visit planned or held in the autumn term 2026/27" in officer.get(
        "/visits/coverage"
    )


def test_only_the_schools_that_the_service_works_with_are_due_core_visits(
    officer: Browser, ashgrove: Ashgrove, sample: SampleAuthority
) -> None:
    sample.school("Little Acorns", school_type="Children's centre")
    sample.school("Wexmoor Grammar", school_type="Other independent school")
    sample.school("Birch High School", school_type="Voluntary controlled school")
    sample.school("Elm Free School", status="Proposed to open")
    page = officer.get("/visits/coverage")
    assert "2 of 2 schools have no core visit planned or held" in page
    assert "Birch High School" in page
    everything = officer.get("/schools/")
    assert "2 schools we work with (1 of unknown type), 3 others (1 not open, 2 of types we do not work" in everything
    assert "Wexmoor Grammar" in officer.get("/schools/?worked_with=others")


def test_nothing_was_due_in_a_term_before_the_service_knew_the_school(officer: Browser, ashgrove: Ashgrove) -> None:
    page = officer.get("/visits/coverage?year=2023&term=summer")
    assert "Our records start after the summer term 2023/24" in page
    assert "no core visit planned or held" not in page
    assert "Ashgrove High School</a>" not in page


def test_a_visit_counts_for_its_own_term_and_only_a_core_one(officer: Browser, ashgrove: Ashgrove) -> None:
    officer.send("/visits/plan", ashgrove.plan(SOON, kind="familiarisation"))
    officer.send("/visits/plan", ashgrove.plan(NEXT_TERM))
    assert "None planned" in officer.get("/visits/coverage?year=2026&term=autumn")
    spring = officer.get("/visits/coverage?year=2026&term=spring")
    assert "Every school has a core visit held or planned in the spring term 2026/27" in spring


def test_the_schools_of_the_officer_stand_first(officer: Browser, sample: SampleAuthority) -> None:
    sample.school("Aaron High School")
    page = officer.get("/visits/coverage")
    assert page.index("Your schools") < page.index("Ashgrove") < page.index("Other schools") < page.index("Aaron")


def test_a_headteacher_sees_the_own_school_alone(head: Browser, sample: SampleAuthority) -> None:
    sample.school("Birch High School")
    assert "Birch" not in head.get("/visits/coverage")


def test_the_sheet_guards_names_that_a_spreadsheet_would_take_for_formulas(
    officer: Browser, ashgrove: Ashgrove, sample: SampleAuthority
) -> None:
    sample.school("=Ash & Birch School")
    sheet = officer.get("/visits/coverage.csv?year=2026&term=autumn")
    assert "URN,School,School year,Term,Due,Planned,Held,Missed,Status" in sheet
    assert f"{ashgrove.urn},Ashgrove High School,2026/27,Autumn,1,0,0,0,None planned" in sheet
    assert ",'=Ash & Birch School," in sheet


def test_a_term_that_cannot_be_read_is_not_counted(officer: Browser) -> None:
    page = officer.get("/visits/coverage?term=winter&year=9999", 422)
    assert "autumn term 2026/27" not in page
    assert "Term: select one of the options" in page
    officer.get("/visits/coverage.csv?term=winter", 400)


def test_nobody_without_a_post_in_visits_sees_the_coverage(
    sample: SampleAuthority, sign_in: Callable[[UUID], Browser]
) -> None:
    sign_in(sample.administrator()).get("/visits/coverage", 403)


def test_programs_read_the_coverage_page_by_page(
    ashgrove: Ashgrove, sample: SampleAuthority, program: Callable[..., Program]
) -> None:
    sample.school("Birch High School")
    api = program(ashgrove.officer)
    first = api.get("/core-visits?year=2026&term=autumn&limit=1").json
    assert first is not None
    assert first["items"][0]["name"] == "Ashgrove High School"
    rest = api.get(f"/core-visits?year=2026&term=autumn&after={first['next']}").json
    assert rest is not None
    assert [line["name"] for line in rest["items"]] == ["Birch High School"]
    assert rest["next"] is None
    api.get("/core-visits?term=winter", 422)
