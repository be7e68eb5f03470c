"""Pounds and pence, and the one rounding rule: half a penny rounds away from zero, once per stated sum.

With them the unit that is priced: days of support, which come in halves.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from domain.aggregate import Refusal

PENNY = Decimal("0.01")
MOST = Decimal("9999999.99")


def pounds(amount: Decimal | int | str) -> Decimal:
    """An amount in pounds, rounded to the penny. Raises NotMoney for text that is no sum or is out of range."""
    try:
        rounded = Decimal(amount).quantize(PENNY, rounding=ROUND_HALF_UP)
    except InvalidOperation:
        raise NotMoney(str(amount)) from None
    if not rounded.is_finite() or abs(rounded) > MOST:
        raise NotMoney(str(amount))
    return rounded


def in_pounds(amount: Decimal | int) -> str:
    """A sum as people write it: "£1,200", with pence where there are some, as "£45.50"."""
    return f"{'-' if amount < 0 else ''}£{abs(amount):,.2f}".removesuffix(".00")


class NotMoney(ValueError):
    """The text is not a sum of money."""


@dataclass(frozen=True, slots=True)
class Price:
    """A sum net of VAT, with the VAT on it; gross is their sum. All in pounds."""

    net: Decimal
    vat: Decimal

    @classmethod
    def of(cls, net: Decimal, *, vat_percent: Decimal) -> Price:
        """The price of a net sum at a VAT rate in per cent (0 where the provider is not registered)."""
        net = pounds(net)
        return cls(net, pounds(net * vat_percent / 100))

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat

    @property
    def vat_percent(self) -> Decimal:
        """The VAT rate in per cent: the one with the fewest decimals that gives this VAT; 0 where nothing is paid."""
        if not self.net:
            return Decimal(0)
        exact = self.vat * 100 / self.net
        rounded = (exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP) for places in range(3))
        return next((rate for rate in rounded if Price.of(self.net, vat_percent=rate) == self), exact)


class NotHalfDays(Refusal):
    """Days of support are counted in halves, and there is at least half a day."""


def half_days(days: Decimal) -> Decimal:
    """Days of support as they are agreed, delivered and paid. Raises NotHalfDays."""
    if not days.is_finite() or days <= 0 or days > 999 or days * 2 % 1:
        raise NotHalfDays("Enter days as a number of whole or half days, like 2 or 2.5", field="days")
    return (days * 2).to_integral_value() / 2
