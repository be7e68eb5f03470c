"""The language of the tests of records: given a record, when somebody acts, then these events, or a refusal.

    given(a_planned_visit()).when(lambda visit: visit.confirm(...)).then(Visit.Confirmed, on=MONDAY)
    given(a_planned_visit()).when(lambda visit: visit.hold(...)).then_refused(DayStillToCome)

Every scenario also writes each event as the log would, reads it back, and replays the record from what was read:
the replayed record must equal the live one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from typing import Any, Generic, Self, TypeVar
from uuid import UUID, uuid4

from domain.aggregate import Aggregate, Event, Refusal
from domain.signature import LONDON, Signature, acting
from domain.vocabulary import Channel
from projections.codec import EventMapper

TODAY = date(2026, 11, 2)
"""The Monday on which scenarios take place unless they say otherwise."""

A = TypeVar("A", bound=Aggregate)


@contextmanager
def signed(
    on: date = TODAY, *, by: UUID | None = None, post: str = "officer", at: time = time(10, 0)
) -> Iterator[Signature]:
    """Act as somebody on a day."""
    moment = datetime.combine(on, at, LONDON).astimezone(UTC)
    with acting(Signature(by or uuid4(), post, Channel.SCREEN, uuid4(), moment)) as signature:
        yield signature


@contextmanager
def at_the_machine(on: date = TODAY) -> Iterator[Signature]:
    """Act as whoever has the machine, who is signed in as nobody."""
    moment = datetime.combine(on, time(10, 0), LONDON).astimezone(UTC)
    with acting(Signature(None, "administrator", Channel.COMMAND_LINE, uuid4(), moment)) as signature:
        yield signature


class Scenario(Generic[A]):
    def __init__(self, record: A) -> None:
        self.record = record
        self._before = len(record._pending)
        self._refusal: Refusal | None = None

    def when(
        self, act: Callable[[A], object], *, on: date = TODAY, by: UUID | None = None, post: str = "officer"
    ) -> Self:
        """Somebody acts. A refusal is kept for `then_refused`."""
        if self._refusal is not None:
            raise self._refusal
        self._before = len(self.record._pending)
        with signed(on, by=by, post=post):
            try:
                act(self.record)
            except Refusal as refusal:
                self._refusal = refusal
        return self

    @property
    def events(self) -> list[Event]:
        """What the last act recorded."""
        if self._refusal is not None:
            raise self._refusal
        return self.record._pending[self._before :]

    def then(self, *expected: type[Event], **fields: Any) -> Self:
        """Exactly these events were recorded; the last has these fields (or attributes of its meta)."""
        assert [type(event) for event in self.events] == list(expected)
        if fields:
            last = self.events[-1]
            actual = {name: getattr(last if name in vars(last) else last.meta, name) for name in fields}
            assert actual == fields
        assert_replays(self.record)
        return self

    def then_refused(self, rule: type[Refusal], *, field: str | None = None) -> Self:
        """The act was refused by this rule, and nothing was recorded."""
        assert self._refusal is not None, f"not refused: {self.record._pending[self._before :]}"
        assert type(self._refusal) is rule, repr(self._refusal)
        assert str(self._refusal).strip(), "a refusal says why"
        if field is not None:
            assert self._refusal.field == field
        assert len(self.record._pending) == self._before
        self._refusal = None
        return self

    def then_holds(self, question: Callable[[A], bool]) -> Self:
        """The record answers yes, and so does its replay."""
        assert question(self.record)
        assert question(replayed(self.record))
        return self


def given(record: A) -> Scenario[A]:
    """A record with a past (made inside `signed(...)`, unsaved)."""
    return Scenario(record)


def replayed(record: A) -> A:
    """The record as the log would give it back."""
    mapper = EventMapper()
    again = type(record)(record.id)
    for event in record._pending:
        mapper.to_domain_event(mapper.to_stored_event(event)).mutate(again)
    return again


def assert_replays(record: Aggregate) -> None:
    """What was remembered while acting is what is remembered when the record is loaded."""
    assert _state(replayed(record)) == _state(record)


def _state(record: Aggregate) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name != "_pending"}
