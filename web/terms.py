"""Terms and working days as the authority has set them, with the bank holidays of England."""

from __future__ import annotations

from datetime import date

from domain.authority import Settings
from domain.calendar import TermDates, academic_year_of, default_term_on, term_on, working_days_after
from web.authority import settings_of
from web.holidays import bank_holidays
from web.office import Office


def term_of(office: Office, day: date) -> TermDates:
    """The term to which a day counts."""
    settings, _ = settings_of(office)
    year = academic_year_of(day)
    around = [term for each in (year - 1, year) for term in settings.terms_of(each, bank_holidays())]
    return term_on(around, day) or default_term_on(day, bank_holidays())


def respond_by(settings: Settings, day: date) -> date:
    """The last day to respond to what is issued on a day."""
    return working_days_after(day, settings.response_days, bank_holidays())
