"""Terms of the English school year, as dates, and working days.

Terms are an authority's own settings; `default_terms` stands in for them where nothing has been set. Bank
holidays are always handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, islice

from domain.vocabulary import LabelledEnum

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
MONDAY, FRIDAY = 0, 4

SCHOOL_DAYS = 195
"""Days of a school year: 190 for pupils and five for teacher training."""


class Term(LabelledEnum):
    """The three terms of a school year, in their order."""

    AUTUMN = "autumn"
    SPRING = "spring"
    SUMMER = "summer"


@dataclass(frozen=True, slots=True)
class TermDates:
    """A term of one school year, from its first to its last school day; `academic_year` is the year it begins in.
    The days of its half-term are None where the published rule says which they are (`half_term`)."""

    academic_year: int
    term: Term
    begins: date
    ends: date
    half_term_begins: date | None = None
    half_term_ends: date | None = None

    @property
    def label(self) -> str:
        """As `Autumn term 2026/27`."""
        return f"{self.term.label} term {academic_year_label(self.academic_year)}"


def half_term(term: TermDates) -> tuple[date, date]:
    """The first and last day of a term's half-term holiday, by the published rule where they are not set."""
    monday = _half_terms(term.academic_year)[list(Term).index(term.term)]
    first = term.half_term_begins or monday
    return first, term.half_term_ends or max(first, monday + 4 * DAY)


def is_school_day(day: date, terms: Iterable[TermDates]) -> bool:
    """Whether a day lies in one of these terms and not in its half-term."""
    for term in terms:
        if term.begins <= day <= term.ends:
            first, last = half_term(term)
            return not first <= day <= last
    return False


def academic_year_of(day: date) -> int:
    """The year in which the day's school year began; school years begin on 1 September."""
    return day.year if day.month >= 9 else day.year - 1


def academic_year_label(academic_year: int) -> str:
    """As `2026/27`."""
    return f"{academic_year}/{(academic_year + 1) % 100:02d}"


def term_on(terms: Iterable[TermDates], day: date) -> TermDates | None:
    """The term to which a day counts; a day in a holiday counts to the term before it.

    None before the first of the terms, and after the last of them once its school year is over.
    """
    in_order = sorted(terms, key=lambda term: term.begins)
    begun = [term for term in in_order if term.begins <= day]
    if not begun:
        return None
    latest = begun[-1]
    more_to_come = latest is not in_order[-1]
    return latest if more_to_come or academic_year_of(day) <= latest.academic_year else None


def default_term_on(day: date, holidays: Container[date] = frozenset()) -> TermDates:
    """The term to which a day counts where an authority has not set its terms."""
    year = academic_year_of(day)
    this_year = default_terms(year, holidays)
    return term_on(this_year, day) or default_terms(year - 1, holidays)[-1]


def default_terms(academic_year: int, holidays: Container[date] = frozenset()) -> tuple[TermDates, ...]:
    """The terms of any year by the rule that Salford publishes.

    Terms begin on a Monday; autumn half-term is the last full week of October, spring half-term the third full
    week of February, the Easter break the first two full weeks of April; 195 school days. The rule is silent on
    Christmas (here the two weeks before the first Monday after the New Year's bank holiday) and on summer
    half-term (here the week of the last Monday in May). Bank holidays are left out only where handed in.
    """
    autumn = _first_monday(academic_year, 9)
    spring = _monday_from(date(academic_year + 1, 1, 4))
    easter_break = _first_monday(academic_year + 1, 4)
    summer = _school_day_from(easter_break + 2 * WEEK, holidays)
    end_of_autumn = spring - 2 * WEEK - 3 * DAY
    end_of_spring = _school_day_until(easter_break - 3 * DAY, holidays)
    half_terms = _half_terms(academic_year)

    def off(day: date) -> bool:
        return day in holidays or any(monday <= day < monday + WEEK for monday in half_terms)

    before_summer = len(list(_days(autumn, end_of_autumn, off))) + len(list(_days(spring, end_of_spring, off)))
    end_of_summer = next(islice(_days(summer, None, off), SCHOOL_DAYS - before_summer - 1, None))
    return (
        TermDates(academic_year, Term.AUTUMN, autumn, end_of_autumn),
        TermDates(academic_year, Term.SPRING, spring, end_of_spring),
        TermDates(academic_year, Term.SUMMER, summer, end_of_summer),
    )


def working_days_after(day: date, days: int, holidays: Container[date]) -> date:
    """The day that many working days after another: weekends and the handed-in bank holidays do not count.

    Raises ValueError for a number below nought.
    """
    if days < 0:
        raise ValueError(f"{days} working days after a day is before it")
    if days == 0:
        return day
    return next(islice(_days(day + DAY, None, holidays.__contains__), days - 1, None))


def working_days_between(first: date, last: date, holidays: Container[date]) -> int:
    """How many working days after one day another is, none where it is no later."""
    return sum(1 for _ in _days(first + DAY, last, holidays.__contains__))


def _half_terms(academic_year: int) -> tuple[date, date, date]:
    friday_in_october = _last(FRIDAY, date(academic_year, 10, 31))
    return (
        friday_in_october - 4 * DAY,
        _first_monday(academic_year + 1, 2) + 2 * WEEK,
        _last(MONDAY, date(academic_year + 1, 5, 31)),
    )


def _days(first: date, last: date | None, off: Callable[[date], bool]) -> Iterator[date]:
    """Weekdays that are not off, from one day to another, or without end."""
    for ahead in count():
        day = first + ahead * DAY
        if last is not None and day > last:
            return
        if day.weekday() <= FRIDAY and not off(day):
            yield day


def _school_day_from(day: date, holidays: Container[date]) -> date:
    return next(_days(day, None, holidays.__contains__))


def _school_day_until(day: date, holidays: Container[date]) -> date:
    while day in holidays:
        day -= DAY
    return day


def _first_monday(year: int, month: int) -> date:
    return _monday_from(date(year, month, 1))


def _monday_from(day: date) -> date:
    return day + (-day.weekday() % 7) * DAY


def _last(weekday: int, day: date) -> date:
    return day - ((day.weekday() - weekday) % 7) * DAY
