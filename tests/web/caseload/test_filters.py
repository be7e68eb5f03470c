"""The filters of the caseload: what they take, and that nothing is shown for one that cannot be read."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from uuid import UUID

import pytest

from domain.concern import ConcernCase, ConcernKind, ConcernSource, Severity
from domain.school import School
from domain.vocabulary import Purpose, Role
from projections.caseload import CaseloadCount
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import Browser, SharedAuthority
from web.caseload.pages import count_in_words

SignIn = Callable[[UUID], Browser]

ROWS = re.compile(r'role="rowheader"')
COUNT = re.compile(r'class="app-filter__count" role="status">([^<]*)<')

UNREADABLE = {
    "school=Priorsgate": "No school has that URN or name",
    "school=123456": "No school has that URN or name",
    "due_before=2026-13-40": "Enter a real date",
    "officer=PE-9999-0001": "There is no person with that reference, or you cannot open it",
    "whose=xyz": "Whose caseload: select one of the options",
    "waiting_for=godot": "Waiting for: select one of the options",
}


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.HEADTEACHER])
@pytest.mark.parametrize("query", UNREADABLE)
def test_nothing_is_shown_for_a_filter_that_cannot_be_read(shared: SharedAuthority, role: Role, query: str) -> None:
    answer = shared.browser(shared.authority.people[role]).get(f"/caseload?{query}")

    assert answer.status_code == 422
    assert UNREADABLE[query] in answer.text
    assert f'href="#filter-{query.partition("=")[0]}"' in answer.text
    assert f'id="filter-{query.partition("=")[0]}"' in answer.text
    assert "Nothing is shown because a filter is wrong" in answer.text
    assert "<title>Error: Caseload" in answer.text.replace("\n", "")
    assert not ROWS.findall(answer.text)


@pytest.mark.parametrize("asked", ["Ashgrove", "ashgrove high school", "its postcode"])
def test_a_school_is_asked_for_by_name_or_postcode_as_by_its_urn(shared: SharedAuthority, asked: str) -> None:
    director = shared.browser(shared.authority.director)
    school = shared.authority.service.find(School, shared.authority.ours.school)
    urn, postcode = school.urn, school.details["postcode"]

    found = director.get("/caseload", query_string={"school": asked.replace("its postcode", str(postcode))}).text

    assert "CC-2026-0001" in found
    assert "CC-2026-0002" not in found
    assert len(ROWS.findall(found)) == len(ROWS.findall(director.get(f"/caseload?school={urn}").text))


def test_a_program_asks_for_a_school_by_name_too(shared: SharedAuthority) -> None:
    api = shared.program(shared.authority.director)

    assert (
        api.get("/caseload?school=Ashgrove").json
        == api.get(f"/caseload?school={shared.authority.sample.urn(shared.authority.ours.school)}").json
    )
    api.get("/caseload?school=Priorsgate", status=422)


# How much there is


def worried(sample: SampleAuthority, number: int, *, overdue: int) -> UUID:
    """The officer of a school about which there are so many concerns, the first of them overdue."""
    school = sample.school()
    officer = sample.link_officer(school)
    for each in range(1, number + 1):
        due = TODAY - timedelta(days=1) if each <= overdue else TODAY
        with sample.acting(officer, "officer"):
            sample.services.service.add(partial(worry, each, school, due))
    return officer


def worry(number: int, school: UUID, due: date) -> ConcernCase:
    return ConcernCase.raise_(
        f"CC-2026-{number:04}",
        school=school,
        kind=ConcernKind.STAFFING,
        source=ConcernSource.VISIT,
        severity=Severity.LOW,
        detail="Staff leave",
        purpose=Purpose.MONITORING,
        assess_by=due,
    )


def counts(page: str) -> list[str]:
    return COUNT.findall(page)


def test_a_page_says_how_much_there_is_and_how_much_of_it_is_overdue(
    sample: SampleAuthority, sign_in: SignIn
) -> None:
    officer = sign_in(worried(sample, 53, overdue=52))

    first = officer.get("/caseload")
    following = re.search(r'href="([^"]+)" rel="next"', first)
    assert following is not None
    second = officer.get(following[1].replace("&amp;", "&"))

    assert counts(first) == ["50 of 53 shown, 52 overdue"]
    assert counts(second) == ["3 of 53 shown, 52 overdue"]
    assert counts(officer.get("/caseload?waiting_for=broker")) == []


def test_a_page_that_shows_all_says_so(sample: SampleAuthority, sign_in: SignIn) -> None:
    assert counts(sign_in(worried(sample, 3, overdue=2)).get("/caseload")) == ["3 shown, 2 overdue"]


@pytest.mark.parametrize(
    ("shown", "count", "said"),
    [
        (0, CaseloadCount(0, 0), "0 shown, 0 overdue"),
        (50, CaseloadCount(50, 50), "50 shown, 50 overdue"),
        (50, CaseloadCount(312, 57), "50 of 312 shown, 57 overdue"),
        (50, CaseloadCount(1000, 57), "50 of 1,000 shown, 57 overdue"),
        (50, CaseloadCount(1001, 57), "50 of more than 1,000 shown, 57 overdue"),
        (50, CaseloadCount(1001, 1001), "50 of more than 1,000 shown, more than 1,000 overdue"),
    ],
)
def test_what_is_too_much_to_be_counted_is_said_to_be_more(shown: int, count: CaseloadCount, said: str) -> None:
    assert count_in_words(shown, count) == said
