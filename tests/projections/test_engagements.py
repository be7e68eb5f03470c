"""The view of engagements: terms, what is done, and whose turn it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from domain.engagement import BrokeredEngagement, EngagementStatus
from domain.service import Service
from domain.vocabulary import Side, SupportKind
from projections import engagements as view
from projections.engagements import (
    EngagementRow,
)
from tests.domain.brokered import (
    CALDER,
    ENDS,
    GRACE,
    HEAD,
    IMRAN,
    RULES,
    SCHOOL,
    a_confirmed_engagement,
    consent,
    outcomes,
    the_work,
)
from tests.grants import waive_evaluation
from tests.projections.conftest import Ask, row_where, rows_of, rows_where
from tests.scenario import TODAY, signed

engagements_of = rows_of(view.engagements, view.listed)
VIEWS = [view.VIEW]
TOMORROW = TODAY + timedelta(days=1)
Act = Callable[[BrokeredEngagement], None]


@pytest.fixture
def other(service: Service) -> None:
    """Another engagement, proposed only, which nothing may change."""
    work = the_work(school=uuid4(), provider=uuid4(), specialist=IMRAN, subject="French")
    with signed():
        service.add(lambda: BrokeredEngagement.propose("BE-2026-0002", work, request=uuid4(), tender=uuid4()))


@pytest.fixture
def after(service: Service, other: None, ask: Ask) -> Callable[..., EngagementRow]:
    """The row of a confirmed engagement after several acts; beside it the other is as it was."""
    engagement = a_confirmed_engagement()
    with signed():
        service.add(lambda: engagement)
    before = ask(row_where, view.engagements, reference="BE-2026-0002")

    def act(*acts: Act) -> EngagementRow:
        for each in acts:
            with signed():
                service.change(BrokeredEngagement, engagement.id, each)
        assert ask(row_where, view.engagements, reference="BE-2026-0002") == before
        row = ask(row_where, view.engagements, reference="BE-2026-0001")
        record = service.find(BrokeredEngagement, engagement.id)
        assert (row.status, row.used_days, row.planned_days, row.cost) == (
            record.status,
            record.used_days,
            record.planned_days,
            record.cost,
        )
        assert isinstance(row, EngagementRow)
        return row

    return act


def plan(days: int = 1, *, in_days: int = 0) -> Act:
    return lambda engagement: engagement.plan_session(
        on=TODAY + timedelta(days=in_days), days=Decimal(days), cleared=True, rules=RULES
    )


def deliver(number: int = 1, days: str = "1") -> Act:
    return lambda engagement: engagement.deliver_session(
        number, on=TODAY, days=Decimal(days), cleared=True, rules=RULES
    )


def test_proposed_terms_wait_for_those_who_have_not_agreed(service: Service, other: None, ask: Ask) -> None:
    row = ask(row_where, view.engagements, reference="BE-2026-0002")
    assert row.awaiting_agreement == (Side.SCHOOL, Side.PROVIDER, Side.SERVICE)
    with signed():
        service.change(BrokeredEngagement, row.id, lambda engagement: engagement.agree(Side.SERVICE))

    assert ask(row_where, view.engagements, reference="BE-2026-0002").awaiting_agreement == (
        Side.SCHOOL,
        Side.PROVIDER,
    )


def test_confirmed_work_shows_its_terms(after: Callable[..., EngagementRow]) -> None:
    row = after()

    assert (row.school, row.provider, row.specialist) == (SCHOOL, CALDER, GRACE)
    assert (row.agreed_days, row.net, row.ends) == (Decimal(3), Decimal(1000), ENDS)
    assert (row.status, row.awaiting_agreement) == (EngagementStatus.CONFIRMED, ())


def test_days_and_cost_follow_the_sessions(after: Callable[..., EngagementRow]) -> None:
    planned = after(plan(in_days=7), plan())
    assert (planned.next_session, planned.planned_days) == (TODAY, Decimal(2))

    delivered = after(deliver(2, "0.5"))
    assert (delivered.next_session, delivered.used_days) == (TODAY + timedelta(days=7), Decimal("0.5"))
    assert delivered.cost == Decimal("166.67")

    charged = after(lambda engagement: engagement.cancel_session(1, side=Side.SCHOOL, chargeable=True, reason="Snow"))
    assert (charged.next_session, charged.used_days) == (None, Decimal("1.5"))


def test_terms_follow_substitution_and_variation(after: Callable[..., EngagementRow]) -> None:
    row = after(
        lambda engagement: engagement.substitute(
            IMRAN, cleared=True, valid_to=TOMORROW, rules=RULES, reason="Maternity leave"
        ),
        lambda engagement: engagement.agree_variation(
            days=Decimal(5), net=Decimal(1500), ends=ENDS, consent=consent(), reason="More to do"
        ),
    )

    assert (row.specialist, row.cleared_to) == (IMRAN, TOMORROW)
    assert (row.agreed_days, row.net, row.vat) == (Decimal(5), Decimal(1500), Decimal(300))


def test_paused_work_resumes_where_it_was(after: Callable[..., EngagementRow]) -> None:
    assert after(lambda engagement: engagement.pause(reason="Inspection")).status is EngagementStatus.PAUSED
    assert after(lambda engagement: engagement.resume(reason="Over")).status is EngagementStatus.CONFIRMED
    after(plan(), deliver(), lambda engagement: engagement.pause(reason="Illness"))
    assert after(lambda engagement: engagement.resume(reason="Well")).status is EngagementStatus.IN_DELIVERY


def test_work_that_is_over_waits_for_its_evaluation(after: Callable[..., EngagementRow], ask: Ask) -> None:
    over = after(plan(), deliver(), lambda engagement: engagement.complete())
    assert over.evaluation_due

    evaluated = after(
        lambda engagement: engagement.evaluate(
            quality=5, impact=4, comment="", outcomes=outcomes(engagement), evaluator=HEAD
        )
    )
    assert (evaluated.evaluation_due, evaluated.quality, evaluated.impact) == (False, 5, 4)
    closed = after(lambda engagement: engagement.close())
    assert not closed.is_open


def test_a_waived_evaluation_is_not_awaited(after: Callable[..., EngagementRow], ask: Ask) -> None:
    row = after(
        plan(),
        lambda engagement: engagement.end_early(side=Side.SCHOOL, reason="Merger"),
        lambda engagement: waive_evaluation(engagement, reason="The school has closed"),
    )

    assert (row.evaluation_due, row.coming, row.over_on) == (False, (), TODAY)


def test_cancelled_work_is_not_open(after: Callable[..., EngagementRow], ask: Ask) -> None:
    row = after(lambda engagement: engagement.cancel(side=Side.SCHOOL, reason="Funds withdrawn"))

    assert not row.is_open
    assert [each.reference for each in ask(rows_where, view.engagements, is_open=True)] == ["BE-2026-0002"]


def test_engagements_are_found_by_whom_they_concern(after: Callable[..., EngagementRow], ask: Ask) -> None:
    def found(**wanted: object) -> list[str]:
        return [each.reference for each in ask(engagements_of, **wanted)]

    assert found() == ["BE-2026-0002", "BE-2026-0001"]
    assert found(schools=[SCHOOL]) == found(providers=[CALDER]) == found(specialist=GRACE) == ["BE-2026-0001"]
    assert found(statuses=[EngagementStatus.PROPOSED]) == found(limit=1) == ["BE-2026-0002"]
    assert (
        found(subjects=["frenc"])
        == found(subjects=["Languages", "FRENCH"])
        == found(awaiting=Side.SCHOOL)
        == ["BE-2026-0002"]
    )
    assert found(kind=SupportKind.TRAINING) == []
    assert found(after="BE-2026-0002") == ["BE-2026-0001"]
    assert found(schools=[]) == []


def test_a_side_that_agreed_is_no_longer_awaited(service: Service, other: None, ask: Ask) -> None:
    proposed = ask(row_where, view.engagements, reference="BE-2026-0002").id
    with signed():
        service.change(BrokeredEngagement, proposed, lambda engagement: engagement.agree(Side.SCHOOL))

    assert ask(engagements_of, awaiting=Side.SCHOOL) == []
    assert [each.reference for each in ask(engagements_of, awaiting=Side.PROVIDER)] == ["BE-2026-0002"]


def test_work_that_waits_for_its_evaluation_is_found(after: Callable[..., EngagementRow], ask: Ask) -> None:
    after(lambda engagement: engagement.end_early(side=Side.SCHOOL, reason="Merger"))
    assert [each.reference for each in ask(engagements_of, evaluation_due=True)] == ["BE-2026-0001"]

    after(lambda engagement: waive_evaluation(engagement, reason="The school has closed"))
    assert ask(engagements_of, evaluation_due=True) == []
