"""A request and its providers: shortlisted, invited, selected and engaged together, or not at all."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial
from uuid import UUID, uuid4

import pytest

from domain.aggregate import Event, ReasonNeeded
from domain.delegation import Act
from domain.engagement import BrokeredEngagement, EngagementStatus, NotCleared
from domain.provider import ConflictNature, Provider, ProviderKind, Requirement
from domain.provider.rules import NotASpecialist, NotOnTheList
from domain.service import AlreadyDone, NotFound, Stale
from domain.support_request import RequestStatus, SupportRequest
from domain.support_request.rules import NobodyShortlisted, StillInvited
from domain.tender import Tender, TenderStatus
from domain.tender.rules import AboveCeiling, TenderNotOpen
from domain.vocabulary import Phase, ServiceType, Side
from providers.brokerage import EngagementTerms, NobodySelected, NotDecided, NotOnTheShortlist, QuotesNeeded
from providers.eligibility import ConflictOfInterest, ProviderSuspended
from providers.matching import USUAL_POLICY
from tests.domain.brokered import BEGINS, BROKER, ENDS, GRACE, IMRAN, REPLY_BY, SCHOOL, terms, the_work
from tests.grants import for_one_alone, for_selection
from tests.providers.brokerage_scenario import AGREEMENT, BrokerageScenario
from tests.scenario import TODAY, signed


@pytest.fixture
def calder(desk: BrokerageScenario) -> UUID:
    return desk.a_provider("PV-2026-0001", GRACE)


@pytest.fixture
def harrop(desk: BrokerageScenario) -> UUID:
    return desk.a_provider("PV-2026-0002", IMRAN)


@pytest.fixture
def unvetted(desk: BrokerageScenario) -> UUID:
    return desk.a_provider("PV-2026-0003", uuid4(), cleared_to=None)


def test_all_who_fit_are_shortlisted_and_the_whole_ranking_is_kept(
    desk: BrokerageScenario, calder: UUID, harrop: UUID, unvetted: UUID
) -> None:
    request = desk.a_shortlisted_request(harrop, unvetted, calder)

    kept = desk.service.find(SupportRequest, request)
    assert kept.shortlist == (calder, harrop)
    assert [each.provider for each in kept.ranking] == [calder, harrop, unvetted]
    assert "Enhanced DBS" in (kept.ranking[2].excluded_because or "")


def test_nobody_is_shortlisted_where_nobody_fits(desk: BrokerageScenario, unvetted: UUID) -> None:
    with pytest.raises(NobodyShortlisted):
        desk.a_shortlisted_request(unvetted)


def test_a_tender_is_opened_with_its_invitations_in_one_go(
    desk: BrokerageScenario, calder: UUID, harrop: UUID
) -> None:
    tender = desk.service.find(Tender, desk.a_tender(calder, harrop))

    assert tender.unanswered == [calder, harrop]
    assert tender.invitations[calder].clearance == "cleared until 31 August 2028"
    request = desk.service.find(SupportRequest, tender.request)
    assert (request.status, request.tender) == (RequestStatus.INVITING, tender.id)


def test_nothing_is_saved_when_one_of_those_invited_is_refused(
    desk: BrokerageScenario, calder: UUID, harrop: UUID
) -> None:
    request = desk.a_shortlisted_request(calder, harrop)
    desk.suspend(harrop)

    with signed(), pytest.raises(ProviderSuspended):
        desk.brokerage.open_tender(
            request, "TN-2026-0001", brief="Planning", reply_by=REPLY_BY, invite=[calder, harrop]
        )

    assert desk.service.find(SupportRequest, request).status is RequestStatus.SHORTLISTED
    with pytest.raises(NotFound):
        desk.service.find(Tender, Tender.named("TN-2026-0001").id)


def test_inviting_one_provider_alone_takes_a_decision_and_a_reason(
    desk: BrokerageScenario, calder: UUID, harrop: UUID
) -> None:
    request = desk.a_shortlisted_request(calder, harrop)

    one = {"brief": "Planning", "reply_by": REPLY_BY, "invite": [calder]}
    with signed(), pytest.raises(NotDecided):
        desk.brokerage.open_tender(request, "TN-2026-0001", **one, reason="Nobody else teaches this")
    with signed(), pytest.raises(ReasonNeeded):
        desk.brokerage.open_tender(request, "TN-2026-0001", **one, alone=for_one_alone(request))


def test_only_the_shortlist_is_invited(desk: BrokerageScenario, calder: UUID, harrop: UUID) -> None:
    tender = desk.a_tender(calder, harrop)
    stranger = desk.a_provider("PV-2026-0009", uuid4())

    with signed(), pytest.raises(NotOnTheShortlist):
        desk.brokerage.invite(tender, stranger)


def test_a_provider_whose_clearance_ended_meanwhile_is_not_invited(desk: BrokerageScenario, calder: UUID) -> None:
    lapsing = desk.a_provider("PV-2026-0004", uuid4(), cleared_to=ENDS)
    other = desk.a_provider("PV-2026-0005", uuid4())
    request = desk.a_shortlisted_request(calder, lapsing, other)
    with signed():
        tender = desk.brokerage.open_tender(
            request, "TN-2026-0001", brief="Planning", reply_by=REPLY_BY, invite=[calder, other]
        )
    with signed():
        desk.service.change(Provider, lapsing, _revoke_everything)

    with signed(), pytest.raises(NotCleared, match="Enhanced DBS"):
        desk.brokerage.invite(tender, lapsing)


def without_specialists(desk: BrokerageScenario, reference: str) -> UUID:
    with signed():
        provider = Provider.register(reference, trading_as="Nobody Ltd", kind=ProviderKind.PRIVATE)
        provider.offer(subject="Mathematics", phase=Phase.SECONDARY, service=ServiceType.SPECIALIST_SUPPORT)
        return desk.service.add(lambda: provider).id


def test_a_provider_that_names_nobody_for_the_subject_is_left_out_with_the_reason(
    desk: BrokerageScenario, calder: UUID
) -> None:
    nobody, of_french = without_specialists(desk, "PV-2026-0007"), without_specialists(desk, "PV-2026-0008")
    with signed():
        desk.service.change(
            Provider, of_french, lambda one: one.add_specialist(person=IMRAN, subjects=["French"], teaches=False)
        )

    request = desk.service.find(SupportRequest, desk.a_shortlisted_request(calder, nobody, of_french))

    assert request.shortlist == (calder,)
    for left_out in request.ranking[1:]:
        assert "No specialist named for Mathematics" in (left_out.excluded_because or "")


def test_a_provider_whose_only_specialist_left_is_not_invited(
    desk: BrokerageScenario, calder: UUID, harrop: UUID
) -> None:
    request = desk.a_shortlisted_request(calder, harrop)
    with signed():
        desk.service.change(Provider, harrop, lambda one: one.note_leaving(person=IMRAN, reason="Retired"))

    with signed(), pytest.raises(NotCleared, match="No specialist named for Mathematics"):
        desk.brokerage.open_tender(
            request, "TN-2026-0001", brief="Planning", reply_by=REPLY_BY, invite=[calder, harrop]
        )


def _revoke_everything(provider: Provider) -> None:
    for check in provider.checks:
        provider.revoke(check.item, person=check.person, reason="A mistake")


def test_a_school_is_not_its_own_provider(desk: BrokerageScenario, calder: UUID) -> None:
    own = desk.a_provider("PV-2026-0005", IMRAN, kind=ProviderKind.SCHOOL_BASED, host_school=SCHOOL)

    request = desk.service.find(SupportRequest, desk.a_shortlisted_request(calder, own))

    assert request.shortlist == (calder,)
    left_out = next(each for each in request.ranking if each.provider == own)
    assert "is based at this school" in (left_out.excluded_because or "")


def test_a_provider_tied_to_the_school_is_not_invited(desk: BrokerageScenario, calder: UUID, harrop: UUID) -> None:
    request = desk.a_shortlisted_request(calder, harrop)
    with signed():
        desk.service.change(
            Provider,
            calder,
            lambda provider: provider.declare_conflict(nature=ConflictNature.FAMILY, from_=TODAY, school=SCHOOL),
        )

    with signed(), pytest.raises(ConflictOfInterest):
        desk.brokerage.open_tender(
            request, "TN-2026-0001", brief="Planning", reply_by=REPLY_BY, invite=[calder, harrop]
        )


def test_a_provider_off_the_list_is_not_invited(desk: BrokerageScenario, calder: UUID, harrop: UUID) -> None:
    request = desk.a_shortlisted_request(calder, harrop)
    with signed():
        desk.service.change(Provider, calder, lambda provider: provider.remove(reason="Closed down"))

    with signed(), pytest.raises(NotOnTheList):
        desk.brokerage.open_tender(
            request, "TN-2026-0001", brief="Planning", reply_by=REPLY_BY, invite=[calder, harrop]
        )


def test_a_provider_suspended_at_the_same_moment_is_not_invited(
    desk: BrokerageScenario, calder: UUID, harrop: UUID
) -> None:
    request = desk.a_shortlisted_request(calder, harrop)
    desk.meanwhile = partial(desk.suspend, calder)

    with signed(), pytest.raises(ProviderSuspended):
        desk.brokerage.open_tender(
            request, "TN-2026-0001", brief="Planning", reply_by=REPLY_BY, invite=[calder, harrop]
        )

    assert desk.service.find(SupportRequest, request).status is RequestStatus.SHORTLISTED


def test_a_quote_names_somebody_who_works_for_the_provider(
    desk: BrokerageScenario, calder: UUID, harrop: UUID
) -> None:
    tender = desk.a_tender(calder, harrop)

    with signed(), pytest.raises(NotASpecialist):
        desk.brokerage.quote(tender, calder, terms(specialist=IMRAN))
    with signed():
        desk.brokerage.quote(tender, calder, terms(specialist=GRACE))
    with signed(), pytest.raises(NotASpecialist):
        desk.brokerage.revise_quote(tender, calder, terms(specialist=IMRAN), reason="Somebody else")


def test_a_quote_above_the_ceiling_of_the_request_needs_approval(
    desk: BrokerageScenario, calder: UUID, harrop: UUID
) -> None:
    tender = desk.a_tender(calder, harrop)
    for provider, person in ((calder, GRACE), (harrop, IMRAN)):
        with signed():
            desk.brokerage.quote(tender, provider, terms(specialist=person, day_rate=Decimal(600)))

    for act in (Act.SELECT_PROVIDER, Act.SELECT_NOT_BEST):
        granted = for_selection(tender, act)
        with signed(), pytest.raises(AboveCeiling):
            desk.brokerage.select(tender, calder, rationale="The best", granted=granted)
    with signed():
        desk.brokerage.select(tender, calder, rationale="The best", granted=for_selection(tender))
    selected = desk.service.find(Tender, tender)
    assert selected.selected == calder
    assert desk.service.find(SupportRequest, selected.request).ceiling == selected.quotes[calder].net


def test_a_suspended_provider_is_not_selected(desk: BrokerageScenario, calder: UUID, harrop: UUID) -> None:
    tender = desk.a_selection(calder, harrop)
    with signed():
        desk.service.change(Tender, tender, lambda tender: tender.withdraw_selection(reason="A second look"))
    desk.suspend(calder)

    with signed(), pytest.raises(ProviderSuspended):
        desk.brokerage.select(tender, calder, rationale="The best", granted=for_selection(tender))


def test_of_two_brokers_who_select_at_once_one_wins(desk: BrokerageScenario, calder: UUID, harrop: UUID) -> None:
    tender = desk.a_selection(calder, harrop)
    with signed():
        desk.service.change(Tender, tender, lambda tender: tender.withdraw_selection(reason="A second look"))
    seen = desk.service.find(Tender, tender).version
    with signed():
        desk.brokerage.select(tender, harrop, rationale="The cheaper", granted=for_selection(tender), at=seen)

    with signed(), pytest.raises(Stale):
        desk.brokerage.select(tender, calder, rationale="The best", granted=for_selection(tender), at=seen)
    with signed(), pytest.raises(TenderNotOpen):
        desk.brokerage.select(tender, calder, rationale="The best", granted=for_selection(tender))
    assert desk.service.find(Tender, tender).selected == harrop


def test_a_command_sent_twice_is_carried_out_once(desk: BrokerageScenario, calder: UUID, harrop: UUID) -> None:
    request = desk.a_shortlisted_request(calder, harrop)

    def open_tender() -> UUID:
        return desk.brokerage.open_tender(
            request, "TN-2026-0001", brief="Planning", reply_by=REPLY_BY, invite=[calder, harrop]
        )

    with signed():
        tender = open_tender()
        with pytest.raises(AlreadyDone) as done:
            open_tender()

    assert done.value.stream == tender
    assert desk.service.find(Tender, tender).version == 3


def test_a_selected_quote_becomes_proposed_work_and_the_request_is_placed(
    desk: BrokerageScenario, calder: UUID, harrop: UUID
) -> None:
    engagement = desk.service.find(BrokeredEngagement, desk.proposed_work(calder, harrop))

    work = engagement.work
    assert (work.provider, work.specialist, work.days, work.net) == (calder, GRACE, Decimal("4.5"), Decimal(2025))
    assert (work.subject, work.school, work.fund) == ("Mathematics", SCHOOL, "SF-ICT")
    assert engagement.status is EngagementStatus.PROPOSED
    request = desk.service.find(SupportRequest, engagement.request)
    assert (request.status, request.engagement) == (RequestStatus.PLACED, engagement.id)


def test_no_work_is_proposed_before_a_selection(desk: BrokerageScenario, calder: UUID, harrop: UUID) -> None:
    tender = desk.a_tender(calder, harrop)

    with signed(), pytest.raises(NobodySelected):
        desk.brokerage.engage_selected(tender, "BE-2026-0001", AGREEMENT)


def test_no_work_is_proposed_for_days_without_clearance(desk: BrokerageScenario, harrop: UUID) -> None:
    lapsing = desk.a_provider("PV-2026-0004", GRACE, cleared_to=ENDS)
    too_long = EngagementTerms("Planning", ("It is done",), BEGINS, date(2027, 7, 1))

    tender = desk.a_selection(lapsing, harrop)
    with signed():
        desk.service.change(
            Provider,
            lapsing,
            lambda one: one.revoke(Requirement.ENHANCED_DBS, person=GRACE, reason="A barring notice"),
        )
    with signed(), pytest.raises(NotCleared, match="revoked on 2 November 2026"):
        desk.brokerage.engage_selected(tender, "BE-2026-0001", too_long)

    request = desk.service.find(SupportRequest, SupportRequest.named("SR-2026-0001").id)
    assert request.status is RequestStatus.INVITING


def test_a_check_that_ends_inside_the_work_is_a_condition_of_it(desk: BrokerageScenario, harrop: UUID) -> None:
    lapsing = desk.a_provider("PV-2026-0004", GRACE, cleared_to=ENDS)
    renew = "Renew by 26 March 2027: Enhanced DBS check with barred list"
    july = date(2027, 7, 1)

    request = desk.an_approved_request(needed_by=july)
    with signed():
        ranking = desk.brokerage.shortlist(request, offers=desk.offers(lapsing, harrop), policy=USUAL_POLICY)
    with signed():
        tender = desk.brokerage.open_tender(
            request, "TN-2026-0001", brief="Planning", reply_by=REPLY_BY, invite=[lapsing, harrop]
        )
    assert [renew in each.reasons for each in ranking.fitting] == [False, True]
    assert desk.service.find(Tender, tender).invitations[lapsing].clearance == f"r{renew[1:]}"


def test_the_authority_s_own_service_is_engaged_without_quotes(desk: BrokerageScenario) -> None:
    music = desk.a_provider("PV-2026-0006", GRACE, kind=ProviderKind.INTERNAL)
    request = desk.an_approved_request()
    work = the_work(provider=music, subject="Something else", begins=BEGINS)

    with signed():
        engagement = desk.brokerage.engage_directly(
            request, "BE-2026-0001", work, granted=for_one_alone(request), reason="Our own"
        )

    assert desk.service.find(BrokeredEngagement, engagement).work.subject == "Mathematics"
    assert desk.service.find(SupportRequest, request).status is RequestStatus.PLACED


def test_a_provider_from_outside_has_to_quote(desk: BrokerageScenario, calder: UUID) -> None:
    request = desk.an_approved_request()

    with signed(), pytest.raises(QuotesNeeded):
        desk.brokerage.engage_directly(
            request, "BE-2026-0001", the_work(provider=calder), granted=for_one_alone(request), reason="In a hurry"
        )


def test_the_authority_s_own_service_keeps_to_the_ceiling(desk: BrokerageScenario) -> None:
    music = desk.a_provider("PV-2026-0006", GRACE, kind=ProviderKind.INTERNAL)
    request = desk.an_approved_request(ceiling=900)

    with signed(), pytest.raises(AboveCeiling):
        desk.brokerage.engage_directly(
            request,
            "BE-2026-0001",
            the_work(provider=music),
            granted=for_one_alone(request),
            reason="Our own service",
        )


def test_a_tender_ends_together_with_its_place_in_the_request(
    desk: BrokerageScenario, calder: UUID, harrop: UUID
) -> None:
    tender = desk.a_tender(calder, harrop)
    with signed():
        desk.brokerage.end_tender(tender, reason="Nobody replied")

    assert desk.service.find(Tender, tender).status is TenderStatus.CLOSED
    request = desk.service.find(SupportRequest, SupportRequest.named("SR-2026-0001").id)
    assert (request.status, request.tender) == (RequestStatus.SHORTLISTED, None)


@pytest.mark.parametrize("selected", [False, True])
def test_a_request_that_goes_takes_its_open_tender_with_it(
    desk: BrokerageScenario, calder: UUID, harrop: UUID, *, selected: bool
) -> None:
    tender = desk.a_selection(calder, harrop) if selected else desk.a_tender(calder, harrop)
    request = SupportRequest.named("SR-2026-0001").id

    def withdraw(request: SupportRequest) -> None:
        request.withdraw(side=Side.SCHOOL, reason="Met otherwise")

    with signed(), pytest.raises(StillInvited):
        desk.service.change(SupportRequest, request, withdraw)
    with signed():
        desk.brokerage.end_request(request, withdraw, reason="The school withdrew")

    assert desk.service.find(Tender, tender).status is TenderStatus.CLOSED
    assert desk.service.find(SupportRequest, request).status is RequestStatus.WITHDRAWN


def test_the_shortlist_may_be_chosen_by_hand(desk: BrokerageScenario, calder: UUID, harrop: UUID) -> None:
    request = desk.an_approved_request()
    with signed():
        ranking = desk.brokerage.shortlist(
            request, offers=desk.offers(calder, harrop), policy=USUAL_POLICY, chosen=[harrop], days=Decimal(5)
        )

    assert "Would cost £2,250 of £2,500" in ranking.fitting[0].reasons
    assert desk.service.find(SupportRequest, request).shortlist == (harrop,)


def test_each_decision_names_the_rules_that_it_rests_on(desk: BrokerageScenario, calder: UUID, harrop: UUID) -> None:
    engagement = desk.service.find(BrokeredEngagement, desk.proposed_work(calder, harrop))

    def rules(record: UUID, event: type[Event]) -> tuple[str, ...]:
        return next(each.meta.rules for each in desk.service.events.get(record) if isinstance(each, event))

    assert rules(engagement.request, SupportRequest.ProvidersShortlisted) == ("matching-1", "vetting-1")
    assert engagement.tender is not None
    assert rules(engagement.tender, Tender.ProviderInvited) == ("vetting-1",)
    assert rules(engagement.id, BrokeredEngagement.Proposed) == ("vetting-1",)


def test_work_engaged_without_quotes_names_the_rules_that_it_rests_on(desk: BrokerageScenario) -> None:
    music = desk.a_provider("PV-2026-0006", GRACE, kind=ProviderKind.INTERNAL)
    work = the_work(provider=music, begins=BEGINS)
    request = desk.an_approved_request()
    with signed():
        engagement = desk.brokerage.engage_directly(
            request, "BE-2026-0001", work, granted=for_one_alone(request), reason="Our own"
        )

    assert next(iter(desk.service.events.get(engagement))).meta.rules == ("vetting-1",)


def test_a_quote_is_written_down_on_behalf_of_the_provider_and_again_where_it_changes(
    desk: BrokerageScenario, calder: UUID, harrop: UUID
) -> None:
    tender = desk.a_tender(calder, harrop)
    for days in (Decimal(4), Decimal(3)):
        with signed(by=BROKER, post="broker"):
            desk.brokerage.record_quote(
                tender, calder, terms(days=days), came_on=TODAY, reason="By telephone", rules=("settings-1",)
            )

    received, revised = list(desk.service.events.get(tender))[-2:]
    assert (type(received), type(revised)) == (Tender.QuoteReceived, Tender.QuoteRevised)
    for event in (received, revised):
        meta = event.meta
        assert (meta.signature.actor, meta.signature.on_behalf_of) == (BROKER, calder)
        assert (meta.reason, meta.rules, meta.about.provider) == ("By telephone", ("settings-1",), calder)
    assert desk.service.find(Tender, tender).quotes[calder].days == 3


def test_a_quote_that_is_written_down_says_how_it_came_and_names_somebody_of_the_provider(
    desk: BrokerageScenario, calder: UUID, harrop: UUID
) -> None:
    tender = desk.a_tender(calder, harrop)

    with signed(), pytest.raises(ReasonNeeded):
        desk.brokerage.record_quote(tender, calder, terms(), came_on=TODAY, reason=" ")
    with signed(), pytest.raises(NotASpecialist):
        desk.brokerage.record_quote(tender, calder, terms(specialist=IMRAN), came_on=TODAY, reason="By telephone")
