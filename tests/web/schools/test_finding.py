"""Finding a school: by name, URN or postcode, from any page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from domain.school import Source
from tests.grants import set_need_category
from tests.sample_authority import SampleAuthority
from tests.web.conftest import Browser, Program
from tests.web.schools.school_changes import change, propose

REGISTER = Source("register_2026-10.csv", date(2026, 10, 30))


def table_of(page: str) -> str:
    return page[page.index("<tbody") :] if "<tbody" in page else ""


def test_four_schools_of_one_name_are_told_apart(sample: SampleAuthority, sign_in: Callable[..., Browser]) -> None:
    streets = ("1 Chapel Lane", "22 Mill Road", "3 High Street", "40 Church Walk")
    for street in streets:
        sample.school("St Mary's Catholic Primary School", phase="primary", street=street)
    sample.school("Ashgrove High School")

    found = table_of(sign_in(sample.broker()).get("/schools/?q=st+marys"))

    assert found.count("St Mary&#39;s Catholic Primary School") == 4
    assert all(street in found for street in streets)
    assert "Ashgrove" not in found


@pytest.mark.parametrize("typed", ["ashgrove", "WX99 1AB", "wx991ab", "Wexmoor ashgrove"])
def test_a_school_is_found_by_name_town_and_postcode(
    sample: SampleAuthority, sign_in: Callable[..., Browser], typed: str
) -> None:
    sample.school("Ashgrove High School", postcode="WX99 1AB")
    sample.school("Elm Grove School", postcode="WX2 2AB")

    found = table_of(sign_in(sample.broker()).get(f"/schools/?q={typed}"))

    assert "Ashgrove High School" in found
    assert "Elm Grove" not in found


def test_a_urn_typed_in_full_leads_straight_to_the_school(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    school = sample.school()
    browser = sign_in(sample.broker())

    response = browser.client.get(f"/schools/?q={sample.urn(school)}")

    assert response.status_code == 303
    assert response.headers["Location"] == f"/schools/{sample.urn(school)}"


def test_the_list_is_narrowed_by_phase_officer_category_and_status(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    high, primary = sample.school("Ashgrove High School"), sample.school("Lark Hill", phase="primary")
    sample.school("Gone School", status="Closed")
    officer = sample.link_officer(high)
    change(
        sample,
        primary,
        lambda school: set_need_category(
            school,
            "C",
            among=["C"],
            from_=date(2026, 9, 1),
            review_due=date(2027, 3, 1),
            rationale="Results",
            scheme="s",
        ),
    )
    browser = sign_in(sample.director())

    def found(query: str) -> set[str]:
        page = table_of(browser.get(f"/schools/?{query}"))
        return {name for name in ("Ashgrove High School", "Lark Hill", "Gone School") if name in page}

    assert found("") == {"Ashgrove High School", "Lark Hill", "Gone School"}
    assert found("phase=primary") == {"Lark Hill"}
    assert found(f"officer={sample.reference(officer)}") == {"Ashgrove High School"}
    assert found("category=C") == {"Lark Hill"}
    assert found("status=Closed") == {"Gone School"}
    assert found("authority=399&status=Open") == {"Ashgrove High School", "Lark Hill"}
    assert found("authority=Elsewhere") == set()


def test_a_school_of_unknown_phase_and_status_is_found_as_that(
    sample: SampleAuthority, sign_in: Callable[..., Browser], program: Callable[..., Program]
) -> None:
    sample.school("Ashgrove High School")
    untold, director = sample.school("Lark Hill"), sample.director()
    change(sample, untold, lambda each: each.refresh({"phase": None, "status": None}, source=REGISTER))

    for query in ("phase=not_known", "status=not_known", "phase=not_known&phase=primary&status=not_known"):
        page = sign_in(director).get(f"/schools/?{query}")
        assert "Lark Hill" in table_of(page)
        assert "Ashgrove" not in table_of(page)
        assert ": Not known" in page
        listed = program(director).get(f"/schools?{query}").json
        assert listed is not None
        assert [school["name"] for school in listed["items"]] == ["Lark Hill"]
    program(director).get("/schools?phase=unknown", 422)


def test_nothing_is_shown_for_a_filter_that_cannot_be_read_and_what_is_wrong_is_told(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    sample.school()

    page = sign_in(sample.broker()).get("/schools/?status=ajar&officer=nobody", 422)

    assert "No schools" not in page
    assert "Ashgrove High School" not in page
    assert "Enter a reference" in page


def test_the_list_goes_on_page_by_page(sample: SampleAuthority, program: Callable[..., Program]) -> None:
    for number in range(5):
        sample.school(f"School {number}")
    api = program(sample.broker())
    seen: list[str] = []
    after = ""

    for _ in range(3):
        page = api.get(f"/schools?limit=2{after}").json
        assert page is not None
        seen += [school["name"] for school in page["items"]]
        after = f"&after={page['next']}"

    assert seen == [f"School {number}" for number in range(5)]
    assert page["next"] is None


def test_a_headteacher_finds_their_own_school_only(sample: SampleAuthority, sign_in: Callable[..., Browser]) -> None:
    own, other = sample.school("Ashgrove High School"), sample.school("Elm Grove School")
    browser = sign_in(sample.headteacher(own))

    found = table_of(browser.get("/schools/"))

    assert "Ashgrove High School" in found
    assert "Elm Grove" not in found
    assert "Elm Grove" not in browser.get(f"/schools/?q={sample.urn(other)}")
    browser.get(f"/schools/{sample.urn(own)}")
    browser.get(f"/schools/{sample.urn(other)}", 404)
    browser.get(f"/schools/{sample.urn(other)}/file", 404)


def test_the_links_that_wait_are_for_the_administrator(
    sample: SampleAuthority, sign_in: Callable[..., Browser]
) -> None:
    earlier, later = sample.school("Ashgrove High School"), sample.school("Ashgrove Academy")
    urn = propose(sample, earlier, later)

    page = sign_in(sample.administrator()).get("/schools/successions")

    assert "Ashgrove High School" in page
    assert f"{urn}, Wexmoor" in page
    assert f"/schools/{sample.urn(earlier)}/confirm-succession" in page
    sign_in(sample.director()).get("/schools/successions", 403)


def test_many_links_that_wait_go_on_page_by_page(sample: SampleAuthority, sign_in: Callable[..., Browser]) -> None:
    school = sample.school()
    for _ in range(52):
        propose(sample, school, sample.school("Later School"))
    browser = sign_in(sample.administrator())

    first = browser.get("/schools/successions")
    following = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    second = browser.get(following)

    assert (first.count("Answer for"), second.count("Answer for")) == (50, 2)
    assert "52 links" in first
    assert "51 to 52 of 52 links" in second
    browser.get("/schools/successions?after=nonsense", status=400)
