"""The intervention of a concern: its plan with objectives, the reviews of it, and its end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from domain.aggregate import reasoned, requires
from domain.concern import events
from domain.concern.parts import CaseStatus, Finding, Objective, Review, ReviewDecision
from domain.concern.rules import (
    NextReviewNeeded,
    ReviewBeforeTheLast,
    due_from,
    fitting,
    kept_as_rated,
    must_be_intervention,
    must_be_worked_on,
    must_cause_concern,
    must_not_be_intervention,
    numbered,
    review_day,
    written,
)
from domain.concern.state import CaseState
from domain.delegation import Act, Granted
from domain.text import day_in_words, plain


class Intervention(CaseState, part=True):
    """What is done in a school that causes concern: a plan, looked at again until it ends."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.plan = ""
        self.objectives: tuple[Objective, ...] = ()
        self.intervention_on: date | None = None
        self.intervention_by: UUID | None = None
        self.intervention_named: UUID | None = None
        self.next_review_on: date | None = None
        self.reviews: list[Review] = []
        self.earlier_reviews = 0

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

    def forget_intervention(self) -> None:
        """Forget plan and intervention; its reviews stay."""
        self.plan = ""
        self.objectives = ()
        self.earlier_reviews = len(self.reviews)
        self.intervention_on = None
        self.intervention_by = self.intervention_named = None

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
        started = events.InterventionDecided(
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
        revised = events.PlanRevised(improvement_plan=text, objectives=wanted)
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
        held = events.ReviewHeld(
            on=on,
            evidence=written(evidence, "Enter the evidence", field="evidence"),
            findings=fitting(findings, self.objectives_to_review),
            decision=decision,
            next_review_on=self._next_review(decision, next_review_on),
            attendees=tuple(dict.fromkeys(attendees)),
            decide_by=decide_by if decision is ReviewDecision.END else None,
        )
        self._take(held, *held.attendees, occurred=on, reason=reasoned(reason), rules=rules)

    @property
    def objectives_to_review(self) -> list[Objective]:
        """The objectives of the plan that are not withdrawn."""
        return [objective for objective in self.objectives if not objective.withdrawn]

    @property
    def reviews_of_this_plan(self) -> list[Review]:
        """The reviews of the intervention under way, without those of an earlier one in a reopened case."""
        return self.reviews[self.earlier_reviews :]

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
