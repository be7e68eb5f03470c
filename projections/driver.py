"""Runs a statement at the driver, within SQLAlchemy's connection and transaction.

Every command passes here several times; SQLAlchemy's own work on a statement costs more than the database's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa


def run(connection: sa.Connection, statement: str, arguments: Sequence[Any] = ()) -> Any:
    """The driver's cursor after one statement. Raises SQLAlchemy's errors, as its own execution does.

    What failed is closed at once: an error may live on in another thread, where it would let go of SQLite's statement
    while this connection uses it again.
    """
    fairy = connection.connection
    cursor = fairy.cursor()
    try:
        cursor.execute(statement, arguments)
    except connection.dialect.loaded_dbapi.Error as error:
        cursor.close()
        raise _meant(connection, statement, error) from error
    return cursor


def fetch(connection: sa.Connection, statement: str, arguments: Sequence[Any] = ()) -> list[Any]:
    """The rows of one statement. Raises SQLAlchemy's errors, also for what is found only while rows are fetched."""
    cursor = run(connection, statement, arguments)
    try:
        rows: list[Any] = cursor.fetchall()
    except connection.dialect.loaded_dbapi.Error as error:
        cursor.close()
        raise _meant(connection, statement, error) from error
    return rows


def run_for_each(connection: sa.Connection, statement: str, rows: Sequence[Sequence[Any]]) -> None:
    """One statement for each row of arguments, each of which it must take.

    Not for PostgreSQL, whose driver would use its pipeline mode.
    """
    cursor = connection.connection.cursor()
    try:
        cursor.executemany(statement, rows)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _meant(connection, statement, error) from error
    finally:
        cursor.close()
    if cursor.rowcount != len(rows):
        # SQLite's driver passes over a statement in silence if it failed before, since the tables have changed.
        silent = RuntimeError(f"{len(rows) - cursor.rowcount} rows were not taken: the tables have changed")
        raise sa.exc.OperationalError(statement, None, silent)


def _meant(connection: sa.Connection, statement: str, error: Any) -> Exception:
    dialect = connection.dialect
    is_lost = dialect.is_disconnect(error, connection.connection, None)
    if is_lost:
        connection.invalidate(error)
    meant: Exception = sa.exc.DBAPIError.instance(
        statement, None, error, dialect.loaded_dbapi.Error, connection_invalidated=is_lost, dialect=dialect
    )
    return meant
