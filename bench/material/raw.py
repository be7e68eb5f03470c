"""The database without any program on top: the line that everything else is measured against."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pysqlite3.dbapi2 as sqlite

from bench.material.case import NOTE

EVENTS = """
CREATE TABLE events (position INTEGER PRIMARY KEY, stream_id CHAR(32) NOT NULL, version INTEGER NOT NULL,
    event_id CHAR(32) NOT NULL UNIQUE, topic TEXT NOT NULL, recorded_at DATETIME NOT NULL,
    meta TEXT NOT NULL, state TEXT NOT NULL, UNIQUE (stream_id, version))
"""
CASES = """
CREATE TABLE cases (id CHAR(32) PRIMARY KEY, school CHAR(32) NOT NULL, notes INTEGER NOT NULL,
    days INTEGER NOT NULL, last_noted DATE)
"""
INSERT = "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
UPSERT = """
INSERT INTO cases VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE
SET school = excluded.school, notes = excluded.notes, days = excluded.days, last_noted = excluded.last_noted
"""
META = (
    '{"post":"officer","channel":"screen","command":"%s","at":"2026-11-02T10:00:00Z","reason":"agreed at the visit"}'
)
STATE = '{"note":"%s","on":"2026-11-02","days":"0.5","author":"5d3b3a2e-0b5c-4b44-9d11-3a9c6f1e7a01"}'


def database(path: Path) -> sqlite.Connection:
    """An empty database, as durable as the product's."""
    connection = sqlite.connect(path, isolation_level=None)
    for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", EVENTS, CASES):
        connection.execute(statement)
    return connection


def event_rows(number: int, *, first: int = 1, streams: int = 1) -> list[tuple[object, ...]]:
    """Rows of events of the usual size, spread evenly over some streams."""
    ids = [uuid4().hex for _ in range(streams)]
    return [
        (
            first + index,
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


def commit_each(connection: sqlite.Connection, rows: list[tuple[object, ...]]) -> None:
    """One transaction per row."""
    for row in rows:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(INSERT, row)
        connection.execute("COMMIT")


def commit_together(connection: sqlite.Connection, statement: str, rows: list[tuple[object, ...]]) -> None:
    """One transaction for all rows."""
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(statement, rows)
    connection.execute("COMMIT")
