"""The log in a SQLite file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from time import monotonic, sleep
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from eventsourcing.persistence import IntegrityError

from projections.codec import StoredRecord
from projections.database import Database
from projections.driver import fetch, run, run_for_each
from projections.event_log.faults import FAULTS, meant
from projections.event_log.grouping import Appended, Group
from projections.event_log.recorder import Clock, SqlLog, T, Work, typed

_READ = "SELECT stream_id, version, event_id, topic, meta, state, recorded_at || 'Z', position FROM events"
_AS_BYTES = _READ.replace("topic, meta, state", "CAST(topic AS BLOB), CAST(meta AS BLOB), CAST(state AS BLOB)")
"""Texts as they lie in the file: what is no text would else hide all that is read with it."""

_ONE_RECORD = f"{_READ} WHERE stream_id = ? AND version > ? AND version <= ? ORDER BY version"
_AFTER = f"{_READ} WHERE position > ? ORDER BY position LIMIT ?"
_AT = f"{_READ} JOIN json_each(?) AS wanted ON wanted.value = position ORDER BY position"
_END = """
SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), position, recorded_at || 'Z',
    (SELECT max(number) FROM view_generations)
FROM (SELECT 1) LEFT JOIN (SELECT position, recorded_at FROM events ORDER BY position DESC LIMIT 1)
"""
_VERSION = "SELECT max(version) FROM events WHERE stream_id = ?"
_INSERT = """
INSERT INTO events (stream_id, version, event_id, topic, meta, state, recorded_at, position)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""

POLL_SECONDS = 0.003
"""How often the file is asked whether it has changed."""

_End = tuple[datetime, int | None, datetime | None, int | None]


class SqliteLog(SqlLog):
    """One writer at a time, in order: positions have no gaps, and nobody need be held back."""

    def __init__(self, database: Database, clock: Clock | None = None) -> None:
        super().__init__(database, clock)
        self._group = Group(self.writer)

    def commit(self, work: Work[T]) -> T:
        try:
            return self._group.commit(work)
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
        _hold(connection, looked_at)
        now, last, last_recorded, generation = msgspec.convert(run(connection, _END).fetchone(), _End)
        if self.clock is not None:
            now = self.clock().astimezone(UTC)
        recorded_at = max(now, last_recorded) if last_recorded else now
        first = (last or 0) + 1
        stored_time = recorded_at.strftime("%Y-%m-%d %H:%M:%S.%f")
        values = [
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
            run_for_each(connection, _INSERT, values)
        except sa.exc.IntegrityError as error:
            if (told := meant(error)) is not error:
                raise told from error
            raise IntegrityError(str(error.orig)) from error
        return Appended(range(first, first + len(values)), recorded_at, generation or 0)

    def announce(self) -> None:
        """Nothing to do: the file tells that it has changed."""

    @contextmanager
    def listening(self) -> Iterator[Callable[[float], None]]:
        with self.primary.connect() as connection:

            def version() -> Any:
                return connection.exec_driver_sql("PRAGMA data_version").scalar()

            last = [version()]

            def wait(seconds: float) -> None:
                until = monotonic() + seconds
                while (now := version()) == last[0] and monotonic() < until:
                    sleep(POLL_SECONDS)
                last[0] = now

            yield wait

    def hold_still(self, connection: sa.Connection) -> None:
        """Nothing to do: a write transaction is alone from its beginning."""

    def select_after(self, connection: sa.Connection, position: int, limit: int) -> list[StoredRecord]:
        return _fetched(connection, _AFTER, (position, limit))

    def select_positions(self, connection: sa.Connection, positions: Sequence[int]) -> list[StoredRecord]:
        return _fetched(connection, _AT, (msgspec.json.encode(positions).decode(),))

    def _select_record(self, id: UUID, gt: int, lte: int, order: str) -> list[StoredRecord]:
        return self.ask(lambda connection: _fetched(connection, _ONE_RECORD + order, (id.hex, gt, lte)))


def _fetched(connection: sa.Connection, query: str, values: tuple[object, ...]) -> list[StoredRecord]:
    try:
        return typed(fetch(connection, query, values))
    except sa.exc.OperationalError as error:
        if "Could not decode" not in str(error.orig):
            raise
    rows = fetch(connection, query.replace(_READ, _AS_BYTES), values)
    return typed([tuple(map(_as_text, row)) for row in rows])


def _as_text(value: Any) -> Any:
    """The text of bytes; bytes that are none stay what they are."""
    try:
        return value.decode() if isinstance(value, bytes) else value
    except UnicodeDecodeError:
        return value


def _hold(connection: sa.Connection, looked_at: Mapping[UUID, int]) -> None:
    for stream, version in looked_at.items():
        [found] = run(connection, _VERSION, (stream.hex,)).fetchone()
        found = found or 0
        if found != version:
            raise IntegrityError(f"record {stream} is at version {found}, not {version}")
