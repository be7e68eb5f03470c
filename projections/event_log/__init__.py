"""The event log: the persistence module behind the `eventsourcing` library, on SQLAlchemy, for both databases.

Events and views are saved in one transaction. The log is only ever added to. What every command asks of the
database is written as SQL for the driver, because there SQLAlchemy's own work would cost more than the database's.
"""

from projections.database import Database
from projections.event_log.grouping import Appended
from projections.event_log.postgresql import PostgresqlLog
from projections.event_log.recorder import Clock, SqlLog, Tail
from projections.event_log.sqlite import SqliteLog
from projections.event_log.store import Alongside, EventStore, LogFactory, saving_alone, saving_alongside
from projections.tables import EVENTS, LOG_TABLES

__all__ = [
    "EVENTS", "LOG_TABLES", "Alongside", "Appended", "EventStore", "LogFactory", "SqlLog", "Tail", "open_log",
    "saving_alone",
    "saving_alongside",
]  # fmt: skip


def open_log(database: Database, clock: Clock | None = None) -> SqlLog:
    """The log kept in a database, by its kind; `clock` replaces the database's own where times are set on purpose."""
    kinds: dict[str, type[SqlLog]] = {"sqlite": SqliteLog, "postgresql": PostgresqlLog}
    return kinds[database.writer.dialect.name](database, clock)
