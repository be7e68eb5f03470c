"""Days that are possible and seldom meant: whoever enters one is asked about it, and says why it is right."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterator
from datetime import date, timedelta

from domain.calendar import FRIDAY, TermDates, is_school_day
from domain.text import day_in_words
from domain.unusual import Oddity, Unusual

A_YEAR = timedelta(days=366)
"""What lies further back, or further ahead, is more often a slip of the year than meant."""


def questions_about(
    day: date, today: date, *, terms: Collection[TermDates], bank_holidays: Container[date]
) -> Iterator[Oddity]:
    """What is unusual about a day in school; terms and bank holidays are those around it."""
    words = day_in_words(day)
    if day.weekday() > FRIDAY:
        yield Oddity(Unusual.WEEKEND, f"{words} is a {day:%A}")
    if day in bank_holidays:
        yield Oddity(Unusual.BANK_HOLIDAY, f"{words} is a bank holiday")
    elif day.weekday() <= FRIDAY and not is_school_day(day, terms):
        yield Oddity(Unusual.SCHOOL_HOLIDAY, f"{words} is outside the school terms")
    if day < today - A_YEAR:
        yield Oddity(Unusual.LONG_AGO, f"{words} is more than a year ago")
    if day > today + A_YEAR:
        yield Oddity(Unusual.FAR_AHEAD, f"{words} is more than a year ahead")
