"""The log in PostgreSQL: appended to by many at once, and read without missing what is still on its way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from eventsourcing.persistence import IntegrityError

from domain.service import Unavailable
from projections.codec import StoredRecord
from projections.driver import fetch, run
from projections.event_log.faults import FAULTS, first_line, meant
from projections.event_log.grouping import Appended
from projections.event_log.recorder import PAGE, SqlLog, T, Tail, Work, typed

HELD_UP_SECONDS = 5
"""How long whoever needs the log or a view for itself waits for those who are at it: all others wait behind it."""

_READ = "SELECT stream_id, version, event_id, topic, meta, state, recorded_at, position FROM events"
_ONE_RECORD = f"{_READ} WHERE stream_id = %s AND version > %s AND version <= %s ORDER BY version"
_AFTER = f"{_READ} WHERE position > %s ORDER BY position LIMIT %s"
_AT = f"{_READ} WHERE position = ANY(%s::bigint[]) ORDER BY position"
_BEGIN = "SELECT recorded, generation FROM begin_append(%s, %s, %s, %s)"
_APPEND = "SELECT positions, recorded, generation FROM append_events(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
_POSITIONS = "SELECT array_agg(nextval('events_position_seq')) FROM generate_series(1, %s)"
_COPY = "COPY events (stream_id, version, event_id, topic, meta, state, recorded_at, position) FROM STDIN"
_AT_WORK = """
SELECT virtualtransaction FROM pg_locks
WHERE locktype = 'advisory' AND objsubid = 2 AND classid = current_schema()::regnamespace::oid AND objid = 0
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND granted
"""
_HOLD_STILL = "SELECT pg_advisory_xact_lock(current_schema()::regnamespace::oid::int, 0)"
_GIVE_UP = f"SET LOCAL lock_timeout = '{HELD_UP_SECONDS}s'"

_CHANNEL = "SELECT 'sis_' || current_schema()"
_ANNOUNCE = "SELECT pg_notify('sis_' || current_schema(), '')"

BUCKETS = 512
"""Records and rows are locked by these many numbers each, so that a large import cannot use up the server's locks."""

COPIED_FROM = 200
"""From these many events on they are sent as a stream of rows, not as arguments of one statement."""


class PostgresqlLog(SqlLog):
    """Appends without waiting for other appends: a position may be seen before an earlier one.

    A transaction has its share of a lock before it draws positions (`begin_append`), by which a reader that finds a
    position missing can tell whether it may still be filled: see _GapAwareTail. No other reader follows the log.
    """

    def commit(self, work: Work[T]) -> T:
        try:
            with self.writer.begin() as connection:
                return work(connection)
        except FAULTS as error:
            raise meant(error) from error

    def append(
        self,
        connection: sa.Connection,
        records: Sequence[StoredRecord],
        *,
        looked_at: Mapping[UUID, int],
        rows: Iterable[int] = (),
    ) -> Appended:
        begun = (
            _array(_locks(records, looked_at, rows)),
            _array(looked_at),
            _array(looked_at.values()),
            self._time(),
        )
        try:
            if len(records) >= COPIED_FROM:
                return self._copied(connection, records, begun)
            arrays = (
                _array(record.originator_id for record in records),
                _array(record.originator_version for record in records),
                _array(record.event_id for record in records),
                _array_of_text(record.topic for record in records),
                _array_of_text(record.meta for record in records),
                _array_of_text(record.state for record in records),
            )
            return Appended(*run(connection, _APPEND, (*arrays, *begun)).fetchone())
        except sa.exc.IntegrityError as error:
            raise IntegrityError(str(error.orig)) from error

    def append_alone(self, records: Sequence[StoredRecord], looked_at: Mapping[UUID, int]) -> Appended:
        if len(records) >= COPIED_FROM:
            return super().append_alone(records, looked_at)
        try:
            with self.primary.connect() as connection:
                return self.append(connection, records, looked_at=looked_at)
        except FAULTS as error:
            raise meant(error) from error

    def announce(self) -> None:
        # In a statement of its own: within the command's transaction it would let one command commit at a time.
        with suppress(*FAULTS), self.primary.connect() as connection:
            connection.exec_driver_sql(_ANNOUNCE)

    @contextmanager
    def listening(self) -> Iterator[Callable[[float], None]]:
        with self.primary.connect() as connection:
            channel = connection.exec_driver_sql(_CHANNEL).scalar_one()
            connection.exec_driver_sql(f'LISTEN "{channel}"')
            driver: Any = connection.connection.driver_connection

            def wait(seconds: float) -> None:
                try:
                    for _ in driver.notifies(timeout=seconds, stop_after=1):
                        pass
                except connection.dialect.dbapi.OperationalError as error:  # type: ignore[union-attr]  # there with every dialect
                    raise Unavailable(first_line(error)) from error

            try:
                yield wait
            finally:
                # A connection that listens is not handed on to others.
                connection.invalidate()

    def hold_still(self, connection: sa.Connection) -> None:
        run(connection, _GIVE_UP)
        run(connection, _HOLD_STILL)

    def tail(self, after: int = 0) -> Tail:
        return _GapAwareTail(self, after)

    def select_after(self, connection: sa.Connection, position: int, limit: int) -> list[StoredRecord]:
        return typed(fetch(connection, _AFTER, (position, limit)))

    def select_positions(self, connection: sa.Connection, positions: Sequence[int]) -> list[StoredRecord]:
        return typed(fetch(connection, _AT, (list(positions),)))

    def _select_record(self, id: UUID, gt: int, lte: int, order: str) -> list[StoredRecord]:
        return self.ask(lambda connection: typed(fetch(connection, _ONE_RECORD + order, (id, gt, lte))))

    def _time(self) -> datetime | None:
        return self.clock() if self.clock else None

    def _copied(
        self, connection: sa.Connection, records: Sequence[StoredRecord], begun: tuple[object, ...]
    ) -> Appended:
        recorded_at, generation = connection.exec_driver_sql(_BEGIN, begun).one()
        positions: list[int] = connection.exec_driver_sql(_POSITIONS, (len(records),)).scalar_one()
        driver = connection.connection.driver_connection
        assert driver is not None
        try:
            with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
                for record, position in zip(records, positions, strict=True):
                    copy.write_row(
                        (
                            record.originator_id,
                            record.originator_version,
                            record.event_id,
                            record.topic,
                            record.meta,
                            record.state,
                            recorded_at,
                            position,
                        )
                    )
        except connection.dialect.dbapi.IntegrityError as error:  # type: ignore[union-attr]  # there with every dialect
            raise IntegrityError(str(error)) from error
        return Appended(positions, recorded_at, generation)


class _GapAwareTail(Tail):
    """Stops before a missing position until nobody can fill it any more.

    Whoever drew a position below one that was seen was at work then, or had ended. So the reader notes who is at
    work after seeing it; once all of these have ended, what is still missing below the position seen was rolled
    back. What others do in the same server does not matter, however long it takes.
    """

    def __init__(self, log: SqlLog, after: int = 0) -> None:
        super().__init__(log, after)
        self._doubt: tuple[int, frozenset[str]] | None = None

    @property
    def is_held_up(self) -> bool:
        return self._doubt is not None and self._doubt[0] > self.after

    def next(self, limit: int = PAGE) -> list[StoredRecord]:
        with self.log.primary.connect() as connection:
            found = self._read(connection, limit)
            if not found and self.is_held_up:
                # Mostly whoever left the gap has ended long ago.
                found = self._read(connection, limit)
        return self._taken(found)

    def _read(self, connection: sa.Connection, limit: int) -> list[StoredRecord]:
        # Asked before the rows are read, so that whatever was committed before is among them.
        filled = self._filled_to(connection)
        found = self.log.select_after(connection, self.after, limit)
        settled = _settled(found, self.after, filled)
        if len(settled) < len(found) and (self._doubt is None or filled):
            self._doubt = (found[-1].position or 0, _at_work(connection))
        return settled

    def _filled_to(self, connection: sa.Connection) -> int:
        """Up to where no missing position will be filled any more; 0 where that cannot be told yet."""
        if self._doubt is None:
            return 0
        last, were_at_work = self._doubt
        if last <= self.after:
            self._doubt = None
            return 0
        return 0 if were_at_work & _at_work(connection) else last


def _at_work(connection: sa.Connection) -> frozenset[str]:
    """Who may have drawn positions and has not ended yet: a transaction is visible before it lets go of its locks."""
    return frozenset(transaction for (transaction,) in run(connection, _AT_WORK).fetchall())


def _settled(found: list[StoredRecord], after: int, filled: int) -> list[StoredRecord]:
    for index, record in enumerate(found):
        position = record.position or 0
        if position != after + 1 and position > filled:
            return found[:index]
        after = position
    return found


def _locks(records: Sequence[StoredRecord], looked_at: Mapping[UUID, int], rows: Iterable[int]) -> list[int]:
    """The numbers to lock, in order; below zero those to share with others who only look."""
    own = {1 + record.originator_id.int % BUCKETS for record in records}
    own |= {1 + BUCKETS + row % BUCKETS for row in rows}
    shared = {1 + stream.int % BUCKETS for stream in looked_at}
    return sorted(own | {-number for number in shared - own}, key=abs)


def _array(values: Iterable[object]) -> str:
    """An array as PostgreSQL reads it: the driver's own way takes longer than the server does to append."""
    return f"{{{','.join(map(str, values))}}}"


def _array_of_text(values: Iterable[str]) -> str:
    return _array('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)
