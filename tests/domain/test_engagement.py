"""A brokered engagement: what may be done with it, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from domain.aggregate import OccurredInTheFuture, ReasonNeeded, Refusal
from domain.delegation import Act, Granted, NotCovered
from domain.delegation import Act as Decided
from domain.engagement import (
    Agreement,
    Attainment,
    BreachAnswer,
    BrokeredEngagement,
    Ending,
    EngagementStatus,
    NotCleared,
    Outcome,
    SessionStatus,
    Variation,
)
from domain.engagement.rules import (
    AlreadyAgreed,
    DatesOutOfOrder,
    DeliveredInTheFuture,
    EvaluationDue,
    HasStarted,
    LessThanUsed,
    MoreThanAgreed,
    NoBreachToClose,
    NoOpenBreach,
    NoSuchSession,
    NotAllAgreed,
    NotAPrice,
    NotARating,
    NotATime,
    NotAtThisStage,
    NothingDelivered,
    OnePersonForBoth,
    OutcomeNeeded,
    OutsideTheAgreedDates,
    SameSpecialist,
    SessionsStillPlanned,
    TermsIncomplete,
)
from domain.money import NotHalfDays
from domain.on_behalf import AlreadyAnswered, EvidenceNeeded, Heard, NotYours, RestsOnDisowned
from domain.signature import on_behalf_of
from domain.vocabulary import Side
from tests.domain.brokered import (
    BEGINS,
    BROKER,
    CALDER,
    ENDS,
    GRACE,
    HEAD,
    IMRAN,
    RULES,
    SCHOOL,
    TOMORROW,
    YESTERDAY,
    a_completed_engagement,
    a_confirmed_engagement,
    a_proposed_engagement,
    an_agreed_engagement,
    an_engagement_in_delivery,
    an_engagement_with_a_planned_session,
    an_evaluated_engagement,
    consent,
    outcomes,
    the_work,
)
from tests.grants import DECISION, close_breach, waive_evaluation
from tests.scenario import TODAY, given, signed

Do = Callable[[BrokeredEngagement], None]


def plan(days: str = "1", *, on: date = TODAY, cleared: bool = True) -> Do:
    return lambda engagement: engagement.plan_session(on=on, days=Decimal(days), cleared=cleared, rules=RULES)


def deliver(
    number: int = 1, days: str = "1", *, on: date = TODAY, cleared: bool = True, missing: tuple[str, ...] = ()
) -> Do:
    return lambda engagement: engagement.deliver_session(
        number, on=on, days=Decimal(days), cleared=cleared, missing=missing, rules=RULES
    )


def vary(days: str, net: str, *, ends: date = ENDS) -> Do:
    return lambda engagement: engagement.agree_variation(
        days=Decimal(days), net=Decimal(net), ends=ends, consent=consent(), reason="More to do"
    )


def end_early(engagement: BrokeredEngagement) -> None:
    engagement.end_early(side=Side.PROVIDER, reason="Ill")


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"scope": ""}, TermsIncomplete),
        ({"objectives": (" ",)}, TermsIncomplete),
        ({"ends": date(2026, 1, 1)}, DatesOutOfOrder),
        ({"days": Decimal("0.3")}, NotHalfDays),
        ({"net": Decimal(-1)}, NotAPrice),
        ({"vat": Decimal("1000.01")}, NotAPrice),
    ],
)
def test_terms_that_nobody_could_agree_to_are_refused(changes: dict[str, object], rule: type[Refusal]) -> None:
    with pytest.raises(rule):
        a_proposed_engagement(**changes)


def test_work_without_quotes_needs_a_reason() -> None:
    with signed(), pytest.raises(ReasonNeeded):
        BrokeredEngagement.propose("BE-2026-0002", the_work(), request=uuid4())


def test_an_engagement_concerns_school_request_provider_and_specialist() -> None:
    engagement = a_proposed_engagement()

    about = engagement._pending[0].meta.about
    assert (about.school, about.request, about.provider) == (SCHOOL, engagement.request, CALDER)
    assert about.people == (GRACE,)


def test_three_sides_agree_in_any_order() -> None:
    engagement = a_proposed_engagement()
    given(engagement).when(lambda engagement: engagement.agree(Side.PROVIDER)).then(
        BrokeredEngagement.AgreedByProvider
    )
    given(engagement).when(lambda engagement: engagement.agree(Side.SERVICE)).then(BrokeredEngagement.AgreedByService)
    given(engagement).when(lambda engagement: engagement.confirm()).then_refused(NotAllAgreed)
    given(engagement).when(lambda engagement: engagement.agree(Side.SCHOOL)).then(
        BrokeredEngagement.AgreedBySchool
    ).then_holds(lambda engagement: engagement.status is EngagementStatus.AGREED)
    given(engagement).when(lambda engagement: engagement.agree(Side.SCHOOL)).then_refused(AlreadyAgreed)


def test_work_is_confirmed_only_with_clearance() -> None:
    engagement = an_agreed_engagement()
    given(engagement).when(lambda engagement: engagement.confirm()).then_refused(NotCleared)
    given(engagement).when(
        lambda engagement: engagement.confirm_clearance(cleared=False, valid_to=None, rules=RULES)
    ).then_refused(NotCleared)
    given(engagement).when(
        lambda engagement: engagement.confirm_clearance(cleared=True, valid_to=ENDS, rules=RULES)
    ).then(BrokeredEngagement.ClearanceConfirmed, specialist=GRACE, valid_to=ENDS, rules=RULES)
    given(engagement).when(lambda engagement: engagement.confirm()).then(BrokeredEngagement.Confirmed)


def test_no_session_is_planned_before_the_work_is_confirmed() -> None:
    given(an_agreed_engagement()).when(plan()).then_refused(NotAtThisStage)


def test_sessions_are_numbered() -> None:
    engagement = a_confirmed_engagement()
    given(engagement).when(plan()).then(BrokeredEngagement.SessionPlanned, number=1, on=TODAY)
    given(engagement).when(plan("0.5", on=TOMORROW)).then(BrokeredEngagement.SessionPlanned, number=2)


def test_a_session_lies_within_the_agreed_dates() -> None:
    given(a_confirmed_engagement()).when(plan(on=ENDS + timedelta(days=1))).then_refused(
        OutsideTheAgreedDates, field="on"
    )
    given(an_engagement_with_a_planned_session()).when(deliver(on=date(2026, 10, 1))).then_refused(
        OutsideTheAgreedDates
    )


def test_no_session_is_planned_with_somebody_not_cleared_that_day() -> None:
    given(a_confirmed_engagement()).when(plan(cleared=False)).then_refused(NotCleared)


def test_a_session_held_by_somebody_not_cleared_is_recorded_in_breach_and_followed_up_once() -> None:
    missing = ("Public liability insurance: expired on 29 October 2026",)

    def follow_up(told: str = "The headteacher", followed: str = "The policy was renewed") -> Do:
        return lambda engagement: engagement.follow_up_breach(1, told=told, followed=followed)

    given(an_engagement_with_a_planned_session()).when(follow_up()).then_refused(NoOpenBreach).when(
        deliver(cleared=False, missing=missing)
    ).then(BrokeredEngagement.SessionDelivered, BrokeredEngagement.BreachRecorded, missing=missing).then_holds(
        lambda engagement: engagement.sessions[1].is_open_breach and engagement.sessions[1].is_used
    ).when(follow_up(told=" ")).then_refused(ReasonNeeded, field="told").when(follow_up(followed="")).then_refused(
        ReasonNeeded, field="followed"
    ).when(follow_up()).then(BrokeredEngagement.BreachFollowedUp).then_holds(
        lambda engagement: engagement.sessions[1].missing == missing
    ).when(follow_up()).then_refused(NoOpenBreach)


def test_a_breach_that_is_found_later_is_work_again_and_is_recorded_once() -> None:
    revoked = ("Enhanced DBS check with barred list: revoked on 1 November 2026",)

    def find(number: int = 1) -> Act:
        return lambda engagement: engagement.find_breach(number, missing=revoked, rules=RULES)

    given(an_engagement_in_delivery()).when(find(2)).then_refused(NoSuchSession).when(find()).then(
        BrokeredEngagement.BreachFoundLater, missing=revoked, was_known=False, rules=RULES
    ).then_holds(
        lambda engagement: (
            (engagement.sessions[1].is_open_breach, engagement.sessions[1].found_later_on) == (True, TODAY)
        )
    ).when(find()).then().when(
        lambda engagement: engagement.follow_up_breach(1, told="The head", followed="She is gone")
    ).then(BrokeredEngagement.BreachFollowedUp).when(find()).then().when(
        lambda engagement: engagement.find_breach(1, missing=("Identity: not checked",), rules=RULES)
    ).then(BrokeredEngagement.BreachFoundLater, was_known=True).then_holds(
        lambda engagement: engagement.sessions[1].is_open_breach and len(engagement.sessions[1].missing) == 2
    )


def test_a_breach_is_closed_by_a_decision_once_it_is_followed_up_and_stays_on_record() -> None:
    missing = ("Public liability insurance: expired on 29 October 2026",)
    engagement = an_engagement_with_a_planned_session()

    def follow_up(it: BrokeredEngagement) -> None:
        it.follow_up_breach(1, told="The headteacher", followed="The policy was renewed")

    def of_another(it: BrokeredEngagement) -> None:
        granted = Granted(DECISION, Decided.CLOSE_BREACH, GRACE)
        it.close_breach(1, answer=BreachAnswer.UPHELD, reason="So it was", granted=granted)

    given(engagement).when(deliver(cleared=False, missing=missing)).then(
        BrokeredEngagement.SessionDelivered, BrokeredEngagement.BreachRecorded
    ).when(close_breach).then_refused(NoBreachToClose).when(follow_up).then(BrokeredEngagement.BreachFollowedUp).when(
        of_another
    ).then_refused(NotCovered).when(lambda it: close_breach(it, reason=" ")).then_refused(ReasonNeeded).when(
        close_breach
    ).then(BrokeredEngagement.BreachClosed, answer=BreachAnswer.EVIDENCE_FOUND, decision=DECISION).then_holds(
        lambda it: it.sessions[1].missing == missing
    ).when(close_breach).then_refused(NoBreachToClose).when(
        lambda it: it.find_breach(1, missing=("Identity: not checked",), rules=RULES)
    ).then(BrokeredEngagement.BreachFoundLater).then_holds(
        lambda it: it.sessions[1].is_open_breach and it.sessions[1].answer is None
    )


NONE = Decimal(0)


def test_a_session_that_never_took_place_costs_nothing_and_its_days_are_free_again() -> None:
    engagement = an_engagement_in_delivery()
    given(engagement).when(lambda it: it.withdraw_report(1, reason=" ")).then_refused(ReasonNeeded).when(
        lambda it: it.find_breach(1, missing=("Identity: not checked",), rules=RULES)
    ).then(BrokeredEngagement.BreachFoundLater).when(
        lambda it: it.withdraw_report(1, reason="The head says nobody came")
    ).then(BrokeredEngagement.SessionWronglyReported, in_breach=True, goes_on=True).then_holds(
        lambda it: (
            (
                it.sessions[1].status,
                it.sessions[1].is_open_breach,
                it.used_days,
                it.cost,
                it.left_days,
                it.status,
            )
            == (SessionStatus.WRONGLY_REPORTED, False, NONE, NONE, it.work.days, EngagementStatus.CONFIRMED)
        )
    ).when(lambda it: it.withdraw_report(1, reason="Again")).then_refused(NoSuchSession)


def test_a_session_is_found_to_be_wrongly_reported_after_the_work_is_closed() -> None:
    engagement = an_evaluated_engagement()
    given(engagement).when(BrokeredEngagement.close).then(BrokeredEngagement.Closed).when(
        lambda it: it.withdraw_report(1, reason="The head says nobody came")
    ).then(BrokeredEngagement.SessionWronglyReported, goes_on=False).then_holds(
        lambda it: (it.status, it.cost) == (EngagementStatus.CLOSED, NONE)
    )


def test_days_planned_and_delivered_never_exceed_those_agreed() -> None:
    engagement = an_engagement_in_delivery()
    given(engagement).when(plan("2.5")).then_refused(MoreThanAgreed, field="days")
    given(engagement).when(plan("2")).then(BrokeredEngagement.SessionPlanned)
    given(engagement).when(deliver(2, "2.5")).then_refused(MoreThanAgreed)
    given(engagement).when(deliver(2, "2")).then(BrokeredEngagement.SessionDelivered)


def test_a_session_is_delivered_once_and_not_ahead_of_its_day() -> None:
    engagement = an_engagement_with_a_planned_session()
    given(engagement).when(deliver(on=TOMORROW)).then_refused(DeliveredInTheFuture)
    given(engagement).when(deliver(7)).then_refused(NoSuchSession)
    given(engagement).when(deliver(days="0.5", on=YESTERDAY)).then(
        BrokeredEngagement.SessionDelivered, days=Decimal("0.5"), occurred=YESTERDAY, specialist=GRACE
    )
    given(engagement).when(deliver()).then_refused(NoSuchSession)


def test_the_cost_of_all_days_is_the_agreed_price_to_the_penny() -> None:
    engagement = a_confirmed_engagement(days=Decimal(3), net=Decimal(1000))
    for number in (1, 2, 3):
        given(engagement).when(plan()).then(BrokeredEngagement.SessionPlanned)
        given(engagement).when(deliver(number)).then(BrokeredEngagement.SessionDelivered)

    assert [session.net for session in engagement.sessions.values()] == [
        Decimal("333.33"),
        Decimal("333.34"),
        Decimal("333.33"),
    ]
    assert engagement.cost == Decimal(1000)


def test_a_session_cancelled_at_a_charge_uses_up_its_days() -> None:
    engagement = an_engagement_with_a_planned_session()
    given(engagement).when(
        lambda engagement: engagement.cancel_session(1, side=Side.SCHOOL, chargeable=True, reason="Snow")
    ).then(BrokeredEngagement.SessionCancelled, days=Decimal(1), net=Decimal("333.33"), reason="Snow")
    assert engagement.used_days == 1
    given(engagement).when(lambda engagement: engagement.complete()).then_refused(NothingDelivered)


def test_a_session_cancelled_without_charge_gives_its_days_back() -> None:
    engagement = an_engagement_with_a_planned_session()
    given(engagement).when(
        lambda engagement: engagement.cancel_session(1, side=Side.PROVIDER, chargeable=False, reason="Ill")
    ).then(BrokeredEngagement.SessionCancelled, days=Decimal(0), net=Decimal(0))
    given(engagement).when(plan("3")).then(BrokeredEngagement.SessionPlanned)


def test_a_session_that_nobody_held_is_said_so_once_its_day_has_come_and_whose_doing_it_was() -> None:
    engagement = a_confirmed_engagement(days=Decimal(3), net=Decimal(1000))
    given(engagement).when(plan(on=TOMORROW)).then(BrokeredEngagement.SessionPlanned)

    def missed(chargeable: bool) -> Callable[[BrokeredEngagement], None]:
        return lambda engagement: engagement.miss_session(
            1, side=Side.PROVIDER, chargeable=chargeable, reason="Nobody came"
        )

    given(engagement).when(missed(False)).then_refused(NoSuchSession)
    given(engagement).when(missed(True), on=TOMORROW + timedelta(days=3)).then(
        BrokeredEngagement.SessionNotHeld, on=TOMORROW, days=Decimal(1), net=Decimal("333.33"), reason="Nobody came"
    )
    session = engagement.sessions[1]
    assert (session.status, session.cancelled_by, session.days_late) == (SessionStatus.NOT_HELD, Side.PROVIDER, 3)
    assert (engagement.used_days, engagement.cost) == (Decimal(1), Decimal("333.33"))
    given(engagement).when(missed(False)).then_refused(NoSuchSession)


def test_a_session_that_is_reported_late_says_how_long_after_its_day() -> None:
    engagement = an_engagement_with_a_planned_session()
    scenario = given(engagement).when(deliver(on=TODAY), on=TODAY + timedelta(days=8))
    assert [each.late for each in scenario.events if isinstance(each, BrokeredEngagement.SessionDelivered)] == [
        "8 days"
    ]
    assert engagement.sessions[1].days_late == 8


def test_another_specialist_takes_over_when_cleared() -> None:
    def substitute(person: object, *, cleared: bool = True) -> Do:
        return lambda engagement: engagement.substitute(
            IMRAN if person is IMRAN else GRACE, cleared=cleared, valid_to=ENDS, rules=RULES, reason="Maternity leave"
        )

    engagement = an_engagement_in_delivery()
    given(an_agreed_engagement()).when(substitute(IMRAN)).then_refused(NotAtThisStage)
    given(engagement).when(substitute(GRACE)).then_refused(SameSpecialist)
    given(engagement).when(substitute(IMRAN, cleared=False)).then_refused(NotCleared)
    given(engagement).when(substitute(IMRAN)).then(
        BrokeredEngagement.SpecialistSubstituted, old=GRACE, new=IMRAN, rules=RULES
    )
    assert engagement._pending[-1].meta.about.people == (IMRAN, GRACE)


def test_a_variation_makes_room_for_more() -> None:
    engagement = an_engagement_in_delivery()
    given(engagement).when(vary("5", "1800")).then(BrokeredEngagement.VariationAgreed, net=Decimal(1800))
    given(engagement).when(plan("4")).then(BrokeredEngagement.SessionPlanned)
    given(engagement).when(deliver(2, "4")).then(BrokeredEngagement.SessionDelivered)
    assert engagement.cost == Decimal(1800)


@pytest.mark.parametrize(
    ("vat", "net", "varied"),
    [("200", "1500", "300"), ("0", "1500", "0"), ("175", "1234.56", "216.05"), ("123.45", "2000", "246.90")],
)
def test_the_vat_of_a_variation_stays_at_the_rate_of_the_terms(vat: str, net: str, varied: str) -> None:
    given(a_confirmed_engagement(vat=Decimal(vat))).when(vary("4", net)).then(
        BrokeredEngagement.VariationAgreed, net=Decimal(net), vat=Decimal(varied)
    )


def test_a_variation_says_who_agreed_for_school_and_provider_and_when() -> None:
    given(a_confirmed_engagement()).when(vary("4", "1300")).then(
        BrokeredEngagement.VariationAgreed,
        school_by=HEAD,
        school_on=YESTERDAY,
        provider_by=GRACE,
        provider_on=TODAY,
    )


@pytest.mark.parametrize("field", ["school_on", "provider_on"])
def test_nobody_agrees_to_a_variation_on_a_day_to_come(field: str) -> None:
    given(a_confirmed_engagement()).when(
        lambda engagement: engagement.agree_variation(
            days=Decimal(4), net=Decimal(1300), ends=ENDS, consent=consent(**{field: TOMORROW}), reason="More"
        )
    ).then_refused(OccurredInTheFuture, field=field)


def test_nobody_agrees_to_a_variation_for_both_sides() -> None:
    given(a_confirmed_engagement()).when(
        lambda engagement: engagement.agree_variation(
            days=Decimal(4), net=Decimal(1300), ends=ENDS, consent=consent(provider_by=HEAD), reason="More"
        )
    ).then_refused(OnePersonForBoth, field="provider_by")


def test_a_variation_never_goes_below_what_is_used_or_planned() -> None:
    engagement = an_engagement_in_delivery()
    given(engagement).when(vary("0.5", "1000")).then_refused(LessThanUsed, field="days")
    given(engagement).when(vary("3", "300")).then_refused(LessThanUsed, field="net")
    given(engagement).when(vary("1", "1000")).then_refused(LessThanUsed, field="net")
    given(engagement).when(vary("3", "1000", ends=YESTERDAY)).then_refused(DatesOutOfOrder)
    given(engagement).when(vary("1", "333.33", ends=TODAY)).then(BrokeredEngagement.VariationAgreed)


def test_paused_work_rests_until_resumed() -> None:
    engagement = an_engagement_in_delivery()
    given(engagement).when(lambda engagement: engagement.pause(reason="Inspection")).then(BrokeredEngagement.Paused)
    given(engagement).when(plan()).then_refused(NotAtThisStage)
    given(engagement).when(lambda engagement: engagement.resume(reason="It is over")).then(
        BrokeredEngagement.Resumed
    ).then_holds(lambda engagement: engagement.status is EngagementStatus.IN_DELIVERY)


def test_work_paused_before_its_first_session_is_still_to_start_when_resumed() -> None:
    engagement = a_confirmed_engagement()
    with signed():
        engagement.pause(reason="Building work")
        engagement.resume(reason="It is over")

    assert engagement.status is EngagementStatus.CONFIRMED


def test_work_is_complete_when_every_planned_session_is_accounted_for() -> None:
    engagement = an_engagement_in_delivery()
    given(engagement).when(plan()).then(BrokeredEngagement.SessionPlanned)
    given(engagement).when(lambda engagement: engagement.complete()).then_refused(SessionsStillPlanned)
    given(engagement).when(deliver(2)).then(BrokeredEngagement.SessionDelivered)
    given(engagement).when(lambda engagement: engagement.complete()).then(BrokeredEngagement.Completed)


def test_work_ended_early_drops_its_planned_sessions() -> None:
    given(an_engagement_with_a_planned_session()).when(end_early).then(
        BrokeredEngagement.EndedEarly, side=Side.PROVIDER
    ).then_holds(lambda engagement: engagement.sessions[1].status is SessionStatus.CANCELLED)


def test_work_is_cancelled_only_before_it_starts() -> None:
    def cancel(engagement: BrokeredEngagement) -> None:
        engagement.cancel(side=Side.SCHOOL, reason="Funds withdrawn")

    given(a_proposed_engagement()).when(cancel).then(BrokeredEngagement.Cancelled, side=Side.SCHOOL)
    given(an_engagement_with_a_planned_session()).when(cancel).then(BrokeredEngagement.Cancelled)
    given(an_engagement_in_delivery()).when(cancel).then_refused(HasStarted)


def test_the_school_evaluates_each_objective() -> None:
    engagement = a_completed_engagement()

    def evaluate(quality: int, results: tuple[Outcome, ...]) -> Do:
        return lambda engagement: engagement.evaluate(
            quality=quality, impact=4, comment="Clear", outcomes=results, evaluator=HEAD
        )

    given(engagement).when(evaluate(6, outcomes(engagement))).then_refused(NotARating, field="quality")
    given(engagement).when(evaluate(5, (Outcome("Something else", Attainment.MET),))).then_refused(OutcomeNeeded)
    given(engagement).when(evaluate(5, outcomes(engagement))).then(
        BrokeredEngagement.Evaluated, quality=5, impact=4, evaluator=HEAD
    )


def test_work_under_way_is_not_yet_evaluated() -> None:
    engagement = an_engagement_in_delivery()
    given(engagement).when(
        lambda engagement: engagement.evaluate(
            quality=5, impact=5, comment="", outcomes=outcomes(engagement), evaluator=HEAD
        )
    ).then_refused(NotAtThisStage)


def test_work_is_closed_after_its_evaluation_or_a_waiver() -> None:
    def close(engagement: BrokeredEngagement) -> None:
        engagement.close()

    def waive(engagement: BrokeredEngagement) -> None:
        waive_evaluation(engagement, reason="The school has closed")

    given(an_evaluated_engagement()).when(close).then(
        BrokeredEngagement.Closed, days=Decimal(1), net=Decimal("333.33")
    )
    given(a_completed_engagement()).when(close).then_refused(EvaluationDue)
    given(an_engagement_in_delivery()).when(close).then_refused(NotAtThisStage)
    small = a_completed_engagement()
    little = Granted(DECISION, Act.WAIVE_EVALUATION, small.id, Decimal(1))
    given(small).when(lambda one: one.waive_evaluation(reason="It closed", granted=little)).then_refused(NotCovered)
    waived = a_completed_engagement()
    given(waived).when(waive).then(BrokeredEngagement.EvaluationWaived, reason="The school has closed")
    given(waived).when(waive).then_refused(NotAtThisStage)
    given(waived).when(
        lambda engagement: engagement.evaluate(
            quality=5, impact=5, comment="", outcomes=outcomes(engagement), evaluator=HEAD
        )
    ).then_refused(NotAtThisStage)
    given(waived).when(close).then(BrokeredEngagement.Closed)


def test_work_ended_early_is_evaluated_too() -> None:
    engagement = an_engagement_in_delivery()
    given(engagement).when(end_early).then(BrokeredEngagement.EndedEarly)
    given(engagement).when(lambda engagement: engagement.close()).then_refused(EvaluationDue)


def test_nobody_attends_in_fractions_or_below_one() -> None:
    given(an_engagement_with_a_planned_session()).when(
        lambda engagement: engagement.deliver_session(
            1, on=TODAY, days=Decimal(1), cleared=True, rules=RULES, attended=0
        )
    ).then_refused(NotATime, field="attended")


def recorded_for(side: Side, **told: Any) -> Callable[[BrokeredEngagement], None]:
    how: dict[str, Any] = {"heard": Heard.LETTER, "came_on": TODAY, "evidence": "A signed letter"} | told
    return lambda engagement: engagement.record_agreement(side, **how)


def test_an_agreement_given_elsewhere_is_recorded_for_its_side_which_confirms_it() -> None:
    scenario = given(a_proposed_engagement()).when(recorded_for(Side.SCHOOL, whose=HEAD), by=BROKER)
    scenario.then(BrokeredEngagement.AgreementRecorded, side=Side.SCHOOL, whose=HEAD, heard=Heard.LETTER)
    assert scenario.events[-1].meta.signature.on_behalf_of == HEAD
    scenario.when(recorded_for(Side.SCHOOL), by=BROKER).then_refused(AlreadyAgreed)
    given(scenario.record).when(lambda it: it.confirm_agreement(Side.SCHOOL), by=BROKER).then_refused(NotYours)
    said = given(scenario.record).when(lambda it: it.confirm_agreement(Side.SCHOOL), by=HEAD)
    said.then(BrokeredEngagement.AgreementConfirmed)
    said.when(lambda it: it.disown_agreement(Side.SCHOOL, reason="No"), by=HEAD).then_refused(AlreadyAnswered)


@pytest.mark.parametrize(
    ("told", "rule", "field"),
    [
        ({"evidence": " "}, EvidenceNeeded, "evidence"),
        ({"came_on": TODAY + timedelta(days=1)}, OccurredInTheFuture, "came_on"),
        ({"came_on": TODAY - timedelta(days=20)}, DatesOutOfOrder, "came_on"),
        ({"whose": BROKER}, NotYours, "whose"),
    ],
)
def test_an_agreement_is_not_recorded_without_saying_how_when_and_whose(
    told: dict[str, Any], rule: type[Refusal], field: str
) -> None:
    given(a_proposed_engagement()).when(recorded_for(Side.SERVICE, **{"whose": HEAD} | told), by=BROKER).then_refused(
        rule, field=field
    )


def test_terms_that_a_side_disowns_wait_for_it_again() -> None:
    engagement = a_proposed_engagement()
    scenario = given(engagement).when(recorded_for(Side.SCHOOL), by=BROKER)
    for side in (Side.PROVIDER, Side.SERVICE):
        scenario.when(lambda it, side=side: it.agree(side))
    scenario.then_holds(lambda it: it.status is EngagementStatus.AGREED)
    scenario.when(lambda it: it.disown_agreement(Side.SCHOOL, reason="Nobody asked us"), by=HEAD)
    scenario.then_holds(lambda it: it.status is EngagementStatus.PROPOSED and Side.SCHOOL not in it.agreed_by)
    scenario.when(lambda it: it.agree(Side.SCHOOL), by=HEAD).then_holds(
        lambda it: it.status is EngagementStatus.AGREED and not it.disowned
    )


def test_nothing_more_rests_on_an_agreement_that_is_disowned_while_what_happened_is_recorded() -> None:
    engagement = a_proposed_engagement()
    scenario = given(engagement).when(recorded_for(Side.SCHOOL), by=BROKER)
    for side in (Side.PROVIDER, Side.SERVICE):
        scenario.when(lambda it, side=side: it.agree(side))
    scenario.when(lambda it: it.confirm_clearance(cleared=True, valid_to=None, rules=RULES))
    scenario.when(lambda it: it.confirm(), on=BEGINS).when(plan_one, on=BEGINS)
    scenario.when(lambda it: it.disown_agreement(Side.SCHOOL, reason="Nobody asked us"), by=HEAD, on=BEGINS)
    scenario.then_holds(lambda it: it.status is EngagementStatus.CONFIRMED)
    given(engagement).when(plan_one, on=BEGINS).then_refused(RestsOnDisowned)
    given(engagement).when(deliver_it, on=BEGINS).then(BrokeredEngagement.SessionDelivered)
    given(engagement).when(lambda it: it.agree(Side.SCHOOL), by=HEAD).when(plan_one, on=BEGINS).then(
        BrokeredEngagement.SessionPlanned
    )


def plan_one(engagement: BrokeredEngagement) -> None:
    engagement.plan_session(on=BEGINS, days=Decimal(1), cleared=True, rules=RULES)


def deliver_it(engagement: BrokeredEngagement) -> None:
    engagement.deliver_session(1, on=BEGINS, days=Decimal(1), cleared=True, rules=RULES)


def test_what_was_recorded_for_a_side_in_earlier_days_can_still_be_confirmed() -> None:
    engagement = a_proposed_engagement()
    with signed(by=BROKER), on_behalf_of(SCHOOL):
        engagement.record(BrokeredEngagement.AgreedBySchool(), reason="By telephone")
    agreed = engagement.agreements[Side.SCHOOL]
    assert (agreed.on_behalf, agreed.reason, agreed.recorded.heard) == (True, "By telephone", None)
    given(engagement).when(lambda it: it.confirm_agreement(Side.SCHOOL), by=HEAD).then(
        BrokeredEngagement.AgreementConfirmed
    )


def test_an_engagement_remembers_who_agreed_for_each_side_and_when() -> None:
    engagement = a_proposed_engagement()
    with signed(by=HEAD):
        engagement.agree(Side.SCHOOL)

    assert engagement.agreements == {Side.SCHOOL: Agreement(HEAD, TODAY)}
    assert engagement.agreed_by == {Side.SCHOOL}


def test_an_engagement_remembers_its_variations_and_why_it_ended() -> None:
    engagement = a_confirmed_engagement()
    with signed():
        engagement.agree_variation(
            days=Decimal(4), net=Decimal(1300), ends=ENDS, consent=consent(), reason="One day more"
        )
        engagement.pause(reason="Inspection")
        engagement.end_early(side=Side.SCHOOL, reason="Merger")

    assert engagement.variations == (
        Variation(TODAY, Decimal(4), Decimal(1300), Decimal(260), ENDS, "One day more", consent()),
    )
    assert engagement.paused_because == "Inspection"
    assert engagement.ending == Ending(Side.SCHOOL, TODAY, "Merger")
    assert engagement.cleared_under == RULES


def test_a_cancelled_session_says_for_whom_and_why() -> None:
    engagement = an_engagement_with_a_planned_session()
    with signed():
        engagement.cancel_session(1, side=Side.PROVIDER, chargeable=False, reason="Ill")

    assert (engagement.sessions[1].cancelled_by, engagement.sessions[1].reason) == (Side.PROVIDER, "Ill")
