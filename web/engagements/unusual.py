"""What is unusual about the day of a session: whoever enters it is asked whether it is right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.engagement import BrokeredEngagement, Session, SessionStatus
from domain.text import counted, day_in_words
from domain.unusual import Oddity, Unusual
from projections import presences
from web.access.context import Snapshot
from web.access.name_cache import names_of
from web.commands.resource import Values
from web.commands.unusual_days import day_in_school

TAKE_UP = frozenset({SessionStatus.PLANNED, SessionStatus.DELIVERED})
"""How a session stands that takes up a specialist's day."""


def day_of_session(snapshot: Snapshot, engagement: BrokeredEngagement | None, values: Values) -> Iterator[Oddity]:
    """What is unusual about the day on which a session is to be or was, and about how much stands on that day."""
    day, days, number = values["on"], values["days"], values.get("number")
    sessions = [] if engagement is None else list(engagement.sessions.values())
    planned = next((each for each in sessions if each.number == number), None)
    if planned is None or planned.on != day:
        yield from day_in_school(snapshot.services, day)
    elif planned.days == days:
        return  # as it was planned, and asked about then
    together = days + _taken_up([each for each in sessions if each is not planned], day)
    if together > 1:
        of_sessions = f"{counted(together, 'day')} of sessions with this one"
        yield Oddity(Unusual.MORE_THAN_A_DAY, f"{day_in_words(day)} has {of_sessions}")
    elif engagement is not None:
        yield from _elsewhere(
            snapshot, engagement, values.get("specialist") or engagement.work.specialist, day, together
        )


def day_of_corrected_session(
    snapshot: Snapshot, engagement: BrokeredEngagement | None, values: Values
) -> Iterator[Oddity]:
    """The same where day or length of a session are corrected."""
    session = engagement.sessions.get(values["number"]) if engagement else None
    if session is not None and not {"on", "days"}.isdisjoint(values):
        entered = {"on": session.on, "days": session.days}
        yield from day_of_session(snapshot, engagement, {**entered, **values})


def _elsewhere(
    snapshot: Snapshot, engagement: BrokeredEngagement, specialist: UUID, day: date, here: Decimal
) -> Iterator[Oddity]:
    """More than a day's work of one person, in this engagement and in others: their schools are not named."""
    stated = presences.presences(snapshot.connection, first=day, last=day, person=specialist)
    others = {each.record for each in stated if each.visit_kind is None} - {engagement.id}
    service = snapshot.services.service
    taken = [_taken_up(service.find(BrokeredEngagement, each).sessions.values(), day) for each in others]
    together = here + sum(taken, Decimal(0))
    if together > 1:
        name = names_of(snapshot, [specialist]).get(specialist, "The specialist")
        of_work = f"{counted(together, 'day')} of sessions on {day_in_words(day)} with this one, some in other work"
        yield Oddity(Unusual.MORE_THAN_A_DAY, f"{name} has {of_work}")


def _taken_up(sessions: Iterable[Session], day: date) -> Decimal:
    """The days of the sessions of a day that are to be, or were, held."""
    held = (each for each in sessions if each.on == day and each.status in TAKE_UP)
    return sum((each.days for each in held), Decimal(0))
