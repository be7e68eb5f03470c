"""The event log: the persistence module behind the `eventsourcing` library, on SQLAlchemy Core.

Events and views are saved in one transaction. The log is only ever added to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

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
from projections.codec import EventMapper, StoredRecord
from projections.columns import Utc
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
        self.clock = clock

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """One write transaction: all of it or nothing."""
        with self.writer.begin() as connection:
            yield connection

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        """Append events that no view needs to hear of."""
        with self.transaction() as connection:
            saved = self.append(connection, cast("Sequence[StoredRecord]", stored_events))
        return [cast("int", record.position) for record in saved]

    def append(self, connection: sa.Connection, records: Sequence[StoredRecord]) -> list[StoredRecord]:
        """Append events at the end of the log; returns them with position and recorded time.

        Raises the library's IntegrityError where a version or an event id stands already.
        """
        last = connection.execute(
            sa.select(EVENTS.c.position, EVENTS.c.recorded_at).order_by(EVENTS.c.position.desc()).limit(1)
        ).first()
        now = self._now(connection)
        recorded_at = max(now, last.recorded_at) if last else now
        first = last.position + 1 if last else 1
        saved = [
            StoredRecord(
                originator_id=record.originator_id,
                originator_version=record.originator_version,
                topic=record.topic,
                state=record.state,
                event_id=record.event_id,
                meta=record.meta,
                recorded_at=recorded_at,
                position=position,
            )
            for position, record in enumerate(records, first)
        ]
        try:
            connection.execute(EVENTS.insert(), [_row(record) for record in saved])
        except sa.exc.IntegrityError as error:
            raise IntegrityError(str(error.orig)) from error
        return saved

    def hold(self, connection: sa.Connection, versions: Mapping[UUID, int]) -> None:
        """Make sure that records are still at these versions. Raises the library's IntegrityError."""
        for stream, version in versions.items():
            found = connection.execute(
                sa.select(sa.func.max(EVENTS.c.version)).where(EVENTS.c.stream_id == stream)
            ).scalar()
            if found != version:
                raise IntegrityError(f"record {stream} is at version {found}, not {version}")

    def stream_of(self, event_id: UUID) -> UUID | None:
        """The stream of an event, None if there is no such event."""
        with self.reader.connect() as connection:
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
        query = EVENTS.select().where(EVENTS.c.stream_id == originator_id)
        if gt is not None:
            query = query.where(EVENTS.c.version > gt)
        if lte is not None:
            query = query.where(EVENTS.c.version <= lte)
        query = query.order_by(EVENTS.c.version.desc() if desc else EVENTS.c.version)
        with self.reader.connect() as connection:
            return [_record(row) for row in connection.execute(query if limit is None else query.limit(limit))]

    def select_positions(self, connection: sa.Connection, positions: Sequence[int]) -> list[StoredRecord]:
        """The events at these positions, in the log's order."""
        query = EVENTS.select().where(EVENTS.c.position.in_(positions)).order_by(EVENTS.c.position)
        return [_record(row) for row in connection.execute(query)]

    def select_after(self, connection: sa.Connection, position: int, limit: int) -> list[StoredRecord]:
        """The next events after a position."""
        query = EVENTS.select().where(EVENTS.c.position > position).order_by(EVENTS.c.position).limit(limit)
        return [_record(row) for row in connection.execute(query)]

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

    def _now(self, connection: sa.Connection) -> datetime:
        if self.clock is not None:
            return self.clock().astimezone(UTC)
        if connection.dialect.name == "postgresql":
            return cast("datetime", connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one())
        text = connection.execute(sa.select(sa.func.strftime("%Y-%m-%dT%H:%M:%f", "now"))).scalar_one()
        return datetime.fromisoformat(text).replace(tzinfo=UTC)


class EventStore(Log):
    """The library's event store, saving events and views in one transaction."""

    recorder: SqlLog

    def __init__(self, mapper: Mapper[UUID], recorder: SqlLog, follower: Follower) -> None:
        super().__init__(mapper, recorder)
        self.follower = follower

    def put(self, domain_events: Sequence[Any], **kwargs: Any) -> list[Recording[UUID]]:
        """Save events, and what follows from them in the views, together or not at all."""
        events: Sequence[Event] = domain_events
        stored = [cast("StoredRecord", self.mapper.to_stored_event(event)) for event in events]
        with self.recorder.transaction() as connection:
            self.recorder.hold(connection, kwargs.get("looked_at", {}))
            saved = self.recorder.append(connection, stored)
            self.follower.follow(
                connection, [_as_saved(event, record) for event, record in zip(events, saved, strict=True)]
            )
        return []

    def stream_of(self, event_id: UUID) -> UUID | None:
        """The record to which an event belongs, None if no such event was saved."""
        return self.recorder.stream_of(event_id)

    def everything(self, connection: sa.Connection, *, after: int = 0) -> Iterator[Event]:
        """Every event of the log in order, from one consistent reading of it."""
        while page := self.recorder.select_after(connection, after, PAGE):
            for record in page:
                yield cast("Event", self.mapper.to_domain_event(record))
            after = cast("int", page[-1].position)

    def at(self, connection: sa.Connection, positions: Sequence[int]) -> list[Event]:
        """The events at these positions of the log, in order."""
        records = self.recorder.select_positions(connection, positions) if positions else []
        return [cast("Event", self.mapper.to_domain_event(record)) for record in records]


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


def _as_saved(event: Event, record: StoredRecord) -> Event:
    object.__setattr__(event.meta, "recorded_at", record.recorded_at)
    object.__setattr__(event.meta, "position", record.position)
    return event


def _row(record: StoredRecord) -> dict[str, Any]:
    return {
        "position": record.position,
        "stream_id": record.originator_id,
        "version": record.originator_version,
        "event_id": record.event_id,
        "topic": record.topic,
        "recorded_at": record.recorded_at,
        "meta": record.meta.decode(),
        "state": record.state.decode(),
    }


def _record(row: sa.Row[Any]) -> StoredRecord:
    return StoredRecord(
        originator_id=row.stream_id,
        originator_version=row.version,
        topic=row.topic,
        state=row.state.encode(),
        event_id=row.event_id,
        meta=row.meta.encode(),
        recorded_at=row.recorded_at,
        position=row.position,
    )
