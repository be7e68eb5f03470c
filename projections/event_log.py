"""The event log: the persistence module behind the `eventsourcing` library, on SQLAlchemy Core.

Events and views are saved in one transaction. The log is only ever added to. What every command asks of the
database is written as SQL for the driver, because there SQLAlchemy's own work would cost more than the database's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import msgspec
import sqlalchemy as sa
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    IntegrityError,
    Mapper,
    Notification,
    NotSupportedError,
    ProcessRecorder,
    Recording,
    StoredEvent,
    Subscription,
    TrackingRecorder,
)

from domain.aggregate import Event
from domain.service import Log
from projections.codec import EventMapper, StoredRecord, event_of, stored
from projections.columns import Utc
from projections.database import one_statement
from projections.follower import Follower

LOG_TABLES = sa.MetaData()
"""The tables of the log, owned by the migrations."""

EVENTS = sa.Table(
    "events",
    LOG_TABLES,
    sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
    sa.Column("stream_id", sa.Uuid, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("event_id", sa.Uuid, nullable=False, unique=True),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("recorded_at", Utc, nullable=False),
    sa.Column("meta", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.UniqueConstraint("stream_id", "version", name="events_stream_version"),
)

# The columns in the order of StoredRecord's fields.
_READ = "SELECT stream_id, version, event_id, topic, meta, state, recorded_at || 'Z', position FROM events"
_ONE_RECORD = f"{_READ} WHERE stream_id = ? AND version > ? AND version <= ? ORDER BY version"
_AFTER = f"{_READ} WHERE position > ? ORDER BY position LIMIT ?"
_AT = f"{_READ} JOIN json_each(?) AS wanted ON wanted.value = position ORDER BY position"
_END = """
SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), position, recorded_at || 'Z'
FROM (SELECT 1) LEFT JOIN (SELECT position, recorded_at FROM events ORDER BY position DESC LIMIT 1)
"""
_VERSION = "SELECT max(version) FROM events WHERE stream_id = ?"
_INSERT = """
INSERT INTO events (stream_id, version, event_id, topic, meta, state, recorded_at, position)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""

LAST_VERSION = 2**31 - 1
PAGE = 1000

Clock = Callable[[], datetime]


class SqlLog(ApplicationRecorder):
    """Keeps stored events in the `events` table.

    `clock` replaces the database's clock where times are set on purpose (a demonstration, a test).
    """

    def __init__(self, writer: sa.Engine, reader: sa.Engine, clock: Clock | None = None) -> None:
        super().__init__()
        self.writer = writer
        self.reader = reader
        self._ask = one_statement(reader)
        self.clock = clock

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """One write transaction: all of it or nothing."""
        with self.writer.begin() as connection:
            yield connection

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        """Append events that no view needs to hear of."""
        with self.transaction() as connection:
            first, _ = self.append(connection, cast("Sequence[StoredRecord]", stored_events))
        return range(first, first + len(stored_events))

    def append(self, connection: sa.Connection, records: Sequence[StoredRecord]) -> tuple[int, datetime]:
        """Append events at the end of the log; returns the first one's position and the time recorded for all.

        The time is the clock's, but never before the last one recorded. Raises the library's IntegrityError where
        a version or an event id stands already.
        """
        now, last, last_recorded = msgspec.convert(
            tuple(connection.exec_driver_sql(_END).one()), tuple[datetime, int | None, datetime | None]
        )
        if self.clock is not None:
            now = self.clock().astimezone(UTC)
        recorded_at = max(now, last_recorded) if last_recorded else now
        first = (last or 0) + 1
        stored_time = recorded_at.strftime("%Y-%m-%d %H:%M:%S.%f")
        rows = [
            (
                record.originator_id.hex,
                record.originator_version,
                record.event_id.hex,
                record.topic,
                record.meta,
                record.state,
                stored_time,
                position,
            )
            for position, record in enumerate(records, first)
        ]
        try:
            connection.exec_driver_sql(_INSERT, rows)
        except sa.exc.IntegrityError as error:
            raise IntegrityError(str(error.orig)) from error
        return first, recorded_at

    def hold(self, connection: sa.Connection, versions: Mapping[UUID, int]) -> None:
        """Make sure that records are still at these versions, 0 for none. Raises the library's IntegrityError."""
        for stream, version in versions.items():
            found = connection.exec_driver_sql(_VERSION, (stream.hex,)).scalar() or 0
            if found != version:
                raise IntegrityError(f"record {stream} is at version {found}, not {version}")

    def stream_of(self, event_id: UUID) -> UUID | None:
        """The stream of an event, None if there is no such event."""
        with self._ask.connect() as connection:
            return connection.execute(sa.select(EVENTS.c.stream_id).where(EVENTS.c.event_id == event_id)).scalar()

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
        statement = _ONE_RECORD + (" DESC" if desc else "") + ("" if limit is None else f" LIMIT {int(limit)}")
        asked = (cast("UUID", originator_id).hex, gt or 0, LAST_VERSION if lte is None else lte)
        with self._ask.connect() as connection:
            return cast("list[StoredEvent]", _typed(connection.exec_driver_sql(statement, asked)))

    def select_positions(self, connection: sa.Connection, positions: Sequence[int]) -> list[StoredRecord]:
        """The events at these positions, in the log's order."""
        return _typed(connection.exec_driver_sql(_AT, (msgspec.json.encode(positions).decode(),)))

    def select_after(self, connection: sa.Connection, position: int, limit: int) -> list[StoredRecord]:
        """The next events after a position."""
        return _typed(connection.exec_driver_sql(_AFTER, (position, limit)))

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
        with self.reader.connect() as connection:
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
        """The last position of the log."""
        with self.reader.connect() as connection:
            return connection.execute(sa.select(sa.func.max(EVENTS.c.position))).scalar()

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        """Refused: every view is filled in the transaction that saves the events, so nobody follows the log."""
        raise NotSupportedError("views are filled inline; nothing follows this log")


class EventStore(Log):
    """The library's event store, saving events and views in one transaction."""

    recorder: SqlLog

    def __init__(self, mapper: Mapper[UUID], recorder: SqlLog, follower: Follower) -> None:
        super().__init__(mapper, recorder)
        self.follower = follower

    def put(self, domain_events: Sequence[Any], **kwargs: Any) -> list[Recording[UUID]]:
        """Save events, and what follows from them in the views, together or not at all."""
        events: Sequence[Event] = domain_events
        records = [stored(event) for event in events]
        with self.recorder.transaction() as connection:
            self.recorder.hold(connection, kwargs.get("looked_at", {}))
            first, recorded_at = self.recorder.append(connection, records)
            for position, event in enumerate(events, first):
                event.meta.saved(position, recorded_at)
            self.follower.follow(connection, events)
        return []

    def stream_of(self, event_id: UUID) -> UUID | None:
        """The record to which an event belongs, None if no such event was saved."""
        return self.recorder.stream_of(event_id)

    def everything(self, connection: sa.Connection, *, after: int = 0) -> Iterator[Event]:
        """Every event of the log in order, from one consistent reading of it."""
        while page := self.recorder.select_after(connection, after, PAGE):
            yield from map(event_of, page)
            after = cast("int", page[-1].position)

    def at(self, connection: sa.Connection, positions: Sequence[int]) -> list[Event]:
        """The events at these positions of the log, in order."""
        return [event_of(record) for record in self.recorder.select_positions(connection, positions)]


class LogFactory(InfrastructureFactory[TrackingRecorder]):
    """Makes the parts that the library's Application asks for."""

    def __init__(self, log: SqlLog, follower: Follower) -> None:
        super().__init__({})
        self._log = log
        self._follower = follower

    def mapper(self, transcoder: Any = None, mapper_class: Any = None) -> Any:
        return EventMapper()

    def event_store(self, mapper: Any = None, recorder: Any = None) -> Any:
        return EventStore(mapper, self._log, self._follower)

    def application_recorder(self) -> ApplicationRecorder:
        return self._log

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        raise NotSupportedError("records are read from the log itself; there are no snapshots")

    def tracking_recorder(self, tracking_recorder_class: Any = None) -> TrackingRecorder:
        raise NotSupportedError("views are filled inline; there is no tracking")

    def process_recorder(self) -> ProcessRecorder:
        raise NotSupportedError("views are filled inline; there is no tracking")


def _typed(found: sa.CursorResult[Any]) -> list[StoredRecord]:
    return msgspec.convert(found.cursor.fetchall(), list[StoredRecord])
