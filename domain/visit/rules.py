"""What a visit refuses, and the checks that need no visit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from domain.aggregate import Refusal
from domain.on_behalf import AlreadyAnswered, must_await_word
from domain.text import day_in_words, plain
from domain.visit.parts import Visitor, VisitStatus

if TYPE_CHECKING:
    from domain.visit.record import Visit

LONGEST = 24 * 60
"""Minutes that a visit can last."""


class NoLongerAhead(Refusal):
    """The visit was held, cancelled, not made or closed."""


class SchoolAgrees(Refusal):
    """The day of a visit is agreed by the school, or recorded as agreed with how and when."""


class NotThePlannedDay(Refusal):
    """What is confirmed is the day that is planned."""


class DayHasPassed(Refusal):
    """A visit is planned for today or a day to come."""


class DayStillToCome(Refusal):
    """What happened, happened today or before."""


class NotALength(Refusal):
    """A visit lasts from a minute to a day."""


class NobodyVisits(Refusal):
    """A visit is made by somebody."""


class NamedTwice(Refusal):
    """Each visitor is named once."""


class LeadDoesNotVisit(Refusal):
    """The lead is one of the visitors."""


class StandingItemStays(Refusal):
    """The standing item stays on every agenda."""


class NoSuchItem(Refusal):
    """The agenda has no such item."""


class NothingSaid(Refusal):
    """An answer was left empty."""


class NotHeld(Refusal):
    """Only a visit that was held has a record."""


class RecordBegun(Refusal):
    """A visit has one record."""


class NotItsRecord(Refusal):
    """The record is that of another visit."""


class RecordNotIssued(Refusal):
    """A visit that was held is closed only once its record has been issued."""


def must_be_ahead(visit: Visit, _: date) -> None:
    if not visit.is_ahead:
        over = visit.status.label.lower() if visit.status is VisitStatus.NOT_MADE else f"was {visit.status}"
        raise NoLongerAhead(f"This visit {over} and can no longer be changed")


def must_await_agreement(visit: Visit, _: date) -> None:
    if visit.status is VisitStatus.CONFIRMED:
        raise AlreadyAnswered("The school has agreed to this day, or it was recorded that it has")


def must_await_school(visit: Visit, _: date) -> None:
    must_await_word(visit.agreement)


def day_must_have_come(visit: Visit, today: date) -> None:
    if visit.on > today:
        raise DayStillToCome(f"The visit is planned for {day_in_words(visit.on)}. Cancel or reschedule it instead")


def must_be_held(visit: Visit, _: date) -> None:
    if visit.status is not VisitStatus.HELD:
        raise NotHeld("Record that the visit took place before you write its record")


def must_have_no_record(visit: Visit, _: date) -> None:
    if visit.written_up is not None:
        raise RecordBegun("This visit already has a record. Continue with that one")


def must_be_over(visit: Visit, _: date) -> None:
    if visit.is_ahead:
        raise NotHeld("You cannot close a visit before it takes place. Cancel it instead")
    if visit.status is VisitStatus.CLOSED:
        raise NoLongerAhead("This visit is already closed")


def visitors_led_by(lead: UUID, visitors: Iterable[Visitor]) -> tuple[Visitor, ...]:
    named = tuple(visitors)
    people = [visitor.person for visitor in named]
    if not named:
        raise NobodyVisits("Choose at least one visitor", field="visitors")
    for row, person in enumerate(people):
        if person in people[:row]:
            raise NamedTwice("Add each visitor only once", field=f"visitors.{row}.person")
    if lead not in people:
        raise LeadDoesNotVisit("Choose one of the visitors to lead the visit", field="lead")
    return named


def length(minutes: int) -> int:
    if not 0 < minutes <= LONGEST:
        raise NotALength("Enter the length of the visit in minutes, from 1 to 1,440", field="minutes")
    return minutes


def said(text: str, message: str, *, field: str) -> str:
    if not plain(text):
        raise NothingSaid(message, field=field)
    return plain(text)


def refuse_a_past_day(on: date, today: date) -> None:
    if on < today:
        raise DayHasPassed("The date must be today or in the future", field="on")


def refuse_a_day_to_come(on: date, today: date) -> None:
    if on > today:
        raise DayStillToCome("The date must be today or in the past", field="on")
