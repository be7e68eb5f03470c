"""The intervention of a concern: its plan with objectives, the reviews of it, and its end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from domain.aggregate import reasoned, requires
from domain.concern import events
from domain.concern.parts import CaseStatus, Finding, Objective, Rag, Review, ReviewDecision
from domain.concern.rules import (
    NotALevel,
    ReviewBeforeTheLast,
    due_from,
    fitting,
    kept_as_rated,
    must_be_intervention,
    must_be_worked_on,
    must_cause_concern,
    must_have_an_open_review,
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
        advice: ReviewDecision,
        reason: str,
        attendees: Iterable[UUID] = (),
        decide_by: date | None = None,
        rules: tuple[str, ...] = (),
    ) -> None:
        """Record a review: what was seen, progress on each objective, and what the panel advises for which reason.

        `decide_by` is the last day to decide on it.
        """
        self._must_follow(on)
        held = events.ReviewRecorded(
            on=on,
            evidence=written(evidence, "Enter the evidence", field="evidence"),
            findings=fitting(findings, self.objectives_to_review),
            advice=advice,
            attendees=tuple(dict.fromkeys(attendees)),
            decide_by=decide_by,
        )
        self._take(held, *held.attendees, occurred=on, reason=reasoned(reason), rules=rules)

    @requires(must_be_worked_on, must_be_intervention, must_have_an_open_review)
    def continue_intervention(
        self, *, next_review_on: date, reason: str, granted: Granted, rules: tuple[str, ...] = ()
    ) -> None:
        """Go on as it is after the last review, as was decided. Raises NotCovered, ReviewInThePast,
        ReviewTooFarAhead."""
        self._decide_review(
            ReviewDecision.CONTINUE, next_review_on=next_review_on, reason=reason, granted=granted, rules=rules
        )

    @requires(must_be_worked_on, must_be_intervention, must_have_an_open_review)
    def change_level(
        self,
        *,
        level: ReviewDecision,
        next_review_on: date,
        reason: str,
        granted: Granted,
        rules: tuple[str, ...] = (),
    ) -> None:
        """Go on with more or less after the last review, as was decided. Raises NotALevel, NotCovered,
        ReviewInThePast, ReviewTooFarAhead."""
        if level not in (ReviewDecision.STEP_UP, ReviewDecision.STEP_DOWN):
            raise NotALevel("Choose to step up or to step down", field="level")
        self._decide_review(level, next_review_on=next_review_on, reason=reason, granted=granted, rules=rules)

    def _decide_review(
        self,
        decision: ReviewDecision,
        *,
        next_review_on: date,
        reason: str,
        granted: Granted,
        rules: tuple[str, ...],
    ) -> None:
        act = Act.CONTINUE_INTERVENTION if decision is ReviewDecision.CONTINUE else Act.CHANGE_LEVEL
        decider = self._decided(act, granted)
        decided = events.ReviewDecided(
            reviewed_on=self.reviews[-1].on,
            level=decision,
            next_review_on=review_day(next_review_on, self.today, field="next_review_on"),
            decider=decider,
        )
        self._take(decided, decider, decision=granted.decision, reason=reasoned(reason), rules=rules)

    @property
    def objectives_to_review(self) -> list[Objective]:
        """The objectives of the plan that are not withdrawn."""
        return [objective for objective in self.objectives if not objective.withdrawn]

    @property
    def reviews_of_this_plan(self) -> list[Review]:
        """The reviews of the intervention under way, without those of an earlier one in a reopened case."""
        return self.reviews[self.earlier_reviews :]

    def reached_on(self, objective: Objective) -> date | None:
        """The day of the review that found an objective reached when it was due or later, if the last one did."""
        last = next((each for each in reversed(self.reviews_of_this_plan) if each.rag_of(objective.number)), None)
        if last is None or last.on < objective.due or last.rag_of(objective.number) is not Rag.GREEN:
            return None
        return last.on

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
