"""Whatever happens to a record, each step that the caseload names can be taken by whom it waits for, and none of its
records lies there without a step."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from itertools import groupby
from operator import methodcaller
from typing import Any
from uuid import UUID

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.aggregate import Aggregate, Refusal
from domain.concern import (
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
from domain.concern.ladder import Compliance, Ground, NoticeKind, Power
from domain.delegation import Act, Granted
from domain.engagement import Attainment, BrokeredEngagement, EngagementStatus, Outcome
from domain.on_behalf import Heard
from domain.provider import Provider
from domain.record_of_visit import (
    AgreedAction,
    Content,
    ExtentOfAgreement,
    RecordOfVisit,
    RecordStatus,
    Respondent,
    Section,
)
from domain.service import UnitOfWork, rehearsing
from domain.support_request import ENDS, InHouse, Payer, Route, SupportLevel, SupportRequest
from domain.tender import DeclineReason, Tender, TenderStatus
from domain.visit import CancelledBy, Visit, Visitor
from domain.vocabulary import Purpose, Side, Team, VisitKind
from projections import caseload, open_requests
from projections.caseload import OUTSIDE, Item, Task, WaitingFor
from providers.brokerage import EngagementTerms as Terms
from providers.eligibility import offer_of
from providers.matching import USUAL_POLICY
from tests import grants
from tests.domain.brokered import a_need, terms
from tests.grants import approve, close_breach, for_selection, waive_evaluation
from tests.randomness import FUZZING
from tests.request_context import sent_by
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.brokerage_stages import BrokerageStages, Firm
from tests.web.conftest import Browser
from web import resources
from web.access.identity import concerned, list_scope
from web.access.policy import Action
from web.caseload.queries import Whose, view_filters
from web.commands.resource import Resource
from web.runtime.terms import term_of

REASON = {"reason": "So it was agreed"}
DAY = timedelta(days=1)
BY_PATH: Mapping[str, Resource[Any]] = {resource.path: resource for resource, _ in resources.RESOURCES}

AGREEMENTS = "record-agreement-of-school record-agreement-of-provider agree-for-service"

STEPS: Mapping[Task, tuple[str, frozenset[str]]] = {
    task: (path, frozenset(names.split()))
    for task, path, names in (
        (Task.GET_DAY_AGREED, "visits", "record-agreement hold"),
        (Task.CONFIRM_VISIT, "visits", "confirm"),
        (Task.HOLD_VISIT, "visits", "hold"),
        (Task.WRITE_RECORD, "visits", "start-record"),
        (Task.ISSUE_RECORD, "records", "write submit issue reissue"),
        (Task.ASSURE_RECORD, "records", "assure"),
        (Task.RESPOND, "records", "respond-as-headteacher respond-as-chair"),
        (Task.PRESENT, "records", "present"),
        (Task.COMPLETE_ACTION, "records", "complete-action"),
        (Task.TRIAGE, "requests", "acknowledge triage"),
        (Task.FIND_SUPPORT, "requests", "meet-in-house signpost"),
        (Task.GIVE_INFORMATION, "requests", "give-information"),
        (Task.APPROVE, "requests", "approve"),
        (Task.AGREE_PRICE, "requests", "agree-price"),
        (Task.GET_PRICE_AGREED, "requests", "record-price-agreement"),
        (Task.SHORTLIST, "requests", "shortlist"),
        (Task.INVITE, "requests", "open-tender"),
        (Task.REPLY, "invitations", "quote decline"),
        (Task.GET_QUOTES, "tenders", "extend close"),
        (Task.ANSWER_QUESTION, "tenders", "answer-question"),
        (Task.CHOOSE, "tenders", "select"),
        (Task.PROPOSE, "tenders", "propose"),
        (Task.AGREE, "engagements", "agree-for-school agree-for-provider agree-for-service"),
        (
            Task.GET_AGREEMENTS,
            "engagements",
            "record-agreement-of-school record-agreement-of-provider agree-for-service",
        ),
        (Task.CONFIRM_ENGAGEMENT, "engagements", "confirm"),
        (Task.PLAN_SESSIONS, "engagements", "plan-session deliver-session"),
        (Task.FOLLOW_UP_BREACH, "engagements", "follow-up-breach"),
        (Task.CLOSE_BREACH, "engagements", "close-breach"),
        (Task.COMPLETE, "engagements", "complete"),
        (Task.EVALUATE, "engagements", "evaluate"),
        (Task.CLOSE_ENGAGEMENT, "engagements", "close"),
        (Task.ASSESS, "concerns", "assess"),
        (Task.RECORD_REFERRAL, "concerns", "record-safeguarding-referral"),
        (Task.DECIDE, "concerns", "start-intervention close continue-intervention end-intervention"),
        (Task.REVIEW, "concerns", "hold-review"),
        (Task.REACH_OBJECTIVE, "concerns", "hold-review revise-plan"),
        (Task.MEET_SCHOOL, "concerns", "record-step"),
        (Task.RECORD_ANSWER, "concerns", "answer"),
        (Task.ASSESS_COMPLIANCE, "concerns", "assess-compliance"),
        (Task.NOTIFY_INTENTION, "concerns", "notify-intention"),
        (Task.USE_POWER, "concerns", "appoint-governors withdraw-notice"),
        (Task.RECORD_REFERRAL_ANSWER, "concerns", "record-referral-answer"),
    )
}
"""What each task asks for: the commands of which one at least has to be offered."""

ACTS: Mapping[Task, str] = {
    Task.GET_DAY_AGREED: "records_that_the_day_is_agreed",
    Task.CONFIRM_VISIT: "confirms_the_visit",
    Task.HOLD_VISIT: "visits",
    Task.WRITE_RECORD: "starts_the_record",
    Task.ISSUE_RECORD: "rewrites submits issues",
    Task.ASSURE_RECORD: "assures",
    Task.RESPOND: "responds chair_does_not",
    Task.PRESENT: "presents",
    Task.COMPLETE_ACTION: "completes_an_action",
    Task.TRIAGE: "acknowledges triages",
    Task.FIND_SUPPORT: "meets_it_in_house",
    Task.GIVE_INFORMATION: "is_answered",
    Task.APPROVE: "approves",
    Task.AGREE_PRICE: "agrees_the_price",
    Task.GET_PRICE_AGREED: "agrees_the_price",
    Task.SHORTLIST: "shortlists",
    Task.INVITE: "invites",
    Task.REPLY: "quotes another_quotes",
    Task.GET_QUOTES: "extends ends_the_invitations",
    Task.ANSWER_QUESTION: "is_answered_to_all",
    Task.CHOOSE: "selects selects_the_other",
    Task.PROPOSE: "proposes",
    Task.AGREE: "school_agrees provider_agrees service_agrees",
    Task.GET_AGREEMENTS: "school_agrees provider_agrees service_agrees",
    Task.CONFIRM_ENGAGEMENT: "confirms",
    Task.PLAN_SESSIONS: "plans delivers",
    Task.FOLLOW_UP_BREACH: "follows_the_breach_up",
    Task.CLOSE_BREACH: "closes_the_breach",
    Task.COMPLETE: "completes",
    Task.EVALUATE: "evaluates",
    Task.CLOSE_ENGAGEMENT: "closes_the_work",
    Task.ASSESS: "assesses",
    Task.RECORD_REFERRAL: "tells_social_care",
    Task.DECIDE: "intervenes closes_the_concern goes_on ends_the_intervention",
    Task.REVIEW: "reviews",
    Task.REACH_OBJECTIVE: "reviews",
    Task.MEET_SCHOOL: "meets_the_school",
    Task.RECORD_ANSWER: "answers",
    Task.ASSESS_COMPLIANCE: "complies",
    Task.NOTIFY_INTENTION: "notifies",
    Task.USE_POWER: "appoints_governors withdraws_the_notice",
    Task.RECORD_REFERRAL_ANSWER: "is_answered_by_the_group",
}
"""What is tried of each task, without saving it: one at least is not refused."""

HALF = Decimal("0.5")
AT_A_SCHOOL = {"institution": grants.COMMUNITY}
BY_POWERS = {"intends": [Power.APPOINT_GOVERNORS]}


class Life:
    """A school with what is done for it, day by day; an act that a rule refuses changes nothing."""

    def __init__(self, stages: BrokerageStages, app: Flask) -> None:
        self.stages, self.app, sample = stages, app, stages.sample
        self.sample, self.service, self.clock = sample, sample.services.service, sample.clock
        self.clock.go_to(TODAY)
        self.school = sample.school()
        self.head, self.chair = sample.headteacher(self.school), sample.chair(self.school)
        self.officer = sample.link_officer(self.school)
        self.lead = sample.officer("Lara Lead", team=Team.SECONDARY, leads=True)
        self.ids: dict[type[Aggregate], UUID] = {}
        self.met: set[Task | None] = set()

    @property
    def today(self) -> date:
        return self.sample.services.today()

    def begin(self, made: Aggregate) -> None:
        self.ids[type(made)] = self.service.add(lambda: made).id

    def named(self, kind: type[Any]) -> str:
        return self.sample.services.next_reference(kind)

    def change(self, kind: type[Any], method: str, /, *args: Any, **told: Any) -> None:
        if kind in self.ids:
            self.service.change(kind, self.ids[kind], methodcaller(method, *args, **told))

    def act(self, name: str, days: int) -> None:
        self.clock.go_to(self.today + days * DAY)
        with self.sample.acting(self.stages.broker, "broker"), suppress(Refusal):
            getattr(self, name)()

    # A request, its tender and its engagement

    def raises(self) -> None:
        if SupportRequest not in self.ids:
            need = a_need(school=self.school, needed_from=self.today, needed_by=self.today + 200 * DAY)
            self.begin(SupportRequest.raise_(self.named(SupportRequest), **need))

    def raises_at_its_own_cost(self) -> None:
        if SupportRequest not in self.ids:
            need = a_need(school=self.school, needed_from=self.today, needed_by=self.today + 200 * DAY)
            self.begin(SupportRequest.raise_(self.named(SupportRequest), **need, payer=Payer.SCHOOL))

    def agrees_the_price(self) -> None:
        self.change(SupportRequest, "agree_price", Decimal(9000))

    def acknowledges(self) -> None:
        self.change(SupportRequest, "acknowledge", officer=self.stages.broker, answer_by=self.today + 9 * DAY)

    def triages(self, route: Route = Route.BROKERED) -> None:
        self.change(SupportRequest, "triage", broker=self.stages.broker, level=SupportLevel.TARGETED, route=route)

    def triages_in_house(self) -> None:
        self.triages(Route.IN_HOUSE)

    def asks_the_school(self) -> None:
        self.change(SupportRequest, "ask_for_information", "Which year?", respond_by=self.today + 5 * DAY)

    def is_answered(self) -> None:
        self.change(SupportRequest, "give_information", "Year 9")

    def approves(self) -> None:
        if SupportRequest in self.ids:
            self.service.change(SupportRequest, self.ids[SupportRequest], partial(approve, ceiling=9000))

    def shortlists(self) -> None:
        firms = self.stages.calder, self.stages.harrop

        def offers(need: Any) -> list[Any]:
            found = (self.service.find(Provider, each.id) for each in firms)
            return [offer_of(each, need, self.stages.brokerage.vetting) for each in found]

        if SupportRequest in self.ids:
            self.stages.brokerage.shortlist(self.ids[SupportRequest], offers=offers, policy=USUAL_POLICY)

    def shortens(self) -> None:
        self.change(SupportRequest, "remove_from_shortlist", self.stages.calder.id, **REASON)

    def shortens_to_nobody(self) -> None:
        self.change(SupportRequest, "remove_from_shortlist", self.stages.harrop.id, **REASON)

    def invites(self) -> None:
        if SupportRequest in self.ids:
            request = self.service.find(SupportRequest, self.ids[SupportRequest])
            self.ids[Tender] = self.stages.brokerage.open_tender(
                request.id,
                self.named(Tender),
                brief="Planning",
                reply_by=self.today + 7 * DAY,
                invite=request.shortlist,
                **REASON,
            )

    def quotes(self, firm: Firm | None = None) -> None:
        firm = firm or self.stages.calder
        if Tender in self.ids:
            offered = terms(specialist=firm.specialist, days=Decimal(1))
            self.stages.brokerage.quote(self.ids[Tender], firm.id, offered)

    def another_quotes(self) -> None:
        self.quotes(self.stages.harrop)

    def asks_the_broker(self) -> None:
        self.change(Tender, "ask", self.stages.calder.id, "On which days?")

    def is_answered_to_all(self) -> None:
        if Tender in self.ids:
            asked = self.service.find(Tender, self.ids[Tender]).questions
            self.change(Tender, "answer", next((each.number for each in asked if not each.answer), 0), "Mondays")

    def declines(self) -> None:
        self.change(Tender, "decline", self.stages.harrop.id, why=DeclineReason.DATES, **REASON)

    def withdraws_the_quote(self) -> None:
        self.change(Tender, "withdraw_quote", self.stages.calder.id, **REASON)

    def extends(self) -> None:
        self.change(Tender, "extend", reply_by=self.today + 9 * DAY, **REASON)

    def lapses(self) -> None:
        self.change(Tender, "lapse_unanswered")

    def selects(self) -> None:
        if Tender in self.ids:
            tender = self.ids[Tender]
            self.stages.brokerage.select(
                tender, self.stages.calder.id, rationale="Best", granted=for_selection(tender)
            )

    def selects_the_other(self) -> None:
        if Tender in self.ids:
            tender = self.ids[Tender]
            self.stages.brokerage.select(
                tender, self.stages.harrop.id, rationale="Best", granted=for_selection(tender)
            )

    def meets_it_in_house(self) -> None:
        self.change(SupportRequest, "meet_in_house", InHouse.LEAD_TEACHER)

    def evaluates(self) -> None:
        told = {"impact": 4, "quality": 4, "comment": "It helped", "evaluator": self.head}
        met = (Outcome("It is in use", Attainment.MET),)
        self.change(BrokeredEngagement, "evaluate", outcomes=met, **told)

    def withdraws_the_selection(self) -> None:
        if Tender in self.ids and BrokeredEngagement not in self.ids:
            self.change(Tender, "withdraw_selection", **REASON)

    def ends_the_invitations(self) -> None:
        if Tender in self.ids:
            self.stages.brokerage.end_tender(self.ids[Tender], **REASON)

    def proposes(self) -> None:
        if Tender in self.ids:
            first, last = self.today, self.today + 120 * DAY
            agreement = Terms("Planning", ("It is in use",), first, last)
            reference = self.named(BrokeredEngagement)
            made = self.stages.brokerage.engage_selected(self.ids[Tender], reference, agreement)
            self.ids[BrokeredEngagement] = made

    def school_agrees(self) -> None:
        self.change(BrokeredEngagement, "agree", Side.SCHOOL)

    def provider_agrees(self) -> None:
        self.change(BrokeredEngagement, "agree", Side.PROVIDER)

    def service_agrees(self) -> None:
        self.change(BrokeredEngagement, "agree", Side.SERVICE)

    def confirms(self) -> None:
        if BrokeredEngagement in self.ids:
            self.stages.delivery.confirm(self.ids[BrokeredEngagement])

    def plans(self) -> None:
        if BrokeredEngagement in self.ids:
            self.stages.delivery.plan_session(self.ids[BrokeredEngagement], on=self.today, days=HALF)

    def delivers(self) -> None:
        if BrokeredEngagement in self.ids:
            work = self.service.find(BrokeredEngagement, self.ids[BrokeredEngagement])
            for session in work.planned_sessions[:1]:
                self.stages.delivery.deliver_session(work.id, session.number, on=self.today, days=HALF)

    def loses_the_clearance(self) -> None:
        self.stages.lose_clearance(self.stages.calder, self.today)

    def follows_the_breach_up(self) -> None:
        self.change(BrokeredEngagement, "follow_up_breach", 1, told="The head", followed="A check was made")

    def closes_the_breach(self) -> None:
        if BrokeredEngagement in self.ids:
            self.service.change(BrokeredEngagement, self.ids[BrokeredEngagement], close_breach)

    def calls_a_session_off(self) -> None:
        self.change(BrokeredEngagement, "cancel_session", 1, side=Side.SCHOOL, chargeable=False, **REASON)

    def pauses(self) -> None:
        self.change(BrokeredEngagement, "pause", **REASON)

    def resumes(self) -> None:
        self.change(BrokeredEngagement, "resume", **REASON)

    def completes(self) -> None:
        self.change(BrokeredEngagement, "complete", evaluate_by=self.today + 9 * DAY)

    def ends_early(self) -> None:
        self.change(BrokeredEngagement, "end_early", side=Side.SCHOOL, evaluate_by=self.today + 9 * DAY, **REASON)

    def gives_the_work_up(self) -> None:
        if BrokeredEngagement in self.ids:
            self.stages.delivery.cancel(self.ids[BrokeredEngagement], side=Side.SCHOOL, **REASON)
            del self.ids[BrokeredEngagement]

    def waives_the_evaluation(self) -> None:
        if BrokeredEngagement in self.ids:
            close_by = self.today + 9 * DAY
            self.service.change(
                BrokeredEngagement,
                self.ids[BrokeredEngagement],
                lambda one: waive_evaluation(one, close_by=close_by, **REASON),
            )

    def closes_the_work(self) -> None:
        if BrokeredEngagement in self.ids:
            self.stages.delivery.close(self.ids[BrokeredEngagement], outcome="Planning is in place")

    def declines_the_request(self) -> None:
        self.change(SupportRequest, "decline", side=Side.SERVICE, **REASON)

    def reopens(self) -> None:
        self.change(SupportRequest, "reopen", **REASON)

    # A visit and its record

    def plans_a_visit(self) -> None:
        if Visit not in self.ids:
            told = {"kind": VisitKind.CORE, "purpose": Purpose.CHALLENGE, "focus": "Reading", "on": self.today}
            who = {"visitors": [Visitor(self.officer, "officer")], "lead": self.officer}
            term = term_of(self.sample.services, self.today)
            self.begin(Visit.plan(self.named(Visit), school=self.school, term=term, **told, **who))

    def confirms_the_visit(self) -> None:
        if Visit in self.ids:
            on = self.service.find(Visit, self.ids[Visit]).on
            self.change(Visit, "confirm", side=Side.SCHOOL, on=on)

    def records_that_the_day_is_agreed(self) -> None:
        self.change(Visit, "record_agreement", heard=Heard.EMAIL, came_on=self.today, evidence="Email of today")

    def moves_the_visit(self) -> None:
        on = self.today + 3 * DAY
        term = term_of(self.sample.services, on)
        self.change(Visit, "reschedule", on=on, term=term, side=Side.SCHOOL, **REASON)

    def cancels_the_visit(self) -> None:
        self.change(Visit, "cancel", cause=CancelledBy.OTHER, **REASON)

    def visits(self) -> None:
        self.change(Visit, "hold", on=self.today, minutes=60, attendees="Headteacher")

    def starts_the_record(self, needs_assurance: bool = False) -> None:
        def start(work: UnitOfWork) -> UUID:
            visit = work.find(Visit, self.ids[Visit])
            told = {"visit": visit.id, "school": self.school, "kind": visit.kind, "purpose": visit.purpose}
            record = RecordOfVisit.start(
                self.named(RecordOfVisit),
                author=self.officer,
                visited_on=visit.held_on or visit.on,
                needs_assurance=needs_assurance,
                **told,
            )
            visit.start_record(record)
            return work.add(record).id

        if Visit in self.ids:
            self.ids[RecordOfVisit] = self.service.do(start)

    def starts_a_record_to_be_assured(self) -> None:
        self.starts_the_record(needs_assurance=True)

    def writes(self) -> None:
        action = AgreedAction(
            text="Agree a plan", owner_side=Side.SCHOOL, due=self.today + 30 * DAY, purpose=Purpose.SUPPORT
        )
        section = Section(heading="Reading", text="Good")
        self.change(RecordOfVisit, "write", Content(sections=(section,), actions=(action,)))

    def rewrites(self) -> None:
        section = Section(heading="Reading", text=f"Seen on {self.today}")
        self.change(RecordOfVisit, "write", Content(sections=(section,)))

    def submits(self) -> None:
        self.change(RecordOfVisit, "submit_for_assurance")

    def returns(self) -> None:
        self.change(RecordOfVisit, "return_to_author", "More on reading")

    def assures(self) -> None:
        self.change(RecordOfVisit, "assure", present=())

    def issues(self) -> None:
        day = self.today + 14 * DAY
        self.change(RecordOfVisit, "issue", recipients=(), respond_by=day, present_by=day)

    def corrects(self) -> None:
        self.change(RecordOfVisit, "reopen_for_correction", "A wrong name")

    def gives_the_correction_up(self) -> None:
        self.change(RecordOfVisit, "abandon_correction")

    def responds(self) -> None:
        self.change(RecordOfVisit, "respond", Respondent.HEADTEACHER, agrees=ExtentOfAgreement.AGREES)

    def chair_does_not(self) -> None:
        self.change(RecordOfVisit, "decline_response", Respondent.CHAIR, **REASON)

    def waits_no_longer(self) -> None:
        self.change(RecordOfVisit, "lapse_response", Respondent.HEADTEACHER)

    def presents(self) -> None:
        self.change(RecordOfVisit, "present", meeting_on=self.today, minute="GB/4")

    def completes_an_action(self) -> None:
        self.change(RecordOfVisit, "complete_action", 1, on=self.today)

    def takes_the_action_up_again(self) -> None:
        self.change(RecordOfVisit, "reopen_action", 1, **REASON)

    def closes_the_record(self) -> None:
        self.change(RecordOfVisit, "close")

    # A concern

    def worries(self) -> None:
        if ConcernCase not in self.ids:
            told = {"kind": ConcernKind.LEADERSHIP, "source": ConcernSource.OFFICER, "severity": Severity.HIGH}
            case = ConcernCase.raise_(
                self.named(ConcernCase), school=self.school, detail="No plan", purpose=Purpose.CHALLENGE, **told
            )
            self.begin(case)

    def _decides(self, method: str, **told: Any) -> None:
        self.change(ConcernCase, method, **told)

    def _is_decided(self, act: Act, method: str, **told: Any) -> None:
        if ConcernCase not in self.ids:
            return
        by = UUID(int=self.service.find(ConcernCase, self.ids[ConcernCase]).version)
        self._decides(method, granted=Granted(grants.DECISION, act, self.ids[ConcernCase], None, by), **told)

    def worries_about_a_child(self) -> None:
        if ConcernCase not in self.ids:
            told = {"kind": ConcernKind.SAFEGUARDING, "source": ConcernSource.OFFICER, "severity": Severity.HIGH}
            case = ConcernCase.raise_(
                self.named(ConcernCase),
                school=self.school,
                detail="Kept elsewhere",
                purpose=Purpose.MONITORING,
                refer_by=self.today + DAY,
                **told,
            )
            self.begin(case)

    def tells_social_care(self) -> None:
        self._decides("record_safeguarding_referral", to=ReferredTo.SOCIAL_CARE, on=self.today)

    def assesses(self) -> None:
        self._is_decided(Act.ASSESS_AS_CAUSING_CONCERN, "assess_as_causing_concern", assessment="Looked at")

    def assesses_mildly(self) -> None:
        self._decides("assess", assessment="Looked at", rating=Rating.WATCH)

    def intervenes(self) -> None:
        objective = Objective(1, "Raise reading", "80%", self.today + 60 * DAY)
        plan = {"plan": "Support", "objectives": [objective], "review_on": self.today + 20 * DAY}
        self._is_decided(Act.START_INTERVENTION, "start_intervention", **plan)

    def reviews(self, advice: ReviewDecision = ReviewDecision.CONTINUE) -> None:
        finding = Finding(1, Rag.AMBER, "Rising")
        told = {"on": self.today, "evidence": "Seen", "findings": [finding], "advice": advice, **REASON}
        self._decides("hold_review", **told)

    def goes_on(self) -> None:
        ahead = {"next_review_on": self.today + 20 * DAY, **REASON}
        self._is_decided(Act.CONTINUE_INTERVENTION, "continue_intervention", **ahead)

    def reviews_for_the_last_time(self) -> None:
        self.reviews(ReviewDecision.END)

    def ends_the_intervention(self) -> None:
        self._is_decided(Act.END_INTERVENTION, "end_intervention", outcome="Reading rose", **REASON)

    def closes_the_concern(self) -> None:
        self._decides("close", **REASON)

    def pauses_the_concern(self) -> None:
        self._decides("pause", **REASON)

    def promises_meetings(self) -> None:
        self._decides("promise_meetings", weeks=1, **REASON)

    def meets_the_school(self) -> None:
        self._decides("record_step", on=self.today, kind=StepKind.MEETING, text="Met")

    def resumes_the_concern(self) -> None:
        self._decides("resume", **REASON)

    def worries_again(self) -> None:
        self._is_decided(Act.REOPEN_CONCERN, "reopen", **REASON)

    def pre_warns(self) -> None:
        """Everything up to the letter, which is dated some days ago."""

        def climb(case: ConcernCase) -> None:
            for kind in (StepKind.INFORMAL, StepKind.EVIDENCE):
                case.record_step(on=self.today, kind=kind, text="Met")
            case.moderate(text="Sound", on=self.today - 20 * DAY)
            letter = {"text": "Results have to rise", "answer_by": self.today + DAY, "on": self.today - 15 * DAY}
            until = self.today + 90 * DAY
            grants.decided(case, Act.PRE_WARN, ConcernCase.pre_warn, holds_until=until, **letter, **AT_A_SCHOOL)

        if ConcernCase in self.ids:
            self.service.change(ConcernCase, self.ids[ConcernCase], climb)

    def answers(self) -> None:
        self._decides("answer", text="We have a plan")

    def gives_notice(self) -> None:
        notice = {
            "kind": NoticeKind.WARNING,
            "notice_ground": Ground.STANDARDS,
            "matters": "Low",
            "action_required": "Plan",
        }
        days = {"on": self.today - 10 * DAY, "comply_by": self.today - DAY}
        self._is_decided(Act.GIVE_NOTICE, "give_notice", copies=[], **notice, **days, **BY_POWERS, **AT_A_SCHOOL)

    def complies(self, compliance: Compliance = Compliance.MET) -> None:
        self._is_decided(Act.ASSESS_COMPLIANCE, "assess_compliance", compliance=compliance, text="Seen")

    def does_not_comply(self) -> None:
        self.complies(Compliance.NOT_MET)

    def notifies(self) -> None:
        self._is_decided(Act.NOTIFY_INTENTION, "notify_intention", text="Powers", **BY_POWERS, **AT_A_SCHOOL)

    def appoints_governors(self) -> None:
        power = {"power": Power.APPOINT_GOVERNORS, "text": "Two governors"}
        self._is_decided(Act.APPOINT_GOVERNORS, "use_power", **power, **AT_A_SCHOOL)

    def withdraws_the_notice(self) -> None:
        self._is_decided(Act.WITHDRAW_NOTICE, "withdraw_notice", **REASON)

    def refers(self) -> None:
        self._is_decided(Act.REFER, "refer", text="Results fall")

    def is_answered_by_the_group(self) -> None:
        self._decides("record_referral_answer", text="They will write")

    def nothing(self) -> None:
        """Days pass."""

    # What the caseload says of it

    def items(self) -> list[Item]:
        with self.sample.services.read() as connection:
            return caseload.waiting(connection, schools=[self.school], in_time_on=self.today, limit=100)

    def check(self) -> None:
        items = self.items()
        for item in items:
            offered = self.offered(item)
            self.check_who_finds(item)
            self.check_name(item)
            is_now = item.not_before is None or item.not_before <= self.today
            assert bool(offered) is is_now, (item.task, item.waiting_for, offered, self.today, item)
            assert self.can_be_done(item) is is_now, (item.task, self.today, item)
            if item.task is Task.REPLY:
                assert item.due == self.service.find(Tender, item.record).reply_by
            self.met.add(item.task)
        tasks = {item.task for item in items}
        for kind, id in self.ids.items():
            record = self.service.find(kind, id)
            if _is_open(record) and not (kind is SupportRequest and BrokeredEngagement in self.ids):
                of_this = {task for task, (path, _) in STEPS.items() if path in PATHS[kind]}
                assert tasks & of_this, record.reference
            if isinstance(record, Tender) and record.status is TenderStatus.OPEN:
                asked = any(not each.answer for each in record.questions)
                assert asked is (Task.ANSWER_QUESTION in tasks)
        self.check_the_list(items)

    def check_the_list(self, items: list[Item]) -> None:
        """The list of requests says of whom it waits for what the caseload says, by its column and its filter."""
        if SupportRequest not in self.ids:
            return
        with self.sample.services.read() as connection:
            row = open_requests.requests.get(connection, self.ids[SupportRequest])
            assert row is not None
            waits = row.waiting_on(self.today)
            for each in open_requests.RequestWaitsFor:
                asked = open_requests.listed(schools=[self.school], waiting_for=each, today=self.today)
                found = open_requests.requests.rows(connection, asked)
                assert bool(found) is (each is waits)
        replies = any(item.task is Task.REPLY for item in items)
        is_asked = any(item.task is Task.GIVE_INFORMATION for item in items)
        assert is_asked is (waits is open_requests.RequestWaitsFor.SCHOOL)
        assert is_asked or replies is (waits is open_requests.RequestWaitsFor.PROVIDERS)

    def offered(self, item: Item) -> set[str]:
        """The commands behind a step that are offered to one of those for whom it waits."""
        assert item.task is not None
        path, names = STEPS[item.task]
        resource = BY_PATH[path]
        record = self.service.find(resource.kind, item.record)
        found = set()
        for person in self.whom(item):
            with sent_by(self.app, person) as context, context.read() as snapshot:
                where = resource.concerned(snapshot, record)
                if context.user.may(resource.read, where) and resource.opens(snapshot, record, where):
                    found |= {each.name for each in resource.open_to(context, record, where)} & names
        return found

    def check_who_finds(self, item: Item) -> None:
        """A step that waits for nobody by name is on the caseload of those who can take it, of nobody who cannot."""
        if item.task is not Task.ASSURE_RECORD:
            return
        for person in (self.officer, self.lead, self.stages.director):
            with sent_by(self.app, person) as context, context.read() as snapshot:
                mine = view_filters(snapshot, list_scope(snapshot, Action.READ_CASELOAD), {"whose": Whose.MINE})
                found = [each.task for each in caseload.waiting(snapshot.connection, limit=100, **mine)]
                record = self.service.find(RecordOfVisit, item.record)
                can = BY_PATH["records"].open_to(context, record, concerned(snapshot, record.about()))
                assert (item.task in found) is any(each.name == "assure" for each in can)

    def check_name(self, item: Item) -> None:
        """Whoever is named beside whose move it is belongs to that side."""
        match item.waiting_for:
            case WaitingFor.PROVIDER:
                named = {self.stages.calder.id, self.stages.harrop.id}
            case side if side in OUTSIDE:
                named = {None}
            case _:
                named = {None, self.officer, self.stages.broker}
        assert item.awaited_by_name in named, item

    def can_be_done(self, item: Item) -> bool:
        """Whether no rule refuses what the step asks for."""
        assert item.task is not None
        return any(self.tries(name) for name in ACTS[item.task].split())

    def tries(self, name: str) -> bool:
        saved: list[Any] = []
        ids = dict(self.ids)
        rehearsal = rehearsing(lambda *told: saved.append(told))
        with self.sample.acting(self.stages.broker, "broker"), rehearsal, suppress(Refusal):
            getattr(self, name)()
        self.ids = ids
        return bool(saved)

    def whom(self, item: Item) -> list[UUID]:
        if item.person is not None:
            return [item.person]
        firms = (self.stages.calder, self.stages.harrop)
        match item.waiting_for:
            case WaitingFor.OFFICER:
                return [self.officer]
            case WaitingFor.TEAM_LEAD:
                return [self.lead]
            case WaitingFor.HEADTEACHER:
                return [self.head]
            case WaitingFor.CHAIR:
                return [self.chair]
            case WaitingFor.SCHOOL:
                return [self.head, self.chair]
            case WaitingFor.DIRECTOR:
                return [self.stages.director]
            case WaitingFor.PROVIDER:
                return [firm.specialist for firm in firms if firm.id == item.provider]
            case _:
                return [self.stages.broker]


PATHS = {
    SupportRequest: {"requests", "tenders", "invitations", "engagements"},
    Tender: {"tenders", "invitations", "requests"},
    BrokeredEngagement: {"engagements"},
    Visit: {"visits"},
    RecordOfVisit: {"records"},
    ConcernCase: {"concerns"},
}


def _is_open(record: Any) -> bool:
    """Whether something has still to be done about a record: it is not at its end, nor paused."""
    match record:
        case SupportRequest():
            return record.status not in ENDS and record.engagement is None
        case Tender():
            return record.status is TenderStatus.OPEN
        case BrokeredEngagement():
            over = {EngagementStatus.PAUSED, EngagementStatus.CLOSED, EngagementStatus.CANCELLED}
            return record.status not in over
        case Visit():
            return record.is_ahead or (record.held_on is not None and record.written_up is None)
        case RecordOfVisit():
            is_asked = bool(record.awaited) or record.needs_presentation
            return record.status is not RecordStatus.CLOSED and (is_asked or not record.is_issued)
        case _:
            return record.status.is_open and not record.is_paused


BEGINS_WORK = """raises acknowledges triages approves shortlists invites quotes another_quotes selects proposes
    school_agrees provider_agrees service_agrees confirms plans"""

STORIES = {
    "a request": """raises acknowledges triages approves shortlists invites asks_the_broker quotes another_quotes
        selects proposes school_agrees provider_agrees service_agrees confirms plans delivers plans delivers completes
        waives_the_evaluation closes_the_work
        | triages_in_house asks_the_school is_answered shortens declines withdraws_the_quote is_answered_to_all
        extends lapses withdraws_the_selection ends_the_invitations calls_a_session_off pauses resumes ends_early
        gives_the_work_up declines_the_request reopens nothing""",
    "a visit": """plans_a_visit confirms_the_visit visits starts_the_record writes issues responds chair_does_not
        presents completes_an_action closes_the_record
        | records_that_the_day_is_agreed
        moves_the_visit cancels_the_visit starts_a_record_to_be_assured rewrites submits returns assures corrects
        gives_the_correction_up waits_no_longer takes_the_action_up_again nothing""",
    "a safeguarding concern": """worries_about_a_child tells_social_care assesses_mildly closes_the_concern
        worries_again | pauses_the_concern resumes_the_concern nothing""",
    "a concern": """worries assesses intervenes promises_meetings reviews goes_on reviews_for_the_last_time
        ends_the_intervention worries_again
        | meets_the_school assesses_mildly closes_the_concern pauses_the_concern
        resumes_the_concern nothing""",
    "a ladder": """worries assesses pre_warns answers gives_notice does_not_comply notifies appoints_governors
        | refers is_answered_by_the_group complies withdraws_the_notice closes_the_concern pauses_the_concern
        resumes_the_concern nothing""",
}


@st.composite
def walks(draw: Callable[[Any], Any]) -> list[tuple[str, int]]:
    """A story up to some point, and then whatever may come."""
    usual, others = (part.split() for part in STORIES[draw(st.sampled_from(sorted(STORIES)))].split("|"))
    begun = usual[: draw(st.integers(1, len(usual)))]
    more = draw(st.lists(st.sampled_from([*usual, *others]), max_size=8))
    return [(act, draw(st.sampled_from([0, 0, 0, 1, 8]))) for act in (*begun, *more)]


def test_each_step_of_the_caseload_is_offered_to_whom_it_waits_for(sample: SampleAuthority, app: Flask) -> None:
    stages = BrokerageStages(sample)

    @settings(
        max_examples=25 * FUZZING,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
        report_multiple_bugs=False,
    )
    @given(walk=walks())
    def live(walk: list[tuple[str, int]]) -> None:
        life = Life(stages, app)
        for act, days in walk:
            life.act(act, days)
            life.check()

    live()


def test_every_step_is_met_on_the_way_of_a_record(sample: SampleAuthority, app: Flask) -> None:
    stages, met = BrokerageStages(sample), set[Task | None]()
    ways = [
        *(story.split("|")[0] for story in STORIES.values()),
        "worries refers is_answered_by_the_group",
        "raises triages_in_house asks_the_school is_answered",
        "raises_at_its_own_cost acknowledges triages agrees_the_price",
        f"{BEGINS_WORK} plans loses_the_clearance delivers follows_the_breach_up closes_the_breach",
        "plans_a_visit confirms_the_visit visits starts_a_record_to_be_assured writes submits assures issues",
    ]
    for way in ways:
        life = Life(stages, app)
        for act in way.split():
            life.act(act, 0)
            life.check()
        met |= life.met
    assert met == {*STEPS}


def test_the_page_of_a_request_says_what_the_caseload_says(
    sample: SampleAuthority, app: Flask, sign_in: Callable[[UUID], Browser]
) -> None:
    life, said = Life(BrokerageStages(sample), app), list[tuple[str, str]]()
    usual, _ = STORIES["a request"].split("|")
    usual = usual.replace(
        "shortlists", "asks_the_school is_answered shortlists shortens shortens_to_nobody shortlists"
    )
    for act in [*usual.replace("delivers plans", "delivers pauses resumes plans").split()]:
        life.act(act, 0)
        page = sign_in(life.stages.broker).get("/requests/SR-2026-0001")
        shown = NEXT.search(page), WAITING.search(page)
        said.append(("" if shown[0] is None else shown[0][1], "" if shown[1] is None else shown[1][1]))
    assert [step for step, _ in groupby(said)] == [
        ("triage request.", "Service"),
        ("approve spending.", "Service"),
        ("search and shortlist providers.", "Service"),
        ("answer the service&#39;s question.", "School"),
        ("search and shortlist providers.", "Service"),
        ("invite providers to quote.", "Service"),
        ("search and shortlist providers.", "Service"),
        ("invite providers to quote.", "Service"),
        ("2 providers reply by 9 November 2026.", "Providers"),
        ("answer a question; 2 providers reply by 9 November 2026.", "Providers"),
        (
            "answer a question; 1 provider replies by 9 November 2026; select a provider from 10 November 2026.",
            "Providers",
        ),
        ("select a provider; answer a question.", "Service"),
        ("propose engagement.", "Service"),
        ("agree to the terms.", "Provider, School, Broker"),
        ("agree to the terms.", "Provider, Broker"),
        ("agree to the terms.", "Broker"),
        ("confirm engagement.", "Broker"),
        ("plan and deliver sessions.", "Provider"),
        ("nothing until the engagement is resumed.", "Nobody"),
        ("plan and deliver sessions.", "Provider"),
        ("complete the work.", "Broker"),
        ("evaluate the work.", "School"),
        ("close engagement.", "Broker"),
        ("", ""),
    ]


NEXT = re.compile(r">Next: ([^<]+)<")
WAITING = re.compile(r"Waiting for</\w+>\s*<[^>]+>\s*([^<]*?)\s*<")
