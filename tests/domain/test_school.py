"""A school: what the register tells, what came after it, who looks after it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

import pytest

from domain.aggregate import EndsBeforeItBegins, ReasonNeeded
from domain.delegation import Act, Granted, NotCovered
from domain.references import record_id
from domain.school import Change, Inspection, LinkPeriod, School, Source
from domain.school.rules import (
    AlreadyLinkOfficer,
    CoversOverlap,
    HasMerged,
    LinkOfficersOverlap,
    NoLinkOfficer,
    NotACategory,
    NotProposed,
    SchoolIsClosed,
)
from tests.grants import DECISION, set_need_category
from tests.scenario import TODAY, given, signed

APRIL = Source("register_2026-04.csv", date(2026, 4, 25))
OCTOBER = Source("register_2026-10.csv", date(2026, 10, 30))
URN, LATER_URN = 105912, 148001
ANNA, BILAL = uuid4(), uuid4()
SEPTEMBER, NEXT_YEAR = date(2026, 9, 1), date(2027, 1, 4)
Do = Callable[[School], None]

CATEGORIES = ("A", "B", "C", "D")


def a_school(**details: str | int | None) -> School:
    known = {"status": "Open", "phase": "primary", "town": "Salford", "website": None, **details}
    with signed():
        return School.register(URN, name="Lark Hill Primary School", details=known, head="Ms J Okafor", source=APRIL)


def a_closed_school() -> School:
    return a_school(status="Closed", closed="2026-08-31")


def a_school_with_link_officer(from_: date = SEPTEMBER) -> School:
    school = a_school()
    with signed():
        school.assign_link_officer(ANNA, from_=from_, reason="New year")
    return school


def a_school_with_successor() -> School:
    school = a_school()
    with signed():
        school.propose_succession(LATER_URN, kind="Successor", on=SEPTEMBER, source=OCTOBER)
    return school


def a_merged_school() -> School:
    school = a_school_with_link_officer()
    with signed():
        school.merge_into(uuid4(), on=date(2026, 10, 1), reason="Amalgamated")
    return school


def test_a_school_is_known_by_its_first_urn_and_called_by_its_present_one() -> None:
    school = a_school()

    assert school.id == record_id("school", "105912")
    assert (school.reference, school.urns, school.dated) == ("105912", [URN], APRIL.dated)


def test_the_head_named_in_the_register_is_kept_apart_from_the_details() -> None:
    school = a_school()

    assert school.head is not None
    assert school.head.person == record_id("register-head", "105912/Ms J Okafor")
    assert "Okafor" not in str(school.details)


def test_what_the_register_leaves_blank_is_not_kept() -> None:
    assert "website" not in a_school().details


def test_a_newer_file_records_its_differences_and_what_they_were_before() -> None:
    details = {"name": "Lark Hill Academy", "town": "Salford", "telephone": "0161 496 0000"}
    expected = (
        Change("name", "Lark Hill Primary School", "Lark Hill Academy"),
        Change("telephone", None, "0161 496 0000"),
    )

    given(a_school()).when(lambda school: school.refresh(details, source=OCTOBER)).then(
        School.DetailsRefreshed, changes=expected, occurred=OCTOBER.dated
    ).then_holds(lambda school: school.name == "Lark Hill Academy" and school.dated == OCTOBER.dated)


def test_what_a_file_does_not_mention_stays() -> None:
    given(a_school()).when(lambda school: school.refresh({"phase": "middle_deemed_primary"}, source=OCTOBER)).then(
        School.DetailsRefreshed
    ).then_holds(lambda school: school.details["town"] == "Salford")


@pytest.mark.parametrize(
    ("told", "then"),
    [
        ({"la_name": "Salford"}, {"la_code": "355"}),
        ({"la_code": "355"}, {"la_name": "Salford"}),
        ({"la_name": "Pre-LGR 2023 Cumbria"}, {"la_code": "909"}),
        ({"la_name": "Wexmoor"}, {"la_code": None}),
        ({"la_code": "399"}, {"la_name": None}),
        ({"la_name": "Salford", "la_code": "350"}, {"la_code": "350"}),
        ({"closed": "2026-04-27"}, {"status": "Closed"}),
        ({"closed": "2026-04-28"}, {"status": None}),
        ({"closed": "2020-08-31", "status": "Open"}, {"status": "Open"}),
    ],
)
def test_what_a_layout_does_not_tell_follows_from_what_it_tells(
    told: dict[str, str], then: dict[str, str | None]
) -> None:
    with signed():
        school = School.register(
            100000, name="The School", details=dict(told), head=None, source=Source("register.csv", date(2026, 4, 27))
        )

    assert {detail: school.details.get(detail) for detail in then} == then


def test_another_authority_is_known_by_its_code_though_a_file_tells_its_name_only() -> None:
    school = a_school()
    with signed():
        school.refresh({"la_code": "355", "la_name": "Salford"}, source=APRIL)

    given(school).when(lambda school: school.refresh({"la_name": "Bolton"}, source=OCTOBER)).then(
        School.DetailsRefreshed, changes=(Change("la_name", "Salford", "Bolton"),)
    ).then_holds(lambda school: school.details["la_code"] == "350").when(
        lambda school: school.refresh({"la_name": "Bolton", "la_code": "350"}, source=OCTOBER)
    ).then()


def test_an_authority_that_no_table_has_keeps_its_code_when_its_name_is_written_otherwise() -> None:
    school = a_school()
    with signed():
        school.refresh({"la_code": "399", "la_name": "Wexmoor"}, source=APRIL)
        school.refresh({"la_name": "Wexmoor Borough"}, source=OCTOBER)
    assert school.details["la_code"] == "399"


def test_the_same_details_again_record_nothing() -> None:
    again = {"name": "Lark Hill Primary School", "town": "Salford", "website": None}

    given(a_school()).when(lambda school: school.refresh(again, source=OCTOBER)).then()


@pytest.mark.parametrize("name", ["Mr T Ashworth", None])
def test_a_new_head_is_noted_with_the_one_before(name: str | None) -> None:
    scenario = given(a_school()).when(lambda school: school.name_head(name, source=OCTOBER)).then(School.HeadNamed)
    event = scenario.events[-1]

    assert isinstance(event, School.HeadNamed)
    assert (event.head and event.head.value) == name
    assert event.before is not None
    assert event.before.person in event.meta.about.people


def test_the_same_head_again_records_nothing() -> None:
    given(a_school()).when(lambda school: school.name_head("Ms J Okafor", source=OCTOBER)).then()


def test_a_school_joins_a_group_once() -> None:
    def join(school: School) -> None:
        school.join_group("2058", name="Lark Trust", kind="Multi-academy trust", joined=SEPTEMBER, source=OCTOBER)

    given(a_school()).when(join).then(School.JoinedGroup, group="2058").when(join).then()


def test_a_school_leaves_only_a_group_to_which_it_belongs() -> None:
    school = a_school()
    with signed():
        school.join_group("2058", name="Lark Trust", kind="Multi-academy trust", joined=None, source=APRIL)

    given(school).when(lambda school: school.leave_group("9999", source=OCTOBER)).then().when(
        lambda school: school.leave_group("2058", source=OCTOBER)
    ).then(School.LeftGroup, name="Lark Trust").then_holds(lambda school: school.groups == {})


def test_an_inspection_is_recorded_once_on_the_day_it_was() -> None:
    inspection = Inspection(URN, date(2019, 1, 30), "Good", "common inspection framework, 2015")

    def take_in(school: School) -> None:
        school.record_inspection(inspection, source=OCTOBER)

    given(a_school()).when(take_in).then(School.InspectionRecorded, occurred=date(2019, 1, 30)).when(take_in).then()


def test_a_link_to_a_later_urn_is_proposed_once_and_changes_nothing_yet() -> None:
    def propose(school: School) -> None:
        school.propose_succession(LATER_URN, kind="Successor", on=SEPTEMBER, source=OCTOBER)

    given(a_school()).when(propose).then(School.SuccessionProposed, urn=LATER_URN).then_holds(
        lambda school: school.urn == URN
    ).when(propose).then()


def test_a_declined_succession_is_not_proposed_again() -> None:
    given(a_school_with_successor()).when(
        lambda school: school.decline_succession(LATER_URN, reason="A new school on the old site")
    ).then(School.SuccessionDeclined, reason="A new school on the old site").when(
        lambda school: school.propose_succession(LATER_URN, kind="Successor", on=None, source=OCTOBER)
    ).then()


def test_a_succession_is_not_declined_without_a_reason() -> None:
    given(a_school_with_successor()).when(
        lambda school: school.decline_succession(LATER_URN, reason=" ")
    ).then_refused(ReasonNeeded, field="reason")


def go_on(school: School) -> None:
    school.go_on_as(
        LATER_URN,
        name="Lark Hill Academy",
        details={"status": "Open"},
        head=None,
        dated=OCTOBER.dated,
        reason="Converted",
    )


def test_a_school_goes_on_under_its_later_urn_with_its_history() -> None:
    given(a_school_with_successor()).when(go_on).then(
        School.UrnSuperseded, old=URN, new=LATER_URN, effective_on=SEPTEMBER
    ).then_holds(
        lambda school: (
            school.urns == [URN, LATER_URN]
            and school.reference == "148001"
            and school.id == record_id("school", "105912")
            and school.name == "Lark Hill Academy"
        )
    )


def test_a_urn_that_nobody_proposed_is_not_taken() -> None:
    given(a_school()).when(go_on).then_refused(NotProposed, field="urn")


def test_a_succession_is_answered_once() -> None:
    given(a_school_with_successor()).when(go_on).then(School.UrnSuperseded).when(
        lambda school: school.decline_succession(LATER_URN, reason="Mistaken")
    ).then_refused(NotProposed, field="urn")


def test_a_merged_school_keeps_no_link_officer() -> None:
    school = a_merged_school()

    assert school.link_officers == [LinkPeriod(ANNA, SEPTEMBER, date(2026, 9, 30))]
    assert school.link_officer_on(TODAY) is None


@pytest.mark.parametrize(
    "act",
    [
        lambda school: school.refresh({"town": "Eccles"}, source=OCTOBER),
        lambda school: school.name_head("Mr T Ashworth", source=OCTOBER),
        lambda school: school.merge_into(uuid4(), on=None, reason="Again"),
        lambda school: school.propose_succession(LATER_URN, kind="Successor", on=None, source=OCTOBER),
        lambda school: school.assign_link_officer(BILAL, from_=TODAY, reason="New"),
        lambda school: school.join_group("1", name="Trust", kind="Trust", joined=None, source=OCTOBER),
    ],
)
def test_a_merged_school_accepts_nothing_more(act: Do) -> None:
    given(a_merged_school()).when(act).then_refused(HasMerged)


def test_a_school_does_not_go_into_itself() -> None:
    given(a_school()).when(lambda school: school.merge_into(school.id, on=None, reason="By mistake")).then_refused(
        HasMerged, field="into"
    )


def assign(officer: UUID, from_: date, reason: str = "Balance of work") -> Do:
    return lambda school: school.assign_link_officer(officer, from_=from_, reason=reason)


def test_assigning_a_link_officer_ends_the_one_before_the_day_before() -> None:
    given(a_school_with_link_officer()).when(assign(BILAL, TODAY)).then(
        School.LinkOfficerAssigned, officer=BILAL, reason="Balance of work"
    ).then_holds(
        lambda school: (
            school.link_officers == [LinkPeriod(ANNA, SEPTEMBER, date(2026, 11, 1)), LinkPeriod(BILAL, TODAY)]
            and school.link_officer_on(date(2026, 11, 1)) == ANNA
            and school.link_officer_on(TODAY) == BILAL
        )
    )


def test_a_link_officer_may_be_assigned_ahead() -> None:
    given(a_school_with_link_officer()).when(assign(BILAL, NEXT_YEAR)).then(School.LinkOfficerAssigned).then_holds(
        lambda school: school.link_officer_on(TODAY) == ANNA and school.link_officer_on(NEXT_YEAR) == BILAL
    )


def test_an_assignment_is_put_right_on_the_day_it_begins() -> None:
    given(a_school_with_link_officer(TODAY)).when(assign(BILAL, TODAY)).then(School.LinkOfficerAssigned).then_holds(
        lambda school: school.link_officers == [LinkPeriod(BILAL, TODAY)]
    )


def test_link_officers_do_not_overlap() -> None:
    given(a_school_with_link_officer(NEXT_YEAR)).when(assign(BILAL, TODAY)).then_refused(
        LinkOfficersOverlap, field="from_"
    )


def test_a_link_officer_is_not_assigned_within_the_time_of_one_whose_end_is_set() -> None:
    school = a_school_with_link_officer()
    with signed():
        school.release_link_officer(until=date(2026, 12, 31), reason="Retires")

    given(school).when(assign(BILAL, date(2026, 12, 31))).then_refused(LinkOfficersOverlap).when(
        assign(BILAL, date(2027, 1, 1))
    ).then(School.LinkOfficerAssigned)


def test_the_link_officer_is_not_assigned_again() -> None:
    given(a_school_with_link_officer()).when(assign(ANNA, TODAY)).then_refused(AlreadyLinkOfficer, field="officer")


def test_a_link_officer_is_not_assigned_without_a_reason() -> None:
    given(a_school()).when(assign(ANNA, TODAY, reason="")).then_refused(ReasonNeeded, field="reason")


def test_a_closed_school_gets_no_link_officer_after_it_closed() -> None:
    given(a_closed_school()).when(assign(ANNA, SEPTEMBER)).then_refused(SchoolIsClosed, field="from_").when(
        assign(ANNA, date(2026, 8, 31))
    ).then(School.LinkOfficerAssigned)


def test_a_released_link_officer_keeps_the_school_to_the_last_day() -> None:
    given(a_school_with_link_officer()).when(
        lambda school: school.release_link_officer(until=TODAY, reason="Left the service")
    ).then(School.LinkOfficerReleased, officer=ANNA).then_holds(
        lambda school: school.link_officer_on(TODAY) == ANNA and school.link_officer_on(NEXT_YEAR) is None
    )


def test_nobody_is_released_from_a_school_without_link_officer() -> None:
    given(a_school()).when(lambda school: school.release_link_officer(until=TODAY, reason="Left")).then_refused(
        NoLinkOfficer
    )


def test_a_link_officer_is_not_released_before_the_first_day() -> None:
    given(a_school_with_link_officer()).when(
        lambda school: school.release_link_officer(until=date(2026, 8, 31), reason="Left")
    ).then_refused(EndsBeforeItBegins, field="until")


def cover(officer: UUID, from_: date, to: date) -> Do:
    return lambda school: school.arrange_cover(officer, from_=from_, to=to, reason="Leave")


def test_somebody_stands_in_for_stated_days() -> None:
    given(a_school_with_link_officer()).when(cover(BILAL, TODAY, date(2026, 11, 6))).then(
        School.CoverArranged, officer=BILAL
    ).then_holds(
        lambda school: school.cover_on(date(2026, 11, 6)) == BILAL and school.cover_on(date(2026, 11, 7)) is None
    )


def test_two_covers_do_not_overlap() -> None:
    given(a_school_with_link_officer()).when(cover(BILAL, TODAY, date(2026, 11, 6))).when(
        cover(uuid4(), date(2026, 11, 6), date(2026, 11, 9))
    ).then_refused(CoversOverlap, field="from_")


def test_a_cover_that_ended_sooner_leaves_room_for_another() -> None:
    given(a_school_with_link_officer()).when(cover(BILAL, TODAY, date(2026, 11, 30))).when(
        lambda school: school.end_cover(until=date(2026, 11, 5), reason="Back at work")
    ).then(School.CoverEnded, officer=BILAL).when(cover(uuid4(), date(2026, 11, 6), date(2026, 11, 9))).then(
        School.CoverArranged
    )


def test_a_cover_that_has_ended_is_not_ended_again() -> None:
    given(a_school_with_link_officer()).when(
        lambda school: school.end_cover(until=TODAY, reason="Back at work")
    ).then_refused(NoLinkOfficer)


def test_the_link_officer_does_not_stand_in_for_themselves() -> None:
    given(a_school_with_link_officer()).when(cover(ANNA, TODAY, TODAY)).then_refused(AlreadyLinkOfficer)


def test_nobody_stands_in_where_there_is_no_link_officer() -> None:
    given(a_school()).when(cover(ANNA, TODAY, TODAY)).then_refused(NoLinkOfficer)


def test_a_cover_ends_on_or_after_its_first_day() -> None:
    given(a_school_with_link_officer()).when(cover(BILAL, TODAY, SEPTEMBER)).then_refused(
        EndsBeforeItBegins, field="to"
    )


def rate(category: str, from_: date = TODAY, rationale: str = "Results fell", review_due: date = NEXT_YEAR) -> Do:
    return lambda school: set_need_category(
        school,
        category,
        among=CATEGORIES,
        from_=from_,
        review_due=review_due,
        rationale=rationale,
        scheme="settings-2",
    )


@pytest.mark.parametrize(
    ("before", "after", "act"),
    [
        (None, "A", Act.SET_NEED),
        (None, "C", Act.SET_NEED),
        (None, "D", Act.SET_NEED_FAR),
        ("A", "B", Act.SET_NEED),
        ("A", "C", Act.SET_NEED_FAR),
        ("C", "A", Act.SET_NEED_FAR),
        ("C", "D", Act.SET_NEED_FAR),
        ("D", "D", Act.SET_NEED),
        ("D", "C", Act.SET_NEED),
    ],
)
def test_the_last_level_and_one_two_off_are_an_act_of_more_weight(before: str | None, after: str, act: Act) -> None:
    school = a_school()
    if before is not None:
        with signed():
            rate(before, SEPTEMBER)(school)
    assert school.act_of_rating(after, among="ABCD", from_=TODAY) is act


def test_a_need_category_is_set_by_a_decision_on_as_much() -> None:
    given(a_school()).when(
        lambda school: school.set_need_category(
            "D",
            among="ABCD",
            from_=TODAY,
            review_due=NEXT_YEAR,
            rationale="Results fell",
            scheme="settings-2",
            granted=Granted(DECISION, Act.SET_NEED, school.id),
        )
    ).then_refused(NotCovered, field="category")


def test_a_need_category_names_the_version_of_the_scheme_and_ends_the_one_before() -> None:
    given(a_school()).when(rate("B", SEPTEMBER)).when(rate("C")).then(
        School.NeedCategoryDecided, category="C", rules=("settings-2",), reason="Results fell"
    ).then_holds(
        lambda school: (
            [(need := school.need_on(day)) and need.category for day in (APRIL.dated, SEPTEMBER, TODAY)]
            == [None, "B", "C"]
        )
    )


def test_a_need_category_needs_its_rationale() -> None:
    given(a_school()).when(rate("C", rationale="  ")).then_refused(ReasonNeeded, field="rationale")


def test_a_need_category_is_one_of_the_scheme() -> None:
    given(a_school()).when(rate("E")).then_refused(NotACategory, field="category")


def test_a_need_category_is_reviewed_after_it_begins() -> None:
    given(a_school()).when(rate("C", review_due=SEPTEMBER)).then_refused(EndsBeforeItBegins, field="review_due")


def test_an_earlier_need_category_is_ended_and_never_replaced() -> None:
    given(a_school()).when(rate("B", TODAY)).when(rate("C", SEPTEMBER)).then_refused(
        EndsBeforeItBegins, field="from_"
    )


def test_support_by_others_is_noted() -> None:
    given(a_school()).when(
        lambda school: school.note_external_support(
            arranged_by="Diocese",
            provided_by="Hope Teaching School Hub",
            from_=SEPTEMBER,
            expected_end=NEXT_YEAR,
            told_by="Headteacher",
        )
    ).then(School.ExternalSupportNoted, provided_by="Hope Teaching School Hub", occurred=SEPTEMBER)


def test_a_cover_that_has_not_begun_is_called_off() -> None:
    ahead = date(2026, 11, 16)
    given(a_school_with_link_officer()).when(cover(BILAL, ahead, date(2026, 11, 20))).when(
        lambda school: school.end_cover(until=TODAY, reason="No leave after all")
    ).then(School.CoverEnded, from_=ahead, until=None).then_holds(lambda school: not school.covers)
