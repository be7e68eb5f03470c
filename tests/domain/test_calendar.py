"""Terms, school years and working days."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import (
    Term,
    TermDates,
    academic_year_of,
    default_term_on,
    default_terms,
    term_on,
    working_days_after,
)

AUTUMN = TermDates(2026, Term.AUTUMN, date(2026, 9, 7), date(2026, 12, 18))
SPRING = TermDates(2026, Term.SPRING, date(2027, 1, 4), date(2027, 3, 25))
SUMMER = TermDates(2026, Term.SUMMER, date(2027, 4, 19), date(2027, 7, 28))
TERMS = (AUTUMN, SPRING, SUMMER)

HOLIDAYS_2027 = frozenset({date(2027, 3, 26), date(2027, 3, 29), date(2027, 5, 3), date(2027, 5, 31)})
HOLIDAYS_2025 = frozenset({date(2025, 4, 18), date(2025, 4, 21), date(2025, 5, 5), date(2025, 5, 26)})


def test_a_term_is_called_by_its_season_and_school_year() -> None:
    assert AUTUMN.label == "Autumn term 2026/27"
    assert TermDates(1999, Term.SUMMER, date(2000, 4, 17), date(2000, 7, 21)).label == "Summer term 1999/00"


@pytest.mark.parametrize(
    ("day", "year"), [(date(2026, 8, 31), 2025), (date(2026, 9, 1), 2026), (date(2027, 1, 1), 2026)]
)
def test_a_school_year_begins_on_the_first_of_september(day: date, year: int) -> None:
    assert academic_year_of(day) == year


@pytest.mark.parametrize(
    ("day", "term"),
    [
        (date(2026, 9, 7), AUTUMN),
        (date(2026, 12, 18), AUTUMN),
        (date(2026, 12, 28), AUTUMN),
        (date(2027, 1, 4), SPRING),
        (date(2027, 7, 28), SUMMER),
        (date(2027, 8, 31), SUMMER),
    ],
)
def test_a_day_in_a_holiday_counts_to_the_term_before(day: date, term: TermDates) -> None:
    assert term_on(reversed(TERMS), day) == term


@pytest.mark.parametrize("day", [date(2026, 9, 6), date(2027, 9, 1)])
def test_no_term_is_guessed_beyond_the_known_ones(day: date) -> None:
    assert term_on(TERMS, day) is None


def test_the_first_days_of_september_count_to_the_summer_term_when_the_next_autumn_is_known() -> None:
    assert term_on((*TERMS, *default_terms(2027)), date(2027, 9, 3)) == SUMMER


def test_the_usual_terms_follow_from_the_published_rule_and_the_bank_holidays() -> None:
    assert default_terms(2026, HOLIDAYS_2027) == (
        AUTUMN,
        TermDates(2026, Term.SPRING, date(2027, 1, 4), date(2027, 4, 2)),
        SUMMER,
    )


def test_a_term_neither_begins_nor_ends_on_a_bank_holiday() -> None:
    """Easter Monday of 2025 was the Monday after the first two full weeks of April."""
    _, _, summer = default_terms(2024, HOLIDAYS_2025)
    _, spring, _ = default_terms(2020, frozenset({date(2021, 4, 2)}))

    assert summer.begins == date(2025, 4, 22)
    assert spring.ends == date(2021, 4, 1)


@given(year=st.integers(1990, 2100))
def test_the_usual_terms_of_every_year_stand_in_order_within_their_school_year(year: int) -> None:
    autumn, spring, summer = default_terms(year)

    assert autumn.begins < autumn.ends < spring.begins < spring.ends < summer.begins < summer.ends
    assert {academic_year_of(day) for term in (autumn, spring, summer) for day in (term.begins, term.ends)} == {year}
    assert {term.begins.weekday() for term in (autumn, spring, summer)} == {0}


@given(day=st.dates(date(1991, 1, 1), date(2099, 1, 1)))
def test_every_day_counts_to_a_usual_term_that_has_begun(day: date) -> None:
    term = default_term_on(day)

    assert term.begins <= day
    assert default_term_on(term.begins) == term


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, date(2026, 12, 24)),
        (1, date(2026, 12, 29)),
        (2, date(2026, 12, 30)),
        (4, date(2027, 1, 4)),
    ],
)
def test_weekends_and_bank_holidays_are_no_working_days(days: int, expected: date) -> None:
    holidays = {date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 1)}

    assert working_days_after(date(2026, 12, 24), days, holidays) == expected


def test_working_days_are_not_counted_backwards() -> None:
    with pytest.raises(ValueError, match="before"):
        working_days_after(date(2026, 12, 24), -1, set())


@pytest.mark.real_data
def test_the_usual_terms_are_near_those_of_a_real_school(real_data: Path) -> None:
    """Its published dates leave out teacher training days, so that they lie within the rule's by a few days."""
    with (real_data / "reference" / "term_dates.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["la_code"] == "355"]
    published = {(row["academic_year"], row["period"]): row for row in rows}

    for academic_year in (2019, 2020):
        for term in default_terms(academic_year):
            year = f"{academic_year}-{(academic_year + 1) % 100}"
            opens = date.fromisoformat(published[year, f"{term.term}_1"]["opens"])
            closes = date.fromisoformat(published[year, f"{term.term}_2"]["closes"])
            assert abs(term.begins - opens) <= timedelta(days=6)
            assert abs(term.ends - closes) <= timedelta(days=7)
