"""Copies what belongs to an authority from one database to another, of either kind, and proves that all is there.

The log is copied row by row with its positions, the web layer's tables as they stand; views follow from the log and
are not copied.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import sqlalchemy as sa

from projections.codec import StoredRecord
from projections.columns import Packed
from projections.event_log import EVENTS, SqlLog
from web.runtime.tables import DOOR_TABLES, UPLOADS

AT_ONCE = 1000
"""Rows of a table written in one statement."""

FILES_AT_ONCE = 4

Progress = Callable[[int], None]

_SET_SEQUENCE = "SELECT setval(pg_get_serial_sequence('events', 'position'), %s)"


class CopyDiffers(RuntimeError):
    """What is at the new place is not what is at the old one."""


@dataclass
class Proof:
    """What is known of a log that was read in order: how many rows, up to where, and the hash of all of them."""

    count: int = 0
    last: int = 0
    _hash: Any = field(default_factory=hashlib.sha256)

    def take(self, records: Sequence[StoredRecord]) -> None:
        """Go on with the next rows."""
        for record in records:
            self._hash.update(msgspec.json.encode(record) + b"\n")
        if records:
            self.count += len(records)
            self.last = records[-1].position or 0

    @property
    def digest(self) -> str:
        return str(self._hash.hexdigest())


class LogCopy:
    """The log on its way from one place to another. What an earlier attempt has copied is read again, not written."""

    def __init__(self, source: SqlLog, target: SqlLog, progress: Progress = lambda _: None) -> None:
        self.target = target
        self.read, self.written = Proof(), Proof()
        self._tail = source.tail()
        self._there = target.max_notification_id() or 0
        self._progress = progress

    def advance(self) -> None:
        """Copy what can be read of the log while others append to it, and read it back."""
        while page := self._tail.next(AT_ONCE):
            self._take(page)
        self._read_back()

    def finish(self, held: sa.Connection) -> None:
        """Copy the rest on a connection that keeps others from appending, and compare. Raises CopyDiffers."""
        while page := self._tail.rest(held):
            self._take(page)
        self._read_back()
        read, written = self.read, self.written
        if (read.count, read.last, read.digest) != (written.count, written.last, written.digest):
            raise CopyDiffers(
                f"the log has {read.count:,} events up to {read.last:,} ({read.digest[:12]}), "
                f"its copy {written.count:,} up to {written.last:,} ({written.digest[:12]})"
            )
        if read.last and self.target.writer.dialect.name == "postgresql":
            with self.target.writer.begin() as connection:
                connection.exec_driver_sql(_SET_SEQUENCE, (read.last,))

    def _take(self, page: list[StoredRecord]) -> None:
        self.read.take(page)
        new = [record for record in page if (record.position or 0) > self._there]
        if new:
            with self.target.writer.begin() as connection:
                connection.execute(EVENTS.insert(), [_row(record) for record in new])
        self._progress(self.read.last)

    def _read_back(self) -> None:
        with self.target.snapshot.connect() as connection:
            while page := self.target.select_after(connection, self.written.last, AT_ONCE):
                self.written.take(page)


def copy_tables(source: sa.Connection, target: sa.Connection) -> None:
    """Copy the web layer's tables in place of whatever an earlier attempt has left."""
    for table in reversed(DOOR_TABLES.sorted_tables):
        target.execute(table.delete())
    for table in DOOR_TABLES.sorted_tables:
        for rows in _pages(source, table):
            target.execute(_plain(table).insert(), [dict(row) for row in rows])


def compare_tables(source: sa.Connection, target: sa.Connection) -> dict[str, int]:
    """How many rows each of the web layer's tables has. Raises CopyDiffers where the copy has others."""
    counts: dict[str, int] = {}
    for table in DOOR_TABLES.sorted_tables:
        there, here = _sum(source, table), _sum(target, table)
        if there != here:
            raise CopyDiffers(f"{table.name} has {there[0]:,} rows, its copy {here[0]:,}, or others")
        counts[table.name] = here[0]
    return counts


def _row(record: StoredRecord) -> dict[str, Any]:
    return {
        "position": record.position,
        "stream_id": record.originator_id,
        "version": record.originator_version,
        "event_id": record.event_id,
        "topic": record.topic,
        "recorded_at": record.recorded_at,
        "meta": record.meta,
        "state": record.state,
    }


def _plain(table: sa.Table) -> sa.TableClause:
    """The table with what is packed in its columns left as it is."""
    kinds = {column.name: sa.Text() if isinstance(column.type, Packed) else column.type for column in table.c}
    return sa.table(table.name, *(sa.column(name, kind) for name, kind in kinds.items()))


def _pages(connection: sa.Connection, table: sa.Table) -> Iterator[Sequence[sa.RowMapping]]:
    at_once = FILES_AT_ONCE if table is UPLOADS else AT_ONCE
    with connection.execute(_plain(table).select(), execution_options={"yield_per": at_once}) as found:
        yield from found.mappings().partitions()


def _sum(connection: sa.Connection, table: sa.Table) -> tuple[int, int]:
    """How many rows a table has, and the sum of their hashes, which no order of them changes."""
    count, total = 0, 0
    for rows in _pages(connection, table):
        count += len(rows)
        for row in rows:
            total += int.from_bytes(hashlib.sha256(msgspec.json.encode(tuple(row.values()))).digest())
    return count, total % 2**256
