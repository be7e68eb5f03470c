"""ConcernCase, the record."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeAlias
from uuid import UUID

from domain.aggregate import Aggregate, Event, reasoned, requires
from domain.concern import events
from domain.concern.parts import (
    Assessment,
    CaseStatus,
    ConcernKind,
    ConcernSource,
    Finding,
    Institution,
    Objective,
    Rating,
    Review,
    ReviewDecision,
    Severity,
    Step,
    StepKind,
)
from domain.concern.rules import (
    DecisionNeeded,
    GroundNeeded,
    KeptSoAlready,
    NextReviewNeeded,
    NotAPurposeOfConcern,
    NotByVisit,
    NotMaintained,
    ReviewBeforeTheLast,
    WhistleblowingStaysRestricted,
    due_from,
    fitting,
    kept_as_rated,
    must_be_intervention,
    must_be_over,
    must_be_paused,
    must_be_worked_on,
    must_cause_concern,
    must_have_decided_to_end,
    must_not_be_intervention,
    numbered,
    review_day,
    written,
)
from domain.delegation import Act, Excluded, Granted, NotCovered, Separation, must_not_be_excluded
from domain.text import day_in_words, plain
from domain.vocabulary import About, Purpose, Sensitivity


class ConcernCase(Aggregate):
    """One case from first worry to end: raised, assessed, then closed or made an intervention that is reviewed
    and ended.

    The improvement plan with its objectives and their reviews is folded into the intervention. Notices and
    powers are kept as formal steps with their ground; the order the law sets them is not yet enforced here.
    """

    KIND = "concern"
    prefix = "CC"

    school: UUID
    kind: ConcernKind
    source: ConcernSource
    severity: Severity
    detail: str
    purpose: Purpose
    sensitivity: Sensitivity
    raised_on: date
    raised_by: UUID | None
    named_authoriser: UUID | None
    visit: UUID | None
    status: CaseStatus

    Raised: TypeAlias = events.Raised
    Assessed: TypeAlias = events.Assessed
    FoundCausingConcern: TypeAlias = events.FoundCausingConcern
    InterventionDecided: TypeAlias = events.InterventionDecided
    FormalStepTaken: TypeAlias = events.FormalStepTaken
    EndDecided: TypeAlias = events.EndDecided
    ReopeningDecided: TypeAlias = events.ReopeningDecided
    InterventionStarted: TypeAlias = events.InterventionStarted
    PlanRevised: TypeAlias = events.PlanRevised
    ReviewHeld: TypeAlias = events.ReviewHeld
    StepRecorded: TypeAlias = events.StepRecorded
    Paused: TypeAlias = events.Paused
    Resumed: TypeAlias = events.Resumed
    InterventionEnded: TypeAlias = events.InterventionEnded
    Closed: TypeAlias = events.Closed
    Reopened: TypeAlias = events.Reopened
    SensitivityChanged: TypeAlias = events.SensitivityChanged

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.assessment: Assessment | None = None
        self.plan = ""
        self.objectives: tuple[Objective, ...] = ()
        self.intervention_on: date | None = None
        self.intervention_by: UUID | None = None
        self.intervention_named: UUID | None = None
        self.next_review_on: date | None = None
        self.reviews: list[Review] = []
        self.earlier_reviews = 0
        self.steps: list[Step] = []
        self.is_paused = False
        self.ended_on: date | None = None
        self.end_reason = ""
        self.ended_by: UUID | None = None
        self.end_named: UUID | None = None
        self.outcome = ""

    def about(self) -> About:
        return About(school=self.school)

    def intervene(
        self,
        event: events.InterventionStarted | events.InterventionDecided,
        *,
        by: UUID | None,
        named: UUID | None = None,
    ) -> None:
        """Remember the intervention, and who started it; `named` as having authorised it, where that was another."""
        self.plan, self.objectives = event.improvement_plan, event.objectives
        self.next_review_on = event.review_on
        self.intervention_on = event.meta.occurred_on
        self.intervention_by, self.intervention_named = by, named
        self.status = CaseStatus.INTERVENTION

    def over(self, status: CaseStatus, event: Event, *, by: UUID | None, named: UUID | None = None) -> None:
        """Remember how the case came to its end, and who ended it; `named` as having authorised it, where that was
        another."""
        self.status = status
        self.ended_on = event.meta.occurred_on
        self.end_reason = event.meta.reason
        self.ended_by, self.end_named = by, named
        self.next_review_on = None

    def open_again(self) -> None:
        """Forget assessment, intervention and end; reviews and steps stay."""
        self.assessment = None
        self.plan = self.outcome = self.end_reason = ""
        self.objectives = ()
        self.earlier_reviews = len(self.reviews)
        self.intervention_on = self.ended_on = None
        self.intervention_by = self.intervention_named = self.ended_by = self.end_named = None
        self.status = CaseStatus.RAISED

    @classmethod
    def raise_(
        cls,
        reference: str,
        *,
        school: UUID,
        kind: ConcernKind,
        source: ConcernSource,
        severity: Severity,
        detail: str,
        purpose: Purpose,
        sensitivity: Sensitivity = Sensitivity.ORDINARY,
        on: date | None = None,
        visit: UUID | None = None,
        assess_by: date | None = None,
        rules: tuple[str, ...] = (),
    ) -> ConcernCase:
        """Begin a case. `purpose` is challenge or monitoring; `on` is the day of the worry, today by default; `visit`
        is the one that it came from.

        `assess_by` is the last day to assess it, `rules` the version of the settings that it follows from.
        What came by whistleblowing is never ordinary: it is restricted at least, so that the school does not read it.
        """
        if purpose not in {Purpose.CHALLENGE, Purpose.MONITORING}:
            raise NotAPurposeOfConcern("Choose challenge or monitoring", field="purpose")
        if visit is not None and source is not ConcernSource.VISIT:
            raise NotByVisit("Enter a visit only if that is how you found out about the concern", field="visit")
        case = cls.named(reference)
        raised = cls.Raised(
            reference=reference,
            school=school,
            kind=kind,
            source=source,
            severity=severity,
            detail=written(detail, "Enter what the concern is", field="detail"),
            visit=visit,
            assess_by=assess_by,
        )
        if source is ConcernSource.WHISTLEBLOWING and sensitivity is Sensitivity.ORDINARY:
            sensitivity = Sensitivity.RESTRICTED
        case.record(raised, occurred=on, purpose=purpose, sensitivity=sensitivity, rules=rules)
        return case

    @requires(
        must_be_worked_on, must_not_be_intervention("This concern has an intervention. Record a review instead")
    )
    def assess(
        self, *, assessment: str, rating: Rating, decide_by: date | None = None, rules: tuple[str, ...] = ()
    ) -> None:
        """Say what was found, or found anew as long as there is no intervention; `decide_by` is the last day to close
        the case or to make it an intervention. Raises DecisionNeeded where the school would cause concern."""
        if rating is Rating.CAUSING_CONCERN:
            raise DecisionNeeded("Somebody else decides that a school causes concern", field="rating")
        text = written(assessment, "Enter what you found", field="assessment")
        self._take(
            self.Assessed(assessment=text, rating=rating, decide_by=decide_by), purpose=self.purpose, rules=rules
        )

    @requires(
        must_be_worked_on, must_not_be_intervention("This concern has an intervention. Record a review instead")
    )
    def assess_as_causing_concern(
        self, *, assessment: str, granted: Granted, decide_by: date | None = None, rules: tuple[str, ...] = ()
    ) -> None:
        """Find that the school causes concern, as was decided. Raises NotCovered, OwnAsk."""
        text = written(assessment, "Enter what you found", field="assessment")
        decider = self._decided(Act.ASSESS_AS_CAUSING_CONCERN, granted)
        found = self.FoundCausingConcern(assessment=text, decide_by=decide_by, decider=decider)
        self._take(found, decider, purpose=self.purpose, decision=granted.decision, rules=rules)

    @requires(
        must_be_worked_on,
        must_not_be_intervention("An intervention has already started. Change its plan instead."),
        must_cause_concern,
    )
    def start_intervention(
        self,
        *,
        plan: str,
        objectives: Iterable[Objective],
        review_on: date,
        granted: Granted,
        reason: str = "",
        rules: tuple[str, ...] = (),
    ) -> None:
        """Make the case an intervention, as was decided, with a plan and the day of its first review.

        Raises NotCovered, OneHand where whoever decided has assessed the concern.
        """
        decider = self._decided(Act.START_INTERVENTION, granted)
        started = self.InterventionDecided(
            improvement_plan=written(plan, "Enter the plan", field="plan"),
            objectives=due_from(self.today, numbered(objectives)),
            review_on=review_day(review_on, self.today, field="review_on"),
            decider=decider,
        )
        self._take(started, decider, decision=granted.decision, reason=plain(reason), rules=rules)

    @requires(must_be_worked_on, must_be_intervention)
    def revise_plan(self, *, plan: str, objectives: Iterable[Objective], reason: str) -> None:
        """Change plan and objectives; those on which a review has found stay in it, with their numbers and words, and
        may be withdrawn."""
        wanted = due_from(self.today, numbered(objectives), known=self.objectives)
        kept_as_rated(wanted, self.objectives[: self._found_on()])
        text = written(plan, "Enter the plan", field="plan")
        revised = self.PlanRevised(improvement_plan=text, objectives=wanted)
        self._take(revised, reason=reasoned(reason))

    @requires(must_be_worked_on, must_be_intervention)
    def hold_review(
        self,
        *,
        on: date,
        evidence: str,
        findings: Iterable[Finding],
        decision: ReviewDecision,
        reason: str,
        next_review_on: date | None = None,
        attendees: Iterable[UUID] = (),
        decide_by: date | None = None,
        rules: tuple[str, ...] = (),
    ) -> None:
        """Record a review: what was seen, progress on each objective, and what was decided for which reason.

        `decide_by` is the last day to end the intervention where that was decided.
        """
        self._must_follow(on)
        held = self.ReviewHeld(
            on=on,
            evidence=written(evidence, "Enter the evidence", field="evidence"),
            findings=fitting(findings, self.objectives_to_review),
            decision=decision,
            next_review_on=self._next_review(decision, next_review_on),
            attendees=tuple(dict.fromkeys(attendees)),
            decide_by=decide_by if decision is ReviewDecision.END else None,
        )
        self._take(held, *held.attendees, occurred=on, reason=reasoned(reason), rules=rules)

    @requires(must_be_worked_on)
    def record_step(self, *, on: date, kind: StepKind, text: str, ground: str = "") -> None:
        """Note an informal step. Raises DecisionNeeded for a formal one."""
        if kind is StepKind.FORMAL:
            raise DecisionNeeded("Somebody else decides that a formal step is taken", field="kind")
        said = written(text, "Enter what was done", field="text")
        self._step(self.StepRecorded(on=on, kind=kind, text=said, ground=plain(ground)))

    @requires(must_be_worked_on)
    def take_formal_step(
        self,
        *,
        on: date,
        text: str,
        ground: str,
        institution: Institution,
        granted: Granted,
        rules: tuple[str, ...] = (),
    ) -> None:
        """Take a formal step at a school as it is on that day, as was decided, on its authority or legal ground.

        Raises NotMaintained, GroundNeeded, NotCovered.
        """
        decider = self._decided(Act.TAKE_FORMAL_STEP, granted)
        if not institution.is_maintained_on(on):
            raise NotMaintained(
                f"{institution.name} was no maintained school on {day_in_words(on)} ({institution.school_type}). A "
                "local authority has no powers of intervention there (Education and Inspections Act 2006, section "
                "59). Refer it to the Regions Group, and record that as an informal step",
                field="kind",
            )
        if not plain(ground):
            raise GroundNeeded("Enter the authority or legal ground for this step", field="ground")
        said = written(text, "Enter what was done", field="text")
        taken = self.FormalStepTaken(on=on, text=said, ground=plain(ground), decider=decider)
        self._step(taken, decider, decision=granted.decision, rules=rules)

    def _step(
        self,
        step: events.StepRecorded | events.FormalStepTaken,
        *people: UUID,
        decision: UUID | None = None,
        rules: tuple[str, ...] = (),
    ) -> None:
        purpose = Purpose.INTERVENTION if self.status is CaseStatus.INTERVENTION else self.purpose
        self._take(step, *people, occurred=step.on, purpose=purpose, decision=decision, rules=rules)

    @requires(must_be_worked_on)
    def pause(self, *, reason: str) -> None:
        """Stop work on the case for a time."""
        self._take(self.Paused(), reason=reasoned(reason))

    @requires(must_be_paused)
    def resume(self, *, reason: str) -> None:
        """Take up work on the case again."""
        self._take(self.Resumed(), reason=reasoned(reason))

    @requires(must_be_worked_on, must_be_intervention, must_have_decided_to_end)
    def end_intervention(self, *, outcome: str, reason: str, granted: Granted, rules: tuple[str, ...] = ()) -> None:
        """End the intervention, as was decided after a review that found so.

        Raises NotCovered, OneHand where whoever decided has assessed the concern.
        """
        text = written(outcome, "Enter the outcome of the intervention", field="outcome")
        decider = self._decided(Act.END_INTERVENTION, granted)
        ended = self.EndDecided(outcome=text, decider=decider)
        self._take(ended, decider, decision=granted.decision, reason=reasoned(reason), rules=rules)

    @requires(
        must_be_worked_on, must_not_be_intervention("This concern has an intervention. End the intervention instead")
    )
    def close(self, *, reason: str) -> None:
        """Close the case without an intervention."""
        self._take(self.Closed(), purpose=self.purpose, reason=reasoned(reason))

    @requires(must_be_over)
    def reopen(
        self, *, reason: str, granted: Granted, assess_by: date | None = None, rules: tuple[str, ...] = ()
    ) -> None:
        """Open a case that is over, as was decided; it has to be assessed anew, by `assess_by` if that is set."""
        decider = self._decided(Act.REOPEN_CONCERN, granted)
        reopened = self.ReopeningDecided(assess_by=assess_by, decider=decider)
        self._take(
            reopened,
            decider,
            purpose=self.purpose,
            decision=granted.decision,
            reason=reasoned(reason),
            rules=rules,
        )

    def change_sensitivity(self, sensitivity: Sensitivity, *, reason: str) -> None:
        """Restrict the case or open it, also one that is over; what hangs on it follows."""
        if sensitivity is self.sensitivity:
            raise KeptSoAlready(f"This concern is {sensitivity.label.lower()} already", field="sensitivity")
        if self.source is ConcernSource.WHISTLEBLOWING and sensitivity is Sensitivity.ORDINARY:
            raise WhistleblowingStaysRestricted(
                "Concerns from whistleblowing stay restricted, so that the school cannot read them",
                field="sensitivity",
            )
        self.record(
            self.SensitivityChanged(becomes=sensitivity, was=self.sensitivity),
            purpose=self.purpose,
            reason=reasoned(reason),
            sensitivity=sensitivity,
        )

    @property
    def objectives_to_review(self) -> list[Objective]:
        """The objectives of the plan that are not withdrawn."""
        return [objective for objective in self.objectives if not objective.withdrawn]

    @property
    def reviews_of_this_plan(self) -> list[Review]:
        """The reviews of the intervention under way, without those of an earlier one in a reopened case."""
        return self.reviews[self.earlier_reviews :]

    def excluded_from(self, act: Act) -> tuple[Excluded, ...]:
        """Who may not decide an act of this case, because of what they did in it before: whoever raised it does not
        assess it, and of assessing, starting and ending nobody decides two, but for ending after a review what one
        started."""
        excluded: dict[UUID | None, Separation] = {}
        assessed = self.assessment
        if act is Act.ASSESS_AS_CAUSING_CONCERN:
            excluded[self.raised_by] = Separation.RAISED
        elif act in {Act.START_INTERVENTION, Act.END_INTERVENTION} and assessed is not None:
            excluded |= dict.fromkeys((assessed.by, assessed.named_authoriser), Separation.ONE_HAND)
        if act is Act.END_INTERVENTION and not self.reviews_of_this_plan:
            excluded |= dict.fromkeys((self.intervention_by, self.intervention_named), Separation.ONE_HAND)
        return tuple(Excluded(person, why) for person, why in excluded.items() if person is not None)

    def _decided(self, act: Act, granted: Granted) -> UUID:
        """Who decided an act. Raises NotCovered, OwnAsk, OneHand."""
        granted.must_cover(act, self.id)
        if granted.by is None:
            raise NotCovered("Nobody is known to have decided this")
        must_not_be_excluded(granted.by, self.excluded_from(act))
        return granted.by

    def _take(
        self,
        event: Event,
        *people: UUID,
        occurred: date | None = None,
        purpose: Purpose | None = None,
        reason: str = "",
        rules: tuple[str, ...] = (),
        decision: UUID | None = None,
    ) -> None:
        self.record(
            event,
            occurred=occurred,
            purpose=purpose,
            reason=reason,
            rules=rules,
            people=people,
            sensitivity=self.sensitivity,
            decision=decision,
        )

    def _must_follow(self, on: date) -> None:
        days = [review.on for review in self.reviews_of_this_plan]
        earliest = max([*days, *([self.intervention_on] if self.intervention_on else [])], default=on)
        if on < earliest:
            raise ReviewBeforeTheLast(
                f"Choose {day_in_words(earliest)} or later: the intervention started or was last reviewed then",
                field="on",
            )

    def _found_on(self) -> int:
        """The highest number of an objective on which a review has found."""
        reviews = self.reviews_of_this_plan
        return max((finding.objective for review in reviews for finding in review.findings), default=0)

    def _next_review(self, decision: ReviewDecision, next_review_on: date | None) -> date | None:
        if decision is ReviewDecision.END:
            return None
        if next_review_on is None:
            raise NextReviewNeeded("Enter the date of the next review", field="next_review_on")
        return review_day(next_review_on, self.today, field="next_review_on")
