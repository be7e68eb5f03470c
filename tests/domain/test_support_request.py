"""What may be done with a support request, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from domain.aggregate import Event, ReasonNeeded
from domain.subjects import USUAL_LIST
from domain.support_request import InHouse, RequestStatus, Route, SupportLevel, SupportRequest, UnmetCause
from domain.support_request.rules import (
    AnswerByIsPast,
    AnswerNeeded,
    DelegatesAreForTraining,
    InformationAlreadyAsked,
    NeededTooEarly,
    NobodyShortlisted,
    NoMoreThanBefore,
    NotASum,
    NotAtThisStage,
    NothingWasAsked,
    NotInRanking,
    NotToBeBrokered,
    SameRequest,
    SameSubject,
    StillInvited,
)
from domain.vocabulary import Phase, Purpose, Side, SupportKind
from tests.domain.brokered import (
    BEGINS,
    BROKER,
    CALDER,
    GRACE,
    HARROP,
    LAPSED,
    LEAD,
    REPLY_BY,
    SCHOOL,
    YESTERDAY,
    a_need,
    a_placed_request,
    a_raised_request,
    a_ranking,
    a_shortlisted_request,
    a_triaged_request,
    an_acknowledged_request,
    an_approved_request,
    an_inviting_request,
)
from tests.grants import DECISION, approve
from tests.scenario import TODAY, given, signed

Exit = Callable[[SupportRequest], None]

EXITS: list[tuple[Exit, type[Event], RequestStatus]] = [
    (
        lambda request: request.withdraw(side=Side.SCHOOL, reason="Met otherwise"),
        SupportRequest.Withdrawn,
        RequestStatus.WITHDRAWN,
    ),
    (
        lambda request: request.decline(side=Side.SERVICE, reason="Out of scope"),
        SupportRequest.Declined,
        RequestStatus.DECLINED,
    ),
    (
        lambda request: request.signpost(to="The maths hub", reason="It is free"),
        SupportRequest.Signposted,
        RequestStatus.SIGNPOSTED,
    ),
    (
        lambda request: request.meet_in_house(InHouse.LEAD_TEACHER, person=GRACE),
        SupportRequest.MetInHouse,
        RequestStatus.MET_IN_HOUSE,
    ),
    (
        lambda request: request.record_unmet(cause=UnmetCause.NOBODY_OFFERS, reason="No linguist within reach"),
        SupportRequest.Unmet,
        RequestStatus.UNMET,
    ),
    (
        lambda request: request.merge(uuid4(), reason="Asked twice"),
        SupportRequest.Merged,
        RequestStatus.MERGED,
    ),
]
STAGES = [a_raised_request, an_acknowledged_request, a_triaged_request, an_approved_request, a_shortlisted_request]


def test_a_request_concerns_its_school_and_itself() -> None:
    request = a_raised_request()

    about = request._pending[0].meta.about
    assert (about.school, about.request) == (SCHOOL, request.id)
    assert request._pending[0].meta.purpose is Purpose.SUPPORT
    assert (request.status, request.raised_on, request.subject) == (RequestStatus.RAISED, YESTERDAY, "Mathematics")


@pytest.mark.parametrize("field", ["subject", "need", "outcome_wanted"])
def test_a_request_says_what_is_needed(field: str) -> None:
    with signed(), pytest.raises(AnswerNeeded) as refusal:
        SupportRequest.raise_("SR-2026-0002", **a_need(**{field: "  "}))

    assert refusal.value.field == field


def test_help_cannot_be_needed_in_the_past_or_end_before_it_begins() -> None:
    with signed(), pytest.raises(NeededTooEarly, match="today or in the future"):
        SupportRequest.raise_("SR-2026-0002", **a_need(needed_from=YESTERDAY, needed_by=YESTERDAY))
    with signed(), pytest.raises(NeededTooEarly, match="the same as or after"):
        SupportRequest.raise_("SR-2026-0002", **a_need(needed_by=BEGINS - timedelta(days=1)))


@pytest.mark.parametrize(
    ("kind", "delegates"), [(SupportKind.TRAINING, None), (SupportKind.TRAINING, 0), (SupportKind.SPECIALIST, 3)]
)
def test_training_and_training_alone_says_for_how_many(kind: SupportKind, delegates: int | None) -> None:
    with signed(), pytest.raises(DelegatesAreForTraining):
        SupportRequest.raise_("SR-2026-0002", **a_need(kind=kind, delegates=delegates))


def test_training_is_asked_for_with_its_delegates() -> None:
    request = a_raised_request(kind=SupportKind.TRAINING, delegates=12)

    assert (request.kind, request.delegates) == (SupportKind.TRAINING, 12)


def test_a_budget_is_a_sum() -> None:
    with signed(), pytest.raises(NotASum):
        SupportRequest.raise_("SR-2026-0002", **a_need(budget=Decimal(0)))


def test_a_request_is_acknowledged_with_a_promise() -> None:
    given(a_raised_request()).when(lambda request: request.acknowledge(officer=BROKER, answer_by=REPLY_BY)).then(
        SupportRequest.Acknowledged, officer=BROKER, answer_by=REPLY_BY
    )


def test_no_answer_is_promised_for_a_day_gone_by() -> None:
    given(a_raised_request()).when(
        lambda request: request.acknowledge(officer=BROKER, answer_by=YESTERDAY)
    ).then_refused(AnswerByIsPast, field="answer_by")


def test_a_request_is_acknowledged_once() -> None:
    given(an_acknowledged_request()).when(
        lambda request: request.acknowledge(officer=BROKER, answer_by=REPLY_BY)
    ).then_refused(NotAtThisStage)


def test_a_request_may_be_triaged_anew_until_brokering_is_approved() -> None:
    def triage(request: SupportRequest) -> None:
        request.triage(broker=BROKER, level=SupportLevel.INTENSIVE, route=Route.BROKERED)

    given(a_triaged_request(Route.IN_HOUSE)).when(triage).then(SupportRequest.Triaged, route=Route.BROKERED)
    given(an_approved_request()).when(triage).then_refused(NotAtThisStage)


def test_the_clock_stops_while_the_school_is_asked() -> None:
    request = an_acknowledged_request()
    given(request).when(lambda request: request.ask_for_information("Which year groups?"), on=TODAY).then(
        SupportRequest.MoreInformationAsked, question="Which year groups?"
    )
    assert request.waiting_days(TODAY + timedelta(days=3)) == 3

    given(request).when(lambda request: request.give_information("Years 7 and 8"), on=TODAY + timedelta(days=4)).then(
        SupportRequest.MoreInformationGiven
    )

    assert request.waiting_days(TODAY + timedelta(days=30)) == 4
    assert request.answer_by == REPLY_BY + timedelta(days=4)


def test_the_clock_stops_once_at_a_time() -> None:
    request = an_acknowledged_request()
    with signed():
        request.ask_for_information("Which year groups?")

    given(request).when(lambda request: request.ask_for_information("And why?")).then_refused(InformationAlreadyAsked)
    given(an_acknowledged_request()).when(lambda request: request.give_information("Year 7")).then_refused(
        NothingWasAsked
    )


def test_a_request_changes_hands_with_a_reason() -> None:
    given(a_triaged_request()).when(lambda request: request.reassign(broker=LEAD, reason="Leave")).then(
        SupportRequest.Reassigned, broker=LEAD, reason="Leave"
    ).then_holds(lambda request: request.broker == LEAD)
    given(a_triaged_request()).when(lambda request: request.reassign(broker=LEAD, reason=" ")).then_refused(
        ReasonNeeded, field="reason"
    )


def test_brokering_is_approved_up_to_a_ceiling_and_may_be_approved_anew() -> None:
    def up_to(request: SupportRequest) -> None:
        approve(request, "2750.005")

    given(a_triaged_request()).when(up_to).then(
        SupportRequest.SpendingApproved, ceiling=Decimal("2750.01"), decision=DECISION
    ).then_holds(lambda request: request.status is RequestStatus.APPROVED)
    given(an_inviting_request()).when(up_to).then(SupportRequest.SpendingApproved).then_holds(
        lambda request: request.status is RequestStatus.INVITING
    )


def test_more_may_be_approved_for_a_placed_request_and_never_less() -> None:
    given(a_placed_request()).when(lambda request: approve(request, 3000, rules=("settings-2",))).then(
        SupportRequest.SpendingApproved, ceiling=Decimal(3000), rules=("settings-2",)
    ).then_holds(lambda request: (request.status, request.ceiling) == (RequestStatus.PLACED, Decimal(3000)))
    for no_more in (Decimal(2500), Decimal(100)):
        given(a_placed_request()).when(lambda request, ceiling=no_more: approve(request, ceiling)).then_refused(
            NoMoreThanBefore, field="ceiling"
        )


def test_only_a_request_triaged_for_brokering_is_approved() -> None:
    given(a_triaged_request(Route.IN_HOUSE)).when(lambda request: approve(request, 1)).then_refused(NotToBeBrokered)
    given(a_triaged_request()).when(lambda request: approve(request, 0)).then_refused(NotASum, field="ceiling")


def test_the_whole_ranking_is_kept_with_the_version_of_its_rules() -> None:
    given(an_approved_request()).when(
        lambda request: request.shortlist_providers(a_ranking(), chosen=(HARROP,), rules=("matching-1",))
    ).then(
        SupportRequest.ProvidersShortlisted, ranking=a_ranking(), chosen=(HARROP,), rules=("matching-1",)
    ).then_holds(lambda request: request.shortlist == (HARROP,))


@pytest.mark.parametrize(
    ("chosen", "rule"), [((), NobodyShortlisted), ((LAPSED,), NotInRanking), ((UUID(int=1),), NotInRanking)]
)
def test_nobody_excluded_or_unseen_is_shortlisted(
    chosen: tuple[UUID, ...], rule: type[NobodyShortlisted | NotInRanking]
) -> None:
    given(an_approved_request()).when(
        lambda request: request.shortlist_providers(a_ranking(), chosen=chosen, rules=("matching-1",))
    ).then_refused(rule, field="chosen")


def test_a_provider_is_taken_off_the_shortlist_with_a_reason() -> None:
    given(a_shortlisted_request()).when(
        lambda request: request.remove_from_shortlist(CALDER, reason="The head is a governor there")
    ).then(SupportRequest.ProviderRemovedFromShortlist, provider=CALDER).then_holds(
        lambda request: request.shortlist == (HARROP,)
    )
    given(a_shortlisted_request()).when(
        lambda request: request.remove_from_shortlist(LAPSED, reason="A mistake")
    ).then_refused(NotInRanking)


def test_nobody_is_invited_from_an_empty_shortlist() -> None:
    request = a_shortlisted_request()
    with signed():
        for provider in (CALDER, HARROP):
            request.remove_from_shortlist(provider, reason="A tie to the school")

    given(request).when(lambda request: request.open_tender(uuid4())).then_refused(NobodyShortlisted)


def test_a_tender_without_a_choice_leaves_the_shortlist_standing() -> None:
    given(an_inviting_request()).when(lambda request: request.end_tender(reason="Nobody replied")).then(
        SupportRequest.TenderEnded
    ).then_holds(lambda request: request.status is RequestStatus.SHORTLISTED and request.tender is None)


def test_a_request_is_placed_and_taken_up_again_when_the_engagement_falls_through() -> None:
    engagement = uuid4()
    request = an_inviting_request()
    given(request).when(lambda request: request.place(engagement=engagement, provider=CALDER)).then(
        SupportRequest.Placed, engagement=engagement
    )
    given(request).when(lambda request: request.take_up_again(reason="The specialist is ill")).then(
        SupportRequest.PlacementFellThrough, engagement=engagement
    ).then_holds(lambda request: request.status is RequestStatus.INVITING and request.engagement is None)


def test_a_request_placed_without_a_tender_goes_back_to_where_it_was() -> None:
    request = an_approved_request()
    with signed():
        request.place(engagement=uuid4(), provider=CALDER)

    given(request).when(lambda request: request.take_up_again(reason="The specialist is ill")).then(
        SupportRequest.PlacementFellThrough
    ).then_holds(lambda request: request.status is RequestStatus.APPROVED)


def test_a_request_that_nobody_approved_is_not_placed() -> None:
    given(a_triaged_request()).when(lambda request: request.place(engagement=uuid4(), provider=CALDER)).then_refused(
        NotAtThisStage
    )


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(("leave", "event", "status"), EXITS)
def test_a_request_may_end_before_anybody_is_invited(
    stage: Callable[[], SupportRequest], leave: Exit, event: type[Event], status: RequestStatus
) -> None:
    given(stage()).when(leave).then(event).then_holds(lambda request: request.status is status)


@pytest.mark.parametrize(("leave", "event", "status"), EXITS)
def test_a_request_does_not_end_over_the_heads_of_those_invited(
    leave: Exit, event: type[Event], status: RequestStatus
) -> None:
    given(an_inviting_request()).when(leave).then_refused(StillInvited)
    given(a_placed_request()).when(leave).then_refused(NotAtThisStage)


def test_an_unmet_need_is_kept_as_evidence_of_a_gap_with_its_cause() -> None:
    given(a_shortlisted_request()).when(
        lambda request: request.record_unmet(cause=UnmetCause.NONE_FREE, reason="Nobody replied")
    ).then(
        SupportRequest.Unmet,
        subject="Mathematics",
        phase=Phase.SECONDARY,
        area="Northshire",
        cause=UnmetCause.NONE_FREE,
    )


def change_to(subject: str) -> Exit:
    return lambda request: request.change_subject(subject, listed=USUAL_LIST, reason="It was meant so")


def test_another_subject_needs_fresh_approval_and_another_word_for_the_same_one_does_not() -> None:
    science = {"subject": "Science", "was": "Mathematics", "is_another": True}
    given(a_shortlisted_request()).when(change_to("general science")).then(
        SupportRequest.SubjectChanged, **science, undoes=True
    ).then_holds(lambda it: (it.status, it.ceiling, it.shortlist) == (RequestStatus.TRIAGED, None, ()))
    given(a_raised_request()).when(change_to("Science")).then(
        SupportRequest.SubjectChanged, **science, undoes=False
    ).then_holds(lambda it: (it.status, it.subject) == (RequestStatus.RAISED, "Science"))
    old = a_shortlisted_request()
    old.subject = "Maths"
    given(old).when(change_to("Numeracy")).then(
        SupportRequest.SubjectChanged, subject="Mathematics", was="Maths", is_another=False
    ).then_holds(lambda it: it.status is RequestStatus.SHORTLISTED)


def test_a_subject_is_changed_to_another_and_not_while_providers_are_invited() -> None:
    given(a_raised_request()).when(change_to("Maths")).then_refused(SameSubject)
    given(an_inviting_request()).when(change_to("Science")).then_refused(StillInvited)
    given(a_placed_request()).when(change_to("Science")).then_refused(NotAtThisStage)


def test_an_exit_ends_the_waiting() -> None:
    request = an_acknowledged_request()
    with signed(TODAY):
        request.ask_for_information("Which year groups?")

    given(request).when(
        lambda request: request.withdraw(side=Side.SCHOOL, reason="No longer needed"), on=TODAY + timedelta(days=2)
    ).then(SupportRequest.Withdrawn)

    assert request.waiting_days(TODAY + timedelta(days=30)) == 2


def test_a_request_is_not_merged_into_itself() -> None:
    request = a_raised_request()

    given(request).when(lambda request: request.merge(request.id, reason="Twice")).then_refused(SameRequest)


def test_a_placed_request_is_closed_with_its_outcome() -> None:
    given(a_placed_request()).when(lambda request: request.close(outcome="Planning is in place")).then(
        SupportRequest.Closed, outcome="Planning is in place"
    )
    given(a_placed_request()).when(lambda request: request.close(outcome="")).then_refused(AnswerNeeded)
    given(a_shortlisted_request()).when(lambda request: request.close(outcome="Done")).then_refused(NotAtThisStage)


def test_a_request_opened_again_needs_fresh_approval() -> None:
    request = a_placed_request()
    with signed():
        request.close(outcome="Done")

    given(request).when(lambda request: request.reopen(reason="The teacher left")).then(
        SupportRequest.Reopened
    ).then_holds(
        lambda request: (request.status, request.ceiling, request.shortlist) == (RequestStatus.TRIAGED, None, ())
    )
    given(request).when(lambda request: request.reopen(reason="Again")).then_refused(NotAtThisStage)
