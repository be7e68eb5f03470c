"""The formal ladder of a concern: what each step needs first, what it refuses by law or scheme, and what ends it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.aggregate import Refusal
from domain.concern import ConcernCase, Institution, Rating, ReviewDecision, StepKind
from domain.concern.ladder import (
    Body,
    Compliance,
    Contact,
    Ground,
    InspectionCategory,
    NationalStep,
    NoticeEnd,
    NoticeKind,
    Power,
    Waivable,
)
from domain.concern.ladder.parts import two_months_after
from domain.concern.ladder.record import ACTS
from domain.concern.ladder.rules import (
    AlreadyWaived,
    AssessedAlready,
    GroundDoesNotFit,
    IebInOffice,
    IntentionNeeded,
    NationalNoticeStands,
    NoConsent,
    NoNationalNotice,
    NoNotice,
    NotConsulted,
    NotEligible,
    NothingToModerate,
    NoticeStands,
    NotModerated,
    NotPreWarned,
    NotReferred,
    OnlyOtherPowers,
    PeriodRuns,
    PeriodTooShort,
    PowerInUse,
    PowerNotInUse,
    PowerTooLate,
    StepsOutOfOrder,
    SupersededByNational,
    TooFewMembers,
)
from domain.concern.rules import (
    CaseIsOver,
    DecisionNeeded,
    NotAssessed,
    NotCausingConcern,
    NotMaintained,
    PausedCaseRefusesWork,
)
from domain.delegation import Act, Granted, NotCovered, WaivesAndDecides
from domain.vocabulary import Purpose
from tests.domain.test_concern import SEPTEMBER, a_concern, an_assessed_concern, an_intervention, review
from tests.grants import DECISION, end_intervention
from tests.scenario import TODAY, Scenario, given, signed

CHIEF, LEGAL, DIRECTOR = UUID(int=21), UUID(int=22), UUID(int=23)
"""Who give the decisions of these tests: the first two where two decide."""

COMMUNITY = Institution("Ashgrove High", "Community school")
CHURCH = Institution("St Anne's", "Voluntary aided school", of_a_church=True)
FOUNDATION = Institution("Ashgrove High", "Foundation school")
DAY = timedelta(days=1)
PERIOD_ENDS = TODAY + timedelta(days=30)
AFTER = PERIOD_ENDS + DAY

Act_ = Callable[[ConcernCase], object]


def by_two(case: ConcernCase, act: Act) -> Granted:
    return Granted(DECISION, act, case.id, None, LEGAL, first=CHIEF)


def by_director(case: ConcernCase, act: Act) -> Granted:
    return Granted(DECISION, act, case.id, None, DIRECTOR)


def informal(case: ConcernCase) -> None:
    case.record_step(on=case.today, kind=StepKind.INFORMAL, text="Met head and chair")
    case.record_step(on=case.today, kind=StepKind.EVIDENCE, text="Three years of results")


def moderate(case: ConcernCase) -> None:
    case.moderate(text="The evidence is sound", attendees=[LEGAL])


def pre_warn(institution: Institution = COMMUNITY, **changes: Any) -> Act_:
    letter: dict[str, Any] = {
        "text": "Results have to rise",
        "answer_by": TODAY + timedelta(days=15),
        "holds_until": TODAY + timedelta(days=80),
    }
    return lambda case: case.pre_warn(
        institution=institution, granted=by_director(case, Act.PRE_WARN), **letter | changes
    )


def give_notice(institution: Institution = COMMUNITY, **changes: Any) -> Act_:
    notice: dict[str, Any] = {
        "kind": NoticeKind.WARNING,
        "notice_ground": Ground.STANDARDS,
        "matters": "Results have been low for three years",
        "action_required": "Agree a plan with the authority",
        "comply_by": PERIOD_ENDS,
        "intends": [Power.APPOINT_GOVERNORS],
        "copies": [Body.HEADTEACHER, Body.SECRETARY_OF_STATE],
    }
    return lambda case: case.give_notice(
        institution=institution, granted=by_two(case, Act.GIVE_NOTICE), **notice | changes
    )


def assess(compliance: Compliance = Compliance.NOT_MET, **changes: Any) -> Act_:
    return lambda case: case.assess_compliance(
        compliance=compliance, text="No plan was agreed", granted=by_two(case, Act.ASSESS_COMPLIANCE), **changes
    )


def notify(case: ConcernCase) -> None:
    granted = by_two(case, Act.NOTIFY_INTENTION)
    case.notify_intention(
        text="We will use powers", intends=[Power.APPOINT_GOVERNORS], institution=COMMUNITY, granted=granted
    )


def use(power: Power, institution: Institution = COMMUNITY, **changes: Any) -> Act_:
    answers: dict[str, Any] = {"text": "As the notice said", **changes}
    return lambda case: case.use_power(power, institution=institution, granted=by_two(case, ACTS[power]), **answers)


def end(power: Power) -> Act_:
    return lambda case: case.end_power(
        power=power, reason="Governance is secure", granted=by_director(case, Act.END_POWER)
    )


def consult(*bodies: Body) -> Act_:
    def act(case: ConcernCase) -> None:
        for body in bodies:
            case.record_contact(contacted=body, contact=Contact.CONSULTED, text="They agree")

    return act


def consent(case: ConcernCase) -> None:
    case.record_consent(on=case.today, letter="Letter of the Regional Director")


def withdraw(case: ConcernCase) -> None:
    case.withdraw_notice(reason="A plan was agreed", granted=by_director(case, Act.WITHDRAW_NOTICE))


def waive(step: Waivable) -> Act_:
    return lambda case: case.waive_step(
        step=step, reason="Pupils are at risk", review_by=TODAY + 14 * DAY, granted=by_director(case, Act.WAIVE_STEP)
    )


def in_category(category: InspectionCategory, on: date = TODAY) -> Act_:
    return lambda case: case.record_category(inspection_category=category, on=on)


def a_case(*steps: Act_, at: date = TODAY) -> ConcernCase:
    """A case of a school causing concern, in which these steps were taken."""
    case = an_assessed_concern()
    with signed(at):
        for step in steps:
            step(case)
    return case


def a_notice(**changes: Any) -> ConcernCase:
    return a_case(informal, moderate, pre_warn(), give_notice(**changes))


def after_the_period(*steps: Act_, at: date = AFTER, **changes: Any) -> ConcernCase:
    case = a_notice(**changes)
    with signed(at):
        for step in steps:
            step(case)
    return case


def ready(**changes: Any) -> ConcernCase:
    """Powers can be used: the notice was not complied with, and the intention notified."""
    return after_the_period(assess(), notify, **changes)


def refuses(case: ConcernCase, step: Act_, rule: type[Refusal], on: date = TODAY) -> None:
    given(case).when(step, on=on).then_refused(rule)


def test_each_step_is_an_act_of_its_own_with_its_date_and_those_who_decided() -> None:
    scenario: Scenario[ConcernCase] = given(a_case(informal))
    scenario.when(moderate).then(ConcernCase.EvidenceModerated, purpose=Purpose.INTERVENTION)
    scenario.when(pre_warn()).then(ConcernCase.PreWarningSent, decider=DIRECTOR, decision=DECISION)
    scenario.when(give_notice()).then(ConcernCase.NoticeGiven, decider=LEGAL, first=CHIEF, comply_by=PERIOD_ENDS)
    scenario.when(lambda case: case.answer(text="We have a plan")).then(ConcernCase.SchoolAnswered)
    scenario.when(assess(), on=AFTER).then(ConcernCase.ComplianceAssessed, compliance=Compliance.NOT_MET)
    scenario.when(notify, on=AFTER).then(ConcernCase.IntentionNotified)
    scenario.when(use(Power.APPOINT_GOVERNORS), on=AFTER).then(ConcernCase.PowerTaken, from_=AFTER)
    scenario.when(end(Power.APPOINT_GOVERNORS), on=AFTER).then(ConcernCase.PowerEnded)
    scenario.when(withdraw, on=AFTER).then(ConcernCase.NoticeWithdrawn).then_holds(
        lambda case: case.notice is None and [each.by for each in case.ladder[1:3]] == [DIRECTOR, LEGAL]
    )


def test_nothing_formal_is_done_before_a_school_causes_concern() -> None:
    for step in (moderate, pre_warn(), give_notice(), waive(Waivable.MODERATION), use(Power.APPOINT_GOVERNORS)):
        refuses(a_concern(), step, NotAssessed)
        refuses(an_assessed_concern(Rating.WATCH), step, NotCausingConcern)


def test_no_step_is_taken_in_a_case_that_rests_or_is_over() -> None:
    paused, closed = an_assessed_concern(), an_assessed_concern()
    with signed():
        paused.pause(reason="Inspection")
        closed.close(reason="Better")
    for step in (moderate, give_notice(), consent, in_category(InspectionCategory.NONE), consult(Body.DIOCESE)):
        refuses(paused, step, PausedCaseRefusesWork)
        refuses(closed, step, CaseIsOver)


def test_a_formal_step_has_no_general_form() -> None:
    step = {"on": TODAY, "text": "Warning notice sent", "kind": StepKind.FORMAL}
    refuses(an_assessed_concern(), lambda case: case.record_step(**step), DecisionNeeded)


def test_a_panel_looks_at_an_informal_step_and_at_evidence() -> None:
    refuses(an_assessed_concern(), moderate, NothingToModerate)
    only = {"on": TODAY, "kind": StepKind.INFORMAL, "text": "Met the head"}
    refuses(a_case(lambda case: case.record_step(**only)), moderate, NothingToModerate)


def test_a_letter_follows_a_panel_and_a_notice_follows_a_letter_that_holds() -> None:
    refuses(a_case(informal), pre_warn(), NotModerated)
    refuses(a_case(informal), give_notice(), NotModerated)
    refuses(a_case(informal, moderate), give_notice(), NotPreWarned)
    warned = a_case(informal, moderate, pre_warn(holds_until=TODAY + 20 * DAY))
    refuses(warned, give_notice(), NotPreWarned, on=TODAY + 21 * DAY)
    refuses(warned, give_notice(on=TODAY - DAY), StepsOutOfOrder)
    refuses(warned, pre_warn(on=TODAY - DAY), StepsOutOfOrder)


def test_an_urgent_step_may_be_left_out_by_a_decision_of_somebody_who_does_not_give_what_follows() -> None:
    urgent = a_case(waive(Waivable.MODERATION), waive(Waivable.PRE_WARNING))
    refuses(urgent, waive(Waivable.PRE_WARNING), AlreadyWaived)
    own = Granted(DECISION, Act.GIVE_NOTICE, urgent.id, None, LEGAL, first=DIRECTOR)
    refuses(urgent, _given_by(own), WaivesAndDecides)
    given(urgent).when(give_notice()).then(ConcernCase.NoticeGiven)
    moderated_only = a_case(waive(Waivable.MODERATION))
    refuses(moderated_only, pre_warn(), WaivesAndDecides)


def _given_by(granted: Granted) -> Act_:
    return lambda case: case.give_notice(
        kind=NoticeKind.WARNING,
        notice_ground=Ground.SAFETY,
        matters="Pupils are at risk",
        action_required="Close the site",
        comply_by=PERIOD_ENDS,
        intends=[],
        copies=[],
        institution=COMMUNITY,
        granted=granted,
    )


def test_a_waiver_serves_one_notice() -> None:
    case = a_case(waive(Waivable.MODERATION), waive(Waivable.PRE_WARNING), give_notice(), withdraw)
    refuses(case, give_notice(), NotModerated)


def test_a_notice_states_its_ground_and_a_period_that_ends_after_it() -> None:
    warned = a_case(informal, moderate, pre_warn())
    refuses(warned, give_notice(notice_ground=None), GroundDoesNotFit)
    refuses(warned, give_notice(kind=NoticeKind.PAY_AND_CONDITIONS), GroundDoesNotFit)
    refuses(warned, give_notice(comply_by=TODAY), PeriodTooShort)
    refuses(warned, pre_warn(answer_by=TODAY), PeriodTooShort)
    refuses(a_notice(), give_notice(), NoticeStands)


def test_missing_copies_are_told_and_refuse_nothing() -> None:
    warned = a_case(informal, moderate, pre_warn())
    given(warned).when(give_notice(CHURCH, copies=[Body.HEADTEACHER])).then(
        ConcernCase.NoticeGiven, not_copied=(Body.DIOCESE, Body.SECRETARY_OF_STATE)
    )


def test_a_local_authority_has_no_powers_at_an_academy_and_had_them_before_the_school_became_one() -> None:
    academy = Institution("Ashgrove Academy", "Academy converter", opened=TODAY - DAY)
    closed = Institution("Ashgrove High", "Community school", closed=TODAY)
    warned = a_case(informal, moderate, waive(Waivable.PRE_WARNING))
    for step in (pre_warn(academy), give_notice(academy), give_notice(closed)):
        refuses(warned, step, NotMaintained)
    given(warned).when(give_notice(academy)).then_refused(NotMaintained, field="on")
    before = TODAY - 2 * DAY
    given(warned).when(give_notice(academy, on=before)).then(ConcernCase.NoticeGiven, on=before, occurred=before)
    for power in Power:
        refuses(ready(), use(power, academy), NotMaintained, on=AFTER)


def test_only_full_compliance_is_recorded_before_the_period_ends() -> None:
    for found in (Compliance.NOT_MET, Compliance.PARTLY_MET):
        refuses(a_notice(), assess(found), PeriodRuns, on=PERIOD_ENDS)
        given(a_notice()).when(assess(found), on=AFTER).then(ConcernCase.ComplianceAssessed)
    scenario = given(a_notice()).when(assess(Compliance.MET)).then(ConcernCase.ComplianceAssessed)
    scenario.then_holds(lambda case: case.notice is None and case.notices[0].end is NoticeEnd.COMPLIED)
    scenario.when(use(Power.APPOINT_GOVERNORS), on=AFTER).then_refused(NotEligible)
    refuses(after_the_period(assess()), assess(), AssessedAlready, on=AFTER)


def test_a_power_waits_for_the_period_the_assessment_and_the_notice_of_intention() -> None:
    power = use(Power.APPOINT_GOVERNORS)
    refuses(a_case(), power, NotEligible)
    refuses(a_notice(), power, PeriodRuns, on=PERIOD_ENDS)
    refuses(after_the_period(), power, NotAssessed, on=AFTER)
    refuses(after_the_period(), notify, NotAssessed, on=AFTER)
    refuses(after_the_period(assess()), power, IntentionNeeded, on=AFTER)
    refuses(ready(), use(Power.APPOINT_GOVERNORS, on=PERIOD_ENDS), PeriodRuns, on=AFTER)
    given(ready()).when(power, on=AFTER).then(ConcernCase.PowerTaken)


def test_the_school_need_not_answer() -> None:
    assert ready().answered_on is None
    refuses(a_case(), lambda case: case.answer(text="What notice?"), NoNotice)


@pytest.mark.parametrize("power", [Power.REQUIRE_ARRANGEMENTS, Power.APPOINT_GOVERNORS])
def test_two_months_after_the_period_it_is_too_late_but_for_schools_in_a_category(power: Power) -> None:
    last = two_months_after(PERIOD_ENDS)
    consulted = ready()
    with signed(AFTER):
        consult(Body.GOVERNING_BODY)(consulted)
    refuses(consulted, use(power), PowerTooLate, on=last + DAY)
    given(consulted).when(in_category(InspectionCategory.SPECIAL_MEASURES, last + DAY), on=last + DAY).when(
        use(power), on=last + DAY
    ).then(ConcernCase.PowerTaken)
    again = ready()
    with signed(AFTER):
        consult(Body.GOVERNING_BODY)(again)
    given(again).when(use(power), on=last).then(ConcernCase.PowerTaken)


def test_two_months_end_on_the_same_day_of_the_month_or_its_last() -> None:
    assert two_months_after(date(2027, 2, 12)) == date(2027, 4, 12)
    assert two_months_after(date(2026, 12, 31)) == date(2027, 2, 28)
    assert two_months_after(date(2026, 11, 30)) == date(2027, 1, 30)


def test_the_other_powers_have_no_such_limit() -> None:
    late = two_months_after(PERIOD_ENDS) + DAY
    given(ready()).when(use(Power.SUSPEND_BUDGET), on=late).then(ConcernCase.PowerTaken)


def test_a_school_in_a_category_needs_no_notice_and_one_that_left_it_does() -> None:
    case = a_case(in_category(InspectionCategory.SIGNIFICANT_IMPROVEMENT, SEPTEMBER))
    given(case).when(use(Power.APPOINT_GOVERNORS)).then(ConcernCase.PowerTaken)
    left = a_case(
        in_category(InspectionCategory.SIGNIFICANT_IMPROVEMENT, SEPTEMBER), in_category(InspectionCategory.NONE)
    )
    refuses(left, use(Power.APPOINT_GOVERNORS), NotEligible)
    given(left).when(use(Power.APPOINT_GOVERNORS, on=SEPTEMBER + DAY)).then(ConcernCase.PowerTaken)


def test_arrangements_and_a_board_need_consultation_with_those_who_have_a_say() -> None:
    measures = in_category(InspectionCategory.SPECIAL_MEASURES)
    for power in (Power.REQUIRE_ARRANGEMENTS, Power.INTERIM_BOARD):
        refuses(a_case(measures), use(power), NotConsulted)
        board = consult(Body.GOVERNING_BODY)
        refuses(a_case(measures, board), use(power, CHURCH), NotConsulted)
        refuses(a_case(measures, board, consult(Body.DIOCESE)), use(power, FOUNDATION), NotConsulted)
    church = a_case(measures, consult(Body.GOVERNING_BODY, Body.DIOCESE))
    given(church).when(use(Power.REQUIRE_ARRANGEMENTS, CHURCH)).then(ConcernCase.PowerTaken)
    copied = a_case(measures, lambda case: case.record_contact(contacted=Body.GOVERNING_BODY, contact=Contact.COPIED))
    refuses(copied, use(Power.REQUIRE_ARRANGEMENTS), NotConsulted)


def test_a_board_needs_consent_and_two_members() -> None:
    case = a_case(in_category(InspectionCategory.SPECIAL_MEASURES), consult(Body.GOVERNING_BODY, Body.DIOCESE))
    refuses(case, use(Power.INTERIM_BOARD, CHURCH, members=4), NoConsent)
    with signed():
        consent(case)
    refuses(case, use(Power.INTERIM_BOARD, CHURCH, members=1), TooFewMembers)
    given(case).when(use(Power.INTERIM_BOARD, CHURCH, members=4)).then(ConcernCase.PowerTaken, members=4)
    refuses(case, use(Power.APPOINT_GOVERNORS), IebInOffice)
    refuses(case, use(Power.INTERIM_BOARD, CHURCH, members=4), PowerInUse)
    given(case).when(end(Power.INTERIM_BOARD)).then(ConcernCase.PowerEnded)
    refuses(case, end(Power.INTERIM_BOARD), PowerNotInUse)
    refuses(case, use(Power.INTERIM_BOARD, CHURCH, members=4), NoConsent)
    given(case).when(use(Power.APPOINT_GOVERNORS)).then(ConcernCase.PowerTaken)


def test_after_a_notice_on_pay_and_conditions_section_63_is_not_used() -> None:
    pay = {"kind": NoticeKind.PAY_AND_CONDITIONS, "notice_ground": None}
    warned = a_case(informal, moderate, pre_warn())
    refuses(warned, give_notice(**pay, intends=[Power.REQUIRE_ARRANGEMENTS]), OnlyOtherPowers)
    refuses(ready(**pay), use(Power.REQUIRE_ARRANGEMENTS), OnlyOtherPowers, on=AFTER)
    given(ready(**pay)).when(use(Power.APPOINT_GOVERNORS), on=AFTER).then(ConcernCase.PowerTaken)


def test_a_budget_is_suspended_for_mismanagement_without_a_notice() -> None:
    given(a_case()).when(use(Power.SUSPEND_FOR_MISMANAGEMENT)).then(ConcernCase.PowerTaken)


def test_a_national_notice_ends_the_local_one_and_another_waits_for_permission() -> None:
    def national(step: NationalStep) -> Act_:
        return lambda case: case.record_national_step(step=step, on=case.today, letter="Letter of that day")

    case = ready()
    given(case).when(national(NationalStep.NOTICE), on=AFTER).then(
        ConcernCase.NationalStepRecorded, ends_notice=True
    ).then_holds(lambda it: it.notices[0].end is NoticeEnd.SUPERSEDED and it.notices[0].ended_on == AFTER)
    refuses(case, use(Power.APPOINT_GOVERNORS), SupersededByNational, on=AFTER)
    refuses(case, assess(), SupersededByNational, on=AFTER)
    new = give_notice(comply_by=AFTER + 20 * DAY)
    refuses(case, pre_warn(), NationalNoticeStands, on=AFTER)
    given(case).when(national(NationalStep.PERMISSION), on=AFTER)
    given(case).when(pre_warn(answer_by=AFTER + 5 * DAY), on=AFTER).when(new, on=AFTER).then(ConcernCase.NoticeGiven)
    refuses(a_case(), national(NationalStep.PERMISSION), NoNationalNotice)


def test_an_academy_is_referred_and_the_answer_recorded() -> None:
    def answer(case: ConcernCase) -> None:
        case.record_referral_answer(text="They will write to the trust")

    case = a_case()
    refuses(case, answer, NotReferred)
    given(case).when(
        lambda it: it.refer(text="Results fall", trust_informed=True, granted=by_director(it, Act.REFER))
    ).then(ConcernCase.Referred, trust_informed=True).when(answer).then(ConcernCase.ReferralAnswered)
    refuses(case, answer, NotReferred)


def test_what_is_open_ends_by_itself_on_the_day_the_school_ceases_to_be_maintained() -> None:
    case = ready()
    with signed(AFTER + 5 * DAY):
        use(Power.APPOINT_GOVERNORS)(case)
    given(case).when(
        lambda it: it.cease_to_be_maintained(AFTER + DAY, "It became an academy"), on=AFTER + 9 * DAY
    ).then(ConcernCase.CeasedToBeMaintained, occurred=AFTER + DAY).then_holds(
        lambda it: (
            it.notice is None
            and it.notices[0].end is NoticeEnd.CEASED
            and it.powers[0].ended_on == AFTER + DAY
            and [each.on for each in it.ladder if it.is_without_power(each)] == [AFTER + 5 * DAY]
        )
    )
    event = case._pending[-1]
    assert isinstance(event, ConcernCase.CeasedToBeMaintained)
    assert len(event.ended) == 3
    refuses(case, pre_warn(), NotMaintained, on=AFTER + 9 * DAY)
    given(case).when(lambda it: it.cease_to_be_maintained(AFTER + DAY, "Again"), on=AFTER + 9 * DAY).then()
    given(a_case()).when(lambda it: it.cease_to_be_maintained(TODAY, "It became an academy")).then()


def test_what_is_recorded_late_of_the_time_before_ended_by_itself_too() -> None:
    """A notice, and a power that takes none, of a day on which the school was maintained, recorded when it was known
    that it no longer is."""
    before = TODAY - DAY
    warned = a_case(informal, moderate, waive(Waivable.PRE_WARNING))
    inspected = a_case(in_category(InspectionCategory.SIGNIFICANT_IMPROVEMENT, SEPTEMBER))
    for case in (warned, inspected):
        with signed():
            case.cease_to_be_maintained(TODAY, "It became an academy")
    given(warned).when(give_notice(on=before)).then(ConcernCase.NoticeGiven, on=before, occurred=before).then_holds(
        lambda it: it.notice is None and it.notices[0].end is NoticeEnd.CEASED
    )
    given(inspected).when(use(Power.APPOINT_GOVERNORS, on=before)).then(ConcernCase.PowerTaken, on=before).then_holds(
        lambda it: [each.ended_on for each in it.powers] == [TODAY]
    )


def test_a_case_is_not_over_while_a_notice_is_open_or_a_power_in_use() -> None:
    case = an_intervention()
    with signed():
        in_category(InspectionCategory.SPECIAL_MEASURES)(case)
        use(Power.APPOINT_GOVERNORS)(case)
        review(case, ReviewDecision.END)
    refuses(case, lambda it: end_intervention(it, by=DIRECTOR), PowerInUse)
    refuses(a_notice(), lambda it: it.close(reason="Better"), NoticeStands)


def test_a_step_is_taken_by_the_decision_that_was_made_and_by_no_other() -> None:
    warned = a_case(informal, moderate, pre_warn())
    refuses(warned, _given_by(by_two(warned, Act.NOTIFY_INTENTION)), NotCovered)
    refuses(warned, _given_by(Granted(DECISION, Act.GIVE_NOTICE, warned.id)), NotCovered)


def test_what_comes_next_is_told_with_its_last_day() -> None:
    case = a_case(informal, moderate)
    assert case.next_on(TODAY) is None
    steps: list[tuple[Act_, date, date | None]] = [
        (pre_warn(), TODAY, TODAY + 15 * DAY),
        (lambda it: it.answer(text="We have a plan"), TODAY, TODAY + 80 * DAY),
        (give_notice(), TODAY, PERIOD_ENDS),
        (assess(), AFTER, two_months_after(PERIOD_ENDS)),
        (notify, AFTER, two_months_after(PERIOD_ENDS)),
        (withdraw, AFTER, None),
    ]
    for step, on, until in steps:
        given(case).when(step, on=on)
        found = case.next_on(on)
        assert (found.until if found else None) == until
    late = ready().next_on(two_months_after(PERIOD_ENDS) + DAY)
    assert late is not None
    assert "a new notice is needed" in late.what
