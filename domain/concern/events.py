"""What happens in a concern case: facts of its record, each with its sentence and its effect."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from domain.aggregate import Event
from domain.concern.parts import (
    Assessment,
    CaseStatus,
    ConcernKind,
    ConcernSource,
    Finding,
    Objective,
    Rating,
    Review,
    ReviewDecision,
    Severity,
    Step,
    StepKind,
)
from domain.vocabulary import Purpose, Sensitivity

if TYPE_CHECKING:
    from domain.concern.case import ConcernCase


NAMING = "{authoriser:, naming … as having authorised it}"
"""Of the time when whoever recorded a step named somebody who was not asked."""


class Raised(Event):
    """`visit` is the one that it came from; events of earlier days tell neither that nor an `authoriser`."""

    TOPIC = "concern.raised"
    DECIDERS = ("authoriser",)
    says = (
        "{by} raised a concern about {kind} ({severity} severity, from {source}{visit: …})"
        + NAMING
        + "{assess_by:, to be assessed by …}: {detail}"
    )
    reference: str
    school: UUID
    kind: ConcernKind
    source: ConcernSource
    severity: Severity
    detail: str
    visit: UUID | None = None
    authoriser: UUID | None = None
    assess_by: date | None = None

    def apply(self, case: ConcernCase) -> None:
        case.reference = self.reference
        case.school = self.school
        case.kind = self.kind
        case.source = self.source
        case.severity = self.severity
        case.detail = self.detail
        case.visit = self.visit
        case.authoriser = self.authoriser
        case.purpose = self.meta.purpose or Purpose.MONITORING
        case.sensitivity = self.meta.sensitivity
        case.raised_on = self.meta.occurred_on
        case.raised_by = self.meta.signature.actor
        case.status = CaseStatus.RAISED


class Assessed(Event):
    TOPIC = "concern.assessed"
    DECIDERS = ("authoriser",)
    says = (
        "{by} {recorded:recorded an assessment of}{own_act:assessed} the concern as “{rating}”"
        + NAMING
        + "{decide_by:, decision due by …}: "
        "{assessment}"
    )
    assessment: str
    rating: Rating
    authoriser: UUID
    decide_by: date | None = None

    def apply(self, case: ConcernCase) -> None:
        case.assessment = Assessment(self.meta.occurred_on, self.assessment, self.rating, self.authoriser)
        case.status = CaseStatus.ASSESSED


class InterventionStarted(Event):
    TOPIC = "concern.intervention-started"
    DECIDERS = ("authoriser",)
    purpose = Purpose.INTERVENTION
    says = (
        "{by} {recorded:recorded the start of}{own_act:started} an intervention"
        + NAMING
        + ", first review on {review_on}: {improvement_plan}"
    )
    improvement_plan: str
    objectives: tuple[Objective, ...]
    review_on: date
    authoriser: UUID

    def apply(self, case: ConcernCase) -> None:
        case.plan = self.improvement_plan
        case.objectives = self.objectives
        case.next_review_on = self.review_on
        case.intervention_on = self.meta.occurred_on
        case.intervention_authoriser = self.authoriser
        case.status = CaseStatus.INTERVENTION


class PlanRevised(Event):
    TOPIC = "concern.plan-revised"
    DECIDERS = ("authoriser",)
    purpose = Purpose.INTERVENTION
    says = (
        "{by} {recorded:recorded a change to}{own_act:changed} the intervention plan"
        + NAMING
        + ": {improvement_plan}. Reason: {reason}"
    )
    improvement_plan: str
    objectives: tuple[Objective, ...]
    authoriser: UUID

    def apply(self, case: ConcernCase) -> None:
        case.plan = self.improvement_plan
        case.objectives = self.objectives


class ReviewHeld(Event):
    """`decide_by` is the day by which the intervention is ended, where the review decided to."""

    TOPIC = "concern.review-held"
    DECIDERS = ("authoriser",)
    purpose = Purpose.INTERVENTION
    says = "{by} recorded the intervention review of {on}" + NAMING + ". Decision: {decision}. {evidence}"
    on: date
    evidence: str
    findings: tuple[Finding, ...]
    decision: ReviewDecision
    next_review_on: date | None
    attendees: tuple[UUID, ...]
    authoriser: UUID
    decide_by: date | None = None

    def apply(self, case: ConcernCase) -> None:
        review = Review(
            on=self.on,
            evidence=self.evidence,
            findings=self.findings,
            objectives=case.objectives,
            decision=self.decision,
            next_review_on=self.next_review_on,
            attendees=self.attendees,
            authoriser=self.authoriser,
            reason=self.meta.reason,
        )
        case.reviews.append(review)
        case.next_review_on = self.next_review_on


class StepRecorded(Event):
    """`ground` is the authority or legal ground of a formal step, empty for an informal one."""

    TOPIC = "concern.step-recorded"
    DECIDERS = ("authoriser",)
    says = "{by} recorded {kind_of_step} step taken on {on}" + NAMING + ": {text}{ground: (…)}"
    on: date
    kind: StepKind
    text: str
    ground: str
    authoriser: UUID

    @property
    def kind_of_step(self) -> str:
        return "a formal" if self.kind is StepKind.FORMAL else "an informal"

    def apply(self, case: ConcernCase) -> None:
        case.steps.append(Step(self.on, self.kind, self.text, self.ground, self.authoriser))


class Paused(Event):
    TOPIC = "concern.paused"
    DECIDERS = ("authoriser",)
    says = "{by} {recorded:recorded a pause of}{own_act:paused} the concern" + NAMING + ": {reason}"
    authoriser: UUID

    def apply(self, case: ConcernCase) -> None:
        case.is_paused = True


class Resumed(Event):
    TOPIC = "concern.resumed"
    DECIDERS = ("authoriser",)
    says = "{by} {recorded:recorded the resumption of}{own_act:resumed} the concern" + NAMING + ": {reason}"
    authoriser: UUID

    def apply(self, case: ConcernCase) -> None:
        case.is_paused = False


class InterventionEnded(Event):
    TOPIC = "concern.intervention-ended"
    DECIDERS = ("authoriser",)
    purpose = Purpose.INTERVENTION
    says = (
        "{by} {recorded:recorded the end of}{own_act:ended} the intervention"
        + NAMING
        + ": {outcome}. Reason: {reason}"
    )
    outcome: str
    authoriser: UUID

    def apply(self, case: ConcernCase) -> None:
        case.outcome = self.outcome
        case.over(CaseStatus.ENDED, self)


class Closed(Event):
    TOPIC = "concern.closed"
    DECIDERS = ("authoriser",)
    says = (
        "{by} {recorded:recorded the closing of}{own_act:closed} the concern without an intervention"
        + NAMING
        + ": {reason}"
    )
    authoriser: UUID

    def apply(self, case: ConcernCase) -> None:
        case.over(CaseStatus.CLOSED, self)


class Reopened(Event):
    TOPIC = "concern.reopened"
    DECIDERS = ("authoriser",)
    says = (
        "{by} {recorded:recorded the reopening of}{own_act:reopened} the concern, assessment due{assess_by: by …}"
        + NAMING
        + ": {reason}"
    )
    authoriser: UUID
    assess_by: date | None = None

    def apply(self, case: ConcernCase) -> None:
        case.assessment = None
        case.plan = case.outcome = case.end_reason = ""
        case.objectives = ()
        case.earlier_reviews = len(case.reviews)
        case.intervention_on = case.ended_on = None
        case.intervention_authoriser = case.end_authoriser = None
        case.status = CaseStatus.RAISED


class SensitivityChanged(Event):
    """The case, and all that hangs on it, is from now on for those alone who may read what is kept so."""

    TOPIC = "concern.sensitivity-changed"
    DECIDERS = ("authoriser",)
    says = "{by} {restricted_or_opened}" + NAMING + ": {reason}"
    becomes: Sensitivity
    authoriser: UUID
    was: Sensitivity | None = None
    """What it was until then, None where the event did not yet keep it."""

    @property
    def restricted_or_opened(self) -> str:
        if self.becomes is Sensitivity.ORDINARY:
            return "lifted the restriction on the concern"
        about = ", as safeguarding" if self.becomes is Sensitivity.SAFEGUARDING else ""
        if self.was is None:
            return f"recorded that the concern is restricted{about}"
        if self.was is Sensitivity.ORDINARY:
            return f"restricted who can read the concern{about}"
        marked = "added the safeguarding mark to" if about else "removed the safeguarding mark from"
        return f"{marked} the concern, which stays restricted"

    def apply(self, case: ConcernCase) -> None:
        case.sensitivity = self.becomes
