"""What the log does on either database."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID

import msgspec
import sqlalchemy as sa
from eventsourcing.persistence import ApplicationRecorder, Notification, NotSupportedError, StoredEvent, Subscription

from domain.service import OutcomeUnknown
from projections.codec import DamagedRecord, StoredRecord
from projections.database import Database
from projections.event_log.faults import FAULTS, meant
from projections.event_log.grouping import Appended, Appending
from projections.tables import EVENTS

T = TypeVar("T")
V = TypeVar("V")
W = TypeVar("W")

Clock = Callable[[], datetime]
Work = Callable[[sa.Connection], T]

NOBODY = UUID(int=0)
"""In place of an id that cannot be read."""

LAST_VERSION = 2**31 - 1
PAGE = 1000


class Tail:
    """Reads the log from a position on, in order, never past a position that may still be filled."""

    def __init__(self, log: SqlLog, after: int = 0) -> None:
        self.log = log
        self.after = after

    @property
    def is_held_up(self) -> bool:
        """Whether there are events already, behind a position that may still be filled."""
        return False

    def next(self, limit: int = PAGE) -> list[StoredRecord]:
        """The next events; none when there are none yet."""
        with self.log.primary.connect() as connection:
            found = self.log.select_after(connection, self.after, limit)
        return self._taken(found)

    def rest(self, connection: sa.Connection) -> list[StoredRecord]:
        """The next events where nobody else can append (`SqlLog.hold_still`): no position is filled any more."""
        return self._taken(self.log.select_after(connection, self.after, PAGE))

    def _taken(self, found: list[StoredRecord]) -> list[StoredRecord]:
        if found:
            self.after = cast("int", found[-1].position)
        return found


class SqlLog(ApplicationRecorder):
    """Keeps stored events in the `events` table.

    `clock` replaces the database's clock where times are set on purpose (a demonstration, a test).
    """

    def __init__(self, database: Database, clock: Clock | None = None) -> None:
        super().__init__()
        self.writer, self.reader = database.writer, database.reader
        self.primary = database.primary
        self.snapshot = database.snapshot
        self.clock = clock

    @abstractmethod
    def commit(self, work: Work[T]) -> T:
        """Carry out work in a write transaction of which all is saved or nothing; returns when it is on the disk.

        Raises what the work raises, IntegrityError where others stood in the way, Unavailable, and OutcomeUnknown
        where the connection was lost. Work of several threads may be saved together, each as if it were alone.
        """

    @abstractmethod
    def append(
        self,
        connection: sa.Connection,
        records: Sequence[StoredRecord],
        *,
        looked_at: Mapping[UUID, int],
        rows: Iterable[int] = (),
    ) -> Appended:
        """Append events at the end of the log.

        `looked_at` names records that must still be at these versions, 0 for none; `rows` numbers the rows of views
        (any whole numbers) that nobody else may change until this transaction ends. The time recorded is the
        clock's, but never before that of the last event saved when this began: two that are saved at one moment may
        stand in the other order, a few milliseconds apart, those of one record never. Raises the library's
        IntegrityError where a version or an event id stands already, or a record has moved on.
        """

    @abstractmethod
    def announce(self) -> None:
        """Wake those who follow the log; where that fails, they find what was saved by themselves."""

    @abstractmethod
    def listening(self) -> AbstractContextManager[Callable[[float], None]]:
        """Gives a function that waits until something was saved, some seconds at most, and may return early.

        It raises Unavailable where the connection is lost.
        """

    @abstractmethod
    def hold_still(self, connection: sa.Connection) -> None:
        """See to it that nobody else appends until this transaction ends, and that whoever did has ended."""

    @abstractmethod
    def select_after(self, connection: sa.Connection, position: int, limit: int) -> list[StoredRecord]:
        """The next events after a position, of those that the connection sees."""

    @abstractmethod
    def select_positions(self, connection: sa.Connection, positions: Sequence[int]) -> list[StoredRecord]:
        """The events at these positions, in the log's order."""

    def select_records(self, connection: sa.Connection, ids: Collection[UUID]) -> list[StoredRecord]:
        """The events of several records, in the log's order."""
        asked = sa.select(EVENTS.c.position).where(EVENTS.c.stream_id.in_(ids))
        positions = connection.execute(asked).scalars().all()
        return self.select_positions(connection, positions) if positions else []

    @abstractmethod
    def _select_record(self, id: UUID, gt: int, lte: int, order: str) -> list[StoredRecord]: ...

    def tail(self, after: int = 0) -> Tail:
        """Reads the log from a position on."""
        return Tail(self, after)

    def append_alone(self, records: Sequence[StoredRecord], looked_at: Mapping[UUID, int]) -> Appended:
        """Append events that no view needs to hear of, in a transaction of their own."""
        return self.commit(Appending(self, records, looked_at))

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        """The library's way to append events that no view needs to hear of."""
        return self.append_alone(cast("Sequence[StoredRecord]", stored_events), {}).positions

    def stream_of(self, code: str) -> UUID | None:
        """The stream of the event whose id begins with these hexadecimal digits, None if there is no such event."""
        digits = code.replace("-", "")
        first, last = UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
        asked = sa.select(EVENTS.c.stream_id).where(EVENTS.c.event_id.between(first, last)).limit(1)
        return self.ask(lambda connection: connection.execute(asked).scalar())

    def select_event(self, id: UUID) -> list[StoredRecord]:
        """The event with an id, if there is one."""
        asked = sa.select(EVENTS.c.position).where(EVENTS.c.event_id == id)

        def found(connection: sa.Connection) -> list[StoredRecord]:
            positions = connection.execute(asked).scalars().all()
            return self.select_positions(connection, positions) if positions else []

        return self.ask(found)

    def ask(self, question: Work[T]) -> T:
        """The primary's answer to one question, asked again where the connection at hand proves to be lost.

        Raises Unavailable.
        """
        try:
            return self._ask(question)
        except OutcomeUnknown:
            return self._ask(question)

    def _ask(self, question: Work[T]) -> T:
        try:
            with self.primary.connect() as connection:
                return question(connection)
        except FAULTS as error:
            raise meant(error) from error

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """The events of one record, in order of version."""
        order = (" DESC" if desc else "") + ("" if limit is None else f" LIMIT {int(limit)}")
        found = self._select_record(cast("UUID", originator_id), gt or 0, LAST_VERSION if lte is None else lte, order)
        return cast("list[StoredEvent]", found)

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """The library's way to read the whole log from a position."""
        query = EVENTS.select().order_by(EVENTS.c.position).limit(limit)
        if start is not None:
            query = query.where(EVENTS.c.position >= start if inclusive_of_start else EVENTS.c.position > start)
        if stop is not None:
            query = query.where(EVENTS.c.position <= stop)
        if topics:
            query = query.where(EVENTS.c.topic.in_(topics))
        with self.primary.connect() as connection:
            return [
                Notification(
                    originator_id=row.stream_id,
                    originator_version=row.version,
                    topic=row.topic,
                    state=row.state.encode(),
                    id=row.position,
                )
                for row in connection.execute(query)
            ]

    def max_notification_id(self) -> int | None:
        """The last position of the log, None where it is empty."""
        with self.primary.connect() as connection:
            return self.last_position(connection) or None

    def last_position(self, connection: sa.Connection) -> int:
        """The last position that a connection sees; 0 where the log is empty."""
        return connection.execute(sa.select(sa.func.max(EVENTS.c.position))).scalar() or 0

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        """Refused: views follow the log by a Tail, which the library's subscriptions do not know of."""
        raise NotSupportedError("the log is followed by its tail")


def typed(rows: Sequence[Any]) -> list[StoredRecord]:
    """Rows of the log, each as the record it is; what is none is a DamagedRecord, and does not hide the others."""
    try:
        return msgspec.convert(rows, list[StoredRecord])
    except msgspec.ValidationError:
        return [_typed(row) for row in rows]


def _typed(row: Any) -> StoredRecord:
    try:
        return msgspec.convert(row, StoredRecord)
    except msgspec.ValidationError as error:
        column = str(error).rpartition("$[")[2].partition("]")[0]
        name = StoredRecord.__struct_fields__[int(column)] if column.isdecimal() else ""
        said = str(error).partition(" - at")[0]
        return DamagedRecord(
            _or(row[0], UUID, NOBODY),
            _or(row[1], int, 0),
            _or(row[2], UUID, NOBODY),
            _or(row[3], str, "?"),
            "",
            "",
            _or(row[6], datetime, None),
            _or(row[7], int, 0),
            f"{name}: {said}",
        )


def _or(value: Any, kind: type[V], other: W) -> V | W:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return other
