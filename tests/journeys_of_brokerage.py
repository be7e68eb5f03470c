"""The journeys of brokerage: a school's need becomes a request, a tender, an engagement, and its evaluation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from tests.domain.brokered import BEGINS, ENDS, REPLY_BY
from tests.journeys import ComeIn, Visitor
from tests.sample_authority import SampleAuthority
from tests.web.brokerage_stages import BrokerageStages, Firm

SESSION = BEGINS + timedelta(days=1)


def an_officer_brokers_a_specialist_of_mathematics(sample: SampleAuthority, come_in: ComeIn) -> None:
    """A link officer asks for a specialist for a high school; two providers quote, the school says whom it would
    rather have, the broker selects, all agree, and the work is done and evaluated."""
    stages = BrokerageStages(sample)
    officer = sample.link_officer(stages.school)
    brokered = BrokeredRequest(
        stages, come_in, broker=stages.broker, brokers_name="Bea Broker", invited=(stages.calder, stages.harrop)
    )
    _ask(brokered, come_in(officer), "Subject specialist", "Two new teachers need help with planning")
    _find_somebody(brokered)
    _prefer(brokered)
    _engage(brokered, "Knows the school, and costs less")
    _deliver_and_evaluate(brokered)
    officers = come_in(officer)
    officers.open(brokered.request)
    officers.sees("Mathematics for Ashgrove High School", "Closed")


def a_cpd_manager_meets_a_request_for_training(sample: SampleAuthority, come_in: ComeIn) -> None:
    """A headteacher asks for training; the CPD manager asks the one provider who offers it, and says why."""
    stages = BrokerageStages(sample)
    brokered = BrokeredRequest(
        stages,
        come_in,
        broker=sample.cpd_manager(),
        brokers_name="Cyd Course",
        invited=(stages.calder,),
        alone="They gave this course at our schools last year",
    )
    _ask(brokered, come_in(stages.head), "Training", "Twelve teaching assistants are to teach number sense")
    _find_somebody(brokered)
    _engage(brokered, "They know the course")
    _deliver_and_evaluate(brokered)
    head = come_in(stages.head)
    head.open(brokered.request)
    head.sees("Mathematics for Ashgrove High School", "Closed")


@dataclass
class BrokeredRequest:
    """Who brokers for whom, and the addresses of what comes of it. `alone` is why only one provider is asked."""

    stages: BrokerageStages
    come_in: ComeIn
    broker: UUID
    brokers_name: str
    invited: tuple[Firm, ...]
    alone: str = ""
    request: str = ""
    engagement: str = field(default="")

    def brokers(self) -> Visitor:
        return self.come_in(self.broker)

    def head(self) -> Visitor:
        return self.come_in(self.stages.head)

    def specialist(self) -> Visitor:
        """Of the provider that will be chosen."""
        return self.come_in(self.invited[0].specialist)


def _ask(brokered: BrokeredRequest, visitor: Visitor, kind: str, need: str) -> None:
    visitor.open(f"/requests/raise?school={brokered.stages.sample.urn(brokered.stages.school)}")
    visitor.fill("What is needed", kind)
    visitor.fill("Subject", "Mathematics")
    visitor.fill("Phase", "Secondary")
    visitor.fill("What should be different afterwards", "Planning that holds for the whole key stage")
    if kind == "Training":
        visitor.fill("How many people the training is for", "12")
    visitor.fill("Help needed from", BEGINS)
    visitor.fill("Help needed until", ENDS)
    visitor.press("Send request")
    visitor.sees("There is a problem", "what the school needs help with")
    visitor.fill("What the school needs help with", need)
    visitor.press("Send request")
    visitor.sees("Request sent", "Mathematics for Ashgrove High School", need)
    brokered.request = visitor.address


def _find_somebody(brokered: BrokeredRequest) -> None:
    broker = brokered.brokers()
    broker.open(brokered.request)
    broker.press("Acknowledge request")
    broker.fill("Who will answer the school", brokered.brokers_name)
    broker.fill("Answer promised by", REPLY_BY)
    broker.press("Acknowledge request")
    broker.press("Triage request")
    broker.fill("Broker", brokered.brokers_name)
    broker.fill("Level of help", "Targeted")
    broker.fill("How to meet the need", "Brokered")
    broker.press("Triage request")
    broker.press("Approve spending")
    broker.fill("Approved limit", "2,500")
    broker.press("Approve spending")
    _invite(brokered, broker)
    for firm in brokered.invited:
        _quote(brokered.come_in(firm.specialist), firm)


def _invite(brokered: BrokeredRequest, broker: Visitor) -> None:
    broker.press("Search and shortlist providers")
    for firm in brokered.invited:
        broker.fill("Providers for the shortlist", firm.name)
    broker.press("Save shortlist")
    broker.press("Invite providers to quote")
    broker.fill("Brief", "Help two new teachers to plan mathematics at key stage 3")
    broker.fill("Replies by", REPLY_BY)
    for firm in brokered.invited:
        broker.fill("Providers to invite", firm.name)
    if brokered.alone:
        broker.fill("Why only one provider is asked", brokered.alone)
    broker.press("Continue")
    broker.sees("Check your answers", brokered.invited[0].name)
    broker.press("Send invitations")
    broker.sees("Invitations sent")


def _quote(specialist: Visitor, firm: Firm) -> None:
    specialist.open("/invitations/TN-2026-0001")
    specialist.sees("Mathematics at Ashgrove High School", "Help two new teachers")
    specialist.press("Send a quote")
    specialist.fill("Who would do the work", "Grace Calder" if firm.name.startswith("Calder") else "Imran Harrop")
    specialist.fill("Days of support", "3")
    specialist.fill("Day rate", "450" if firm.name.startswith("Calder") else "600")
    specialist.fill("How the work would be done", "Plan together, teach together, look at what was learnt")
    specialist.fill("Available from", BEGINS)
    specialist.fill("Available to", ENDS)
    specialist.press("Continue")
    specialist.sees("Check your answers")
    specialist.press("Send a quote")
    specialist.sees("Quote sent")


def _prefer(brokered: BrokeredRequest) -> None:
    head = brokered.head()
    head.open(brokered.request)
    head.press("Say which provider the school prefers")
    head.fill("Provider", "Calder Learning")
    head.fill("Why you prefer it", "They have worked with us before")
    head.press("Send preference")
    head.sees("Preference sent. The broker can see which provider you prefer")


def _engage(brokered: BrokeredRequest, rationale: str) -> None:
    broker = brokered.brokers()
    broker.open(brokered.request)
    broker.press("Open the tender")
    broker.press("Select a provider")
    broker.fill("Provider", "Calder Learning")
    broker.fill("Why this is the best choice", rationale)
    broker.press("Continue")
    broker.sees("Check your answers", rationale)
    broker.press("Select this provider")
    broker.sees("Provider selected", "The days and the price are those of the selected quote")
    broker.fill("What the provider will do", "Planning with two new teachers")
    broker.fill("Objectives", "Schemes of work are in use")
    broker.fill("First day of work", BEGINS)
    broker.fill("Last day of work", ENDS)
    broker.press("Propose engagement")
    broker.sees("Engagement proposed")
    brokered.engagement = broker.address
    for side, user in (("school", brokered.head), ("provider", brokered.specialist), ("service", brokered.brokers)):
        _agree(user(), brokered.engagement, side)
    broker = brokered.brokers()
    broker.open(brokered.engagement)
    broker.press("Confirm engagement")
    broker.press("Confirm engagement")
    broker.sees("Engagement confirmed")


def _agree(user: Visitor, engagement: str, side: str) -> None:
    user.open(engagement)
    user.press(f"Agree to the terms for the {side}")
    user.sees("Schemes of work are in use")
    user.press("Agree to terms")
    user.sees(f"Terms agreed for the {side}")


def _deliver_and_evaluate(brokered: BrokeredRequest) -> None:
    specialist = brokered.specialist()
    specialist.open(brokered.engagement)
    specialist.press("Plan a session")
    specialist.fill("Date of the session", SESSION)
    specialist.fill("Length in days", "3")
    specialist.press("Plan a session")
    specialist.sees("10 November 2026 has 3 days of sessions with this one")
    specialist.fill("Why this is right", "Three trainers side by side")
    specialist.press("Plan a session")
    specialist.sees("Session planned")
    brokered.stages.sample.clock.go_to(SESSION)
    _deliver(brokered.specialist(), brokered.engagement, SESSION)
    broker = brokered.brokers()
    broker.open(brokered.engagement)
    broker.press("Complete the work")
    broker.press("Complete the work")
    broker.sees("Work completed")
    _evaluate(brokered.head(), brokered.engagement)
    broker = brokered.brokers()
    broker.open(brokered.engagement)
    broker.press("Close engagement")
    broker.fill("Outcome of the request", "Both teachers plan alone")
    broker.press("Continue")
    broker.sees("Check your answers", "Both teachers plan alone")
    broker.press("Close engagement")
    broker.sees("Engagement and request closed")


def _deliver(specialist: Visitor, engagement: str, on: date) -> None:
    specialist.open(engagement)
    specialist.press("Record a session")
    specialist.fill("Date it took place", on)
    specialist.fill("Length in days", "3")
    specialist.fill("What was done", "Planned two units together")
    specialist.press("Record a session")
    specialist.sees("Session recorded", "Planned two units together")


def _evaluate(head: Visitor, engagement: str) -> None:
    head.open(engagement)
    head.press("Evaluate the work")
    head.fill("Quality of the work", "5, very good")
    head.fill("Impact of the work", "4")
    head.fill("Schemes of work are in use", "Met")
    head.fill("Comment", "Patient and clear")
    head.press("Continue")
    head.sees("Check your answers", "Patient and clear")
    head.press("Send evaluation")
    head.sees("Evaluation sent")
