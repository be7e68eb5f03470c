"""Opens the database: an embedded SQLite file with full durability."""

from __future__ import annotations

from functools import partial
from typing import Any

import pysqlite3.dbapi2
import sqlalchemy as sa

SAFE_SQLITE = (3, 51, 3)
"""From this version on SQLite has no WAL-reset bug, which could corrupt a file with several connections."""

BUSY_SECONDS = 30


class UnsafeSqlite(RuntimeError):
    """The SQLite library at hand could corrupt the file under several connections."""


def open_database(url: str) -> tuple[sa.Engine, sa.Engine]:
    """A writer, whose transactions take the write lock at once, and a reader that holds no lock.

    Raises UnsafeSqlite for a SQLite library with the WAL-reset bug.
    """
    if pysqlite3.dbapi2.sqlite_version_info < SAFE_SQLITE:
        raise UnsafeSqlite(pysqlite3.dbapi2.sqlite_version)
    options: dict[str, Any] = {"module": pysqlite3.dbapi2, "connect_args": {"timeout": BUSY_SECONDS}}
    # One writing connection per process: threads queue for it in order, where SQLite would have them poll.
    writer = sa.create_engine(url, pool_size=1, max_overflow=0, pool_timeout=BUSY_SECONDS, **options)
    reader = sa.create_engine(url, **options)
    for engine, begin in ((writer, "BEGIN IMMEDIATE"), (reader, "BEGIN")):
        sa.event.listen(engine, "connect", _on_connect)
        sa.event.listen(engine, "begin", partial(_on_begin, begin))
    return writer, reader


def one_statement(reader: sa.Engine) -> sa.Engine:
    """The reader for connections that ask a single question, and need no transaction to be consistent."""
    return reader.execution_options(**{_ONE_STATEMENT: True})


_ONE_STATEMENT = "sis_one_statement"


def _on_connect(connection: Any, _: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _on_begin(begin: str, connection: sa.Connection) -> None:
    if not connection.get_execution_options().get(_ONE_STATEMENT):
        connection.exec_driver_sql(begin)
