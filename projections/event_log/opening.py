"""The log of a database, by the kind of database."""

from __future__ import annotations

from projections.database import Database
from projections.event_log.postgresql import PostgresqlLog
from projections.event_log.recorder import Clock, SqlLog
from projections.event_log.sqlite import SqliteLog


def open_log(database: Database, clock: Clock | None = None) -> SqlLog:
    """The log kept in a database; `clock` replaces the database's own where times are set on purpose."""
    kinds: dict[str, type[SqlLog]] = {"sqlite": SqliteLog, "postgresql": PostgresqlLog}
    return kinds[database.writer.dialect.name](database, clock)
