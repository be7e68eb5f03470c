"""A school that goes to another authority, and one that a full register no longer names."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from domain.aggregate import OccurredInTheFuture, ReasonNeeded
from domain.school import School, Source
from domain.school.rules import NotMissed, SchoolIsElsewhere
from tests.scenario import TODAY, signed

APRIL = Source("register_2026-04.csv", date(2026, 4, 25))
SUMMER = Source("register_2026-06.csv", date(2026, 6, 25))
OCTOBER = Source("register_2026-10.csv", date(2026, 10, 30))
DAY = timedelta(days=1)


@pytest.fixture
def school() -> School:
    with signed():
        return School.register(
            105900, name="Lark Hill", details={"status": "Open", "la_name": "Salford"}, head=None, source=APRIL
        )


def topics(school: School) -> list[str]:
    return [event.TOPIC for event in school.collect_events()]


def test_nobody_here_looks_after_a_school_from_the_day_it_is_told_elsewhere(school: School) -> None:
    officer, stand_in = uuid4(), uuid4()
    with signed():
        school.assign_link_officer(officer, from_=date(2026, 5, 1), reason="Near")
        school.arrange_cover(stand_in, from_=date(2026, 10, 1), to=date(2026, 12, 1), reason="Leave")
        school.move_to(la_name="Bolton", la_code="350", source=OCTOBER)

    assert (school.left_on, school.details["la_name"]) == (OCTOBER.dated, "Bolton")
    assert school.link_officer_on(OCTOBER.dated - DAY) == officer
    assert school.link_officer_on(OCTOBER.dated) is None
    assert school.cover_on(OCTOBER.dated) is None


def test_nothing_begins_at_a_school_that_belongs_to_another_authority(school: School) -> None:
    with signed():
        school.move_to(la_name="Bolton", la_code="350", source=OCTOBER)
        with pytest.raises(SchoolIsElsewhere):
            school.assign_link_officer(uuid4(), from_=TODAY, reason="Near")
        school.come_back(source=OCTOBER)
        school.assign_link_officer(uuid4(), from_=TODAY, reason="Near")


def test_a_school_that_goes_on_to_a_third_authority_does_not_belong_here_again_for_the_time_between(
    school: School,
) -> None:
    with signed():
        school.move_to(la_name="Bolton", la_code="350", source=SUMMER)
        school.move_to(la_name="Bury", la_code="351", source=OCTOBER)
        with pytest.raises(SchoolIsElsewhere):
            school.assign_link_officer(uuid4(), from_=OCTOBER.dated - DAY, reason="Near")
    assert (school.left_on, school.details["la_name"]) == (SUMMER.dated, "Bury")


def test_that_it_went_and_came_back_is_told_once(school: School) -> None:
    with signed():
        for _ in range(2):
            school.move_to(la_name="Bolton", la_code="350", source=OCTOBER)
        for _ in range(2):
            school.come_back(source=OCTOBER)
    assert topics(school)[1:] == ["school.moved-to-authority", "school.came-back-to-authority"]


def test_a_missed_school_is_missed_once_until_it_is_found(school: School) -> None:
    with signed():
        school.miss(source=OCTOBER)
        school.miss(source=OCTOBER)
        school.be_found(source=OCTOBER)
        school.be_found(source=OCTOBER)
        school.miss(source=OCTOBER)
    assert topics(school)[1:] == [
        "school.missed-in-register",
        "school.found-in-register",
        "school.missed-in-register",
    ]
    assert not school.is_closed


def test_a_person_says_why_a_school_is_missing_and_whether_it_closed(school: School) -> None:
    with signed():
        with pytest.raises(NotMissed):
            school.explain_absence(closed=None, reason="Why")
        school.miss(source=OCTOBER)
        with pytest.raises(ReasonNeeded):
            school.explain_absence(closed=None, reason=" ")
        with pytest.raises(OccurredInTheFuture):
            school.explain_absence(closed=TODAY + DAY, reason="Closes")
        school.explain_absence(closed=date(2026, 8, 31), reason="Closed in the summer")
        with pytest.raises(NotMissed):
            school.explain_absence(closed=None, reason="Again")
    assert (school.is_closed, school.closed_on) == (True, date(2026, 8, 31))


def test_a_school_that_has_closed_or_gone_is_not_missed(school: School) -> None:
    with signed():
        school.move_to(la_name="Bolton", la_code="350", source=OCTOBER)
        school.miss(source=OCTOBER)
    assert school.absence is None
