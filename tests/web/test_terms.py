"""Terms and working days, as the authority has set them."""

from __future__ import annotations

from datetime import date

import pytest

from domain.authority import Settings
from domain.calendar import Term
from tests.sample_authority import SampleAuthority
from web.runtime.terms import bank_holidays, respond_by, term_of


def test_bank_holidays_are_those_of_england() -> None:
    holidays = bank_holidays()
    assert date(2026, 12, 28) in holidays, "Boxing Day falls on a Saturday"
    assert date(2026, 1, 2) not in holidays, "a holiday in Scotland alone"


@pytest.mark.parametrize(
    ("day", "year", "term"),
    [
        (date(2026, 11, 2), 2026, Term.AUTUMN),
        (date(2026, 12, 29), 2026, Term.AUTUMN),
        (date(2027, 8, 31), 2026, Term.SUMMER),
        (date(2027, 9, 1), 2026, Term.SUMMER),
        (date(2027, 9, 6), 2027, Term.AUTUMN),
        (date(1950, 1, 1), 1949, Term.AUTUMN),
        (date(2150, 12, 31), 2150, Term.AUTUMN),
    ],
)
def test_a_day_counts_to_the_term_that_has_begun(sample: SampleAuthority, day: date, year: int, term: Term) -> None:
    found = term_of(sample.services, day)
    assert (found.academic_year, found.term) == (year, term)


def test_the_response_window_is_counted_in_working_days() -> None:
    assert respond_by(Settings(), date(2026, 11, 2)) == date(2026, 11, 16)
    assert respond_by(Settings(response_days=1), date(2026, 12, 24)) == date(2026, 12, 29)
