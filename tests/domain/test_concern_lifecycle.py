"""Whatever officers try with a concern case, it never reaches a state that the service forbids."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.aggregate import Refusal
from domain.concern import CaseStatus, ConcernCase, Finding, Rag, Rating, ReviewDecision, StepKind
from domain.concern.sharing import OF_THE_SCHOOL
from domain.vocabulary import Role
from tests.domain.test_concern import DIRECTOR, LEAD, READING, REASON, a_concern, an_assessed_concern
from tests.grants import (
    ASSESSOR,
    STARTER,
    assess_as_causing_concern,
    decide_review,
    end_intervention,
    reopen,
    start_intervention,
)
from tests.randomness import FUZZING
from tests.scenario import TODAY, assert_replays, signed

recent = st.integers(-4, 1).map(lambda days: TODAY + timedelta(days=days))
deciders = st.sampled_from([LEAD, DIRECTOR, ASSESSOR, STARTER])
away = st.integers(-3, 30).map(lambda days: TODAY + timedelta(days=days))


def an_intervention_in_reading() -> ConcernCase:
    case = an_assessed_concern()
    with signed(TODAY - timedelta(days=3)):
        start_intervention(case, plan="Support", objectives=[READING], review_on=TODAY)
    return case


def an_intervention_to_be_ended() -> ConcernCase:
    case = an_intervention_in_reading()
    with signed(TODAY - timedelta(days=2)):
        case.hold_review(
            on=TODAY - timedelta(days=2),
            evidence="Seen",
            findings=[Finding(1, Rag.GREEN, "Reached")],
            advice=ReviewDecision.END,
            **REASON,
        )
    return case


OLD = (ConcernCase.ReviewHeld, ConcernCase.InterventionStarted, ConcernCase.InterventionEnded, ConcernCase.Reopened)
"""Stand in logs of the time before decisions were kept, and are recorded no more."""


class CaseMachine(RuleBasedStateMachine):
    @initialize(
        begin=st.sampled_from(
            [a_concern, an_assessed_concern, an_intervention_in_reading, an_intervention_to_be_ended]
        )
    )
    def begin(self, begin: Callable[[], ConcernCase]) -> None:
        self.case = begin()

    def attempt(self, act: Callable[[ConcernCase], None]) -> None:
        with signed(by=UUID(int=1)):
            before = self.case.version
            try:
                act(self.case)
            except Refusal:
                assert self.case.version == before
            else:
                assert self.case.version == before + 1

    @rule(rating=st.sampled_from([Rating.NO_CONCERN, Rating.WATCH]))
    def assess(self, rating: Rating) -> None:
        self.attempt(lambda case: case.assess(assessment="Looked at", rating=rating))

    @rule(by=deciders)
    def assess_as_causing_concern(self, by: UUID) -> None:
        self.attempt(lambda case: assess_as_causing_concern(case, by=by))

    @rule(day=away, by=deciders)
    def start(self, day: date, by: UUID) -> None:
        self.attempt(
            lambda case: start_intervention(case, by=by, plan="Support", objectives=[READING], review_on=day)
        )

    @rule()
    def revise(self) -> None:
        self.attempt(lambda case: case.revise_plan(plan="Other", objectives=[READING], **REASON))

    @rule(advice=st.sampled_from(ReviewDecision), on=recent)
    def review(self, advice: ReviewDecision, on: date) -> None:
        self.attempt(
            lambda case: case.hold_review(
                on=on,
                evidence="Seen",
                findings=[Finding(1, Rag.AMBER, "Rising")],
                advice=advice,
                **REASON,
            )
        )

    @rule(decision=st.sampled_from(ReviewDecision), next_on=away, by=deciders)
    def decide_review(self, decision: ReviewDecision, next_on: date, by: UUID) -> None:
        self.attempt(lambda case: decide_review(case, decision, next_on, by=by))

    @rule(kind=st.sampled_from(StepKind))
    def step(self, kind: StepKind) -> None:
        self.attempt(lambda case: case.record_step(on=TODAY, kind=kind, text="Met"))

    @rule()
    def pause(self) -> None:
        self.attempt(lambda case: case.pause(**REASON))

    @rule()
    def resume(self) -> None:
        self.attempt(lambda case: case.resume(**REASON))

    @rule(by=deciders)
    def end(self, by: UUID) -> None:
        self.attempt(lambda case: end_intervention(case, by=by))

    @rule()
    def close(self) -> None:
        self.attempt(lambda case: case.close(**REASON))

    @rule(detail=st.sampled_from(["A worry", "Another"]))
    def reword(self, detail: str) -> None:
        before = self.case.detail
        self.attempt(lambda case: case.reword(detail=detail, **REASON))
        if self.case.detail != before:
            assert self.case.earlier_wordings[-1].text == before

    @rule(with_=st.none() | st.lists(st.sampled_from(OF_THE_SCHOOL)))
    def share(self, with_: list[Role] | None) -> None:
        self.attempt(lambda case: case.share(words="Words for the school", with_=with_))

    @rule()
    def withdraw(self) -> None:
        self.attempt(lambda case: case.withdraw(**REASON))

    @rule(by=deciders)
    def reopen(self, by: UUID) -> None:
        self.attempt(lambda case: reopen(case, by=by))

    @invariant()
    def an_intervention_rests_on_an_assessment_that_causes_concern(self) -> None:
        if self.case.status is CaseStatus.INTERVENTION:
            assert self.case.assessment is not None
            assert self.case.assessment.rating is Rating.CAUSING_CONCERN
            assert self.case.objectives
            assert self.case.assessment.by != self.case.intervention_by

    @invariant()
    def nobody_decides_two_of_assessing_starting_and_ending_but_after_a_review(self) -> None:
        assessed, ended = self.case.assessment, self.case.ended_by
        if self.case.status is CaseStatus.ENDED and assessed is not None:
            assert ended != assessed.by
            assert ended != self.case.intervention_by or self.case.reviews_of_this_plan

    @invariant()
    def what_needs_a_decision_has_one(self) -> None:
        decided = (
            ConcernCase.FoundCausingConcern,
            ConcernCase.InterventionDecided,
            ConcernCase.EndDecided,
            ConcernCase.ReopeningDecided,
            ConcernCase.ReviewDecided,
        )
        for event in self.case.pending:
            assert isinstance(event, decided) == (event.meta.decision is not None)
            assert not isinstance(event, OLD)

    @invariant()
    def an_intervention_that_goes_on_has_its_next_review(self) -> None:
        reviews = self.case.reviews_of_this_plan
        goes_on = not reviews or reviews[-1].decision is not None
        intervention = self.case.status is CaseStatus.INTERVENTION
        assert (self.case.next_review_on is not None) == (intervention and goes_on)

    @invariant()
    def a_case_that_is_over_says_since_when_and_is_not_paused(self) -> None:
        assert (self.case.ended_on is not None) == (not self.case.status.is_open)
        assert self.case.status.is_open or not self.case.is_paused

    @invariant()
    def an_intervention_ended_after_a_review_of_which_nothing_else_was_decided(self) -> None:
        if self.case.status is CaseStatus.ENDED:
            assert self.case.reviews_of_this_plan[-1].decision is ReviewDecision.END

    @invariant()
    def what_was_decided_upon_is_not_withdrawn(self) -> None:
        if self.case.status is CaseStatus.WITHDRAWN:
            assert not self.case.is_decided_upon

    @invariant()
    def what_is_shared_was_assessed_before(self) -> None:
        assert all(share.before.assessment is not None for share in self.case.shares.values())

    @invariant()
    def reviews_stand_in_order(self) -> None:
        days = [review.on for review in self.case.reviews_of_this_plan]
        assert days == sorted(days)
        assert all(day >= self.case.intervention_on for day in days)

    @invariant()
    def replay_is_the_live_record(self) -> None:
        assert_replays(self.case)


CaseMachine.TestCase.settings = settings(max_examples=120 * FUZZING, stateful_step_count=20)
TestCase = CaseMachine.TestCase
