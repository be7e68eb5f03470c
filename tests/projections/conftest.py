"""A service on a real database of either kind, with the views that a test module names in VIEWS.

At the end of each test every view must be what a rebuild from the log would give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from inspect import signature
from typing import Any

import pytest
import sqlalchemy as sa

from domain.service import Service
from projections import successors
from projections.checking import check
from projections.database import Database, open_database
from projections.event_log import LogFactory, open_log
from projections.follower import Follower
from projections.rebuilding import prepare
from projections.view import View, ViewTable
from tests.databases import Databases, with_log

Ask = Callable[..., Any]


@pytest.fixture
def views(request: pytest.FixtureRequest) -> list[View]:
    """The views that the test module names in VIEWS, and what tells them which schools went into others."""
    return [successors.VIEW, *request.module.VIEWS]


@pytest.fixture
def url(each_databases: Databases) -> Iterator[str]:
    """Where a database with an empty log is, of one kind and of the other."""
    with each_databases.like(with_log) as url:
        yield url


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = open_database(url)
    yield database
    database.close()


@pytest.fixture
def reader(database: Database) -> sa.Engine:
    """Where questions are asked; each connection sees what was saved before it began."""
    return database.reader


@pytest.fixture
def service(database: Database, views: list[View]) -> Iterator[Service]:
    """The service, whose views are checked against a rebuild when the test is over."""
    log, follower = open_log(database), Follower(views)
    service = Service(LogFactory(log, follower))
    prepare(log, follower)
    yield service
    assert check(log, views) == []


@pytest.fixture
def ask(reader: sa.Engine, service: Service) -> Ask:
    """Ask a query of a view: `ask(search, "lark hill", today=TODAY)`."""

    def answer(query: Callable[..., Any], *details: Any, **more: Any) -> Any:
        with reader.connect() as connection:
            return query(connection, *details, **more)

    return answer


def rows_of(table: ViewTable[Any], listed: Callable[..., sa.Select[Any]]) -> Callable[..., list[Any]]:
    """What to ask for the rows that a list's query finds: `ask(rows_of(visits, listed), limit=2)`."""

    def rows(connection: sa.Connection, *, limit: int | None = None, **wanted: Any) -> list[Any]:
        within = {"connection": connection} if "connection" in signature(listed).parameters else {}
        return table.rows(connection, listed(**within, **wanted).limit(limit))

    return rows


def rows_where(connection: sa.Connection, view_table: ViewTable[Any], **values: object) -> list[Any]:
    """The rows of a table that have these values, in the order of their references where they have any."""
    columns = view_table.table.c
    wanted = view_table.table.select().where(*(columns[name] == value for name, value in values.items()))
    return sorted(view_table.rows(connection, wanted), key=lambda row: getattr(row, "reference", ""))


def row_where(connection: sa.Connection, view_table: ViewTable[Any], **values: object) -> Any:
    """The one row that has these values."""
    [row] = rows_where(connection, view_table, **values)
    return row
