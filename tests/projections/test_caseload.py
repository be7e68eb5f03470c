"""The caseload: what waits about each record, from its first step to its last, with another record beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
    Rating,
    ReviewDecision,
    Severity,
)
from domain.engagement import BrokeredEngagement
from domain.record_of_visit import Agreement, RecordOfVisit, Respondent
from domain.service import Service
from domain.support_request import Route, SupportLevel, SupportRequest
from domain.tender import Tender
from domain.visit import CancelledBy, Visit, Visitor
from domain.vocabulary import Purpose, Side, VisitKind
from projections import caseload
from projections.caseload import Item, waiting
from tests.domain.brokered import CALDER, ENDS, HARROP, HEAD, REPLY_BY, a_need, outcomes, terms, the_work
from tests.domain.test_record_of_visit import CONTENT
from tests.projections.conftest import Ask
from tests.scenario import TODAY, signed

VIEWS = [caseload.VIEW]

TOMORROW, IN_A_MONTH = TODAY + timedelta(days=1), TODAY + timedelta(days=30)
SCHOOL, OTHER_SCHOOL, OFFICER, BROKER, CHAIR = (uuid4() for _ in range(5))
REASON = {"reason": "Because it was agreed"}
AUTHORISED = {**REASON, "authoriser": OFFICER}

Step = Callable[[Any], object]
Waits = dict[str, tuple[str, str]]


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
        rules=(),
    )


def concern(reference: str, school: UUID) -> ConcernCase:
    return ConcernCase.raise_(
        reference,
        school=school,
        kind=ConcernKind.LEADERSHIP,
        source=ConcernSource.VISIT,
        severity=Severity.HIGH,
        detail="No deputy since Easter",
        purpose=Purpose.CHALLENGE,
    )


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
    case.start_intervention(plan="Weekly visits", objectives=[objective], review_on=TODAY, authoriser=OFFICER)


def review(decision: ReviewDecision, next_review_on: date | None = None) -> Step:
    return lambda case: case.hold_review(
        on=TODAY,
        evidence="Seen",
        findings=[Finding(1, Rag.GREEN, "Posts filled")],
        decision=decision,
        next_review_on=next_review_on,
        **AUTHORISED,
    )


def invite(provider: UUID) -> Step:
    return lambda one: one.invite(provider, clearance="Cleared to 31 August 2027", rules=())


def confirm_engagement(one: BrokeredEngagement) -> None:
    one.confirm_clearance(cleared=True, valid_to=ENDS, rules=())
    one.confirm()


def deliver_all(one: BrokeredEngagement) -> None:
    one.plan_session(on=TODAY, days=one.work.days, cleared=True, rules=(), minutes=300, place="At the school")
    one.deliver_session(1, on=TODAY, days=one.work.days, cleared=True, rules=(), note="Algebra", attended=2)
    one.complete()


AGREE = {
    "agree-school": ("agree_the_engagement", "school"),
    "agree-provider": ("agree_the_engagement", "provider"),
    "agree-service": ("agree_the_engagement", "broker"),
}
CONFIRM = {"": ("confirm_the_engagement", "broker")}
ASKED_TO_RESPOND = {
    "headteacher": ("respond_to_the_record_of_visit", "headteacher"),
    "chair": ("respond_to_the_record_of_visit", "chair"),
}
TO_PRESENT = {"governors": ("present_the_record_to_governors", "school")}
TO_DO = {"action-1": ("complete_an_agreed_action", "officer")}


def reply(provider: UUID) -> Waits:
    return {f"reply-{provider}": ("reply_to_the_invitation", "provider")}


CHOOSE = {"": ("compare_quotes_and_choose", "broker")}

STORIES = {
    "a visit that is held": Story(
        visit,
        ("V-2026-0001", "V-2026-0002"),
        {"": ("confirm_the_visit", "officer")},
        [
            (lambda one: one.confirm(side=Side.SCHOOL, on=TODAY), {"": ("hold_the_visit", "officer")}),
            (
                lambda one: one.hold(on=TODAY, minutes=90, attendees="the headteacher"),
                {"": ("write_the_record_of_visit", "officer")},
            ),
        ],
    ),
    "a visit that is called off": Story(
        visit,
        ("V-2026-0001", "V-2026-0002"),
        {"": ("confirm_the_visit", "officer")},
        [(lambda one: one.cancel(cause=CancelledBy.SCHOOL, **REASON), {})],
    ),
    "a visit that is missed": Story(
        visit,
        ("V-2026-0001", "V-2026-0002"),
        {"": ("confirm_the_visit", "officer")},
        [(lambda one: one.miss(**REASON), {})],
    ),
    "a record of visit": Story(
        record,
        ("ROV-2026-0001", "ROV-2026-0002"),
        {"": ("issue_the_record_of_visit", "officer")},
        [
            (lambda one: one.write(CONTENT), {"": ("issue_the_record_of_visit", "officer")}),
            (lambda one: one.submit_for_assurance(), {"": ("assure_the_record_of_visit", "officer")}),
            (lambda one: one.assure(), {"": ("issue_the_record_of_visit", "officer")}),
            (
                lambda one: one.issue(recipients=(HEAD, CHAIR), respond_by=IN_A_MONTH),
                {**ASKED_TO_RESPOND, **TO_PRESENT, **TO_DO},
            ),
            (
                lambda one: one.respond(Respondent.HEADTEACHER, agrees=Agreement.AGREES),
                {"chair": ASKED_TO_RESPOND["chair"], **TO_PRESENT, **TO_DO},
            ),
            (lambda one: one.decline_response(Respondent.CHAIR, **REASON), {**TO_PRESENT, **TO_DO}),
            (lambda one: one.present(meeting_on=TODAY, minute="7.2"), TO_DO),
            (lambda one: one.complete_action(1, on=TODAY), {}),
            (lambda one: one.reopen_action(1, **REASON), TO_DO),
        ],
    ),
    "a concern that becomes an intervention": Story(
        concern,
        ("CC-2026-0001", "CC-2026-0002"),
        {"": ("assess_the_concern", "officer")},
        [
            (
                lambda one: one.assess(assessment="Weak", rating=Rating.CAUSING_CONCERN, authoriser=OFFICER),
                {"": ("decide_on_the_concern", "officer")},
            ),
            (start_intervention, {"": ("review_the_intervention", "officer")}),
            (review(ReviewDecision.CONTINUE, IN_A_MONTH), {"": ("review_the_intervention", "officer")}),
            (review(ReviewDecision.END), {"": ("decide_on_the_concern", "officer")}),
            (lambda one: one.end_intervention(outcome="A full team", **AUTHORISED), {}),
            (lambda one: one.reopen(**AUTHORISED), {"": ("assess_the_concern", "officer")}),
            (lambda one: one.close(**AUTHORISED), {}),
        ],
    ),
    "a request that is brokered": Story(
        request,
        ("SR-2026-0001", "SR-2026-0002"),
        {"": ("triage_the_request", "broker")},
        [
            (
                lambda one: one.ask_for_information("Which year?"),
                {"": ("triage_the_request", "broker"), "information": ("give_more_information", "school")},
            ),
            (lambda one: one.give_information("Year 9"), {"": ("triage_the_request", "broker")}),
            (lambda one: one.acknowledge(officer=BROKER, answer_by=REPLY_BY), {"": ("triage_the_request", "broker")}),
            (
                lambda one: one.triage(broker=BROKER, level=SupportLevel.TARGETED, route=Route.BROKERED),
                {"": ("invite_providers", "broker")},
            ),
            (lambda one: one.withdraw(side=Side.SCHOOL, **REASON), {}),
            (lambda one: one.reopen(**REASON), {"": ("triage_the_request", "broker")}),
        ],
    ),
    "a request withdrawn while the school is asked": Story(
        request,
        ("SR-2026-0001", "SR-2026-0002"),
        {"": ("triage_the_request", "broker")},
        [
            (
                lambda one: one.ask_for_information("Which year?"),
                {"": ("triage_the_request", "broker"), "information": ("give_more_information", "school")},
            ),
            (lambda one: one.withdraw(side=Side.SCHOOL, **REASON), {}),
        ],
    ),
    "a tender that is decided": Story(
        tender,
        ("TN-2026-0001", "TN-2026-0002"),
        CHOOSE,
        [
            (invite(CALDER), {**CHOOSE, **reply(CALDER)}),
            (invite(HARROP), {**CHOOSE, **reply(CALDER), **reply(HARROP)}),
            (lambda one: one.quote(CALDER, terms()), {**CHOOSE, **reply(HARROP)}),
            (lambda one: one.quote(HARROP, terms()), CHOOSE),
            (
                lambda one: one.select(CALDER, rationale="Knows it", approver=OFFICER, ceiling=terms().day_rate * 9),
                {},
            ),
            (lambda one: one.withdraw_selection(**REASON), CHOOSE),
            (lambda one: one.close(**REASON), {}),
        ],
    ),
    "a tender closed before everybody has answered": Story(
        tender,
        ("TN-2026-0001", "TN-2026-0002"),
        CHOOSE,
        [
            (invite(CALDER), {**CHOOSE, **reply(CALDER)}),
            (lambda one: one.close(**REASON), {}),
        ],
    ),
    "an engagement": Story(
        engagement,
        ("BE-2026-0001", "BE-2026-0002"),
        {**AGREE, **CONFIRM},
        [
            (
                lambda one: one.agree(Side.SCHOOL),
                {part: AGREE[part] for part in ("agree-provider", "agree-service")} | CONFIRM,
            ),
            (lambda one: one.agree(Side.PROVIDER), {"agree-service": AGREE["agree-service"]} | CONFIRM),
            (lambda one: one.agree(Side.SERVICE), CONFIRM),
            (confirm_engagement, {"": ("plan_and_deliver_sessions", "provider")}),
            (deliver_all, {"": ("evaluate_the_engagement", "school")}),
            (
                lambda one: one.evaluate(
                    quality=5, impact=4, comment="Clear", outcomes=outcomes(one), evaluator=HEAD
                ),
                {"": ("close_the_engagement", "broker")},
            ),
            (lambda one: one.close(), {}),
        ],
    ),
    "an engagement that is called off": Story(
        engagement,
        ("BE-2026-0001", "BE-2026-0002"),
        {**AGREE, **CONFIRM},
        [(lambda one: one.cancel(side=Side.SCHOOL, **REASON), {})],
    ),
}


def begun(service: Service, make: Callable[[str, UUID], Aggregate], reference: str, school: UUID = SCHOOL) -> UUID:
    with signed(TODAY, by=BROKER):
        return service.add(lambda: make(reference, school)).id


def waits(ask: Ask, record: UUID) -> Waits:
    items: list[Item] = ask(waiting, record=record)
    return {item.part: (str(item.task), str(item.waiting_for)) for item in items}


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


def _kind(story: Story) -> type[Aggregate]:
    with signed(TODAY):
        return type(story.begin(story.references[0], SCHOOL))
