"""A provider as an offer: which of its free days count for a need."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from domain.provider import Provider, ProviderKind
from providers.eligibility import ProviderSuspended, must_not_be_suspended, offer_of
from providers.vetting import USUAL_POLICY
from tests.grants import reinstate
from tests.notebook import NOON, command
from tests.providers.test_matching import NEED

ONE = timedelta(days=1)
FIRST, LAST = date(2027, 1, 10), date(2027, 1, 20)


def free_days(*periods: tuple[date, date]) -> Decimal | None:
    """How many days are free for work from the 10th to the 20th, with three declared in each of these periods."""
    with command():
        provider = Provider.register("PV-2026-0001", trading_as="Calder Learning", kind=ProviderKind.PRIVATE)
        for from_, to in periods:
            provider.declare_capacity(from_=from_, to=to, days=Decimal(3))
    return offer_of(provider, replace(NEED, first=FIRST, last=LAST), lambda _: USUAL_POLICY).free_days


@pytest.mark.parametrize(
    ("from_", "to", "counts"),
    [
        (FIRST - 9 * ONE, FIRST - ONE, False),
        (FIRST - 9 * ONE, FIRST, True),
        (FIRST + ONE, LAST - ONE, True),
        (FIRST - ONE, LAST + ONE, True),
        (LAST, LAST + 9 * ONE, True),
        (LAST + ONE, LAST + 9 * ONE, False),
    ],
    ids=["ends before", "ends on the first day", "within", "around", "begins on the last day", "begins after"],
)
def test_days_declared_for_a_period_count_where_it_meets_the_work(from_: date, to: date, counts: bool) -> None:
    assert free_days((from_, to)) == (3 if counts else None)


def test_days_of_several_periods_add_up() -> None:
    assert free_days() is None
    assert free_days((FIRST, FIRST + ONE), (LAST, LAST + ONE), (LAST + 2 * ONE, LAST + 3 * ONE)) == 6


def test_a_provider_is_said_to_be_suspended_while_it_is_and_to_have_been_once_it_is_over() -> None:
    with command():
        provider = Provider.register("PV-2026-0001", trading_as="Calder Learning", kind=ProviderKind.PRIVATE)
        provider.suspend(reason="A complaint")
    with pytest.raises(ProviderSuspended, match=r"Calder Learning is suspended \(since 2 November 2026\)"):
        must_not_be_suspended(provider, NOON.date())

    with command(at=NOON + 3 * ONE):
        reinstate(provider, reason="It was unfounded")

    must_not_be_suspended(provider, NOON.date() + 3 * ONE)
    with pytest.raises(ProviderSuspended, match=r"was suspended on 3 November 2026 \(since 2 November 2026\)"):
        must_not_be_suspended(provider, NOON.date() + ONE)
