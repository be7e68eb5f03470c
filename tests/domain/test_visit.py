"""A visit, from its planning to its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.aggregate import OccurredInTheFuture, ReasonNeeded
from domain.calendar import Term, default_term_on
from domain.on_behalf import AlreadyAnswered, Confirmation, EvidenceNeeded, Heard, NotYours
from domain.visit import STANDING_ITEM, AgendaKind, CancelledBy, Visit, Visitor, VisitStatus
from domain.visit.rules import (
    DayHasPassed,
    DayStillToCome,
    LeadDoesNotVisit,
    NamedTwice,
    NobodyVisits,
    NoLongerAhead,
    NoSuchItem,
    NotALength,
    NotHeld,
    NothingSaid,
    NotItsRecord,
    NotThePlannedDay,
    RecordBegun,
    RecordNotIssued,
    SchoolAgrees,
    StandingItemStays,
)
from domain.vocabulary import Purpose, Side, VisitKind
from tests.scenario import TODAY, given, signed

SCHOOL, HEAD, OFFICER, CONSULTANT, REQUEST, CONCERN = (uuid4() for _ in range(6))
TUESDAY = date(2026, 11, 3)
WEDNESDAY = date(2026, 11, 4)
SATURDAY_BEFORE = date(2026, 10, 31)
NEXT_YEAR = date(2027, 1, 12)
VISITORS = (Visitor(OFFICER, "link officer"), Visitor(CONSULTANT, "Key Stage 3 consultant"))


@dataclass
class Written:
    """The record of a visit, as far as a visit asks for it."""

    visit: UUID
    is_issued: bool = False
    reference: str = "ROV-2026-0001"
    id: UUID = field(default_factory=uuid4)


def planned(on: date = TUESDAY, **chosen: Any) -> Visit:
    plan = {
        "school": SCHOOL,
        "kind": VisitKind.CORE,
        "purpose": Purpose.CHALLENGE,
        "on": on,
        "term": default_term_on(on),
        "visitors": VISITORS,
        "lead": OFFICER,
        "focus": "Target setting for Year 6",
    }
    return Visit.plan("V-2026-0001", **{**plan, **chosen})


def unplanned(on: date = SATURDAY_BEFORE, **chosen: Any) -> Visit:
    told = {
        "school": SCHOOL,
        "kind": VisitKind.FOLLOW_UP,
        "purpose": Purpose.SUPPORT,
        "on": on,
        "term": default_term_on(on),
        "visitors": VISITORS,
        "lead": OFFICER,
        "focus": "Attendance",
        "minutes": 45,
        "attendees": "the headteacher",
        "reason": "The headteacher rang that morning",
    }
    return Visit.record_unplanned("V-2026-0002", **{**told, **chosen})


def confirm(visit: Visit) -> None:
    visit.confirm(side=Side.SCHOOL, on=visit.on)


def hold(visit: Visit) -> None:
    visit.hold(on=TUESDAY, minutes=90, attendees="the headteacher and the chair of governors")


def a_planned_visit(**chosen: Any) -> Visit:
    with signed(TODAY):
        return planned(**chosen)


def a_confirmed_visit() -> Visit:
    visit = a_planned_visit()
    with signed(TODAY):
        confirm(visit)
    return visit


def a_held_visit() -> Visit:
    visit = a_confirmed_visit()
    with signed(TUESDAY):
        hold(visit)
    return visit


def a_visit_written_up() -> tuple[Visit, Written]:
    visit = a_held_visit()
    record = Written(visit.id)
    with signed(TUESDAY):
        visit.start_record(record)
    return visit, record


def a_cancelled_visit() -> Visit:
    visit = a_planned_visit()
    with signed(TODAY):
        visit.cancel(cause=CancelledBy.WEATHER, reason="Snow closed the school")
    return visit


# Planning


def test_a_visit_is_planned_by_several_people_for_one_purpose() -> None:
    visit = a_planned_visit(starts_at=time(9, 30), minutes=120, request=REQUEST, concern=CONCERN)

    [event] = visit.collect_events()
    assert isinstance(event, Visit.Planned)
    assert event.meta.purpose is Purpose.CHALLENGE
    assert event.meta.about.school == SCHOOL
    assert event.meta.about.request == REQUEST
    assert event.meta.about.people == (OFFICER, CONSULTANT)
    assert (event.academic_year, event.term) == (2026, Term.AUTUMN)
    assert visit.status is VisitStatus.PLANNED
    assert (visit.starts_at, visit.minutes, visit.concern) == (time(9, 30), 120, CONCERN)


def test_celebrations_stand_on_the_agenda_from_the_start() -> None:
    for visit in (a_planned_visit(), _an_unplanned_visit()):
        assert [(item.number, item.kind, item.text) for item in visit.items] == [
            (1, AgendaKind.CELEBRATION, STANDING_ITEM)
        ]


@pytest.mark.parametrize(
    ("chosen", "rule", "at"),
    [
        ({"on": SATURDAY_BEFORE}, DayHasPassed, "on"),
        ({"visitors": ()}, NobodyVisits, "visitors"),
        ({"visitors": (VISITORS[0], VISITORS[0])}, NamedTwice, "visitors.1.person"),
        ({"lead": SCHOOL}, LeadDoesNotVisit, "lead"),
        ({"focus": " "}, NothingSaid, "focus"),
        ({"minutes": 0}, NotALength, "minutes"),
        ({"minutes": 1441}, NotALength, "minutes"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(chosen: dict[str, Any], rule: type[Exception], at: str) -> None:
    with signed(TODAY), pytest.raises(rule) as refused:
        planned(**chosen)

    assert refused.value.field == at  # type: ignore[attr-defined]  # each of them is a Refusal


def test_a_visit_may_be_planned_for_today() -> None:
    assert a_planned_visit(on=TODAY).on == TODAY


# Confirming


def test_a_school_confirms_the_planned_day_with_a_time() -> None:
    given(a_planned_visit()).when(
        lambda visit: visit.confirm(
            side=Side.SCHOOL, on=TUESDAY, starts_at=time(13), minutes=60, expected=" The headteacher "
        ),
        post="headteacher",
    ).then(Visit.Confirmed, side=Side.SCHOOL, on=TUESDAY, starts_at=time(13), minutes=60).then_holds(
        lambda visit: visit.status is VisitStatus.CONFIRMED and visit.expected == "The headteacher"
    )


def test_what_a_confirmation_leaves_out_stays_as_planned() -> None:
    given(a_planned_visit(starts_at=time(9), minutes=30)).when(confirm).then(
        Visit.Confirmed, starts_at=time(9), minutes=30
    )


def test_a_side_that_confirms_once_more_what_it_has_confirmed_records_nothing() -> None:
    visit = a_confirmed_visit()
    given(visit).when(confirm).then()
    given(a_confirmed_visit()).when(
        lambda visit: visit.confirm(side=Side.SCHOOL, on=visit.on, expected="The chair")
    ).then(Visit.Confirmed, expected="The chair")


# Agreeing the day: the school itself, or as others recorded it


def test_nobody_but_the_school_agrees_the_day_by_their_own_click() -> None:
    given(a_planned_visit()).when(lambda visit: visit.confirm(side=Side.SERVICE, on=visit.on)).then_refused(
        SchoolAgrees
    )


def record_agreement(visit: Visit, **told: Any) -> None:
    how: dict[str, Any] = {"heard": Heard.EMAIL, "came_on": TODAY, "evidence": "Email of today"} | told
    visit.record_agreement(**how)


def test_a_day_agreed_elsewhere_is_recorded_for_the_school_with_how_and_when() -> None:
    head = uuid4()
    scenario = given(a_planned_visit()).when(
        lambda visit: record_agreement(visit, whose=head, came_on=SATURDAY_BEFORE, starts_at=time(9)), by=OFFICER
    )
    scenario.then(Visit.AgreementRecorded, whose=head, heard=Heard.EMAIL, starts_at=time(9), occurred=SATURDAY_BEFORE)
    scenario.then_holds(lambda visit: visit.status is VisitStatus.CONFIRMED and visit.awaits_word)
    assert scenario.events[-1].meta.signature.on_behalf_of == head
    scenario.when(record_agreement, by=OFFICER).then_refused(AlreadyAnswered)


def test_a_day_is_not_recorded_as_agreed_without_evidence_or_from_a_day_to_come() -> None:
    given(a_planned_visit()).when(lambda visit: record_agreement(visit, evidence=" ")).then_refused(
        EvidenceNeeded, field="evidence"
    )
    given(a_planned_visit()).when(lambda visit: record_agreement(visit, came_on=TUESDAY)).then_refused(
        OccurredInTheFuture, field="came_on"
    )


def test_the_school_confirms_what_was_recorded_for_it_and_whoever_recorded_it_does_not() -> None:
    recorded = given(a_planned_visit()).when(record_agreement, by=OFFICER)
    recorded.when(confirm, by=HEAD, post="headteacher").then(Visit.AgreementConfirmed).then_holds(
        lambda visit: visit.agreement.confirmation is Confirmation.CONFIRMED and visit.agreement.said_by == HEAD
    )
    recorded.when(confirm, by=HEAD, post="headteacher").then()
    recorded.when(lambda visit: visit.disown_agreement(reason="Not so"), by=HEAD).then_refused(AlreadyAnswered)
    given(a_planned_visit()).when(record_agreement, by=OFFICER).when(confirm, by=OFFICER).then_refused(NotYours)


def test_a_visit_is_only_planned_once_the_school_disowns_what_was_recorded() -> None:
    scenario = given(a_planned_visit()).when(record_agreement, by=OFFICER)
    scenario.when(lambda visit: visit.disown_agreement(reason="Nobody asked us"), by=HEAD).then(
        Visit.AgreementDisowned, on=TUESDAY, reason="Nobody asked us"
    )
    scenario.then_holds(lambda visit: visit.status is VisitStatus.PLANNED and visit.agreement.is_disowned)
    scenario.when(confirm, by=HEAD).then(Visit.Confirmed).then_holds(lambda visit: visit.agreement is None)


def test_another_day_is_agreed_anew() -> None:
    given(a_planned_visit()).when(record_agreement, by=OFFICER).when(
        lambda visit: visit.reschedule(
            on=WEDNESDAY, term=default_term_on(WEDNESDAY), side=Side.SCHOOL, reason="A clash"
        )
    ).then_holds(lambda visit: visit.agreement is None and visit.status is VisitStatus.PLANNED)


def test_an_officer_who_marked_a_day_before_agreed_nothing_for_the_school() -> None:
    visit = a_planned_visit()
    with signed(TODAY, by=OFFICER):
        visit.record(
            Visit.Confirmed(side=Side.SERVICE, on=visit.on, starts_at=time(9), minutes=60, expected="The head")
        )
    assert (visit.status, visit.starts_at) == (VisitStatus.PLANNED, time(9))
    given(visit).when(confirm).then(Visit.Confirmed, side=Side.SCHOOL)


def test_only_the_planned_day_can_be_confirmed() -> None:
    given(a_planned_visit()).when(lambda visit: visit.confirm(side=Side.SCHOOL, on=WEDNESDAY)).then_refused(
        NotThePlannedDay, field="on"
    )


def test_a_confirmed_length_must_be_possible() -> None:
    given(a_planned_visit()).when(lambda visit: visit.confirm(side=Side.SCHOOL, on=TUESDAY, minutes=-5)).then_refused(
        NotALength, field="minutes"
    )


# The agenda


def test_school_and_service_add_items_to_the_agenda() -> None:
    def add(visit: Visit) -> None:
        visit.add_to_agenda(kind=AgendaKind.PROGRAMME, text="Targets", side=Side.SERVICE)
        visit.add_to_agenda(kind=AgendaKind.SCHOOL, text=" Our new library ", side=Side.SCHOOL)

    given(a_planned_visit()).when(add).then(
        Visit.AgendaItemAdded, Visit.AgendaItemAdded, number=3, text="Our new library", side=Side.SCHOOL
    ).then_holds(lambda visit: [item.number for item in visit.items] == [1, 2, 3])


def test_an_item_without_words_is_refused() -> None:
    given(a_planned_visit()).when(
        lambda visit: visit.add_to_agenda(kind=AgendaKind.SCHOOL, text="", side=Side.SCHOOL)
    ).then_refused(NothingSaid, field="text")


def test_a_withdrawn_item_leaves_its_number_unused() -> None:
    def add_and_withdraw(visit: Visit) -> None:
        visit.add_to_agenda(kind=AgendaKind.SCHOOL, text="Library", side=Side.SCHOOL)
        visit.withdraw_from_agenda(2)
        visit.add_to_agenda(kind=AgendaKind.SCHOOL, text="Kitchen", side=Side.SCHOOL)

    given(a_planned_visit()).when(add_and_withdraw).then(
        Visit.AgendaItemAdded, Visit.AgendaItemWithdrawn, Visit.AgendaItemAdded, number=3
    ).then_holds(lambda visit: [item.text for item in visit.items] == [STANDING_ITEM, "Kitchen"])


def test_the_standing_item_cannot_be_withdrawn() -> None:
    given(a_planned_visit()).when(lambda visit: visit.withdraw_from_agenda(1)).then_refused(StandingItemStays)


def test_an_item_that_is_not_there_cannot_be_withdrawn() -> None:
    given(a_planned_visit()).when(lambda visit: visit.withdraw_from_agenda(2)).then_refused(NoSuchItem)


# Changes before the day


def test_other_people_may_visit_for_a_reason() -> None:
    given(a_confirmed_visit()).when(
        lambda visit: visit.change_visitors([VISITORS[1]], lead=CONSULTANT, reason="The link officer is ill")
    ).then(Visit.VisitorsChanged, lead=CONSULTANT, left=(OFFICER,), reason="The link officer is ill").then_holds(
        lambda visit: visit.visitors == (VISITORS[1],) and visit.lead == CONSULTANT
    )


def test_who_leaves_a_visit_is_told_of_in_its_history() -> None:
    visit = a_planned_visit()
    with signed(TODAY):
        visit.change_visitors([VISITORS[1]], lead=CONSULTANT, reason="Illness")

    assert OFFICER in visit.collect_events()[-1].meta.about.people


def test_the_same_visitors_again_are_no_change() -> None:
    given(a_planned_visit()).when(lambda visit: visit.change_visitors(VISITORS, lead=OFFICER, reason="")).then()


def test_visitors_change_only_for_a_reason_and_with_a_lead() -> None:
    given(a_planned_visit()).when(
        lambda visit: visit.change_visitors(VISITORS, lead=CONSULTANT, reason=" ")
    ).then_refused(ReasonNeeded, field="reason")
    given(a_planned_visit()).when(
        lambda visit: visit.change_visitors([VISITORS[1]], lead=OFFICER, reason="Illness")
    ).then_refused(LeadDoesNotVisit, field="lead")


def test_a_rescheduled_visit_must_be_confirmed_again_and_counts_for_its_new_term() -> None:
    scenario = given(a_confirmed_visit()).when(
        lambda visit: visit.reschedule(
            on=NEXT_YEAR, term=default_term_on(NEXT_YEAR), side=Side.SCHOOL, reason="The school is being inspected"
        )
    )
    scenario.then(Visit.Rescheduled, was=TUESDAY, on=NEXT_YEAR, term=Term.SPRING, side=Side.SCHOOL)
    scenario.then_holds(lambda visit: visit.expected == "")
    scenario.then_holds(lambda visit: visit.status is VisitStatus.PLANNED)


def test_a_visit_rescheduled_to_the_day_and_time_it_has_stays_confirmed() -> None:
    scenario = given(a_confirmed_visit())
    on, starts_at, term = scenario.record.on, scenario.record.starts_at, default_term_on(scenario.record.on)
    scenario.when(
        lambda visit: visit.reschedule(on=on, starts_at=starts_at, term=term, side=Side.SCHOOL, reason="A clash")
    ).then()
    scenario.then_holds(lambda visit: visit.status is VisitStatus.CONFIRMED)
    scenario.when(
        lambda visit: visit.reschedule(on=on, starts_at=time(8, 15), term=term, side=Side.SCHOOL, reason="A clash")
    ).then(Visit.Rescheduled, was=on, on=on, starts_at=time(8, 15))


def test_a_visit_is_not_rescheduled_into_the_past_or_without_reason() -> None:
    term = default_term_on(TUESDAY)
    given(a_planned_visit()).when(
        lambda visit: visit.reschedule(on=SATURDAY_BEFORE, term=term, side=Side.SCHOOL, reason="Fog")
    ).then_refused(DayHasPassed, field="on")
    given(a_planned_visit()).when(
        lambda visit: visit.reschedule(on=WEDNESDAY, term=term, side=Side.SCHOOL, reason="")
    ).then_refused(ReasonNeeded, field="reason")


def test_a_cancelled_visit_says_what_it_failed_on() -> None:
    given(a_confirmed_visit()).when(
        lambda visit: visit.cancel(cause=CancelledBy.WEATHER, reason="Snow closed the school")
    ).then(Visit.Cancelled, on=TUESDAY, cause=CancelledBy.WEATHER, reason="Snow closed the school").then_holds(
        lambda visit: visit.status is VisitStatus.CANCELLED
    )


def test_a_visit_is_not_cancelled_without_reason() -> None:
    given(a_planned_visit()).when(lambda visit: visit.cancel(cause=CancelledBy.SCHOOL, reason="")).then_refused(
        ReasonNeeded
    )


# Holding


def test_a_confirmed_visit_is_held() -> None:
    given(a_confirmed_visit()).when(hold, on=WEDNESDAY).then(
        Visit.Held, on=TUESDAY, minutes=90, occurred=TUESDAY, purpose=Purpose.CHALLENGE
    ).then_holds(lambda visit: visit.status is VisitStatus.HELD and visit.held_on == TUESDAY)


def test_a_visit_that_nobody_confirmed_is_recorded_as_held_since_that_is_what_happened() -> None:
    given(a_planned_visit()).when(hold, on=TUESDAY).then(Visit.Held, on=TUESDAY)


def test_a_visit_is_not_held_on_a_day_to_come() -> None:
    given(a_confirmed_visit()).when(hold, on=TODAY).then_refused(DayStillToCome, field="on")


@pytest.mark.parametrize(
    ("minutes", "attendees", "rule", "at"),
    [(0, "the headteacher", NotALength, "minutes"), (60, " ", NothingSaid, "attendees")],
)
def test_how_long_a_visit_was_and_who_was_there_is_told(
    minutes: int, attendees: str, rule: type[NotALength | NothingSaid], at: str
) -> None:
    given(a_confirmed_visit()).when(
        lambda visit: visit.hold(on=TUESDAY, minutes=minutes, attendees=attendees), on=TUESDAY
    ).then_refused(rule, field=at)


def test_an_unplanned_visit_is_recorded_with_the_reason() -> None:
    visit = _an_unplanned_visit(remote=True)

    [event] = visit.collect_events()
    assert event.meta.reason == "The headteacher rang that morning"
    assert event.meta.occurred == SATURDAY_BEFORE
    assert visit.status is VisitStatus.HELD
    assert (visit.held_on, visit.minutes, visit.remote) == (SATURDAY_BEFORE, 45, True)


@pytest.mark.parametrize(
    ("told", "rule"),
    [
        ({"reason": " "}, ReasonNeeded),
        ({"on": TUESDAY}, DayStillToCome),
        ({"minutes": 0}, NotALength),
        ({"attendees": ""}, NothingSaid),
        ({"visitors": ()}, NobodyVisits),
    ],
)
def test_an_unplanned_visit_is_held_to_the_same_rules(told: dict[str, Any], rule: type[Exception]) -> None:
    with signed(TODAY), pytest.raises(rule):
        unplanned(**told)


def test_a_visit_that_was_not_made_is_missed() -> None:
    given(a_planned_visit()).when(lambda visit: visit.miss(reason="The officer was ill"), on=WEDNESDAY).then(
        Visit.NotMade, on=TUESDAY, occurred=TUESDAY, reason="The officer was ill", purpose=Purpose.CHALLENGE
    ).then_holds(lambda visit: visit.status is VisitStatus.NOT_MADE)


def test_a_visit_is_not_missed_before_its_day_or_without_reason() -> None:
    given(a_planned_visit()).when(lambda visit: visit.miss(reason="Illness"), on=TODAY).then_refused(DayStillToCome)
    given(a_planned_visit()).when(lambda visit: visit.miss(reason=""), on=TUESDAY).then_refused(ReasonNeeded)


@pytest.mark.parametrize(
    "act",
    [
        confirm,
        hold,
        lambda visit: visit.add_to_agenda(kind=AgendaKind.SCHOOL, text="Library", side=Side.SCHOOL),
        lambda visit: visit.withdraw_from_agenda(1),
        lambda visit: visit.change_visitors([VISITORS[0]], lead=OFFICER, reason="Illness"),
        lambda visit: visit.reschedule(
            on=WEDNESDAY, term=default_term_on(WEDNESDAY), side=Side.SCHOOL, reason="Illness"
        ),
        lambda visit: visit.cancel(cause=CancelledBy.SCHOOL, reason="Illness"),
        lambda visit: visit.miss(reason="Illness"),
    ],
)
@pytest.mark.parametrize("over", [a_held_visit, a_cancelled_visit])
def test_a_visit_that_is_over_is_not_changed(act: Any, over: Any) -> None:
    given(over()).when(act, on=WEDNESDAY).then_refused(NoLongerAhead)


# The record of the visit


def test_a_held_visit_takes_note_of_its_record() -> None:
    visit = a_held_visit()
    record = Written(visit.id)

    given(visit).when(lambda visit: visit.start_record(record)).then(
        Visit.RecordStarted, record=record.id, record_reference="ROV-2026-0001"
    ).then_holds(lambda visit: visit.written_up == record.id)


def test_a_visit_has_one_record_of_its_own_and_only_once_held() -> None:
    visit, _ = a_visit_written_up()

    given(visit).when(lambda visit: visit.start_record(Written(visit.id))).then_refused(RecordBegun)
    given(a_held_visit()).when(lambda visit: visit.start_record(Written(uuid4()))).then_refused(NotItsRecord)
    given(a_confirmed_visit()).when(lambda visit: visit.start_record(Written(visit.id))).then_refused(NotHeld)


# Closing


def test_a_held_visit_is_closed_with_its_issued_record() -> None:
    visit, record = a_visit_written_up()
    record.is_issued = True

    given(visit).when(lambda visit: visit.close(record)).then(Visit.Closed).then_holds(
        lambda visit: visit.status is VisitStatus.CLOSED
    ).when(lambda visit: visit.close(record)).then_refused(NoLongerAhead)


def test_a_held_visit_is_not_closed_without_its_issued_record() -> None:
    visit, record = a_visit_written_up()

    given(a_held_visit()).when(lambda visit: visit.close()).then_refused(RecordNotIssued)
    given(visit).when(lambda visit: visit.close(record)).then_refused(RecordNotIssued)
    given(visit).when(lambda visit: visit.close(Written(visit.id, is_issued=True))).then_refused(NotItsRecord)


def test_a_visit_that_was_cancelled_or_not_made_is_closed_without_a_record() -> None:
    missed = a_planned_visit()
    with signed(TUESDAY):
        missed.miss(reason="Illness")

    for visit in (missed, a_cancelled_visit()):
        given(visit).when(lambda visit: visit.close()).then(Visit.Closed)


def test_a_visit_that_is_still_to_come_is_not_closed() -> None:
    given(a_confirmed_visit()).when(lambda visit: visit.close()).then_refused(NotHeld)


def _an_unplanned_visit(**chosen: Any) -> Visit:
    with signed(TODAY):
        return unplanned(**chosen)
