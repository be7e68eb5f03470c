"""The event log: the persistence module behind the `eventsourcing` library, on SQLAlchemy, for both databases.

Events and views are saved in one transaction. The log is only ever added to. What every command asks of the
database is written as SQL for the driver, because there SQLAlchemy's own work would cost more than the database's.
"""

from projections.event_log.appending import Appended
from projections.event_log.opening import open_log
from projections.event_log.recorder import SqlLog, Tail
from projections.event_log.store import Alongside, EventStore, LogFactory, saving_alone, saving_alongside
from projections.tables import EVENTS, LOG_TABLES

__all__ = [
    "EVENTS", "LOG_TABLES", "Alongside", "Appended", "EventStore", "LogFactory", "SqlLog", "Tail", "open_log",
    "saving_alone",
    "saving_alongside",
]  # fmt: skip
