"""What happens in a concern case: facts of its record, each with its sentence and its effect."""

from __future__ import annotations

from dataclasses import replace
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
from domain.vocabulary import Purpose, Role, SchoolId, Sensitivity

if TYPE_CHECKING:
    from domain.concern.case import ConcernCase


NAMING = "{authoriser:, naming … as having authorised it}"
"""Of the time when whoever recorded a step named somebody who was not asked."""


class _Named(Event):
    """`authoriser` was chosen on the form in the time before decisions were kept, and need not have acted; None since
    then, as whoever acts answers for it."""

    DECIDERS = ("authoriser",)
    authoriser: UUID | None = None

    @property
    def named(self) -> UUID | None:
        """Who was chosen as having authorised it, where somebody else acted."""
        return None if self.authoriser == self.meta.signature.actor else self.authoriser


class _Decided(Event):
    """Done by a decision (`meta.decision`), which `decider` made: whoever acts, or the person for whom it was
    recorded."""

    decider: UUID


class Raised(_Named):
    """`visit` is the one that it came from; events of earlier days do not tell it. `refer_by` is the last day to
    record to whom a safeguarding concern was referred. One that `is_inside` stays inside the service until it is
    shared; in earlier days head and chair could read a concern from the start. `about_posts` are those of the school
    whom it is about."""

    TOPIC = "concern.raised"
    says = (
        "{by} raised a concern about {kind} ({severity} severity, from {source}{visit: …})"
        + NAMING
        + "{assess_by:, to be assessed by …}{refer_by:, a referral to be recorded by …}: {detail}"
    )
    reference: str
    school: SchoolId
    kind: ConcernKind
    source: ConcernSource
    severity: Severity
    detail: str
    visit: UUID | None = None
    assess_by: date | None = None
    refer_by: date | None = None
    is_inside: bool = False
    about_posts: tuple[Role, ...] = ()

    def apply(self, case: ConcernCase) -> None:
        case.reference = self.reference
        case.school = self.school
        case.kind = self.kind
        case.source = self.source
        case.severity = self.severity
        case.detail = self.detail
        case.visit = self.visit
        case.is_open_from_the_start = not self.is_inside
        case.about_posts = self.about_posts
        case.named_authoriser = self.named
        case.purpose = self.meta.purpose or Purpose.MONITORING
        case.sensitivity = self.meta.sensitivity
        case.raised_on = self.meta.occurred_on
        case.raised_by = self.meta.signature.actor
        case.status = CaseStatus.RAISED


class Assessed(_Named):
    """Since decisions are kept, this finds that the school does not cause concern."""

    TOPIC = "concern.assessed"
    says = (
        "{by} {recorded:recorded an assessment of}{own_act:assessed} the concern as “{rating}”"
        + NAMING
        + "{decide_by:, decision due by …}: "
        "{assessment}"
    )
    assessment: str
    rating: Rating
    decide_by: date | None = None

    def apply(self, case: ConcernCase) -> None:
        by = self.meta.signature.actor
        case.assessment = Assessment(self.meta.occurred_on, self.assessment, self.rating, by, self.named)
        case.is_decided_upon |= self.rating is Rating.CAUSING_CONCERN
        case.status = CaseStatus.ASSESSED


class FoundCausingConcern(_Decided):
    """Assessed as causing concern."""

    TOPIC = "concern.found-causing-concern"
    says = (
        "{by} {on_behalf:recorded that … decided}{own_act:decided} that the school causes concern"
        "{decide_by:, next decision due by …}: {assessment}"
    )
    assessment: str
    decide_by: date | None = None

    @property
    def rating(self) -> Rating:
        return Rating.CAUSING_CONCERN

    def apply(self, case: ConcernCase) -> None:
        case.assessment = Assessment(self.meta.occurred_on, self.assessment, self.rating, self.decider)
        case.is_decided_upon = True
        case.status = CaseStatus.ASSESSED


class InterventionStarted(_Named):
    """Stands in older logs, of the time before decisions were kept."""

    TOPIC = "concern.intervention-started"
    purpose = Purpose.INTERVENTION
    says = (
        "{by} {recorded:recorded the start of}{own_act:started} an intervention"
        + NAMING
        + ", first review on {review_on}: {improvement_plan}"
    )
    improvement_plan: str
    objectives: tuple[Objective, ...]
    review_on: date

    def apply(self, case: ConcernCase) -> None:
        case.intervene(self, by=self.meta.signature.actor, named=self.named)


class InterventionDecided(_Decided):
    """The intervention starts, as was decided."""

    TOPIC = "concern.intervention-decided"
    purpose = Purpose.INTERVENTION
    says = (
        "{by} {on_behalf:recorded that … decided}{own_act:decided} to start an intervention, "
        "first review on {review_on}: {improvement_plan}{reason:. Reason: …}"
    )
    improvement_plan: str
    objectives: tuple[Objective, ...]
    review_on: date

    def apply(self, case: ConcernCase) -> None:
        case.intervene(self, by=self.decider)


class PlanRevised(_Named):
    TOPIC = "concern.plan-revised"
    purpose = Purpose.INTERVENTION
    says = (
        "{by} {recorded:recorded a change to}{own_act:changed} the intervention plan"
        + NAMING
        + ": {improvement_plan}. Reason: {reason}"
    )
    improvement_plan: str
    objectives: tuple[Objective, ...]

    def apply(self, case: ConcernCase) -> None:
        case.plan = self.improvement_plan
        case.objectives = self.objectives


class ReviewHeld(_Named):
    """Stands in older logs, of the time when whoever recorded a review recorded what was decided too.

    `decide_by` is the day by which the intervention is ended, where the review decided to.
    """

    TOPIC = "concern.review-held"
    purpose = Purpose.INTERVENTION
    says = "{by} recorded the intervention review of {on}" + NAMING + ". Decision: {decision}. {evidence}"
    on: date
    evidence: str
    findings: tuple[Finding, ...]
    decision: ReviewDecision
    next_review_on: date | None
    attendees: tuple[UUID, ...]
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
            by=self.meta.signature.actor,
            named_authoriser=self.named,
            reason=self.meta.reason,
        )
        case.reviews.append(review)
        case.next_review_on = self.next_review_on


class ReviewRecorded(Event):
    """A panel held a review and gives its advice; somebody decides on it by `decide_by`."""

    TOPIC = "concern.review-recorded"
    purpose = Purpose.INTERVENTION
    says = "{by} recorded the intervention review of {on}. Its advice: {advice}. Reason: {reason}. {evidence}"
    on: date
    evidence: str
    findings: tuple[Finding, ...]
    advice: ReviewDecision
    attendees: tuple[UUID, ...]
    decide_by: date | None = None

    def apply(self, case: ConcernCase) -> None:
        review = Review(
            on=self.on,
            evidence=self.evidence,
            findings=self.findings,
            objectives=case.objectives,
            decision=None,
            next_review_on=None,
            attendees=self.attendees,
            by=self.meta.signature.actor,
            reason=self.meta.reason,
            advice=self.advice,
        )
        case.reviews.append(review)
        case.next_review_on = None


class ReviewDecided(_Decided):
    """The intervention goes on after a review, as it is or with more or less; when it ends is another event."""

    TOPIC = "concern.review-decided"
    purpose = Purpose.INTERVENTION
    says = (
        "{by} {on_behalf:recorded that … decided}{own_act:decided} after the review of {reviewed_on}: {level}, "
        "next review on {next_review_on}. Reason: {reason}"
    )
    reviewed_on: date
    level: ReviewDecision
    next_review_on: date

    def apply(self, case: ConcernCase) -> None:
        case.reviews[-1] = replace(
            case.reviews[-1],
            decision=self.level,
            next_review_on=self.next_review_on,
            decided_by=self.decider,
            decided_on=self.meta.occurred_on,
            decided_because=self.meta.reason,
        )
        case.next_review_on = self.next_review_on


class StepRecorded(_Named):
    """`ground` is the authority or legal ground of a formal step, empty for an informal one."""

    TOPIC = "concern.step-recorded"
    says = "{by} recorded {kind_of_step} on {on}" + NAMING + ": {text}{ground: (…)}"
    on: date
    kind: StepKind
    text: str
    ground: str

    @property
    def kind_of_step(self) -> str:
        return {
            StepKind.FORMAL: "a formal step taken",
            StepKind.INFORMAL: "an informal step taken",
            StepKind.MEETING: "a meeting with the school held",
            StepKind.EVIDENCE: "evidence gathered",
        }[self.kind]

    def apply(self, case: ConcernCase) -> None:
        case.steps.append(Step(self.on, self.kind, self.text, self.ground, self.meta.signature.actor, self.named))
        case.is_decided_upon |= self.kind is StepKind.FORMAL


class FormalStepTaken(_Decided):
    """A step that uses or prepares formal powers, as was decided; `ground` is its authority or legal ground.

    Stands in older logs, of the time before each kind of step had an event of its own."""

    TOPIC = "concern.formal-step-taken"
    says = (
        "{by} {on_behalf:recorded that … decided}{own_act:decided} on the formal step taken on {on}: {text} "
        "({ground})"
    )
    on: date
    text: str
    ground: str

    def apply(self, case: ConcernCase) -> None:
        case.steps.append(Step(self.on, StepKind.FORMAL, self.text, self.ground, self.decider))
        case.is_decided_upon = True


class Paused(_Named):
    """`until` is the day on which work goes on; events of earlier days do not tell it."""

    TOPIC = "concern.paused"
    says = "{by} {recorded:recorded a pause of}{own_act:paused} the concern{until: until …}" + NAMING + ": {reason}"
    until: date | None = None

    def apply(self, case: ConcernCase) -> None:
        case.pause_until(self.until)


class PauseDecided(_Decided):
    """A longer pause, as was decided."""

    TOPIC = "concern.pause-decided"
    says = "{by} {on_behalf:recorded that … decided}{own_act:decided} to pause the concern until {until}: {reason}"
    until: date

    def apply(self, case: ConcernCase) -> None:
        case.pause_until(self.until)


class Resumed(_Named):
    TOPIC = "concern.resumed"
    says = "{by} {recorded:recorded the resumption of}{own_act:resumed} the concern" + NAMING + ": {reason}"

    def apply(self, case: ConcernCase) -> None:
        case.go_on()


class InterventionEnded(_Named):
    """Stands in older logs, of the time before decisions were kept."""

    TOPIC = "concern.intervention-ended"
    purpose = Purpose.INTERVENTION
    says = (
        "{by} {recorded:recorded the end of}{own_act:ended} the intervention"
        + NAMING
        + ": {outcome}. Reason: {reason}"
    )
    outcome: str

    def apply(self, case: ConcernCase) -> None:
        case.outcome = self.outcome
        case.over(CaseStatus.ENDED, self, by=self.meta.signature.actor, named=self.named)


class EndDecided(_Decided):
    """The intervention ends, as was decided."""

    TOPIC = "concern.end-decided"
    purpose = Purpose.INTERVENTION
    says = (
        "{by} {on_behalf:recorded that … decided}{own_act:decided} to end the intervention: {outcome}. "
        "Reason: {reason}"
    )
    outcome: str

    def apply(self, case: ConcernCase) -> None:
        case.outcome = self.outcome
        if case.reviews_of_this_plan and case.reviews[-1].decision is None:
            case.reviews[-1] = replace(
                case.reviews[-1],
                decision=ReviewDecision.END,
                decided_by=self.decider,
                decided_on=self.meta.occurred_on,
                decided_because=self.meta.reason,
            )
        case.over(CaseStatus.ENDED, self, by=self.decider)


class Closed(_Named):
    TOPIC = "concern.closed"
    says = (
        "{by} {recorded:recorded the closing of}{own_act:closed} the concern without an intervention"
        + NAMING
        + ": {reason}"
    )

    def apply(self, case: ConcernCase) -> None:
        case.over(CaseStatus.CLOSED, self, by=self.meta.signature.actor, named=self.named)


class Reopened(_Named):
    """Stands in older logs, of the time before decisions were kept."""

    TOPIC = "concern.reopened"
    says = (
        "{by} {recorded:recorded the reopening of}{own_act:reopened} the concern, assessment due{assess_by: by …}"
        + NAMING
        + ": {reason}"
    )
    assess_by: date | None = None

    def apply(self, case: ConcernCase) -> None:
        case.open_again()


class ReopeningDecided(_Decided):
    """The case is open again, as was decided."""

    TOPIC = "concern.reopening-decided"
    says = (
        "{by} {on_behalf:recorded that … decided}{own_act:decided} to reopen the concern, "
        "assessment due{assess_by: by …}: {reason}"
    )
    assess_by: date | None = None

    def apply(self, case: ConcernCase) -> None:
        case.open_again()


class SensitivityChanged(_Named):
    """The case, and all that hangs on it, is from now on for those alone who may read what is kept so."""

    TOPIC = "concern.sensitivity-changed"
    says = "{by} {restricted_or_opened}" + NAMING + ": {reason}"
    becomes: Sensitivity
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
