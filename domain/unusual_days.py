"""Days that are possible and seldom meant: whoever enters one is asked about it, and says why it is right."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from domain.aggregate import Refusal
from domain.calendar import FRIDAY, TermDates
from domain.text import day_in_words
from domain.vocabulary import LabelledEnum

A_YEAR = timedelta(days=366)
"""What lies further back, or further ahead, is more often a slip of the year than meant."""


class Unusual(LabelledEnum):
    """What is seldom meant about a day, or about what is to happen on it."""

    WEEKEND = "weekend"
    BANK_HOLIDAY = "bank_holiday"
    SCHOOL_HOLIDAY = "school_holiday"
    LONG_AGO = "long_ago"
    FAR_AHEAD = "far_ahead"
    SAME_TIME = "same_time"
    MORE_THAN_A_DAY = "more_than_a_day"


@dataclass(frozen=True, slots=True)
class DayQuestion:
    """What is unusual about a day that was entered, in a sentence without its full stop."""

    unusual: Unusual
    sentence: str


class NotConfirmedAsRight(Refusal):
    """A date is unusual, and nobody has said that it is right and why."""

    def __init__(self, questions: Iterable[DayQuestion], *, field: str) -> None:
        self.questions = tuple(questions)
        asked = ". ".join(question.sentence for question in self.questions)
        super().__init__(f"{asked}. If this is right, say why. If not, change it", field=field)


def questions_about(
    day: date, today: date, *, terms: Collection[TermDates], bank_holidays: Container[date]
) -> Iterator[DayQuestion]:
    """What is unusual about a day in school; terms and bank holidays are those around it."""
    words = day_in_words(day)
    if day.weekday() > FRIDAY:
        yield DayQuestion(Unusual.WEEKEND, f"{words} is a {day:%A}")
    if day in bank_holidays:
        yield DayQuestion(Unusual.BANK_HOLIDAY, f"{words} is a bank holiday")
    elif day.weekday() <= FRIDAY and not any(term.begins <= day <= term.ends for term in terms):
        yield DayQuestion(Unusual.SCHOOL_HOLIDAY, f"{words} is outside the school terms")
    if day < today - A_YEAR:
        yield DayQuestion(Unusual.LONG_AGO, f"{words} is more than a year ago")
    if day > today + A_YEAR:
        yield DayQuestion(Unusual.FAR_AHEAD, f"{words} is more than a year ahead")


def must_be_confirmed(
    questions: Iterable[DayQuestion], confirmed: Container[Unusual], why: str, *, field: str
) -> str:
    """What was asked and why it is right, in words for the audit trail; empty where nothing is unusual.

    Raises NotConfirmedAsRight, with all that is unusual, unless each of it is among those `confirmed`, with a reason.
    """
    asked = list(questions)
    if asked and not (why and all(question.unusual in confirmed for question in asked)):
        raise NotConfirmedAsRight(asked, field=field)
    return f"{'. '.join(question.sentence for question in asked)}. Confirmed as right: {why}" if asked else ""
