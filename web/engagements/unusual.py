"""What is unusual about the day of a session: whoever enters it is asked whether it is right."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from domain.engagement import BrokeredEngagement, SessionStatus
from domain.text import counted, day_in_words
from domain.unusual import Oddity, Unusual
from web.access.context import Snapshot
from web.commands.resource import Values
from web.commands.unusual_days import day_in_school


def day_of_session(snapshot: Snapshot, engagement: BrokeredEngagement | None, values: Values) -> Iterator[Oddity]:
    """What is unusual about the day on which a session is to be or was, and about how much stands on that day."""
    day, days, number = values["on"], values["days"], values.get("number")
    sessions = [] if engagement is None else list(engagement.sessions.values())
    planned = next((each for each in sessions if each.number == number), None)
    if planned is None or planned.on != day:
        yield from day_in_school(snapshot.services, day)
    elif planned.days == days:
        return  # as it was planned, and asked about then
    others = (each for each in sessions if each.on == day and each is not planned)
    together = days + sum((each.days for each in others if each.status is not SessionStatus.CANCELLED), Decimal(0))
    if together > 1:
        of_sessions = f"{counted(together, 'day')} of sessions with this one"
        yield Oddity(Unusual.MORE_THAN_A_DAY, f"{day_in_words(day)} has {of_sessions}")


def day_of_corrected_session(
    snapshot: Snapshot, engagement: BrokeredEngagement | None, values: Values
) -> Iterator[Oddity]:
    """The same where day or length of a session are corrected."""
    session = engagement.sessions.get(values["number"]) if engagement else None
    if session is not None and not {"on", "days"}.isdisjoint(values):
        entered = {"on": session.on, "days": session.days}
        yield from day_of_session(snapshot, engagement, {**entered, **values})
