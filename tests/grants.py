"""Authority for an act, as a decision would have granted it: for records that are to stand at a later stage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.authority import Authority, Settings
from domain.concern import ConcernCase, Institution, Rating, ReviewDecision
from domain.delegation import Act, Granted
from domain.engagement import BreachAnswer, BrokeredEngagement
from domain.money import MOST, pounds
from domain.provider import Provider, Requirement
from domain.provider.exemptions import act_of_exemption
from domain.school import School
from domain.support_request import SupportRequest

DECISION = UUID("dec15100-0000-4000-8000-000000000001")


def approve(request: SupportRequest, ceiling: Decimal | int | str = 2500, *, rules: tuple[str, ...] = ()) -> None:
    """Approve spending on a request up to a sum, net of VAT."""
    granted = Granted(DECISION, Act.APPROVE_SPENDING, request.id, pounds(ceiling))
    request.approve_spending(Decimal(ceiling), granted=granted, rules=rules)


def change_scheme(
    authority: Authority, settings: Settings, *, from_: date, reason: str = "Agreed by the board", **others: Any
) -> str:
    """Put settings in force on which others decide."""
    given = Granted(DECISION, Act.CHANGE_SCHEME, authority.id)
    return authority.change_scheme(settings, from_=from_, reason=reason, granted=given, **others)


def set_need_category(school: School, category: str, *, among: Sequence[str], from_: date, **answers: Any) -> None:
    """Rate a school's need."""
    act = school.act_of_rating(category, among=among, from_=from_)
    given = Granted(DECISION, act, school.id)
    school.set_need_category(category, among=among, from_=from_, granted=given, **answers)


def waive_evaluation(engagement: BrokeredEngagement, *, reason: str, **answers: Any) -> None:
    """Do without the school's evaluation of a job."""
    given = Granted(DECISION, Act.WAIVE_EVALUATION, engagement.id, MOST)
    engagement.waive_evaluation(reason=reason, granted=given, **answers)


ASSESSOR = UUID("dec15100-0000-4000-8000-000000000002")
"""Decides that schools cause concern, where nobody else is named."""

STARTER = UUID("dec15100-0000-4000-8000-000000000003")
"""Decides that interventions start and end, and that cases are opened again, where nobody else is named."""


def granted(case: ConcernCase, act: Act, by: UUID) -> Granted:
    """What somebody decided about a concern."""
    return Granted(DECISION, act, case.id, None, by)


def assess_as_causing_concern(
    case: ConcernCase, assessment: str = "Weak", *, by: UUID = ASSESSOR, **answers: Any
) -> None:
    """Find that a school causes concern."""
    given = granted(case, Act.ASSESS_AS_CAUSING_CONCERN, by)
    case.assess_as_causing_concern(assessment=assessment, granted=given, **answers)


def start_intervention(case: ConcernCase, *, by: UUID = STARTER, **answers: Any) -> None:
    """Start an intervention."""
    case.start_intervention(granted=granted(case, Act.START_INTERVENTION, by), **answers)


def end_intervention(
    case: ConcernCase, *, by: UUID = STARTER, outcome: str = "Better", reason: str = "As was agreed"
) -> None:
    """End an intervention, after a review that decided so."""
    case.end_intervention(outcome=outcome, reason=reason, granted=granted(case, Act.END_INTERVENTION, by))


def reopen(case: ConcernCase, *, by: UUID = STARTER, reason: str = "It fell back", **answers: Any) -> None:
    """Open a case that is over."""
    case.reopen(reason=reason, granted=granted(case, Act.REOPEN_CONCERN, by), **answers)


def for_one_alone(request: UUID, net: Decimal = MOST) -> Granted:
    """Authority to ask one provider alone about a request, or to engage one without quotes."""
    return Granted(DECISION, Act.ASK_ONE_ALONE, request, net)


def for_selection(tender: UUID, act: Act = Act.SELECT_ABOVE_LIMIT, net: Decimal = MOST) -> Granted:
    """Authority to select a quote of a tender, whichever it is."""
    return Granted(DECISION, act, tender, net)


def close_breach(
    engagement: BrokeredEngagement, number: int = 1, *, reason: str = "A letter of then was found"
) -> None:
    """Close a breach that was followed up."""
    granted = Granted(DECISION, Act.CLOSE_BREACH, engagement.id)
    engagement.close_breach(number, answer=BreachAnswer.EVIDENCE_FOUND, reason=reason, granted=granted)


def reinstate(provider: Provider, *, reason: str = "It was unfounded", from_: date | None = None) -> None:
    """Lift the suspension of a provider."""
    provider.reinstate(reason=reason, from_=from_, granted=Granted(DECISION, Act.REINSTATE, provider.id))


def exempt(
    provider: Provider,
    item: Requirement,
    *,
    until: date,
    person: UUID | None = None,
    reason: str = "Awaited",
    safeguard: str = "",
) -> None:
    """Let a provider, or one of its people, do without a check until a day."""
    granted = Granted(DECISION, act_of_exemption(item), provider.id, reference="DN-2026-0004")
    provider.exempt(item, person=person, until=until, reason=reason, safeguard=safeguard, granted=granted)


COMMUNITY = Institution("Ashgrove High", "Community school")


def decided(case: ConcernCase, act: Act, step: Callable[..., None], /, *, by: UUID = STARTER, **answers: Any) -> None:
    """Take a formal step that was decided."""
    step(case, granted=granted(case, act, by), **answers)


def refer(case: ConcernCase, text: str = "Results fall") -> None:
    """Refer the school of a case to the Regions Group."""
    decided(case, Act.REFER, ConcernCase.refer, text=text)


def decide_review(case: ConcernCase, decision: ReviewDecision, next_review_on: date, *, by: UUID = STARTER) -> None:
    """Go on after a review, as it is or with more or less."""
    ahead = {"next_review_on": next_review_on, "reason": "As was agreed"}
    if decision is ReviewDecision.CONTINUE:
        decided(case, Act.CONTINUE_INTERVENTION, ConcernCase.continue_intervention, by=by, **ahead)
    else:
        decided(case, Act.CHANGE_LEVEL, ConcernCase.change_level, by=by, level=decision, **ahead)


def as_raised_before(case: ConcernCase) -> ConcernCase:
    """A case just raised, as it stands in logs of the time when head and chair could read it from the start."""
    raised = case.pending[0]
    object.__setattr__(raised, "is_inside", False)
    case.is_open_from_the_start = True
    return case


def assess_and_share(case: ConcernCase, words: str = "") -> None:
    """Assess a case as one to watch, and share it with head and chair, in its own words by default."""
    case.assess(assessment="Looked at", rating=Rating.WATCH)
    case.share(words=words or case.detail)
