"""Stories of what people do, one act after another, played in the order of time."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from heapq import heappop, heappush
from random import Random
from typing import NamedTuple
from uuid import UUID

from domain.signature import LONDON, Signature, acting
from domain.vocabulary import Channel, Role
from web.runtime.terms import bank_holidays


class When(NamedTuple):
    """The next act of a story: when, by whom and in which post. What follows in the story is the act."""

    day: date
    by: UUID | None
    post: Role
    hour: int = 9


Story = Generator[When, None, None]


@dataclass(order=True)
class _Entry:
    moment: datetime
    number: int
    when: When = field(compare=False)
    story: Story = field(compare=False)


class Diary:
    """Plays stories until a day. An act may begin further stories."""

    def __init__(self, until: date, dice: Random) -> None:
        self.until = until
        self._dice = dice
        self._entries: list[_Entry] = []
        self._written = 0

    def begin(self, story: Story) -> None:
        """Take in a story; nothing of it happens before its first `When`."""
        when = next(story, None)
        if when is None or when.day > self.until:
            return
        self._written += 1
        moment = datetime.combine(when.day, time(when.hour, self._written % 60), LONDON).astimezone(UTC)
        heappush(self._entries, _Entry(moment, self._written, when, story))

    def play(self) -> Iterator[datetime]:
        """Carry out all acts in the order of time; yields the moment of each, once it is done."""
        latest = datetime.min.replace(tzinfo=UTC)
        while self._entries:
            entry = heappop(self._entries)
            latest = max(latest, entry.moment)
            command = UUID(int=self._dice.getrandbits(128), version=4)
            channel = Channel.SCREEN if entry.when.by else Channel.COMMAND_LINE
            with acting(Signature(entry.when.by, entry.when.post.value, channel, command, latest)):
                self.begin(entry.story)
            yield latest


def working_day(day: date) -> date:
    """The day itself if people are at work on it, else the next such day."""
    while day.weekday() >= 5 or day in bank_holidays():
        day += timedelta(days=1)
    return day
