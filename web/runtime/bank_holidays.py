"""The bank holidays of England, from the data that come with the library; nothing is fetched."""

from __future__ import annotations

from datetime import date
from functools import cache


@cache
def bank_holidays() -> frozenset[date]:
    """Every bank holiday of England that the library knows."""
    from govuk_bank_holidays.bank_holidays import BankHolidays

    known = BankHolidays(use_cached_holidays=True)
    return frozenset(holiday["date"] for holiday in known.get_holidays(division=BankHolidays.ENGLAND_AND_WALES))
