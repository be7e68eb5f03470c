"""Engagements at work: sessions only by those cleared that day, and what request and tender learn of it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID, uuid4

import pytest

from domain.engagement import BrokeredEngagement, EngagementStatus, NotCleared
from domain.engagement.rules import EvaluationDue, MoreThanAgreed, NotAllAgreed
from domain.person import Person
from domain.provider import ConflictNature, Evidence, Provider, ProviderKind, Requirement
from domain.provider.rules import NotASpecialist
from domain.service import AlreadyDone, Stale, UnitOfWork
from domain.support_request import RequestStatus, SupportRequest
from domain.tender import Tender, TenderStatus
from domain.tender.rules import AboveCeiling
from domain.vocabulary import Side
from providers.breaches import find_breaches
from providers.brokerage import EngagementTerms
from providers.delivery import NotOfTheSchool, alone_up_to
from providers.eligibility import ConflictOfInterest, ProviderSuspended
from providers.outlook import vetted
from tests.domain.brokered import ENDS, GRACE, HEAD, IMRAN, SCHOOL, consent, outcomes, the_work
from tests.grants import approve, for_one_alone, for_selection
from tests.providers.brokerage_scenario import LONG, BrokerageScenario
from tests.scenario import TODAY, signed

AT_ONCE = EngagementTerms("Planning in mathematics", ("Schemes of work are in use",), TODAY, ENDS)
ONE = Decimal(1)


@pytest.fixture
def calder(desk: BrokerageScenario) -> UUID:
    return desk.a_provider("PV-2026-0001", GRACE)


@pytest.fixture
def harrop(desk: BrokerageScenario) -> UUID:
    return desk.a_provider("PV-2026-0002", IMRAN)


@pytest.fixture
def work(desk: BrokerageScenario, calder: UUID, harrop: UUID) -> UUID:
    desk.a_head("PE-2026-0009")
    return desk.confirmed_work(calder, harrop, AT_ONCE)


def revoke(desk: BrokerageScenario, provider: UUID, person: UUID = GRACE) -> None:
    with signed():
        desk.service.change(
            Provider,
            provider,
            lambda provider: provider.revoke(Requirement.ENHANCED_DBS, person=person, reason="A barring notice"),
        )


def engagement(desk: BrokerageScenario, id: UUID) -> BrokeredEngagement:
    return desk.service.find(BrokeredEngagement, id)


def test_work_is_confirmed_with_its_clearance(desk: BrokerageScenario, work: UUID) -> None:
    confirmed = engagement(desk, work)

    assert (confirmed.status, confirmed.cleared_to) == (EngagementStatus.CONFIRMED, LONG)


def test_work_is_not_confirmed_while_somebody_has_to_agree(
    desk: BrokerageScenario, calder: UUID, harrop: UUID
) -> None:
    work = desk.proposed_work(calder, harrop, AT_ONCE)

    with signed(), pytest.raises(NotAllAgreed):
        desk.delivery.confirm(work)
    assert not engagement(desk, work).cleared


def test_no_session_is_planned_once_the_clearance_is_gone_and_one_held_is_in_breach(
    desk: BrokerageScenario, calder: UUID, work: UUID
) -> None:
    with signed():
        desk.delivery.plan_session(work, on=TODAY, days=ONE)
    revoke(desk, calder)

    with signed(), pytest.raises(NotCleared, match="revoked"):
        desk.delivery.plan_session(work, on=ENDS, days=ONE)
    with signed():
        desk.delivery.deliver_session(work, 1, on=TODAY, days=ONE)
    [missing] = engagement(desk, work).sessions[1].missing
    assert "revoked on" in missing


def test_a_session_after_the_end_of_a_check_waits_for_the_renewal_and_is_held_up_where_it_does_not_come(
    desk: BrokerageScenario, harrop: UUID
) -> None:
    lapses, later = TODAY + timedelta(days=20), TODAY + timedelta(days=30)
    lapsing = desk.a_provider("PV-2026-0004", GRACE, cleared_to=lapses)
    desk.a_head("PE-2026-0009")
    work = desk.confirmed_work(lapsing, harrop, AT_ONCE)

    confirmed = engagement(desk, work)
    assert (confirmed.cleared_to, confirmed.exempt) == (lapses, ())
    assert confirmed.conditions == ("Renew by 22 November 2026: Enhanced DBS check with barred list",)
    with signed():
        desk.delivery.plan_session(work, on=later, days=ONE)
    with signed(lapses + timedelta(days=1)), pytest.raises(NotCleared, match="expired on 22 November 2026"):
        desk.delivery.plan_session(work, on=later, days=ONE)
    with signed(later):
        desk.delivery.deliver_session(work, 1, on=later, days=ONE)
    assert engagement(desk, work).sessions[1].missing == (
        "Enhanced DBS check with barred list: expired on 22 November 2026",
    )


def test_a_revocation_from_an_earlier_day_shows_breaches_of_then_in_what_was_held_since(
    desk: BrokerageScenario, calder: UUID, work: UUID
) -> None:
    later = TODAY + timedelta(days=8)
    for number, on in ((1, TODAY), (2, later)):
        with signed():
            desk.delivery.plan_session(work, on=on, days=ONE)
        with signed(later):
            desk.delivery.deliver_session(work, number, on=on, days=ONE)

    def from_day(on: date) -> None:
        def decide(unit: UnitOfWork) -> None:
            provider = unit.find(Provider, calder)
            before = vetted(provider)
            provider.revoke(Requirement.ENHANCED_DBS, person=GRACE, reason="A barring notice", on=on)
            find_breaches(unit, provider, before, [work], desk.vetting)

        with signed(later):
            desk.service.do(decide)

    from_day(TODAY + timedelta(days=1))

    sessions = engagement(desk, work).sessions
    assert (sessions[1].missing, sessions[1].found_later_on) == ((), None)
    assert sessions[2].missing == ("Enhanced DBS check with barred list: revoked on 3 November 2026",)
    assert sessions[2].found_later_on == later


def test_somebody_who_had_left_before_a_session_held_it_in_breach_as_is_known_once_that_is_recorded(
    desk: BrokerageScenario, calder: UUID, work: UUID
) -> None:
    later = TODAY + timedelta(days=8)
    with signed():
        desk.delivery.plan_session(work, on=later, days=ONE)
    with signed(later):
        desk.delivery.deliver_session(work, 1, on=later, days=ONE)

    def leave(unit: UnitOfWork) -> None:
        provider = unit.find(Provider, calder)
        before = vetted(provider)
        provider.note_leaving(person=GRACE, reason="Retired", on=later)
        find_breaches(unit, provider, before, [work], desk.vetting)

    with signed(later + timedelta(days=2)):
        desk.service.do(leave)

    session = engagement(desk, work).sessions[1]
    assert session.missing == ("The specialist did not work for the provider",)
    assert session.found_later_on == later + timedelta(days=2)


def test_agreed_work_of_a_suspended_provider_is_not_confirmed(
    desk: BrokerageScenario, calder: UUID, harrop: UUID
) -> None:
    work = desk.agreed_work(calder, harrop, AT_ONCE)
    desk.suspend(calder)

    with signed(), pytest.raises(ProviderSuspended, match="since 2 November 2026"):
        desk.delivery.confirm(work)
    assert engagement(desk, work).status is EngagementStatus.AGREED

    desk.reinstate(calder)
    with signed():
        desk.delivery.confirm(work)


def test_agreed_work_is_not_confirmed_once_a_tie_to_the_school_is_declared(
    desk: BrokerageScenario, calder: UUID, harrop: UUID
) -> None:
    work = desk.agreed_work(calder, harrop, AT_ONCE)
    with signed():
        desk.service.change(
            Provider,
            calder,
            lambda one: one.declare_conflict(nature=ConflictNature.FAMILY, from_=TODAY, school=SCHOOL),
        )

    with signed(), pytest.raises(ConflictOfInterest):
        desk.delivery.confirm(work)


def test_no_session_is_planned_on_a_day_of_a_suspension_and_one_held_is_in_breach(
    desk: BrokerageScenario, calder: UUID, work: UUID
) -> None:
    later = TODAY + timedelta(days=7)
    for on in (TODAY, later):
        with signed():
            desk.delivery.plan_session(work, on=on, days=ONE)
    desk.suspend(calder, on=later)

    with signed(later), pytest.raises(ProviderSuspended):
        desk.delivery.plan_session(work, on=ENDS, days=ONE)
    for number, on in ((2, later), (1, TODAY)):
        with signed(later):
            desk.delivery.deliver_session(work, number, on=on, days=ONE)
    sessions = engagement(desk, work).sessions
    assert (sessions[2].missing, sessions[1].missing) == (("The provider was suspended",), ())


def test_nobody_takes_over_the_work_of_a_suspended_provider(
    desk: BrokerageScenario, calder: UUID, work: UUID
) -> None:
    colleague = desk.a_colleague(calder)
    desk.suspend(calder)

    with signed(), pytest.raises(ProviderSuspended):
        desk.delivery.substitute(work, colleague, reason="Illness")


def test_a_refusal_names_the_person_who_is_not_cleared(desk: BrokerageScenario, calder: UUID, work: UUID) -> None:
    with signed():
        grace = desk.service.add(lambda: Person.register("PE-2026-0001", name="Grace Calder"))
    with signed():
        desk.service.change(Provider, calder, lambda one: one.add_specialist(person=grace.id, teaches=False))

    with signed(), pytest.raises(NotCleared, match=r"^Grace Calder of Provider PV-2026-0001 is not cleared"):
        desk.delivery.substitute(work, grace.id, reason="Illness")


def test_a_clearance_revoked_at_the_same_moment_counts(desk: BrokerageScenario, calder: UUID, work: UUID) -> None:
    desk.meanwhile = partial(revoke, desk, calder)

    with signed(), pytest.raises(NotCleared):
        desk.delivery.plan_session(work, on=TODAY, days=ONE)

    assert engagement(desk, work).sessions == {}


def test_two_officers_who_plan_the_last_day_at_once_do_not_both_succeed(desk: BrokerageScenario, work: UUID) -> None:
    with signed():
        desk.delivery.plan_session(work, on=TODAY, days=Decimal(4))

    def the_other() -> None:
        with signed():
            desk.delivery.plan_session(work, on=TODAY, days=Decimal("0.5"))

    desk.meanwhile = the_other
    with signed(), pytest.raises(MoreThanAgreed):
        desk.delivery.plan_session(work, on=TODAY, days=Decimal("0.5"))

    assert engagement(desk, work).planned_days == Decimal("4.5")


def test_a_session_decided_on_an_older_version_is_stale(desk: BrokerageScenario, work: UUID) -> None:
    seen = engagement(desk, work).version
    with signed():
        desk.delivery.plan_session(work, on=TODAY, days=ONE, at=seen)

    with signed(), pytest.raises(Stale):
        desk.delivery.plan_session(work, on=TODAY, days=ONE, at=seen)


def test_a_session_sent_twice_is_planned_once(desk: BrokerageScenario, work: UUID) -> None:
    with signed():
        desk.delivery.plan_session(work, on=TODAY, days=ONE)
        with pytest.raises(AlreadyDone):
            desk.delivery.plan_session(work, on=TODAY, days=ONE)

    assert len(engagement(desk, work).sessions) == 1


def test_a_specialist_is_replaced_by_a_cleared_colleague(desk: BrokerageScenario, calder: UUID, work: UUID) -> None:
    colleague = uuid4()
    with signed(), pytest.raises(NotASpecialist):
        desk.delivery.substitute(work, colleague, reason="Illness")
    with signed():
        desk.service.change(
            Provider, calder, lambda provider: provider.add_specialist(person=colleague, teaches=False)
        )
    with signed(), pytest.raises(NotCleared):
        desk.delivery.substitute(work, colleague, reason="Illness")
    with signed():
        desk.service.change(
            Provider,
            calder,
            lambda provider: provider.meet(
                Requirement.ENHANCED_DBS,
                checked_on=TODAY,
                evidence=next(iter(Evidence)),
                person=colleague,
                expires=date(2027, 8, 31),
            ),
        )
    with signed():
        desk.delivery.substitute(work, colleague, reason="Illness")

    changed = engagement(desk, work)
    assert (changed.work.specialist, changed.cleared_to) == (colleague, date(2027, 8, 31))


def vary(desk: BrokerageScenario, work: UUID, *, days: str = "6", net: int = 2700, **agreed: object) -> None:
    head = Person.named("PE-2026-0009").id
    with signed():
        desk.delivery.agree_variation(
            work,
            days=Decimal(days),
            net=Decimal(net),
            ends=ENDS,
            consent=consent(**{"school_by": head, "school_on": TODAY, **agreed}),
            reason="More to do",
        )


def test_work_without_quotes_costs_no_more_than_was_decided_of_one_provider_alone(desk: BrokerageScenario) -> None:
    """However much is approved for the request: else a small engagement would become a large one by a variation."""
    music = desk.a_provider("PV-2026-0006", GRACE, kind=ProviderKind.INTERNAL)
    request = desk.an_approved_request(ceiling=9000)
    with signed():
        made = desk.brokerage.engage_directly(
            request,
            "BE-2026-0001",
            the_work(provider=music, begins=TODAY),
            granted=for_one_alone(request),
            reason="Ours",
        )
    before = engagement(desk, made)
    for side in Side:
        with signed():
            desk.service.change(BrokeredEngagement, made, lambda it, side=side: it.agree(side))  # type: ignore[misc]
    with signed():
        desk.delivery.confirm(made)

    found = desk.service.find
    asked = found(SupportRequest, request)
    assert alone_up_to(found, asked, before) == before.work.net
    with pytest.raises(AboveCeiling, match="This provider was asked alone"):
        vary(desk, made, net=8000)


def test_a_variation_stays_within_the_ceiling_unless_more_is_approved(desk: BrokerageScenario, work: UUID) -> None:
    with pytest.raises(AboveCeiling):
        vary(desk, work)
    assert engagement(desk, work).work.days == Decimal("4.5")

    with signed():
        desk.service.change(
            SupportRequest,
            engagement(desk, work).request,
            lambda request: approve(request, 2700),
        )
    vary(desk, work)

    varied = engagement(desk, work)
    assert (varied.work.days, varied.work.net, varied.work.vat) == (Decimal(6), Decimal(2700), Decimal(540))
    assert desk.service.find(SupportRequest, varied.request).status is RequestStatus.PLACED


def test_only_those_who_lead_a_school_agree_to_a_variation_for_it(desk: BrokerageScenario, work: UUID) -> None:
    elsewhere = desk.a_head("PE-2026-0008", uuid4())

    for agreed in ({"school_by": elsewhere}, {"school_on": TODAY - timedelta(days=60)}):
        with pytest.raises(NotOfTheSchool):
            vary(desk, work, net=2025, **agreed)


def test_only_those_who_work_for_a_provider_agree_to_a_variation_for_it(desk: BrokerageScenario, work: UUID) -> None:
    with pytest.raises(NotASpecialist) as refused:
        vary(desk, work, net=2025, provider_by=IMRAN)

    assert refused.value.field == "provider_by"


def test_a_suspended_provider_is_given_no_more_days(desk: BrokerageScenario, calder: UUID, work: UUID) -> None:
    desk.suspend(calder)

    with pytest.raises(ProviderSuspended):
        vary(desk, work, net=2025)
    vary(desk, work, net=2025, days="4")


def test_work_cancelled_before_it_starts_gives_request_and_quotes_back(
    desk: BrokerageScenario, harrop: UUID, work: UUID
) -> None:
    with signed():
        desk.delivery.cancel(work, side=Side.PROVIDER, reason="The specialist left")

    cancelled = engagement(desk, work)
    assert cancelled.status is EngagementStatus.CANCELLED
    request = desk.service.find(SupportRequest, cancelled.request)
    assert (request.status, request.engagement) == (RequestStatus.INVITING, None)
    assert request.tender is not None
    assert desk.service.find(Tender, request.tender).status is TenderStatus.OPEN
    with signed():
        desk.brokerage.select(
            request.tender, harrop, rationale="The second best", granted=for_selection(request.tender)
        )


def test_work_is_closed_together_with_its_request(desk: BrokerageScenario, work: UUID) -> None:
    with signed():
        desk.delivery.plan_session(work, on=TODAY, days=ONE)
    with signed(TODAY + timedelta(days=1)):
        desk.delivery.deliver_session(work, 1, on=TODAY, days=ONE, note="Algebra", attended=3)
    with signed():
        desk.service.change(BrokeredEngagement, work, lambda engagement: engagement.complete())
    with signed(), pytest.raises(EvaluationDue):
        desk.delivery.close(work, outcome="Planning is in place")
    with signed():
        desk.service.change(
            BrokeredEngagement,
            work,
            lambda engagement: engagement.evaluate(
                quality=5, impact=4, comment="Clear", outcomes=outcomes(engagement), evaluator=HEAD
            ),
        )
    with signed():
        desk.delivery.close(work, outcome="Planning is in place")

    closed = engagement(desk, work)
    assert closed.status is EngagementStatus.CLOSED
    assert desk.service.find(SupportRequest, closed.request).status is RequestStatus.CLOSED
