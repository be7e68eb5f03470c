"""What was entered wrongly is put right in the record itself, which keeps what it was said to be, by whom and why."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

import domain
from domain.aggregate import EVENTS, Aggregate, ReasonNeeded
from domain.calendar import default_term_on
from domain.concern import ConcernCase
from domain.correction import Correction, NothingToCorrect, RestsOnIt
from domain.engagement import BrokeredEngagement
from domain.engagement.rules import DeliveredInTheFuture, MoreThanAgreed, NoSuchSession, OutsideTheAgreedDates
from domain.person import Person
from domain.person.rules import OwnRecord
from domain.provider import Provider, ProviderKind
from domain.provider.rules import HostSchoolNeeded, NameNeeded
from domain.support_request import SupportRequest
from domain.support_request.rules import AnswerNeeded, DelegatesAreForTraining, NeededTooEarly
from domain.visit import Visit, Visitor, VisitStatus
from domain.visit.rules import DayStillToCome, NotALength, NotHeld
from domain.vocabulary import Personal, Purpose, Side, VisitKind
from tests.domain.brokered import (
    RULES,
    YESTERDAY,
    a_placed_request,
    a_raised_request,
    a_shortlisted_request,
    an_engagement_in_delivery,
    an_engagement_with_a_planned_session,
    an_evaluated_engagement,
)
from tests.domain.test_concern import a_concern, an_assessed_concern
from tests.domain.test_visit import HEAD, TUESDAY, WEDNESDAY, Written, a_held_visit, a_planned_visit, unplanned
from tests.grants import assess_and_share, close_breach
from tests.randomness import FUZZING
from tests.scenario import TODAY, assert_replays, given, signed

for module in pkgutil.walk_packages(domain.__path__, "domain."):
    importlib.import_module(module.name)

OTHER_SCHOOL, OFFICER = uuid4(), uuid4()
WRONG = "Picked from the wrong line"
CORRECTIONS = [event for event in EVENTS.values() if issubclass(event, Correction)]


def unmarked(record: Aggregate) -> dict[str, Any]:
    """All that a record remembers but for its marks of corrections."""
    marks = {"id", "version", "restated", "_pending", "reference"}
    return {name: value for name, value in vars(record).items() if name not in marks}


@pytest.mark.parametrize("event", CORRECTIONS, ids=lambda event: event.TOPIC)
def test_a_correction_says_of_all_that_it_restates_what_it_is_and_what_it_was(event: type[Correction]) -> None:
    known = {field.name: field.default for field in fields(event)}  # type: ignore[arg-type]  # made so in __init_subclass__
    for name in event.RESTATES:
        assert known[name] is None, "what is not restated is not told"
        assert known[f"{name}_was"] is None
    assert {*event.CALLS} <= {*event.RESTATES}


def test_a_planned_visit_gets_the_school_and_kind_that_were_meant() -> None:
    visit = a_planned_visit()
    was = visit.school
    given(visit).when(
        lambda visit: visit.correct(school=OTHER_SCHOOL, kind=VisitKind.FOLLOW_UP, reason=WRONG), by=OFFICER
    ).then(Visit.Corrected, kind=VisitKind.FOLLOW_UP, kind_was=VisitKind.CORE, school_was=was, reason=WRONG)
    assert (visit.school, visit.kind) == (OTHER_SCHOOL, VisitKind.FOLLOW_UP)
    assert visit.about().school == OTHER_SCHOOL
    assert [(each.field, each.was, each.by) for each in visit.restated] == [
        ("school", was, OFFICER),
        ("kind", VisitKind.CORE, OFFICER),
    ]


def test_the_school_that_was_meant_agrees_the_day_itself() -> None:
    visit = a_planned_visit()
    with signed(TODAY, by=HEAD):
        visit.confirm(side=Side.SCHOOL, on=visit.on, expected="the headteacher")
    given(visit).when(lambda visit: visit.correct(kind=VisitKind.MONITORING, reason=WRONG)).then(Visit.Corrected)
    assert visit.status is VisitStatus.CONFIRMED
    given(visit).when(lambda visit: visit.correct(school=OTHER_SCHOOL, reason=WRONG)).then(Visit.Corrected)
    assert (visit.status, visit.confirmed_by, visit.expected) == (VisitStatus.PLANNED, frozenset(), "")


def test_what_is_right_already_is_not_corrected() -> None:
    visit = a_planned_visit()
    given(visit).when(lambda visit: visit.correct(kind=visit.kind, reason=WRONG)).then_refused(NothingToCorrect)
    given(visit).when(lambda visit: visit.correct(kind=VisitKind.MONITORING, reason=" ")).then_refused(ReasonNeeded)


def test_what_happened_is_corrected_once_it_has() -> None:
    visit = a_planned_visit()
    given(visit).when(lambda visit: visit.correct(held_on=TODAY, reason=WRONG)).then_refused(
        NotHeld, field="held_on"
    ).when(lambda visit: visit.correct(attended="the chair", reason=WRONG)).then_refused(NotHeld, field="attended")
    given(a_held_visit()).when(lambda visit: visit.correct(held_on=WEDNESDAY, reason=WRONG), on=TUESDAY).then_refused(
        DayStillToCome, field="held_on"
    ).when(lambda visit: visit.correct(minutes=0, reason=WRONG), on=TUESDAY).then_refused(NotALength, field="minutes")


def test_the_day_of_a_visit_without_a_plan_is_the_one_of_its_term() -> None:
    with signed(TODAY):
        visit = unplanned()
    day = date(2026, 8, 28)
    given(visit).when(
        lambda visit: visit.correct(held_on=day, term=default_term_on(day), write_by=TODAY, reason=WRONG)
    ).then(Visit.Corrected)
    meant = default_term_on(day)
    assert (visit.on, visit.held_on, visit.write_by) == (day, day, TODAY)
    assert (visit.academic_year, visit.term) == (meant.academic_year, meant.term)


def test_what_its_record_says_too_is_corrected_before_the_record_is_started() -> None:
    visit = a_held_visit()
    with signed(TUESDAY):
        visit.start_record(Written(visit.id))
    given(visit).when(lambda visit: visit.correct(school=OTHER_SCHOOL, reason=WRONG), on=TUESDAY).then_refused(
        RestsOnIt, field="school"
    ).when(lambda visit: visit.correct(purpose=Purpose.SUPPORT, reason=WRONG), on=TUESDAY).then_refused(
        RestsOnIt, field="purpose"
    ).when(lambda visit: visit.correct(minutes=45, reason=WRONG), on=TUESDAY).then(Visit.Corrected, minutes_was=90)


def test_a_misspelt_name_was_never_theirs_and_a_changed_one_was() -> None:
    with signed(TODAY):
        person = Person.register("PE-2026-0001", name="Ruth Abbotsly")
    given(person).when(lambda it: it.correct(name="Ruth Abbotsley", reason="Misspelt"), by=OFFICER).then(
        Person.Corrected,
        name=Personal(person.id, "Ruth Abbotsley"),
        name_was=Personal(person.id, "Ruth Abbotsly"),
    ).when(lambda it: it.correct(name="Ruth  Abbotsley ", reason="Misspelt")).then_refused(NothingToCorrect).when(
        lambda it: it.correct(name="Ruth Abbot", reason="Misspelt"), by=person.id
    ).then_refused(OwnRecord)
    assert [(each.label, str(each.was)) for each in person.restated] == [("Name", "Ruth Abbotsly")]


def test_a_provider_gets_the_name_and_host_that_were_meant() -> None:
    with signed(TODAY):
        provider = Provider.register("PV-2026-0001", trading_as="Calder Lerning", kind=ProviderKind.PRIVATE)
    given(provider).when(lambda it: it.correct(trading_as="Calder Learning", reason="Misspelt")).then(
        Provider.Corrected, known_as="Calder Learning", trading_as_was="Calder Lerning", kind=None
    ).when(lambda it: it.correct(trading_as=" ", reason="Misspelt")).then_refused(NameNeeded).when(
        lambda it: it.correct(name="Calder Learning Ltd", trading_as="Calder", reason="Misspelt")
    ).then_refused(NameNeeded, field="name").when(
        lambda it: it.correct(kind=ProviderKind.SCHOOL_BASED, reason="A lead department")
    ).then_refused(HostSchoolNeeded).when(
        lambda it: it.correct(kind=ProviderKind.SCHOOL_BASED, host_school=OTHER_SCHOOL, reason="A lead department")
    ).then(Provider.Corrected, kind_was=ProviderKind.PRIVATE, known_as="").then_holds(
        lambda it: (it.name, it.about().school) == ("Calder Learning", OTHER_SCHOOL)
    )


def test_a_request_gets_the_dates_that_were_meant_until_something_rests_on_them() -> None:
    request = a_raised_request()
    was, until = request.needed_from, request.needed_by
    given(request).when(lambda it: it.correct(needed_from=until, need="Teaching of fractions", reason=WRONG)).then(
        SupportRequest.Corrected, needed_from=until, needed_from_was=was, needed_by=None
    ).when(lambda it: it.correct(needed_by=was - timedelta(days=1), reason=WRONG)).then_refused(
        NeededTooEarly, field="needed_by"
    ).when(lambda it: it.correct(delegates=5, reason=WRONG)).then_refused(DelegatesAreForTraining).when(
        lambda it: it.correct(need=" ", reason=WRONG)
    ).then_refused(AnswerNeeded).when(lambda it: it.correct(needed_from=until, reason=WRONG)).then_refused(
        NothingToCorrect
    )
    for later in (a_shortlisted_request(), a_placed_request()):
        given(later).when(lambda it: it.correct(needed_by=until + timedelta(days=9), reason=WRONG)).then_refused(
            RestsOnIt
        )


def test_a_concern_at_the_wrong_school_goes_to_the_right_one_and_is_shared_there_anew() -> None:
    case = a_concern()
    was = case.school
    with signed(TODAY):
        assess_and_share(case, "Results fell")
    given(case).when(lambda it: it.correct(school=OTHER_SCHOOL, reason=WRONG)).then(
        ConcernCase.Corrected, school_was=was, severity=None
    ).then_holds(lambda it: (it.about().school, it.shared_with) == (OTHER_SCHOOL, [])).when(
        lambda it: it.correct(school=OTHER_SCHOOL, reason=WRONG)
    ).then_refused(NothingToCorrect)
    given(an_assessed_concern()).when(lambda it: it.correct(school=OTHER_SCHOOL, reason=WRONG)).then_refused(
        RestsOnIt
    )


def test_a_planned_session_gets_the_day_and_length_that_were_meant() -> None:
    engagement = an_engagement_with_a_planned_session()
    given(engagement).when(
        lambda it: it.correct_session(1, on=TODAY + timedelta(days=1), days=Decimal("0.5"), reason=WRONG)
    ).then(BrokeredEngagement.SessionCorrected, on_was=TODAY, days_was=Decimal(1), net=None).then_holds(
        lambda it: (it.planned_days, it.sessions[1].restated_on) == (Decimal("0.5"), TODAY)
    ).when(lambda it: it.correct_session(1, note="Algebra", reason=WRONG)).then_refused(NoSuchSession)


def test_a_held_session_costs_what_it_would_have_cost_with_its_days_entered_rightly() -> None:
    engagement = an_engagement_in_delivery()
    assert engagement.sessions[1].net == Decimal("333.33")
    given(engagement).when(lambda it: it.correct_session(1, days=Decimal(2), reason=WRONG)).then(
        BrokeredEngagement.SessionCorrected, net=Decimal("666.67")
    )
    assert (engagement.restated[0].part, engagement.restated[0].label) == ("Session 1", "Days")
    given(engagement).when(lambda it: it.correct_session(1, days=Decimal(99), reason=WRONG)).then_refused(
        MoreThanAgreed, field="days"
    ).when(lambda it: it.correct_session(1, on=date(2020, 1, 1), reason=WRONG)).then_refused(
        OutsideTheAgreedDates
    ).when(lambda it: it.correct_session(1, on=TODAY + timedelta(days=1), reason=WRONG)).then_refused(
        DeliveredInTheFuture
    ).when(lambda it: it.correct_session(7, days=Decimal(1), reason=WRONG)).then_refused(NoSuchSession)


def test_whether_a_session_was_held_in_breach_follows_the_day_that_was_meant() -> None:
    engagement, missing = an_engagement_in_delivery(), ("Identity: not checked",)
    given(engagement).when(
        lambda it: it.correct_session(1, on=YESTERDAY, missing=missing, reason=WRONG, rules=RULES)
    ).then(BrokeredEngagement.SessionCorrected, BrokeredEngagement.BreachRecorded, on=YESTERDAY).when(
        lambda it: it.correct_session(1, attended=3, reason=WRONG)
    ).then(BrokeredEngagement.SessionCorrected, lifts_breach=False).then_holds(
        lambda it: it.sessions[1].is_open_breach
    ).when(lambda it: it.correct_session(1, on=TODAY, reason=WRONG, rules=RULES)).then_refused(
        RestsOnIt, field="on"
    ).when(lambda it: it.follow_up_breach(1, told="The head", followed="The check was repeated")).when(
        lambda it: close_breach(it, 1)
    ).when(lambda it: it.correct_session(1, on=TODAY, reason=WRONG, rules=RULES)).then(
        BrokeredEngagement.SessionCorrected, lifts_breach=True
    ).then_holds(lambda it: not it.sessions[1].missing)


def test_the_days_and_cost_at_which_work_was_closed_stand() -> None:
    engagement = an_evaluated_engagement()
    given(engagement).when(BrokeredEngagement.close).then(BrokeredEngagement.Closed).when(
        lambda it: it.correct_session(1, days=Decimal(2), reason=WRONG)
    ).then_refused(RestsOnIt, field="days").when(
        lambda it: it.correct_session(1, note="Fractions", reason=WRONG)
    ).then(BrokeredEngagement.SessionCorrected, note_was="Looked at algebra")


ENTERED = st.fixed_dictionaries(
    {
        "school": st.sampled_from([uuid4(), uuid4()]),
        "kind": st.sampled_from(VisitKind),
        "purpose": st.sampled_from(Purpose),
        "focus": st.sampled_from(["Attendance", "Reading"]),
        "minutes": st.integers(1, 300),
    }
)
HELD = st.fixed_dictionaries({"held_on": st.sampled_from([TODAY, TUESDAY]), "attended": st.just("the head")})


@drawn(wrong=ENTERED, right=ENTERED, held=st.none() | HELD, is_held=st.booleans())
@settings(max_examples=60 * FUZZING)
def test_a_corrected_visit_is_the_one_that_was_entered_rightly_at_first(
    wrong: dict[str, Any], right: dict[str, Any], held: dict[str, Any] | None, is_held: bool
) -> None:
    def visit(entered: dict[str, Any], facts: dict[str, Any]) -> Visit:
        with signed(TODAY):
            made = Visit.plan(
                "V-2026-0001",
                on=TUESDAY,
                term=default_term_on(TUESDAY),
                visitors=[Visitor(OFFICER, "officer")],
                lead=OFFICER,
                **entered,
            )
        if is_held:
            day, who = facts["held_on"], facts["attended"]
            with signed(TUESDAY + timedelta(days=1)):
                made.hold(on=day, minutes=entered["minutes"], attendees=who, write_by=day + timedelta(days=14))
        return made

    first = {"held_on": TUESDAY, "attended": "the chair"}
    meant = visit(right, held or first)
    corrected = visit(wrong, first)
    answers = {**right, **(held or {})} if is_held else right
    with signed(TUESDAY + timedelta(days=1), by=OFFICER):
        try:
            corrected.correct(**answers, write_by=(held or first)["held_on"] + timedelta(days=14), reason=WRONG)
        except NothingToCorrect:
            assert unmarked(corrected) == unmarked(meant)
            return
    assert unmarked(corrected) == unmarked(meant)
    assert all(each.was != each.now for each in corrected.restated)
    assert_replays(corrected)
