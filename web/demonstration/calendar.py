"""The demonstration's diary: acts of people on days, played in order by the product's own commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from heapq import heappop, heappush
from uuid import UUID

from domain.signature import LONDON
from domain.vocabulary import Channel, Role
from web.runtime.services import Services
from web.runtime.terms import bank_holidays

Act = Callable[[], object]


@dataclass(order=True)
class _Entry:
    moment: datetime
    number: int
    actor: UUID | None = field(compare=False)
    post: str = field(compare=False)
    act: Act = field(compare=False)


class Diary:
    """What happens until `today`; acts written for later are left out, for they have not happened yet."""

    def __init__(self, services: Services, today: date) -> None:
        self.services = services
        self.today = today
        self._entries: list[_Entry] = []
        self._written = 0

    def write(self, day: date, actor: UUID | None, post: Role, act: Act, *, hour: int = 9) -> None:
        """Let somebody act on a day, after what was written before for the same hour. An act may write more."""
        if day > self.today:
            return
        self._written += 1
        moment = datetime.combine(day, time(hour), LONDON).astimezone(UTC)
        heappush(self._entries, _Entry(moment, self._written, actor, post.value, act))

    def __len__(self) -> int:
        """How many acts stand in it that have not been played; playing them may write more."""
        return len(self._entries)

    def play(self, tell: Callable[[int], object] = lambda _: None) -> None:
        """Carry out everything in the order of time, with the clock at each act's own moment."""
        latest = datetime.min.replace(tzinfo=UTC)
        now = datetime.now(UTC)
        while self._entries:
            entry = heappop(self._entries)
            minute = timedelta(minutes=entry.number % 60)
            moment = latest = min(max(latest, entry.moment + minute), now)
            self.services.set_clock(partial(_still, moment))
            channel = Channel.SCREEN if entry.actor else Channel.COMMAND_LINE
            with self.services.acting(entry.actor, entry.post, channel):
                entry.act()
            tell(1)
        self.services.set_clock(None)


def _still(moment: datetime) -> datetime:
    return moment


def working_day(day: date) -> date:
    """The day itself if people are at work on it, else the next such day."""
    while day.weekday() >= 5 or day in bank_holidays():
        day += timedelta(days=1)
    return day
