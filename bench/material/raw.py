"""The databases without any program on top: the lines that everything else is measured against."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

import psycopg
import pysqlite3.dbapi2 as sqlite
import sqlalchemy as sa

from bench.material.case import NOTE

Row = tuple[Any, ...]

COLUMNS = "stream_id, version, event_id, topic, recorded_at, meta, state"
META = (
    '{"post":"officer","channel":"screen","command":"%s","at":"2026-11-02T10:00:00Z","reason":"agreed at the visit"}'
)
STATE = '{"note":"%s","on":"2026-11-02","days":"0.5","author":"5d3b3a2e-0b5c-4b44-9d11-3a9c6f1e7a01"}'

_EVENTS = """
CREATE TABLE raw_events (position {key} PRIMARY KEY, stream_id {uuid} NOT NULL, version INTEGER NOT NULL,
    event_id {uuid} NOT NULL UNIQUE, topic TEXT NOT NULL, recorded_at {time} NOT NULL,
    meta TEXT NOT NULL, state TEXT NOT NULL, UNIQUE (stream_id, version))
"""
_CASES = """
CREATE TABLE raw_cases (id {uuid} PRIMARY KEY, school {uuid} NOT NULL, notes INTEGER NOT NULL,
    days INTEGER NOT NULL, last_noted DATE)
"""
_INDEX = "CREATE INDEX raw_cases_by_school ON raw_cases (school)"
_INSERT = f"INSERT INTO raw_events ({COLUMNS}) VALUES ({{0}}, {{0}}, {{0}}, {{0}}, {{0}}, {{0}}, {{0}})"
_UPSERT = """
INSERT INTO raw_cases VALUES ({0}, {0}, {0}, {0}, {0}) ON CONFLICT (id) DO UPDATE
SET school = excluded.school, notes = excluded.notes, days = excluded.days, last_noted = excluded.last_noted
"""
_SELECT = "SELECT * FROM raw_events WHERE stream_id = {0} ORDER BY version"


def event_rows(number: int, *, streams: int = 1) -> list[Row]:
    """Rows of events of the usual size, spread evenly over some streams that nothing is known of."""
    ids = [uuid4().hex for _ in range(streams)]
    return [
        (
            ids[index % streams],
            index // streams + 1,
            uuid4().hex,
            "bench-case.noted",
            "2026-11-02 10:00:00.000000",
            META % uuid4(),
            STATE % NOTE,
        )
        for index in range(number)
    ]


def case_rows(cases: int, events: int) -> list[Row]:
    """The rows of cases as they are after each of their events, interleaved."""
    ids = [uuid4().hex for _ in range(cases)]
    return [(id, id, turn, turn, "2026-11-02") for turn in range(events) for id in ids]


class RawSqlite:
    """A file as durable as the product's."""

    def __init__(self, path: str) -> None:
        self._connection = sqlite.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
        for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL"):
            self._connection.execute(statement)

    def create(self) -> RawSqlite:
        """Make the tables."""
        for table in (_EVENTS, _CASES, _INDEX):
            self._connection.execute(table.format(key="INTEGER", uuid="CHAR(32)", time="DATETIME"))
        return self

    def commit_each(self, rows: Sequence[Row]) -> None:
        """One transaction for each event."""
        for row in rows:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute(_INSERT.format("?"), row)
            self._connection.execute("COMMIT")

    def append(self, rows: Sequence[Row]) -> None:
        """One transaction for all events."""
        self._together(_INSERT, rows)

    def upsert(self, rows: Sequence[Row]) -> None:
        """One transaction for all rows of cases."""
        self._together(_UPSERT, rows)

    def select(self, stream: str) -> list[Row]:
        """The events of one record."""
        found: list[Row] = self._connection.execute(_SELECT.format("?"), (stream,)).fetchall()
        return found

    def _together(self, statement: str, rows: Sequence[Row]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(statement.format("?"), rows)
        self._connection.execute("COMMIT")

    def close(self) -> None:
        self._connection.close()


class RawPostgresql:
    """A connection as the driver has it, with prepared statements."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(libpq(url), autocommit=True)

    def create(self) -> RawPostgresql:
        """Make the tables."""
        key = "BIGINT GENERATED ALWAYS AS IDENTITY"
        for table in (_EVENTS, _CASES, _INDEX):
            self._connection.execute(table.format(key=key, uuid="UUID", time="TIMESTAMPTZ").encode())
        return self

    def commit_each(self, rows: Sequence[Row]) -> None:
        """One transaction for each event."""
        insert = _INSERT.format("%s").encode()
        with self._connection.cursor() as cursor:
            for row in rows:
                cursor.execute(insert, row, prepare=True)

    def append(self, rows: Sequence[Row]) -> None:
        """One transaction for all events, sent as a stream of rows."""
        with (
            self._connection.cursor() as cursor,
            cursor.copy(f"COPY raw_events ({COLUMNS}) FROM STDIN".encode()) as copy,
        ):
            for row in rows:
                copy.write_row(row)

    def append_by_statements(self, rows: Sequence[Row]) -> None:
        """One transaction for all events, each a statement."""
        self._together(_INSERT, rows)

    def upsert(self, rows: Sequence[Row]) -> None:
        """One transaction for all rows of cases."""
        self._together(_UPSERT, rows)

    def _together(self, statement: str, rows: Sequence[Row]) -> None:
        with self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.executemany(statement.format("%s").encode(), rows)

    def close(self) -> None:
        self._connection.close()


Raw = RawSqlite | RawPostgresql


def open_raw(url: str) -> Raw:
    """The database at a SQLAlchemy address."""
    address = sa.make_url(url)
    if address.get_backend_name() == "sqlite":
        return RawSqlite(str(address.database))
    return RawPostgresql(url)


def libpq(url: str) -> str:
    """The address in the form of PostgreSQL's own library."""
    return sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def closing(work: Callable[[], object], *opened: Any) -> Callable[[], None]:
    """Work that closes what was opened for it, in the same time."""

    def both() -> None:
        work()
        for each in opened:
            each.close()

    return both
