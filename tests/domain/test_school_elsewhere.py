"""A school that goes to another authority, and one that a full register no longer names."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from domain.aggregate import OccurredInTheFuture, ReasonNeeded
from domain.school import School, Source
from domain.school.rules import NotMissed, SchoolIsElsewhere
from tests.grants import set_need_category
from tests.scenario import TODAY, assert_replays, given, signed

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


def test_who_was_to_look_after_it_later_is_released_without_a_last_day(school: School) -> None:
    anna, bilal, stand_in = uuid4(), uuid4(), uuid4()
    with signed():
        school.assign_link_officer(anna, from_=date(2026, 5, 1), reason="Near")
        school.assign_link_officer(bilal, from_=date(2026, 12, 1), reason="Anna retires")
        school.arrange_cover(stand_in, from_=date(2026, 12, 10), to=date(2026, 12, 20), reason="Leave")
        school.move_to(la_name="Bolton", la_code="350", source=OCTOBER)

    *_, of_anna, of_bilal, of_stand_in = school.pending
    assert isinstance(of_anna, School.LinkOfficerReleased)
    assert (of_anna.officer, of_anna.until) == (anna, OCTOBER.dated - DAY)
    assert isinstance(of_bilal, School.LinkOfficerReleased)
    assert (of_bilal.officer, of_bilal.until) == (bilal, None)
    assert isinstance(of_stand_in, School.CoverEnded)
    assert (of_stand_in.officer, of_stand_in.until) == (stand_in, None)
    assert school.link_officers[-1].officer == anna
    assert school.covers == []
    assert_replays(school)


def test_whoever_somebody_else_had_followed_is_not_released_once_more(school: School) -> None:
    first, second, stand_in = uuid4(), uuid4(), uuid4()
    earlier = Source("register_2026-09.csv", date(2026, 9, 1))
    with signed():
        school.assign_link_officer(first, from_=date(2026, 9, 1), reason="Near")
        school.arrange_cover(stand_in, from_=date(2026, 9, 2), to=date(2026, 9, 3), reason="Leave")
        school.assign_link_officer(second, from_=date(2026, 9, 10), reason="Nearer")
        school.move_to(la_name="Bolton", la_code="350", source=earlier)

    [released] = [event for event in school.pending if isinstance(event, School.LinkOfficerReleased)]
    assert (released.officer, released.until) == (second, TODAY - DAY)
    assert not any(isinstance(event, School.CoverEnded) for event in school.pending)
    assert [period.until for period in school.link_officers] == [date(2026, 9, 9), TODAY - DAY]


def test_who_began_before_the_move_was_known_looked_after_it_until_then(school: School) -> None:
    officer, earlier = uuid4(), Source("register_2026-09.csv", date(2026, 9, 1))
    with signed():
        school.assign_link_officer(officer, from_=date(2026, 10, 15), reason="Near")
        school.move_to(la_name="Bolton", la_code="350", source=earlier)

    assert school.link_officer_on(TODAY - DAY) == officer
    assert school.link_officer_on(TODAY) is None


@pytest.mark.parametrize(("code", "is_refused"), [("350", True), ("355", False), (None, False)])
def test_nothing_begins_at_a_school_that_was_always_another_authority_s(code: str | None, is_refused: bool) -> None:
    with signed():
        school = School.register(
            105900, name="Lever Edge", details={"status": "Open", "la_code": code}, head=None, source=APRIL
        )
    ours, rating = {"from_": TODAY, "authority": "355"}, {"review_due": TODAY, "rationale": "Results", "scheme": "s"}
    for begin in (
        lambda each: each.assign_link_officer(uuid4(), reason="Near", **ours),
        lambda each: set_need_category(each, "A", among="A", **rating, **ours),
        lambda each: each.arrange_cover(uuid4(), to=TODAY, reason="Leave", **ours),
    ):
        if is_refused:
            given(school).when(begin).then_refused(SchoolIsElsewhere)
        else:
            assert len(given(school).when(begin).events) == 1


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
