"""Whatever is asked of a support request in whatever order, it never reaches a state that the rules forbid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.aggregate import Refusal
from domain.subjects import USUAL_LIST
from domain.support_request import ENDS, InHouse, RequestStatus, Route, SupportLevel, SupportRequest, UnmetCause
from domain.vocabulary import Side
from tests.domain.brokered import (
    BROKER,
    CALDER,
    HARROP,
    LEAD,
    a_raised_request,
    a_ranking,
    an_approved_request,
    an_inviting_request,
)
from tests.grants import approve
from tests.randomness import FUZZING
from tests.scenario import TODAY, assert_replays, signed

SEARCHING = {RequestStatus.APPROVED, RequestStatus.SHORTLISTED, RequestStatus.INVITING, RequestStatus.PLACED}


class RequestLifecycle(RuleBasedStateMachine):
    today: date = TODAY

    @initialize(stage=st.sampled_from([a_raised_request, an_approved_request, an_inviting_request]))
    def begin(self, stage: Callable[[], SupportRequest]) -> None:
        self.request = stage()

    def act(self, command: Callable[[SupportRequest], None]) -> None:
        with signed(self.today):
            try:
                command(self.request)
            except Refusal:
                return

    @rule(days=st.integers(1, 9))
    def time_passes(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule()
    def acknowledge(self) -> None:
        self.act(lambda request: request.acknowledge(officer=BROKER, answer_by=self.today + timedelta(days=10)))

    @rule(route=st.sampled_from([Route.BROKERED, Route.BROKERED, Route.IN_HOUSE]))
    def triage(self, route: Route) -> None:
        self.act(lambda request: request.triage(broker=BROKER, level=SupportLevel.TARGETED, route=route))

    @rule()
    def ask_the_school(self) -> None:
        self.act(lambda request: request.ask_for_information("Which year groups?"))

    @rule()
    def answer_for_the_school(self) -> None:
        self.act(lambda request: request.give_information("Years 7 and 8"))

    @rule()
    def reassign(self) -> None:
        self.act(lambda request: request.reassign(broker=LEAD, reason="Leave"))

    @rule()
    def approve(self) -> None:
        self.act(lambda request: approve(request, 2500))

    @rule(chosen=st.sets(st.sampled_from([each.provider for each in a_ranking()])))
    def shortlist(self, chosen: set[UUID]) -> None:
        self.act(
            lambda request: request.shortlist_providers(a_ranking(), chosen=tuple(chosen), rules=("matching-1",))
        )

    @rule(provider=st.sampled_from([CALDER, HARROP]))
    def strike_out(self, provider: UUID) -> None:
        self.act(lambda request: request.remove_from_shortlist(provider, reason="A tie to the school"))

    @rule(subject=st.sampled_from(["Maths", "Mathematics", "Science"]))
    def change_the_subject(self, subject: str) -> None:
        self.act(lambda request: request.change_subject(subject, listed=USUAL_LIST, reason="It was meant so"))

    @rule()
    def invite(self) -> None:
        self.act(lambda request: request.open_tender(uuid4()))

    @rule()
    def end_the_invitations(self) -> None:
        self.act(lambda request: request.end_tender(reason="Nobody replied"))

    @rule()
    def place(self) -> None:
        self.act(lambda request: request.place(engagement=uuid4(), provider=CALDER))

    @rule()
    def take_up_again(self) -> None:
        self.act(lambda request: request.take_up_again(reason="Terms not agreed"))

    @rule(way=st.integers(0, 5))
    def leave(self, way: int) -> None:
        ways: list[Callable[[SupportRequest], None]] = [
            lambda request: request.withdraw(side=Side.SCHOOL, reason="Met otherwise"),
            lambda request: request.decline(side=Side.SERVICE, reason="Out of scope"),
            lambda request: request.signpost(to="The maths hub", reason="It is free"),
            lambda request: request.meet_in_house(InHouse.LEAD_DEPARTMENT),
            lambda request: request.record_unmet(cause=UnmetCause.NOBODY_OFFERS, reason="Nobody within reach"),
            lambda request: request.merge(uuid4(), reason="Asked twice"),
        ]
        self.act(ways[way])

    @rule()
    def close(self) -> None:
        self.act(lambda request: request.close(outcome="Planning is in place"))

    @rule()
    def reopen(self) -> None:
        self.act(lambda request: request.reopen(reason="The teacher left"))

    @invariant()
    def nobody_searches_without_approval(self) -> None:
        if self.request.status in SEARCHING:
            assert self.request.ceiling is not None
            assert self.request.route is Route.BROKERED
            assert self.request.broker is not None

    @invariant()
    def providers_are_invited_only_in_a_tender_and_placed_only_in_an_engagement(self) -> None:
        if self.request.status is RequestStatus.INVITING:
            assert self.request.tender is not None
            assert self.request.shortlist
        if self.request.status is RequestStatus.PLACED:
            assert self.request.engagement is not None
        if self.request.engagement is not None:
            assert self.request.status in {RequestStatus.PLACED, RequestStatus.CLOSED}

    @invariant()
    def no_ended_request_waits_for_the_school_or_leaves_a_tender_open(self) -> None:
        if self.request.status in ENDS:
            assert self.request.waiting_since is None
            assert self.request.tender is None or self.request.status is RequestStatus.CLOSED

    @invariant()
    def nobody_excluded_is_shortlisted(self) -> None:
        excluded = {each.provider for each in self.request.ranking if each.excluded_because}
        assert excluded.isdisjoint(self.request.shortlist)

    @invariant()
    def the_clock_never_runs_backwards(self) -> None:
        assert 0 <= self.request.waited <= self.request.waiting_days(self.today)

    def teardown(self) -> None:
        if hasattr(self, "request"):
            assert_replays(self.request)


TestRequestLifecycle = RequestLifecycle.TestCase
TestRequestLifecycle.settings = settings(max_examples=60 * FUZZING, stateful_step_count=25)
