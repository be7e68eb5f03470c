"""What is unusual about the day of a visit: whoever enters it is asked whether it is right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from uuid import UUID

from domain.text import day_in_words
from domain.unusual import Oddity, Unusual
from domain.visit import Visit
from projections import people
from projections import visits as view
from web import formats
from web.access.context import Snapshot
from web.access.restricted import hidden_from, plain_row
from web.commands.resource import Values
from web.commands.unusual_days import day_in_school

USUAL_LENGTH = timedelta(hours=1)
"""Of a visit whose length is not known."""


def day_of_visit(snapshot: Snapshot, visit: Visit | None, values: Values) -> Iterator[Oddity]:
    """What is unusual about the day on which a visit is to be or was."""
    day = values["on"]
    if visit is None or visit.on != day:
        yield from day_in_school(snapshot.services, day)
    starts = values.get("starts_at") or (visit.starts_at if visit and visit.on == day else None)
    if starts is not None:
        visitors = {each.person for each in (values["visitors"] if visit is None else visit.visitors)}
        minutes = values.get("minutes") or (visit.minutes if visit else None)
        others = view.on_day(snapshot.connection, visitors, day)
        yield from _elsewhere(
            snapshot,
            visitors,
            [each for each in others if not visit or each.id != visit.id],
            _from_to(day, starts, minutes),
        )


def _elsewhere(
    snapshot: Snapshot, visitors: set[UUID], others: list[view.PlannedVisit], period: tuple[datetime, datetime]
) -> Iterator[Oddity]:
    """Another visit of the same people in the same hours, as far as the user may see it."""
    begins, ends = period
    hidden = hidden_from(snapshot)
    for each in others:
        other = plain_row(each) if each.id in hidden.plain else each
        if other.id in hidden.closed or other.starts_at is None:
            continue
        other_begins, other_ends = _from_to(other.on, other.starts_at, other.minutes)
        if begins < other_ends and other_begins < ends:
            person = people.by_id(snapshot.connection, next(each for each in other.visitors if each in visitors))
            name, at = person.name if person else "A visitor", formats.time(other.starts_at)
            yield Oddity(Unusual.SAME_TIME, f"{name} makes another visit at {at} on {day_in_words(other.on)}")
            return


def _from_to(day: date, starts: time, minutes: int | None) -> tuple[datetime, datetime]:
    begins = datetime.combine(day, starts)
    return begins, begins + (timedelta(minutes=minutes) if minutes else USUAL_LENGTH)
