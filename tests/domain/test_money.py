"""Pounds and pence, VAT, and days in halves."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import MOST, NotHalfDays, NotMoney, Price, half_days, pounds

SUMS = st.decimals(min_value=-MOST, max_value=MOST, places=2)


@pytest.mark.parametrize(
    ("typed", "sum_"),
    [
        ("12.345", "12.35"),
        ("12.344", "12.34"),
        ("0.005", "0.01"),
        ("-0.005", "-0.01"),
        ("7", "7.00"),
        ("1e2", "100.00"),
    ],
)
def test_half_a_penny_rounds_away_from_zero(typed: str, sum_: str) -> None:
    assert str(pounds(typed)) == sum_


@given(SUMS)
def test_a_sum_in_pence_stays_what_it_is(amount: Decimal) -> None:
    assert pounds(amount) == amount


@pytest.mark.parametrize("text", ["", "twelve", "1,000", "£5", "NaN", "-NaN", "sNaN", "Infinity", "10000000", "1e30"])
def test_other_text_is_no_sum(text: str) -> None:
    with pytest.raises(NotMoney):
        pounds(text)


def test_the_largest_sum_is_one_penny_short_of_ten_million() -> None:
    assert pounds("9999999.99") == MOST
    with pytest.raises(NotMoney):
        pounds("9999999.995")


@given(net=st.decimals(min_value=0, max_value=100_000, places=2), rate=st.sampled_from(["0", "5", "17.5", "20"]))
def test_gross_is_net_and_vat_to_the_penny(net: Decimal, rate: str) -> None:
    price = Price.of(net, vat_percent=Decimal(rate))
    assert price.gross == price.net + price.vat
    assert abs(price.vat - net * Decimal(rate) / 100) <= Decimal("0.005")
    assert price.vat == pounds(price.vat)


@given(
    net=st.decimals(min_value="0.01", max_value=100_000, places=2),
    rate=st.sampled_from(["0", "5", "17.5", "20", "12.25"]),
)
def test_the_rate_told_by_a_price_gives_that_price_again(net: Decimal, rate: str) -> None:
    price = Price.of(net, vat_percent=Decimal(rate))
    assert Price.of(net, vat_percent=price.vat_percent) == price


def test_a_price_tells_its_rate_of_vat() -> None:
    assert Price(Decimal("333.33"), Decimal("66.67")).vat_percent == 20
    assert Price(Decimal(100), Decimal("17.50")).vat_percent == Decimal("17.5")
    assert Price(Decimal(0), Decimal(0)).vat_percent == 0


def test_vat_is_rounded_once() -> None:
    assert Price.of(Decimal("333.33"), vat_percent=Decimal(20)) == Price(Decimal("333.33"), Decimal("66.67"))
    assert Price.of(Decimal("0.10"), vat_percent=Decimal("17.5")).vat == Decimal("0.02")


@pytest.mark.parametrize("days", ["0.5", "1", "2.5", "2.50", "999"])
def test_days_come_in_halves(days: str) -> None:
    assert half_days(Decimal(days)) == Decimal(days)


@pytest.mark.parametrize("days", ["0", "-0.5", "0.25", "2.3", "999.5", "NaN", "Infinity"])
def test_other_numbers_of_days_are_refused(days: str) -> None:
    with pytest.raises(NotHalfDays) as refused:
        half_days(Decimal(days))
    assert refused.value.field == "days"
