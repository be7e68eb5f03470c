"""A concern case: from first worry to end, and what it refuses on the way."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.aggregate import OccurredInTheFuture, ReasonNeeded, Refusal
from domain.concern import (
    CaseStatus,
    ConcernCase,
    ConcernKind,
    ConcernSource,
    Finding,
    Objective,
    Rag,
    Rating,
    ReferredTo,
    ReviewDecision,
    Severity,
    StepKind,
)
from domain.concern.content import DecidedUpon, SameWords
from domain.concern.meetings import NotRegular
from domain.concern.referral import NotAReferenceNumber, NotSafeguarding
from domain.concern.rules import (
    CaseIsOpen,
    CaseIsOver,
    DecisionNeeded,
    DueBeforeThePlan,
    FindingsDoNotFit,
    InterventionUnderWay,
    KeptSoAlready,
    NoDecisionToEnd,
    NoIntervention,
    NoObjectives,
    NotALevel,
    NotAPurposeOfConcern,
    NotAssessed,
    NotByVisit,
    NotCausingConcern,
    NothingToDecide,
    NotPaused,
    ObjectiveWithFindings,
    PausedCaseRefusesWork,
    PauseInThePast,
    ReviewBeforeTheLast,
    ReviewInThePast,
    ReviewTooFarAhead,
    TextNeeded,
    WhistleblowingStaysRestricted,
)
from domain.concern.sharing import NobodyToShareWith, ReadAlready, RestrictedIsNotShared, WithdrawnIsNotShared
from domain.delegation import Act, Excluded, Granted, NotCovered, OneHand, OwnAsk, Separation
from domain.vocabulary import Purpose, Role, Sensitivity
from tests.grants import (
    DECISION,
    as_raised_before,
    assess_as_causing_concern,
    decide_review,
    decided,
    end_intervention,
    granted,
    refer,
    reopen,
    start_intervention,
)
from tests.scenario import TODAY, given, signed

SCHOOL = UUID(int=7)
DIRECTOR = UUID(int=8)
LEAD = UUID(int=11)
CHAIR = UUID(int=9)
VISIT = UUID(int=10)
SEPTEMBER = date(2026, 9, 7)
OCTOBER = date(2026, 10, 5)
JANUARY = date(2027, 1, 11)
YESTERDAY = TODAY - timedelta(days=1)
READING = Objective(1, "Raise reading in Year 6", "80% reach the expected standard", JANUARY)
ATTENDANCE = Objective(2, "Raise attendance", "95% by spring", JANUARY)
REASON = {"reason": "Because it was agreed"}


A_WORRY: dict[str, Any] = {
    "school": SCHOOL,
    "kind": ConcernKind.LEADERSHIP,
    "source": ConcernSource.VISIT,
    "severity": Severity.HIGH,
    "detail": "No deputy since Easter",
    "purpose": Purpose.CHALLENGE,
}


def a_concern(**changes: Any) -> ConcernCase:
    with signed(SEPTEMBER):
        return ConcernCase.raise_("CC-2026-0001", **A_WORRY | changes)


def assess(case: ConcernCase, rating: Rating = Rating.CAUSING_CONCERN) -> None:
    if rating is Rating.CAUSING_CONCERN:
        assess_as_causing_concern(case, "Leadership is stretched", by=LEAD)
    else:
        case.assess(assessment="Leadership is stretched", rating=rating)


def start(case: ConcernCase, review_on: date = TODAY) -> None:
    start_intervention(
        case, by=DIRECTOR, plan="Weekly support", objectives=[READING, ATTENDANCE], review_on=review_on
    )


def review(
    case: ConcernCase,
    decision: ReviewDecision = ReviewDecision.CONTINUE,
    next_review_on: date = JANUARY,
    **changes: Any,
) -> None:
    """Hold a review and decide on it, unless the intervention is to end."""
    hold_review(case, advice=decision, **changes)
    if decision is not ReviewDecision.END:
        decide_review(case, decision, next_review_on)


def hold_review(case: ConcernCase, **changes: Any) -> None:
    held: dict[str, Any] = {
        "on": TODAY,
        "evidence": "Lesson visits and the autumn data",
        "findings": [Finding(2, Rag.GREEN, "95.2%"), Finding(1, Rag.AMBER, "Rising, from a low base")],
        "advice": ReviewDecision.CONTINUE,
        "reason": "Progress is real but not secure",
        "attendees": [CHAIR],
    }
    case.hold_review(**held | changes)


def an_assessed_concern(rating: Rating = Rating.CAUSING_CONCERN) -> ConcernCase:
    case = a_concern()
    with signed(SEPTEMBER):
        assess(case, rating)
    return case


def an_intervention() -> ConcernCase:
    case = an_assessed_concern()
    with signed(OCTOBER):
        start(case)
    return case


def an_ended_intervention() -> ConcernCase:
    case = an_intervention()
    with signed():
        review(case, ReviewDecision.END)
        end_intervention(case, by=DIRECTOR, outcome="Leadership is secure", **REASON)
    return case


def a_paused_concern() -> ConcernCase:
    case = an_assessed_concern()
    with signed():
        case.pause(**REASON)
    return case


def test_a_concern_is_raised_about_a_school_to_challenge_or_to_monitor() -> None:
    case = a_concern()

    assert case.status is CaseStatus.RAISED
    assert case.about().school == SCHOOL
    assert case._pending[0].meta.purpose is Purpose.CHALLENGE


@pytest.mark.parametrize("purpose", [Purpose.SUPPORT, Purpose.INTERVENTION])
def test_a_concern_is_raised_for_no_other_purpose(purpose: Purpose) -> None:
    with pytest.raises(NotAPurposeOfConcern):
        a_concern(purpose=purpose)


def test_a_concern_says_what_it_is_and_lies_not_ahead() -> None:
    with pytest.raises(TextNeeded):
        a_concern(detail=" ")
    with pytest.raises(OccurredInTheFuture):
        a_concern(on=JANUARY)


def test_everything_in_a_restricted_case_is_restricted() -> None:
    given(a_concern(sensitivity=Sensitivity.RESTRICTED)).when(assess).then(
        ConcernCase.FoundCausingConcern, sensitivity=Sensitivity.RESTRICTED
    )


def test_what_came_by_whistleblowing_is_never_ordinary() -> None:
    case = a_concern(source=ConcernSource.WHISTLEBLOWING)
    assert case.sensitivity is Sensitivity.RESTRICTED
    kept = a_concern(source=ConcernSource.WHISTLEBLOWING, sensitivity=Sensitivity.SAFEGUARDING)
    assert kept.sensitivity is Sensitivity.SAFEGUARDING


def test_a_concern_is_assessed_for_its_own_purpose_and_can_be_assessed_anew() -> None:
    given(a_concern()).when(lambda case: assess(case, Rating.WATCH)).then(
        ConcernCase.Assessed, rating=Rating.WATCH, purpose=Purpose.CHALLENGE
    ).when(assess).then(ConcernCase.FoundCausingConcern, decider=LEAD, decision=DECISION)


def test_an_intervention_begins_in_a_school_causing_concern() -> None:
    given(an_assessed_concern()).when(start).then(
        ConcernCase.InterventionDecided, purpose=Purpose.INTERVENTION, decider=DIRECTOR, decision=DECISION
    ).then_holds(lambda case: case.status is CaseStatus.INTERVENTION and case.next_review_on == TODAY)


def test_there_is_no_intervention_before_an_assessment() -> None:
    given(a_concern()).when(start).then_refused(NotAssessed)


@pytest.mark.parametrize("rating", [Rating.NO_CONCERN, Rating.WATCH])
def test_there_is_no_intervention_in_a_school_not_causing_concern(rating: Rating) -> None:
    given(an_assessed_concern(rating)).when(start).then_refused(NotCausingConcern)


def test_a_first_review_is_not_in_the_past() -> None:
    given(an_assessed_concern()).when(lambda case: start(case, YESTERDAY)).then_refused(
        ReviewInThePast, field="review_on"
    )


@pytest.mark.parametrize(
    "objectives", [[], [ATTENDANCE], [READING, READING], [Objective(1, "Raise reading", " ", JANUARY)]]
)
def test_a_plan_has_numbered_objectives_with_measures(objectives: list[Objective]) -> None:
    given(an_assessed_concern()).when(
        lambda case: start_intervention(
            case, by=DIRECTOR, plan="Weekly support", objectives=objectives, review_on=JANUARY
        )
    ).then_refused(NoObjectives, field="objectives")


def test_an_intervention_under_way_is_neither_started_assessed_nor_closed() -> None:
    scenario = given(an_intervention())
    for act in (start, assess, lambda case: case.close(**REASON)):
        scenario.when(act).then_refused(InterventionUnderWay)


def test_a_plan_is_revised_with_a_reason() -> None:
    revised = {"plan": "Daily support", "objectives": [READING]}

    given(an_intervention()).when(lambda case: case.revise_plan(**revised, reason="")).then_refused(
        ReasonNeeded, field="reason"
    ).when(lambda case: case.revise_plan(**revised, reason="One thing at a time")).then(
        ConcernCase.PlanRevised, objectives=(READING,), reason="One thing at a time"
    ).then_holds(lambda case: case.plan == "Daily support")


def revise(*objectives: Objective) -> Callable[[ConcernCase], None]:
    return lambda case: case.revise_plan(plan="Other", objectives=objectives, **REASON)


def test_an_objective_that_was_rated_stays_in_the_plan() -> None:
    given(an_intervention()).when(review).when(revise(READING)).then_refused(ObjectiveWithFindings)


def test_the_number_of_an_objective_that_was_rated_never_stands_for_another() -> None:
    other = replace(READING, text="Raise writing in Year 6")

    given(an_intervention()).when(revise(other, ATTENDANCE)).then(ConcernCase.PlanRevised).when(
        revise(READING, ATTENDANCE)
    ).when(review).when(revise(other, ATTENDANCE)).then_refused(ObjectiveWithFindings, field="objectives").when(
        revise(replace(ATTENDANCE, number=1), replace(READING, number=2))
    ).then_refused(ObjectiveWithFindings)


def test_an_objective_that_was_rated_is_withdrawn_and_reviewed_no_more() -> None:
    withdrawn, new = replace(READING, withdrawn=True), replace(READING, number=3, text="Raise writing in Year 6")
    findings = [Finding(2, Rag.GREEN, "95.2%"), Finding(3, Rag.RED, "Not begun")]

    given(an_intervention()).when(review).when(revise(withdrawn, ATTENDANCE, new)).then(
        ConcernCase.PlanRevised, objectives=(withdrawn, ATTENDANCE, new)
    ).when(review).then_refused(FindingsDoNotFit).when(lambda case: hold_review(case, findings=findings)).then(
        ConcernCase.ReviewRecorded
    ).then_holds(lambda case: case.reviews[0].objectives == (READING, ATTENDANCE))


def test_a_plan_has_an_objective_that_is_not_withdrawn() -> None:
    given(an_intervention()).when(
        revise(replace(READING, withdrawn=True), replace(ATTENDANCE, withdrawn=True))
    ).then_refused(NoObjectives, field="objectives")


def test_an_objective_lies_ahead_on_the_day_of_its_plan() -> None:
    late = replace(READING, due=YESTERDAY)

    given(an_assessed_concern()).when(
        lambda case: start_intervention(case, by=DIRECTOR, plan="Weekly support", objectives=[late], review_on=TODAY)
    ).then_refused(DueBeforeThePlan, field="objectives")
    given(an_intervention()).when(revise(late, ATTENDANCE)).then_refused(DueBeforeThePlan, field="objectives").when(
        revise(READING, ATTENDANCE), on=JANUARY + timedelta(days=1)
    ).then(ConcernCase.PlanRevised)


def test_an_intervention_is_reviewed_within_a_year() -> None:
    far = TODAY + timedelta(days=367)

    given(an_assessed_concern()).when(lambda case: start(case, far)).then_refused(
        ReviewTooFarAhead, field="review_on"
    ).when(lambda case: start(case, far - timedelta(days=1))).then(ConcernCase.InterventionDecided).when(
        hold_review
    ).when(lambda case: decide_review(case, ReviewDecision.CONTINUE, far)).then_refused(
        ReviewTooFarAhead, field="next_review_on"
    )


def test_a_case_tells_who_raised_it_and_who_decided_its_intervention_and_its_end() -> None:
    with signed(SEPTEMBER, by=CHAIR):
        raised = ConcernCase.raise_("CC-2026-0002", **A_WORRY)
    assert (raised.raised_by, raised.named_authoriser) == (CHAIR, None)

    case = an_ended_intervention()
    assert case.assessment is not None
    assert case.assessment.by == LEAD
    assert (case.intervention_on, case.intervention_by) == (OCTOBER, DIRECTOR)
    assert (case.ended_on, case.ended_by, case.end_reason) == (TODAY, DIRECTOR, REASON["reason"])
    given(case).when(reopen).then(ConcernCase.ReopeningDecided).then_holds(
        lambda case: not case.end_reason and case.ended_by is case.intervention_by is None
    )


def test_a_school_causes_concern_by_a_decision_alone_and_never_by_whoever_raised_it() -> None:
    with signed(SEPTEMBER, by=CHAIR):
        case = ConcernCase.raise_("CC-2026-0002", **A_WORRY)
    scenario = given(case)
    scenario.when(lambda it: it.assess(assessment="Weak", rating=Rating.CAUSING_CONCERN)).then_refused(DecisionNeeded)
    scenario.when(lambda it: assess_as_causing_concern(it, by=CHAIR)).then_refused(OwnAsk)
    other = granted(case, Act.START_INTERVENTION, LEAD)
    scenario.when(lambda it: it.assess_as_causing_concern(assessment="Weak", granted=other)).then_refused(NotCovered)
    nobody = Granted(DECISION, Act.ASSESS_AS_CAUSING_CONCERN, case.id)
    scenario.when(lambda it: it.assess_as_causing_concern(assessment="Weak", granted=nobody)).then_refused(NotCovered)


def test_of_assessing_starting_and_ending_nobody_decides_two_but_after_a_review() -> None:
    start = {"plan": "Weekly support", "objectives": [READING], "review_on": JANUARY}
    given(an_assessed_concern()).when(lambda case: start_intervention(case, by=LEAD, **start)).then_refused(OneHand)
    case = an_intervention()
    scenario = given(case)
    assert Excluded(DIRECTOR, Separation.ONE_HAND) in case.excluded_from(Act.END_INTERVENTION)
    scenario.when(lambda it: review(it, ReviewDecision.END))
    scenario.when(lambda it: end_intervention(it, by=LEAD)).then_refused(OneHand)
    assert case.excluded_from(Act.END_INTERVENTION) == (Excluded(LEAD, Separation.ONE_HAND),)
    scenario.when(lambda it: end_intervention(it, by=DIRECTOR)).then(ConcernCase.EndDecided, decider=DIRECTOR)


def test_a_concern_names_the_visit_that_it_came_from_and_no_other() -> None:
    assert a_concern(visit=VISIT).visit == VISIT
    with pytest.raises(NotByVisit):
        a_concern(visit=VISIT, source=ConcernSource.DATA)


def test_a_review_finds_on_each_objective_and_advises_and_somebody_decides() -> None:
    scenario = given(an_intervention()).when(hold_review)
    scenario.then(
        ConcernCase.ReviewRecorded, purpose=Purpose.INTERVENTION, reason="Progress is real but not secure"
    ).then_holds(
        lambda case: (
            [finding.objective for finding in case.reviews[0].findings] == [1, 2]
            and case.next_review_on is case.reviews[0].decision is None
            and case.reviews[0].objectives == (READING, ATTENDANCE)
        )
    )
    scenario.when(lambda case: decide_review(case, ReviewDecision.STEP_UP, JANUARY, by=DIRECTOR)).then(
        ConcernCase.ReviewDecided, decider=DIRECTOR, decision=DECISION, level=ReviewDecision.STEP_UP
    ).then_holds(lambda case: case.reviews[0].decision is ReviewDecision.STEP_UP and case.next_review_on == JANUARY)


def test_what_becomes_of_an_intervention_is_decided_once_after_each_review() -> None:
    def on(case: ConcernCase) -> None:
        decide_review(case, ReviewDecision.CONTINUE, JANUARY)

    given(an_intervention()).when(on).then_refused(NothingToDecide).when(review).when(on).then_refused(
        NothingToDecide
    )
    given(an_intervention()).when(hold_review).when(
        lambda case: decide_review(case, ReviewDecision.END, JANUARY)
    ).then_refused(NotALevel, field="level")


def test_a_case_is_paused_for_20_days_and_longer_by_a_decision() -> None:
    longest = TODAY + timedelta(days=20)
    later = longest + timedelta(days=1)
    given(a_concern()).when(lambda case: case.pause(**REASON)).then(ConcernCase.Paused, until=longest)
    given(a_concern()).when(lambda case: case.pause(**REASON, until=later)).then_refused(
        DecisionNeeded, field="until"
    ).when(lambda case: case.pause(**REASON, until=TODAY)).then_refused(PauseInThePast, field="until").when(
        lambda case: decided(case, Act.PAUSE_CONCERN, ConcernCase.pause_longer, by=DIRECTOR, until=later, **REASON)
    ).then(ConcernCase.PauseDecided, until=later, decider=DIRECTOR).when(lambda case: case.resume(**REASON)).then(
        ConcernCase.Resumed
    ).then_holds(lambda case: case.paused_until is None)


def test_those_at_a_review_are_named_in_its_history() -> None:
    scenario = given(an_intervention()).when(review)

    assert scenario.events[0].meta.about.people == (CHAIR,)


@pytest.mark.parametrize(
    "findings",
    [
        [],
        [Finding(1, Rag.RED, "None")],
        [Finding(1, Rag.RED, "None"), Finding(2, Rag.RED, " ")],
        [Finding(1, Rag.RED, "None"), Finding(1, Rag.RED, "None"), Finding(2, Rag.RED, "None")],
    ],
)
def test_a_review_leaves_no_objective_out(findings: list[Finding]) -> None:
    given(an_intervention()).when(lambda case: review(case, findings=findings)).then_refused(FindingsDoNotFit)


def test_an_intervention_that_goes_on_has_a_next_review_ahead() -> None:
    given(an_intervention()).when(hold_review).when(
        lambda case: decide_review(case, ReviewDecision.CONTINUE, YESTERDAY)
    ).then_refused(ReviewInThePast)


def test_reviews_follow_the_beginning_and_each_other() -> None:
    given(an_intervention()).when(lambda case: review(case, on=SEPTEMBER)).then_refused(
        ReviewBeforeTheLast, field="on"
    ).when(review).when(lambda case: hold_review(case, on=YESTERDAY)).then_refused(ReviewBeforeTheLast)


def test_a_review_still_to_come_is_not_recorded() -> None:
    given(an_intervention()).when(lambda case: review(case, on=JANUARY)).then_refused(OccurredInTheFuture)


def test_only_an_intervention_is_reviewed_revised_and_ended() -> None:
    scenario = given(an_assessed_concern())
    for act in (
        review,
        lambda case: case.revise_plan(plan="More", objectives=[READING], **REASON),
        lambda case: end_intervention(case, by=DIRECTOR, outcome="Better", **REASON),
    ):
        scenario.when(act).then_refused(NoIntervention)


def test_a_step_is_recorded_for_the_purpose_of_its_time() -> None:
    def step(case: ConcernCase) -> None:
        case.record_step(on=TODAY, kind=StepKind.INFORMAL, text="Met the chair")

    given(a_concern()).when(step).then(ConcernCase.StepRecorded, purpose=Purpose.CHALLENGE)
    given(an_intervention()).when(step).then(ConcernCase.StepRecorded, purpose=Purpose.INTERVENTION)


def test_a_paused_case_refuses_work_until_it_is_resumed() -> None:
    scenario = given(a_paused_concern())
    for act in (start, assess, lambda case: case.close(**REASON), lambda case: case.pause(**REASON)):
        scenario.when(act).then_refused(PausedCaseRefusesWork)
    scenario.when(lambda case: case.resume(**REASON)).then(ConcernCase.Resumed, reason="Because it was agreed")
    scenario.when(start).then(ConcernCase.InterventionDecided)


def test_only_a_paused_case_is_resumed() -> None:
    given(a_concern()).when(lambda case: case.resume(**REASON)).then_refused(NotPaused)


def test_an_intervention_ends_when_a_review_decided_so() -> None:
    def end(case: ConcernCase) -> None:
        end_intervention(case, by=DIRECTOR, outcome="Leadership is secure", **REASON)

    given(an_intervention()).when(end).then_refused(NoDecisionToEnd).when(review).when(end).then_refused(
        NoDecisionToEnd
    ).when(lambda case: review(case, ReviewDecision.END)).when(end).then(
        ConcernCase.EndDecided, outcome="Leadership is secure", purpose=Purpose.INTERVENTION
    ).then_holds(lambda case: case.status is CaseStatus.ENDED and case.next_review_on is None)


def test_the_end_of_an_intervention_is_what_was_decided_after_its_last_review() -> None:
    def end(case: ConcernCase) -> None:
        end_intervention(case, by=DIRECTOR, outcome="Leadership is secure", **REASON)

    case = given(an_intervention()).when(lambda case: review(case, ReviewDecision.END)).when(end).record
    last = case.reviews[-1]
    assert (last.decision, last.decided_by, last.decided_on) == (ReviewDecision.END, DIRECTOR, TODAY)
    assert last.decided_because == "Because it was agreed"


def test_an_objective_is_reached_when_the_last_review_on_its_day_or_later_finds_it_so() -> None:
    green = [Finding(1, Rag.GREEN, "84%"), Finding(2, Rag.AMBER, "94%")]
    case = given(an_intervention()).when(lambda it: review(it, findings=green)).record
    assert case.reached_on(READING) is None, "green before its day is on course"
    with signed(JANUARY):
        review(case, next_review_on=JANUARY + timedelta(days=60), on=JANUARY, findings=green)
    assert [case.reached_on(each) for each in case.objectives] == [JANUARY, None]


def test_meetings_are_promised_in_an_intervention_every_some_weeks_until_they_are_ended() -> None:
    given(an_assessed_concern()).when(lambda it: it.promise_meetings(weeks=4, **REASON)).then_refused(NoIntervention)
    promised = given(an_intervention()).when(lambda it: it.promise_meetings(weeks=27, **REASON))
    promised.then_refused(NotRegular, field="weeks").when(
        lambda it: it.promise_meetings(weeks=4, reason=" ")
    ).then_refused(ReasonNeeded)
    for weeks, what in (
        (4, "promised to meet the school every 4 weeks"),
        (1, "promised to meet the school every week"),
        (0, "ended the regular meetings with the school"),
    ):
        promised.when(lambda it, weeks=weeks: it.promise_meetings(weeks=weeks, **REASON)).then(  # type: ignore[misc]
            ConcernCase.MeetingsPromised, weeks=weeks
        )
        (told,) = promised.events
        assert isinstance(told, ConcernCase.MeetingsPromised)
        assert (told.what, promised.record.meeting_weeks) == (what, weeks)


def test_a_concern_is_closed_without_an_intervention_for_a_reason() -> None:
    given(an_assessed_concern(Rating.NO_CONCERN)).when(lambda case: case.close(reason=" ")).then_refused(
        ReasonNeeded
    ).when(lambda case: case.close(**REASON)).then(ConcernCase.Closed, reason="Because it was agreed").then_holds(
        lambda case: case.ended_on == TODAY
    )


@pytest.mark.parametrize(
    ("act", "rule"),
    [
        (assess, CaseIsOver),
        (start, CaseIsOver),
        (review, CaseIsOver),
        (lambda case: case.pause(**REASON), CaseIsOver),
        (lambda case: case.close(**REASON), CaseIsOver),
    ],
)
def test_nothing_more_happens_in_a_case_that_is_over(act: Any, rule: type[Refusal]) -> None:
    given(an_ended_intervention()).when(act).then_refused(rule)


def test_a_case_that_is_over_is_opened_again_to_be_assessed_anew() -> None:
    given(a_concern()).when(lambda case: reopen(case, by=DIRECTOR, **REASON)).then_refused(CaseIsOpen)
    scenario = (
        given(an_ended_intervention())
        .when(lambda case: reopen(case, by=DIRECTOR, **REASON))
        .then(ConcernCase.ReopeningDecided)
    )
    scenario.when(start).then_refused(NotAssessed).when(assess).when(start).then(ConcernCase.InterventionDecided)
    scenario.when(lambda case: end_intervention(case, by=DIRECTOR, outcome="Better", **REASON)).then_refused(
        NoDecisionToEnd
    )
    assert len(scenario.record.reviews) == 1


@pytest.mark.parametrize("becomes", [Sensitivity.RESTRICTED, Sensitivity.SAFEGUARDING])
def test_a_concern_is_restricted_and_opened_again(becomes: Sensitivity) -> None:
    with signed():
        case = ConcernCase.raise_("CC-2026-0001", **A_WORRY)
    story = given(case)

    story.when(lambda case: case.change_sensitivity(becomes, **REASON))
    story.then(ConcernCase.SensitivityChanged, becomes=becomes, sensitivity=becomes, reason=REASON["reason"])
    story.when(lambda case: case.change_sensitivity(becomes, **REASON)).then_refused(KeptSoAlready)
    story.when(lambda case: case.change_sensitivity(Sensitivity.ORDINARY, **REASON))
    story.then(ConcernCase.SensitivityChanged, sensitivity=Sensitivity.ORDINARY)


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        (Sensitivity.ORDINARY, Sensitivity.RESTRICTED, "restricted who can read the concern"),
        (Sensitivity.ORDINARY, Sensitivity.SAFEGUARDING, "restricted who can read the concern, as safeguarding"),
        (
            Sensitivity.SAFEGUARDING,
            Sensitivity.RESTRICTED,
            "removed the safeguarding mark from the concern, which stays restricted",
        ),
        (
            Sensitivity.RESTRICTED,
            Sensitivity.SAFEGUARDING,
            "added the safeguarding mark to the concern, which stays restricted",
        ),
        (Sensitivity.SAFEGUARDING, Sensitivity.ORDINARY, "lifted the restriction on the concern"),
        (None, Sensitivity.RESTRICTED, "recorded that the concern is restricted"),
        (None, Sensitivity.SAFEGUARDING, "recorded that the concern is restricted, as safeguarding"),
    ],
)
def test_a_concern_is_said_to_be_restricted_only_when_it_was_open(
    was: Sensitivity | None, becomes: Sensitivity, told: str
) -> None:
    with signed():
        case = ConcernCase.raise_("CC-2026-0001", **{**A_WORRY, "sensitivity": was or Sensitivity.ORDINARY})
        case.change_sensitivity(becomes, **REASON)
    changed = case.pending[-1]
    assert isinstance(changed, ConcernCase.SensitivityChanged)
    event = changed if was else replace(changed, was=None)
    assert event.restricted_or_opened == told


def test_what_came_by_whistleblowing_is_not_opened() -> None:
    with signed():
        case = ConcernCase.raise_("CC-2026-0001", **{**A_WORRY, "source": ConcernSource.WHISTLEBLOWING})

    opened = given(case).when(lambda case: case.change_sensitivity(Sensitivity.ORDINARY, **REASON))

    opened.then_refused(WhistleblowingStaysRestricted, field="sensitivity")


def test_a_reworded_concern_keeps_its_first_words() -> None:
    in_error = given(a_concern()).when(lambda case: case.reword(detail="Two posts are vacant", **REASON))

    in_error.then(ConcernCase.Reworded, was="No deputy since Easter", detail="Two posts are vacant").then_holds(
        lambda case: case.detail == "Two posts are vacant" and case.earlier_wordings[0].text == A_WORRY["detail"]
    )
    given(a_concern()).when(lambda case: case.reword(detail=" No deputy since Easter", **REASON)).then_refused(
        SameWords, field="detail"
    )


def test_a_concern_raised_in_error_is_withdrawn_and_no_open_concern() -> None:
    withdrawn = given(a_concern()).when(lambda case: case.withdraw(reason="It is about another school"))

    withdrawn.then(ConcernCase.Withdrawn, reason="It is about another school").then_holds(
        lambda case: case.status is CaseStatus.WITHDRAWN and not case.status.is_open
    )
    withdrawn.when(lambda case: case.withdraw(**REASON)).then_refused(CaseIsOver)


@pytest.mark.parametrize("decide", [assess, refer])
def test_a_concern_on_which_something_was_decided_is_not_withdrawn(decide: Callable[[ConcernCase], None]) -> None:
    case = a_concern()
    with signed():
        decide(case)
        case.assess(assessment="Looked at again", rating=Rating.NO_CONCERN)

    given(case).when(lambda case: case.withdraw(**REASON)).then_refused(DecidedUpon)


def a_safeguarding_concern() -> ConcernCase:
    return a_concern(kind=ConcernKind.SAFEGUARDING, sensitivity=Sensitivity.SAFEGUARDING, refer_by=TODAY)


def test_a_safeguarding_concern_says_when_and_to_whom_it_was_referred_and_no_more() -> None:
    referred = given(a_safeguarding_concern()).when(
        lambda case: case.record_safeguarding_referral(
            ReferredTo.DESIGNATED_OFFICER, on=YESTERDAY, reference="LADO/2041"
        )
    )

    referred.then(
        ConcernCase.SafeguardingReferred, reference="LADO/2041", sensitivity=Sensitivity.SAFEGUARDING
    ).then_holds(lambda case: case.safeguarding_referrals[0].on == YESTERDAY)
    for told in ("Sam Smith", "He hit a boy 2 days ago"):
        given(a_safeguarding_concern()).when(
            lambda case, told=told: case.record_safeguarding_referral(ReferredTo.POLICE, on=TODAY, reference=told)
        ).then_refused(NotAReferenceNumber, field="reference")


def test_a_referral_waits_neither_for_a_pause_nor_for_a_decision_and_is_recorded_of_safeguarding_alone() -> None:
    case = a_safeguarding_concern()
    with signed():
        case.pause(**REASON)
    given(case).when(lambda case: case.record_safeguarding_referral(ReferredTo.SOCIAL_CARE, on=TODAY)).then(
        ConcernCase.SafeguardingReferred
    )
    given(a_concern()).when(lambda case: case.record_safeguarding_referral(ReferredTo.POLICE, on=TODAY)).then_refused(
        NotSafeguarding
    )


def share(case: ConcernCase, **told: Any) -> None:
    case.share(**{"words": "Two posts have been vacant since Easter", **told})


def test_a_concern_is_shared_once_it_is_assessed_in_words_for_the_school() -> None:
    given(a_concern()).when(share).then_refused(NotAssessed)

    shared = given(an_assessed_concern(Rating.WATCH)).when(share)
    shared.then(ConcernCase.Shared, with_=(Role.HEADTEACHER, Role.CHAIR)).then_holds(
        lambda case: case.share_with([Role.CHAIR]) is not None
    )


def test_one_about_the_head_is_not_shared_with_the_head_unless_somebody_says_so() -> None:
    with signed():
        case = a_concern(about_posts=[Role.HEADTEACHER])
        assess(case, Rating.WATCH)
    given(case).when(share).then(ConcernCase.Shared, with_=(Role.CHAIR,)).then_holds(
        lambda case: case.share_with([Role.HEADTEACHER]) is None
    ).when(lambda case: share(case, with_=[Role.HEADTEACHER])).then(ConcernCase.Shared, with_=(Role.HEADTEACHER,))
    given(case).when(lambda case: share(case, with_=[])).then_refused(NobodyToShareWith, field="with_")


def test_a_restricted_withdrawn_or_always_open_concern_is_not_shared() -> None:
    with signed():
        restricted = a_concern(sensitivity=Sensitivity.RESTRICTED)
        withdrawn = a_concern()
        withdrawn.withdraw(**REASON)
    given(restricted).when(share).then_refused(RestrictedIsNotShared)
    given(withdrawn).when(share).then_refused(WithdrawnIsNotShared)
    given(as_raised_before(a_concern())).when(share).then_refused(ReadAlready)


def test_what_was_written_before_it_was_shared_stays_inside_the_service() -> None:
    case = an_intervention()
    with signed():
        review(case)
        share(case)
        review(case, evidence="Seen since")
    seen, shared = deepcopy(case), case.share_with([Role.HEADTEACHER])
    assert shared is not None
    seen.as_shared(shared)

    assert seen.detail == "Two posts have been vacant since Easter"
    assert (seen.plan, seen.objectives) == ("", ())
    assert seen.assessment is not None
    assert (seen.assessment.text, seen.assessment.rating) == ("", Rating.CAUSING_CONCERN)
    assert [review.evidence for review in seen.reviews] == ["Seen since"]
