"""What the library's Application is given: an event store that saves events and views together."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, Self, cast
from uuid import UUID

import sqlalchemy as sa
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    Mapper,
    NotSupportedError,
    ProcessRecorder,
    Recording,
    TrackingRecorder,
)

from domain.aggregate import Event
from domain.service import Log, Unreadable
from projections.codec import EventMapper, StoredRecord, event_of, sorted_out, stored
from projections.event_log.grouping import Appended, Appending
from projections.event_log.recorder import PAGE, SqlLog
from projections.follower import Follower, Plan, ViewsChanged
from projections.successors import mergers


class Alongside(ABC):
    """Rows of the web layer's own tables that are saved in the transaction of a command's events, or not at all."""

    is_saved = False
    stands_alone = False
    """Whether it reads what others save at the same moment, so that their events are not appended with these."""

    @abstractmethod
    def write(self, connection: sa.Connection, events: Sequence[Event]) -> None:
        """Write them, or refuse to have anything saved; called again where the transaction has to be repeated, and in
        whatever thread saves."""


_ALONGSIDE: ContextVar[tuple[Alongside, ...]] = ContextVar("rows saved alongside events", default=())


@contextmanager
def saving_alongside(rows: Alongside, *, too: bool = False) -> Iterator[None]:
    """Save rows with the first events that are saved in this block; `too`: beside those of the block around it, and
    not in their place."""
    token = _ALONGSIDE.set((*(_ALONGSIDE.get() if too else ()), rows))
    try:
        yield
    finally:
        _ALONGSIDE.reset(token)


@contextmanager
def saving_alone() -> Iterator[None]:
    """Save the events of this block without the rows of the block around it, which go with what that one saves."""
    token = _ALONGSIDE.set(())
    try:
        yield
    finally:
        _ALONGSIDE.reset(token)


class EventStore(Log):
    """The library's event store, saving events and views in one transaction.

    `on_saved` is called after each save, in the thread that saves, with the position of the last event.
    """

    recorder: SqlLog

    def __init__(self, mapper: Mapper[UUID], recorder: SqlLog, follower: Follower) -> None:
        super().__init__(mapper, recorder)
        self.follower = follower
        self.on_saved: Callable[[int], None] = lambda _: None

    def put(self, domain_events: Sequence[Any], **kwargs: Any) -> list[Recording[UUID]]:
        """Save events, and what follows from them in the views, together or not at all."""
        events: Sequence[Event] = domain_events
        records = [stored(event) for event in events]
        looked_at = kwargs.get("looked_at", {})
        alongside = [(given, events) for given in _ALONGSIDE.get() if not given.is_saved]
        if not self.follower.views and not alongside:
            _told(events, self.recorder.append_alone(records, looked_at))
            return []
        while True:
            plan = self.follower.plan
            try:
                self.recorder.commit(Saving(self.recorder, records, looked_at, plan, events, alongside))
            except ViewsChanged:
                self.learn()
                continue
            finally:
                # Also where it is not known whether it was saved.
                self.on_saved(events[-1].meta.position or 0)
            for rows, _ in alongside:
                rows.is_saved = True
            if plan.following:
                self.recorder.announce()
            if mergers(events):
                self.learn()
            return []

    def learn(self) -> None:
        """Look how the views stand now."""
        with self.recorder.snapshot.connect() as connection:
            self.follower.learn(connection)

    def event(self, id: UUID) -> Event | None:
        """The event that was saved under an id, None if there is none."""
        return next(iter(self._events_of(self.recorder.select_event(id))), None)

    def everything(self, connection: sa.Connection, *, after: int = 0) -> Iterator[Event]:
        """Every event of the log in order, from one consistent reading of it."""
        while page := self.recorder.select_after(connection, after, PAGE):
            yield from self._events_of(page)
            after = cast("int", page[-1].position)

    def at(self, connection: sa.Connection, positions: Sequence[int]) -> list[Event]:
        """The events at these positions of the log, in order. Raises Unreadable."""
        return self._events_of(self.recorder.select_positions(connection, positions))

    def histories(self, connection: sa.Connection, records: Collection[UUID]) -> dict[UUID, list[Event]]:
        """All that happened to each of some records, in order. Raises Unreadable."""
        found: dict[UUID, list[Event]] = {}
        for event in self._events_of(self.recorder.select_records(connection, records)):
            found.setdefault(event.meta.stream, []).append(event)
        return found

    def at_as_far_as_read(
        self, connection: sa.Connection, positions: Sequence[int]
    ) -> tuple[list[Event], list[Unreadable]]:
        """The same, and apart from them those that cannot be read."""
        return sorted_out(self.recorder.select_positions(connection, positions), self.follower.plan.successors)

    def _events_of(self, records: Iterable[StoredRecord]) -> list[Event]:
        known = self.follower.plan.successors
        return [event_of(record, known) for record in records]


@dataclass(frozen=True)
class Saving(Appending):
    """The appending of a command's events, what follows from them in the views, and rows of the web layer."""

    plan: Plan
    events: Sequence[Event]
    alongside: Sequence[tuple[Alongside, Sequence[Event]]] = ()
    is_of_several: bool = False

    def rows(self) -> Iterable[int]:
        return self.plan.rows_touched(self.events)

    def __call__(self, connection: sa.Connection) -> Appended:
        if mergers(self.events):
            # What others save at this moment must not put a school back into a row that is handed on.
            self.log.hold_still(connection)
        appended = super().__call__(connection)
        _told(self.events, appended)
        for rows, events in self.alongside:
            rows.write(connection, events)
        # Where a view cannot take one of several commands' events, it is to stop at that one's, with all before it.
        self.plan.follow(connection, self.events, appended.generation, may_stop=not self.is_of_several)
        return appended

    def is_like(self, others: Sequence[Self]) -> bool:
        stands_alone = any(rows.stands_alone for each in (self, *others) for rows, _ in each.alongside)
        return not stands_alone and all(other.plan is self.plan for other in others)

    def joined(self, all_of_them: Sequence[Self], looked_at: Mapping[UUID, int]) -> Self:
        one = super().joined(all_of_them, looked_at)
        events = [event for each in all_of_them for event in each.events]
        alongside = [each for one_of_them in all_of_them for each in one_of_them.alongside]
        return replace(one, events=events, alongside=alongside, is_of_several=True)


class LogFactory(InfrastructureFactory[TrackingRecorder]):
    """Makes the parts that the library's Application asks for."""

    def __init__(self, log: SqlLog, follower: Follower) -> None:
        super().__init__({})
        self._log = log
        self._follower = follower

    def mapper(self, transcoder: Any = None, mapper_class: Any = None) -> Any:
        return EventMapper(lambda: self._follower.plan.successors)

    def event_store(self, mapper: Any = None, recorder: Any = None) -> Any:
        return EventStore(mapper, self._log, self._follower)

    def application_recorder(self) -> ApplicationRecorder:
        return self._log

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        raise NotSupportedError("records are read from the log itself; there are no snapshots")

    def tracking_recorder(self, tracking_recorder_class: Any = None) -> TrackingRecorder:
        raise NotSupportedError("views keep their own positions")

    def process_recorder(self) -> ProcessRecorder:
        raise NotSupportedError("views keep their own positions")


def _told(events: Sequence[Event], appended: Appended) -> None:
    for event, position in zip(events, appended.positions, strict=True):
        event.meta.saved(position, appended.recorded_at)
