"""Support requests, tenders and engagements at each stage, each grown from the stage before."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from domain.engagement import Attainment, BrokeredEngagement, Consent, Outcome, Work
from domain.money import MOST
from domain.support_request import Ranked, Route, SupportLevel, SupportRequest
from domain.tender import Tender, Terms
from domain.vocabulary import Phase, Side, SupportKind
from tests.grants import approve, for_one_alone, for_selection
from tests.scenario import TODAY, signed

SCHOOL = UUID("5c001000-0000-4000-8000-000000000001")
CALDER = UUID("ca1de000-0000-4000-8000-000000000001")
HARROP = UUID("ca1de000-0000-4000-8000-000000000002")
LAPSED = UUID("ca1de000-0000-4000-8000-000000000003")
GRACE = UUID("0e0b1e00-0000-4000-8000-000000000001")
IMRAN = UUID("0e0b1e00-0000-4000-8000-000000000002")
BROKER = UUID("0e0b1e00-0000-4000-8000-000000000003")
LEAD = UUID("0e0b1e00-0000-4000-8000-000000000004")
HEAD = UUID("0e0b1e00-0000-4000-8000-000000000005")

YESTERDAY = TODAY - timedelta(days=1)
TOMORROW = TODAY + timedelta(days=1)
REPLY_BY = date(2026, 11, 13)
AFTER_REPLY_BY = date(2026, 11, 16)
BEGINS = date(2026, 11, 9)
ENDS = date(2027, 3, 26)
RULES = ("vetting-1",)


def a_need(**changes: Any) -> dict[str, Any]:
    return {
        "school": SCHOOL,
        "raised_by": Side.SCHOOL,
        "kind": SupportKind.SPECIALIST,
        "subject": "Mathematics",
        "phase": Phase.SECONDARY,
        "area": "Northshire",
        "need": "Two new teachers need help with planning",
        "outcome_wanted": "Planning that holds for the whole key stage",
        "needed_from": BEGINS,
        "needed_by": ENDS,
        "budget": Decimal(3000),
        "fund": "SF-ICT",
    } | changes


def a_raised_request(reference: str = "SR-2026-0001", **changes: Any) -> SupportRequest:
    with signed(YESTERDAY):
        return SupportRequest.raise_(reference, **a_need(**changes))


def an_acknowledged_request() -> SupportRequest:
    request = a_raised_request()
    with signed(YESTERDAY):
        request.acknowledge(officer=BROKER, answer_by=REPLY_BY)
    return request


def a_triaged_request(route: Route = Route.BROKERED) -> SupportRequest:
    request = an_acknowledged_request()
    with signed(YESTERDAY):
        request.triage(broker=BROKER, level=SupportLevel.TARGETED, route=route, note="A clear need")
    return request


def an_approved_request() -> SupportRequest:
    request = a_triaged_request()
    with signed(YESTERDAY):
        approve(request, 2500)
    return request


def a_ranking() -> tuple[Ranked, ...]:
    return (
        Ranked(CALDER, 80, ("Offers Mathematics",)),
        Ranked(HARROP, 60, ("Offers Mathematics",)),
        Ranked(LAPSED, 0, (), "Not cleared on all planned days"),
    )


def a_shortlisted_request() -> SupportRequest:
    request = an_approved_request()
    with signed(YESTERDAY):
        request.shortlist_providers(a_ranking(), chosen=(CALDER, HARROP), rules=("matching-1",))
    return request


def an_inviting_request() -> SupportRequest:
    request = a_shortlisted_request()
    with signed(YESTERDAY):
        request.open_tender(uuid4())
    return request


def a_placed_request() -> SupportRequest:
    request = an_inviting_request()
    with signed(YESTERDAY):
        request.place(engagement=uuid4(), provider=CALDER)
    return request


def a_tender(*, single_provider: bool = False, up_to: Decimal = MOST) -> Tender:
    request = a_raised_request().id
    with signed(YESTERDAY):
        return Tender.open(
            "TN-2026-0001",
            request=request,
            school=SCHOOL,
            brief="Planning in mathematics at key stage 3",
            reply_by=REPLY_BY,
            question_deadline=TODAY,
            alone=for_one_alone(request, up_to) if single_provider else None,
            reason="Nobody else teaches this" if single_provider else "",
        )


def a_tender_with_two_invited() -> Tender:
    tender = a_tender()
    with signed(YESTERDAY):
        for provider in (CALDER, HARROP):
            tender.invite(provider, clearance="Cleared to 31 August 2027", rules=RULES)
    return tender


def terms(**changes: Any) -> Terms:
    fields: dict[str, Any] = {
        "specialist": GRACE,
        "days": Decimal("4.5"),
        "day_rate": Decimal(450),
        "approach": "Plan together, teach together, look at what was learnt",
        "available_from": BEGINS,
        "available_to": ENDS,
        "vat_percent": Decimal(20),
    }
    return Terms(**fields | changes)


def a_tender_with_two_quotes() -> Tender:
    tender = a_tender_with_two_invited()
    with signed(YESTERDAY):
        tender.quote(CALDER, terms())
        tender.quote(HARROP, terms(specialist=IMRAN, day_rate=Decimal(600)))
    return tender


def a_tender_with_a_selection() -> Tender:
    tender = a_tender_with_two_quotes()
    with signed(YESTERDAY):
        tender.select(CALDER, rationale="Knows the school", granted=for_selection(tender.id), ceiling=Decimal(2500))
    return tender


def the_work(**changes: Any) -> Work:
    fields: dict[str, Any] = {
        "school": SCHOOL,
        "provider": CALDER,
        "specialist": GRACE,
        "kind": SupportKind.SPECIALIST,
        "subject": "Mathematics",
        "phase": Phase.SECONDARY,
        "scope": "Planning with two new teachers",
        "objectives": ("Schemes of work are in use", "Both teachers plan alone"),
        "days": Decimal(3),
        "net": Decimal(1000),
        "vat": Decimal(200),
        "begins": TODAY - timedelta(days=14),
        "ends": ENDS,
        "fund": "SF-ICT",
    }
    return Work(**fields | changes)


def consent(**changes: Any) -> Consent:
    """That headteacher and specialist agreed to other terms, yesterday and today."""
    fields: dict[str, Any] = {
        "school_by": HEAD,
        "school_on": YESTERDAY,
        "provider_by": GRACE,
        "provider_on": TODAY,
    }
    return Consent(**fields | changes)


def a_proposed_engagement(**changes: Any) -> BrokeredEngagement:
    with signed(TODAY - timedelta(days=14)):
        return BrokeredEngagement.propose(
            "BE-2026-0001", the_work(**changes), request=a_raised_request().id, tender=a_tender().id
        )


def an_agreed_engagement(**changes: Any) -> BrokeredEngagement:
    engagement = a_proposed_engagement(**changes)
    with signed(TODAY - timedelta(days=14)):
        for side in Side:
            engagement.agree(side)
    return engagement


def a_confirmed_engagement(**changes: Any) -> BrokeredEngagement:
    engagement = an_agreed_engagement(**changes)
    with signed(TODAY - timedelta(days=14)):
        engagement.confirm_clearance(cleared=True, valid_to=date(2027, 8, 31), rules=RULES)
        engagement.confirm()
    return engagement


def an_engagement_with_a_planned_session(**changes: Any) -> BrokeredEngagement:
    engagement = a_confirmed_engagement(**changes)
    with signed(YESTERDAY):
        engagement.plan_session(
            on=TODAY, days=Decimal(1), cleared=True, rules=RULES, minutes=300, place="At the school"
        )
    return engagement


def an_engagement_in_delivery(**changes: Any) -> BrokeredEngagement:
    engagement = an_engagement_with_a_planned_session(**changes)
    with signed(TODAY):
        engagement.deliver_session(
            1, on=TODAY, days=Decimal(1), cleared=True, rules=RULES, note="Looked at algebra", attended=2
        )
    return engagement


def a_completed_engagement() -> BrokeredEngagement:
    engagement = an_engagement_in_delivery()
    with signed(TODAY):
        engagement.complete()
    return engagement


def outcomes(engagement: BrokeredEngagement) -> tuple[Outcome, ...]:
    return tuple(Outcome(objective, Attainment.MET) for objective in engagement.work.objectives)


def an_evaluated_engagement() -> BrokeredEngagement:
    engagement = a_completed_engagement()
    with signed(TODAY):
        engagement.evaluate(
            quality=5, impact=4, comment="Patient and clear", outcomes=outcomes(engagement), evaluator=HEAD
        )
    return engagement
