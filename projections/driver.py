"""Runs a statement at the driver, within SQLAlchemy's connection and transaction.

Every command passes here several times; SQLAlchemy's own work on a statement costs more than the database's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa


def run(connection: sa.Connection, statement: str, arguments: Sequence[Any] = ()) -> Any:
    """The driver's cursor after one statement. Raises SQLAlchemy's errors, as its own execution does."""
    fairy = connection.connection
    cursor = fairy.cursor()
    try:
        cursor.execute(statement, arguments)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _meant(connection, statement, error) from error
    return cursor


def run_for_each(connection: sa.Connection, statement: str, rows: Sequence[Sequence[Any]]) -> int:
    """One statement for each row of arguments; returns how many rows were changed.

    Not for PostgreSQL, whose driver would use its pipeline mode.
    """
    cursor = connection.connection.cursor()
    try:
        cursor.executemany(statement, rows)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _meant(connection, statement, error) from error
    changed: int = cursor.rowcount
    return changed


def _meant(connection: sa.Connection, statement: str, error: Any) -> Exception:
    dialect = connection.dialect
    is_lost = dialect.is_disconnect(error, connection.connection, None)
    if is_lost:
        connection.invalidate(error)
    meant: Exception = sa.exc.DBAPIError.instance(
        statement, None, error, dialect.loaded_dbapi.Error, connection_invalidated=is_lost, dialect=dialect
    )
    return meant
