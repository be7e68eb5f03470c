"""Terms and working days as the authority has set them, with the bank holidays of England."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache

from domain.authority import Settings
from domain.calendar import TermDates, academic_year_of, default_term_on, term_on, working_days_after
from web.runtime.authority import settings_of
from web.runtime.services import Services


@cache
def bank_holidays() -> frozenset[date]:
    """Every bank holiday of England that the library knows."""
    from govuk_bank_holidays.bank_holidays import BankHolidays

    known = BankHolidays(use_cached_holidays=True)
    return frozenset(holiday["date"] for holiday in known.get_holidays(division=BankHolidays.ENGLAND_AND_WALES))


def term_of(services: Services, day: date) -> TermDates:
    """The term to which a day counts."""
    return term_on(terms_around(services, day), day) or default_term_on(day, bank_holidays())


def terms_around(services: Services, day: date) -> list[TermDates]:
    """The terms of the school year of a day and of the year before it."""
    settings, _ = settings_of(services)
    year = academic_year_of(day)
    return [term for each in (year - 1, year) for term in settings.terms_of(each, bank_holidays())]


def respond_by(settings: Settings, day: date) -> date:
    """The last day to respond to what is issued on a day."""
    return working_days_after(day, settings.response_days, bank_holidays())


def days_from(settings: Settings, day: date) -> dict[str, date]:
    """The last days to respond to a record that is issued on a day, and to present it to the governing body."""
    present_by = working_days_after(day, settings.presentation_days, bank_holidays())
    return {"respond_by": respond_by(settings, day), "present_by": present_by}


def last_day(
    services: Services, window: Callable[[Settings], int], *, after: date | None = None
) -> tuple[date, tuple[str, ...]]:
    """The last day of a window of working days that begins after a day (today's by default), and the version of the
    settings that says so, for the decision to name."""
    settings, version = settings_of(services)
    return working_days_after(after or services.today(), window(settings), bank_holidays()), (version,)
