"""Whatever is asked of a school in whatever order, nobody shares it with another link officer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain.aggregate import Refusal
from domain.school import School, Source
from domain.school.rules import HasMerged
from tests.grants import set_need_category
from tests.randomness import FUZZING
from tests.scenario import TODAY, assert_replays, signed

OFFICERS = [UUID(int=number) for number in range(1, 4)]
DAYS = st.integers(-40, 40).map(lambda days: TODAY + timedelta(days))
REGISTER = Source("register_2026-04.csv", date(2026, 4, 25))


class SchoolLife(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.checked = 0
        with signed():
            self.school = School.register(105900, name="Lark Hill", details={}, head=None, source=REGISTER)

    def attempt(self, act: Callable[[School], object]) -> None:
        """A refusal leaves the school as it was."""
        before = self.school.version
        with signed():
            try:
                act(self.school)
            except Refusal:
                assert self.school.version == before

    @rule(officer=st.sampled_from(OFFICERS), from_=DAYS)
    def assign(self, officer: UUID, from_: date) -> None:
        self.attempt(lambda school: school.assign_link_officer(officer, from_=from_, reason="Balance"))

    @rule(until=DAYS)
    def release(self, until: date) -> None:
        self.attempt(lambda school: school.release_link_officer(until=until, reason="Leaves"))

    @rule(officer=st.sampled_from(OFFICERS), from_=DAYS, days=st.integers(-2, 20))
    def cover(self, officer: UUID, from_: date, days: int) -> None:
        to = from_ + timedelta(days)
        self.attempt(lambda school: school.arrange_cover(officer, from_=from_, to=to, reason="Leave"))

    @rule(until=DAYS)
    def end_cover(self, until: date) -> None:
        self.attempt(lambda school: school.end_cover(until=until, reason="Back"))

    @rule(category=st.sampled_from("ABX"), from_=DAYS, review_due=DAYS)
    def rate(self, category: str, from_: date, review_due: date) -> None:
        self.attempt(
            lambda school: set_need_category(
                school,
                category,
                among="AB",
                from_=from_,
                review_due=review_due,
                rationale="Results",
                scheme="settings-0",
            )
        )

    @rule(urn=st.integers(148001, 148003))
    def propose(self, urn: int) -> None:
        self.attempt(lambda school: school.propose_succession(urn, kind="Successor", on=None, source=REGISTER))

    @rule(urn=st.integers(148001, 148003))
    def decline(self, urn: int) -> None:
        self.attempt(lambda school: school.decline_succession(urn, reason="Another school"))

    @rule(urn=st.integers(148001, 148003))
    def go_on(self, urn: int) -> None:
        self.attempt(
            lambda school: school.go_on_as(
                urn, name="Academy", details={}, head=None, dated=REGISTER.dated, reason="Converted"
            )
        )

    @precondition(lambda self: self.school.version > 4)
    @rule(day=DAYS)
    def move(self, day: date) -> None:
        source = Source("register.csv", min(day, TODAY))
        self.attempt(lambda school: school.move_to(la_name="Bolton", la_code="350", source=source))

    @rule()
    def come_back(self) -> None:
        self.attempt(lambda school: school.come_back(source=Source("register.csv", TODAY)))

    @rule(status=st.sampled_from(["Open", "Closed"]), closed=DAYS)
    def refresh(self, status: str, closed: date) -> None:
        self.attempt(lambda school: school.refresh({"status": status, "closed": closed.isoformat()}, source=REGISTER))

    @precondition(lambda self: self.school.version > 8)
    @rule()
    def merge(self) -> None:
        self.attempt(lambda school: school.merge_into(UUID(int=99), on=TODAY, reason="Amalgamated"))

    @invariant()
    def link_officers_follow_each_other(self) -> None:
        for earlier, later in pairwise(self.school.link_officers):
            assert earlier.until is not None
            assert earlier.from_ <= earlier.until < later.from_

    @invariant()
    def covers_do_not_overlap(self) -> None:
        in_order = sorted(self.school.covers, key=lambda cover: cover.from_)
        assert all(cover.from_ <= cover.to for cover in in_order)
        assert all(earlier.to < later.from_ for earlier, later in pairwise(in_order))

    @invariant()
    def nobody_stands_in_for_themselves(self) -> None:
        for cover in self.school.covers:
            for day in (cover.from_ + timedelta(ahead) for ahead in range((cover.to - cover.from_).days + 1)):
                assert self.school.link_officer_on(day) != cover.officer

    @invariant()
    def nothing_ends_before_it_begins(self) -> None:
        """Nor does an event tell so: what never began is told without a last day."""
        for event in self.school.pending[self.checked :]:
            first, last = getattr(event, "from_", None), getattr(event, "until", getattr(event, "to", None))
            assert first is None or last is None or first <= last, event
        self.checked = len(self.school.pending)

    @invariant()
    def need_categories_follow_each_other(self) -> None:
        assert all(earlier.from_ <= later.from_ for earlier, later in pairwise(self.school.needs))

    @invariant()
    def a_urn_is_held_once(self) -> None:
        assert len(set(self.school.urns)) == len(self.school.urns)
        assert self.school.urns[-1] == self.school.urn

    @invariant()
    def a_merged_school_is_left_alone(self) -> None:
        if self.school.merged_into is not None:
            assert all(period.until is not None for period in self.school.link_officers)
            with signed(), suppress(HasMerged):
                self.school.assign_link_officer(OFFICERS[0], from_=TODAY, reason="New")
                raise AssertionError("a merged school took a link officer")

    @invariant()
    def its_replay_is_the_same(self) -> None:
        assert_replays(self.school)


TestSchoolLife = SchoolLife.TestCase
TestSchoolLife.settings = settings(max_examples=30 * FUZZING, stateful_step_count=20)
