"""The caseload: what waits about each record, from its first step to its last, with another record beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.aggregate import Aggregate
from domain.calendar import default_term_on
from domain.concern import (
    ConcernCase,
    ConcernKind,
    ConcernSource,
    Finding,
    Objective,
    Rag,
    ReviewDecision,
    Severity,
)
from domain.engagement import BrokeredEngagement
from domain.on_behalf import Heard
from domain.record_of_visit import ExtentOfAgreement, RecordOfVisit, Respondent
from domain.service import Service
from domain.signature import acting, current_signature
from domain.support_request import Route, SupportLevel, SupportRequest
from domain.tender import Tender
from domain.visit import CancelledBy, Visit, Visitor
from domain.vocabulary import Purpose, Side, VisitKind
from projections import caseload
from projections.caseload import Item, waiting
from tests import grants
from tests.domain.brokered import BEGINS, CALDER, ENDS, HARROP, HEAD, REPLY_BY, a_need, outcomes, terms, the_work
from tests.domain.test_record_of_visit import CONTENT
from tests.grants import for_selection, waive_evaluation
from tests.projections.conftest import Ask
from tests.scenario import TODAY, signed

VIEWS = [caseload.VIEW]

TOMORROW, IN_A_MONTH = TODAY + timedelta(days=1), TODAY + timedelta(days=30)
IN_A_WEEK, IN_A_FORTNIGHT, IN_A_TERM = (TODAY + timedelta(days=days) for days in (7, 14, 84))
SCHOOL, OTHER_SCHOOL, OFFICER, BROKER, CHAIR = (uuid4() for _ in range(5))
REASON = {"reason": "Because it was agreed"}
AUTHORISED = {**REASON}

Step = Callable[[Any], object]
Waits = dict[str, tuple[str, str, date | None]]
"""What is to be done, by whom and by when; by the part of each item."""


@dataclass
class Story:
    """A record as it begins, and what waits after each step; the items are named by their part."""

    begin: Callable[[str, UUID], Aggregate]
    references: tuple[str, str]
    at_first: Waits
    steps: Sequence[tuple[Step, Waits]]


def visit(reference: str, school: UUID) -> Visit:
    return Visit.plan(
        reference,
        school=school,
        kind=VisitKind.CORE,
        purpose=Purpose.CHALLENGE,
        on=TODAY,
        term=default_term_on(TODAY),
        visitors=(Visitor(OFFICER, "link officer"),),
        lead=OFFICER,
        focus="Target setting",
    )


def record(reference: str, school: UUID) -> RecordOfVisit:
    return RecordOfVisit.start(
        reference,
        visit=uuid4(),
        school=school,
        kind=VisitKind.CORE,
        purpose=Purpose.CHALLENGE,
        author=OFFICER,
        visited_on=TODAY,
        needs_assurance=True,
        write_by=IN_A_WEEK,
        rules=(),
    )


def concern(reference: str, school: UUID, *, assess_by: date | None = None) -> ConcernCase:
    return ConcernCase.raise_(
        reference,
        school=school,
        kind=ConcernKind.LEADERSHIP,
        source=ConcernSource.VISIT,
        severity=Severity.HIGH,
        detail="No deputy since Easter",
        purpose=Purpose.CHALLENGE,
        assess_by=assess_by,
    )


def in_a_week_at_most(reference: str, school: UUID) -> ConcernCase:
    return concern(reference, school, assess_by=IN_A_WEEK)


def assess(case: ConcernCase) -> None:
    grants.assess_as_causing_concern(case, "Weak", decide_by=IN_A_FORTNIGHT)


def request(reference: str, school: UUID) -> SupportRequest:
    return SupportRequest.raise_(reference, **a_need(school=school))


def tender(reference: str, school: UUID) -> Tender:
    return Tender.open(
        reference, request=uuid4(), school=school, brief="Planning", reply_by=REPLY_BY, question_deadline=TODAY
    )


def engagement(reference: str, school: UUID) -> BrokeredEngagement:
    work = the_work(school=school, begins=TODAY, ends=ENDS)
    return BrokeredEngagement.propose(reference, work, request=uuid4(), tender=uuid4())


def start_intervention(case: ConcernCase) -> None:
    objective = Objective(1, "A full team", "Posts filled", IN_A_MONTH)
    grants.start_intervention(case, plan="Weekly visits", objectives=[objective], review_on=TODAY)


def review(advice: ReviewDecision) -> Step:
    return lambda case: case.hold_review(
        on=TODAY,
        evidence="Seen",
        findings=[Finding(1, Rag.GREEN, "Posts filled")],
        advice=advice,
        decide_by=IN_A_FORTNIGHT,
        **AUTHORISED,
    )


def invite(provider: UUID) -> Step:
    return lambda one: one.invite(provider, clearance="Cleared to 31 August 2027", rules=())


def confirm_engagement(one: BrokeredEngagement) -> None:
    one.confirm_clearance(cleared=True, valid_to=ENDS, rules=())
    one.confirm()


def agree_and_confirm(one: BrokeredEngagement) -> None:
    for side in Side:
        one.agree(side)
    confirm_engagement(one)


def plan_a_session(one: BrokeredEngagement) -> None:
    one.plan_session(on=IN_A_WEEK, days=one.work.days, cleared=True, rules=(), minutes=300, place="At the school")


def deliver_all(one: BrokeredEngagement) -> None:
    one.deliver_session(1, on=TODAY, days=one.work.days, cleared=True, rules=(), note="Algebra", attended=2)
    one.complete(evaluate_by=IN_A_MONTH)


AGREE: Waits = {
    "agree-school": ("agree_the_engagement", "school", TODAY),
    "agree-provider": ("agree_the_engagement", "provider", TODAY),
    "agree-service": ("agree_the_engagement", "broker", TODAY),
}
GET_AGREEMENTS: Waits = {"": ("get_all_sides_to_agree", "broker", TODAY)}
CONFIRM: Waits = {"": ("confirm_the_engagement", "broker", TODAY)}
DELIVER: Waits = {"": ("plan_and_deliver_sessions", "provider", IN_A_WEEK)}
ASKED_TO_RESPOND: Waits = {
    "headteacher": ("respond_to_the_record_of_visit", "headteacher", IN_A_MONTH),
    "chair": ("respond_to_the_record_of_visit", "chair", IN_A_MONTH),
}
TO_PRESENT: Waits = {"governors": ("present_the_record_to_governors", "school", IN_A_TERM)}
TO_DO: Waits = {"action-1": ("complete_an_agreed_action", "officer", CONTENT.actions[0].due)}
OBJECTIVE: Waits = {"objectives": ("reach_an_objective", "officer", IN_A_MONTH)}
REVIEW: Waits = {"": ("review_the_intervention", "officer", TODAY), **OBJECTIVE}


def as_head(step: Step) -> Step:
    """A step that the headteacher takes."""

    def act(record: Any) -> None:
        with acting(replace(current_signature(), actor=HEAD)):
            step(record)

    return act


def reply(provider: UUID) -> Waits:
    return {f"reply-{provider}": ("reply_to_the_invitation", "provider", REPLY_BY)}


GET_QUOTES: Waits = {"": ("get_quotes_or_end_the_invitations", "broker", REPLY_BY)}
PROPOSE: Waits = {"": ("propose_the_engagement", "broker", REPLY_BY)}
CHOOSE: Waits = {"": ("compare_quotes_and_choose", "broker", REPLY_BY)}
TRIAGE: Waits = {"": ("triage_the_request", "broker", BEGINS)}

HOLD: Waits = {"": ("hold_the_visit", "officer", TODAY)}
TO_AGREE: Waits = {
    "": ("get_the_day_agreed", "officer", TODAY),
    "confirming": ("confirm_the_visit", "school", TODAY),
}
ELSEWHERE: dict[str, Any] = {"heard": Heard.TELEPHONE, "came_on": TODAY, "evidence": "The head rang"}

STORIES = {
    "a visit whose day is recorded as agreed, and disowned": Story(
        visit,
        ("V-2026-0001", "V-2026-0002"),
        TO_AGREE,
        [
            (
                lambda one: one.record_agreement(**ELSEWHERE, confirm_by=IN_A_WEEK),
                {
                    "": ("hold_the_visit", "officer", TODAY),
                    "confirming": ("confirm_the_visit", "school", IN_A_WEEK),
                    "unconfirmed": ("get_confirmation", "decider", IN_A_WEEK),
                },
            ),
            (as_head(lambda one: one.disown_agreement(**REASON)), TO_AGREE),
            (as_head(lambda one: one.confirm(side=Side.SCHOOL, on=TODAY)), HOLD),
        ],
    ),
    "a visit that is held": Story(
        visit,
        ("V-2026-0001", "V-2026-0002"),
        TO_AGREE,
        [
            (lambda one: one.confirm(side=Side.SCHOOL, on=TODAY), HOLD),
            (
                lambda one: one.hold(on=TODAY, minutes=90, attendees="the headteacher", write_by=IN_A_WEEK),
                {"": ("write_the_record_of_visit", "officer", IN_A_WEEK)},
            ),
        ],
    ),
    "a visit that is called off": Story(
        visit,
        ("V-2026-0001", "V-2026-0002"),
        TO_AGREE,
        [(lambda one: one.cancel(cause=CancelledBy.SCHOOL, **REASON), {})],
    ),
    "a visit that is missed": Story(
        visit,
        ("V-2026-0001", "V-2026-0002"),
        TO_AGREE,
        [(lambda one: one.miss(**REASON), {})],
    ),
    "a record of visit": Story(
        record,
        ("ROV-2026-0001", "ROV-2026-0002"),
        {"": ("issue_the_record_of_visit", "officer", IN_A_WEEK)},
        [
            (lambda one: one.write(CONTENT), {"": ("issue_the_record_of_visit", "officer", IN_A_WEEK)}),
            (lambda one: one.submit_for_assurance(), {"": ("assure_the_record_of_visit", "team_lead", IN_A_WEEK)}),
            (lambda one: one.assure(present=()), {"": ("issue_the_record_of_visit", "officer", IN_A_WEEK)}),
            (
                lambda one: one.issue(recipients=(HEAD, CHAIR), respond_by=IN_A_MONTH, present_by=IN_A_TERM),
                {**ASKED_TO_RESPOND, **TO_PRESENT, **TO_DO},
            ),
            (
                lambda one: one.respond(Respondent.HEADTEACHER, agrees=ExtentOfAgreement.AGREES),
                {"chair": ASKED_TO_RESPOND["chair"], **TO_PRESENT, **TO_DO},
            ),
            (lambda one: one.decline_response(Respondent.CHAIR, **REASON), {**TO_PRESENT, **TO_DO}),
            (lambda one: one.present(meeting_on=TODAY, minute="7.2"), TO_DO),
            (lambda one: one.complete_action(1, on=TODAY), {}),
            (lambda one: one.reopen_action(1, **REASON), TO_DO),
            (
                lambda one: one.hand_over_action(1, owner=HEAD, due=IN_A_TERM, **REASON),
                {part: (task, waiting, IN_A_TERM) for part, (task, waiting, _) in TO_DO.items()},
            ),
        ],
    ),
    "a concern that becomes an intervention": Story(
        in_a_week_at_most,
        ("CC-2026-0001", "CC-2026-0002"),
        {"": ("assess_the_concern", "officer", IN_A_WEEK)},
        [
            (assess, {"": ("decide_on_the_concern", "officer", IN_A_FORTNIGHT)}),
            (start_intervention, REVIEW),
            (
                review(ReviewDecision.CONTINUE),
                {"": ("decide_on_the_concern", "officer", IN_A_FORTNIGHT), **OBJECTIVE},
            ),
            (
                lambda one: grants.decide_review(one, ReviewDecision.CONTINUE, IN_A_MONTH),
                {"": ("review_the_intervention", "officer", IN_A_MONTH), **OBJECTIVE},
            ),
            (review(ReviewDecision.END), {"": ("decide_on_the_concern", "officer", IN_A_FORTNIGHT), **OBJECTIVE}),
            (lambda one: grants.end_intervention(one, outcome="A full team", **AUTHORISED), {}),
            (
                lambda one: grants.reopen(one, assess_by=TOMORROW, **AUTHORISED),
                {"": ("assess_the_concern", "officer", TOMORROW)},
            ),
            (lambda one: one.close(**AUTHORISED), {}),
        ],
    ),
    "an intervention that is paused": Story(
        in_a_week_at_most,
        ("CC-2026-0001", "CC-2026-0002"),
        {"": ("assess_the_concern", "officer", IN_A_WEEK)},
        [
            (assess, {"": ("decide_on_the_concern", "officer", IN_A_FORTNIGHT)}),
            (start_intervention, REVIEW),
            (lambda one: one.pause(**AUTHORISED), {}),
            (lambda one: one.resume(**AUTHORISED), REVIEW),
        ],
    ),
    "a request that is brokered": Story(
        request,
        ("SR-2026-0001", "SR-2026-0002"),
        TRIAGE,
        [
            (
                lambda one: one.ask_for_information("Which year?", respond_by=IN_A_WEEK),
                {"information": ("give_more_information", "school", IN_A_WEEK)},
            ),
            (lambda one: one.give_information("Year 9"), TRIAGE),
            (
                lambda one: one.acknowledge(officer=BROKER, answer_by=REPLY_BY),
                {"": ("triage_the_request", "broker", REPLY_BY)},
            ),
            (
                lambda one: one.triage(broker=BROKER, level=SupportLevel.TARGETED, route=Route.BROKERED),
                {"": ("approve_brokering", "broker", REPLY_BY)},
            ),
            (lambda one: one.withdraw(side=Side.SCHOOL, **REASON), {}),
            (lambda one: one.reopen(**REASON), {"": ("triage_the_request", "broker", REPLY_BY)}),
        ],
    ),
    "a request withdrawn while the school is asked": Story(
        request,
        ("SR-2026-0001", "SR-2026-0002"),
        TRIAGE,
        [
            (
                lambda one: one.ask_for_information("Which year?"),
                {"information": ("give_more_information", "school", None)},
            ),
            (lambda one: one.withdraw(side=Side.SCHOOL, **REASON), {}),
            (lambda one: one.reopen(**REASON), TRIAGE),
        ],
    ),
    "a tender that is decided": Story(
        tender,
        ("TN-2026-0001", "TN-2026-0002"),
        GET_QUOTES,
        [
            (invite(CALDER), {**GET_QUOTES, **reply(CALDER)}),
            (invite(HARROP), {**GET_QUOTES, **reply(CALDER), **reply(HARROP)}),
            (lambda one: one.quote(CALDER, terms()), {**CHOOSE, **reply(HARROP)}),
            (lambda one: one.quote(HARROP, terms()), CHOOSE),
            (lambda one: one.withdraw_quote(HARROP, **REASON), CHOOSE),
            (
                lambda one: one.select(
                    CALDER, rationale="Knows it", granted=for_selection(one.id), ceiling=terms().day_rate * 9
                ),
                PROPOSE,
            ),
            (lambda one: one.withdraw_selection(**REASON), CHOOSE),
            (lambda one: one.withdraw_quote(CALDER, **REASON), GET_QUOTES),
            (lambda one: one.close(**REASON), {}),
        ],
    ),
    "a tender closed before everybody has answered": Story(
        tender,
        ("TN-2026-0001", "TN-2026-0002"),
        GET_QUOTES,
        [
            (invite(CALDER), {**GET_QUOTES, **reply(CALDER)}),
            (lambda one: one.close(**REASON), {}),
        ],
    ),
    "an agreement recorded for the school, and disowned": Story(
        engagement,
        ("BE-2026-0001", "BE-2026-0002"),
        {**AGREE, **GET_AGREEMENTS},
        [
            (
                lambda one: one.record_agreement(Side.SCHOOL, **ELSEWHERE, confirm_by=IN_A_WEEK),
                {
                    **{part: AGREE[part] for part in ("agree-provider", "agree-service")},
                    **GET_AGREEMENTS,
                    "confirming-school": ("confirm_the_agreement", "school", IN_A_WEEK),
                    "unconfirmed-school": ("get_confirmation", "decider", IN_A_WEEK),
                },
            ),
            (
                as_head(lambda one: one.disown_agreement(Side.SCHOOL, **REASON)),
                {
                    **AGREE,
                    **GET_AGREEMENTS,
                    "disowned-school": ("settle_the_disowned", "director", TODAY),
                },
            ),
            (
                as_head(lambda one: one.agree(Side.SCHOOL)),
                {part: AGREE[part] for part in ("agree-provider", "agree-service")} | GET_AGREEMENTS,
            ),
        ],
    ),
    "an engagement": Story(
        engagement,
        ("BE-2026-0001", "BE-2026-0002"),
        {**AGREE, **GET_AGREEMENTS},
        [
            (
                lambda one: one.agree(Side.SCHOOL),
                {part: AGREE[part] for part in ("agree-provider", "agree-service")} | GET_AGREEMENTS,
            ),
            (lambda one: one.agree(Side.PROVIDER), {"agree-service": AGREE["agree-service"]} | GET_AGREEMENTS),
            (lambda one: one.agree(Side.SERVICE), CONFIRM),
            (confirm_engagement, {"": ("plan_and_deliver_sessions", "provider", TODAY)}),
            (plan_a_session, DELIVER),
            (lambda one: one.pause(**REASON), {}),
            (lambda one: one.resume(**REASON), DELIVER),
            (deliver_all, {"": ("evaluate_the_engagement", "school", IN_A_MONTH)}),
            (
                lambda one: one.evaluate(
                    quality=5,
                    impact=4,
                    comment="Clear",
                    outcomes=outcomes(one),
                    evaluator=HEAD,
                    close_by=IN_A_WEEK,
                ),
                {"closing": ("close_the_engagement", "broker", IN_A_WEEK)},
            ),
            (lambda one: one.close(), {}),
        ],
    ),
    "an engagement that ends while it is paused": Story(
        engagement,
        ("BE-2026-0001", "BE-2026-0002"),
        {**AGREE, **GET_AGREEMENTS},
        [
            (agree_and_confirm, {"": ("plan_and_deliver_sessions", "provider", TODAY)}),
            (lambda one: one.pause(**REASON), {}),
            (
                lambda one: one.end_early(side=Side.SCHOOL, evaluate_by=IN_A_MONTH, **REASON),
                {"": ("evaluate_the_engagement", "school", IN_A_MONTH)},
            ),
            (
                lambda one: waive_evaluation(one, close_by=IN_A_WEEK, **REASON),
                {"closing": ("close_the_engagement", "broker", IN_A_WEEK)},
            ),
            (lambda one: one.close(), {}),
        ],
    ),
    "an engagement that is called off": Story(
        engagement,
        ("BE-2026-0001", "BE-2026-0002"),
        {**AGREE, **GET_AGREEMENTS},
        [(lambda one: one.cancel(side=Side.SCHOOL, **REASON), {})],
    ),
}


def begun(service: Service, make: Callable[[str, UUID], Aggregate], reference: str, school: UUID = SCHOOL) -> UUID:
    with signed(TODAY, by=BROKER):
        return service.add(lambda: make(reference, school)).id


def waits(ask: Ask, record: UUID) -> Waits:
    items: list[Item] = ask(waiting, record=record)
    return {item.part: (str(item.task), str(item.waiting_for), item.due) for item in items}


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES.keys())
def test_what_waits_after_each_step_and_about_that_record_alone(story: Story, service: Service, ask: Ask) -> None:
    one, other = (
        begun(service, story.begin, reference, school)
        for reference, school in zip(story.references, (SCHOOL, OTHER_SCHOOL), strict=True)
    )
    kind = _kind(story)
    assert waits(ask, one) == waits(ask, other) == story.at_first

    for number, (step, expected) in enumerate(story.steps, 1):
        with signed(TODAY, by=BROKER):
            service.change(kind, one, step)
        assert waits(ask, one) == expected, f"after step {number}"
        assert waits(ask, other) == story.at_first, f"the other record, after step {number}"


def test_what_waits_about_a_concern_waits_since_the_day_of_the_last_step(service: Service, ask: Ask) -> None:
    case = begun(service, in_a_week_at_most, "CC-2026-0001")
    since = []
    steps: list[Step] = [
        assess,
        lambda one: one.close(**AUTHORISED),
        lambda one: grants.reopen(one, assess_by=IN_A_MONTH, **AUTHORISED),
    ]
    for days, step in enumerate(steps, 1):
        with signed(TODAY + timedelta(days=days), by=BROKER):
            service.change(ConcernCase, case, step)
        since.append([(item.since - TODAY).days for item in ask(waiting, record=case)])

    assert since == [[1], [], [3]]


def _kind(story: Story) -> type[Aggregate]:
    with signed(TODAY):
        return type(story.begin(story.references[0], SCHOOL))
