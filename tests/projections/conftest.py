"""A service on a real SQLite file, with the views that a test module names in VIEWS.

At the end of each test every view must be what a rebuild from the log would give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from domain.service import Service
from projections.database import open_database
from projections.event_log import LOG_TABLES, EventStore, LogFactory, SqlLog
from projections.follower import Follower
from projections.view import View

Ask = Callable[..., Any]


@pytest.fixture
def views(request: pytest.FixtureRequest) -> list[View]:
    """The views that the test module names in VIEWS."""
    return list(request.module.VIEWS)


@pytest.fixture
def engines(tmp_path: Path) -> Iterator[tuple[sa.Engine, sa.Engine]]:
    writer, reader = open_database(f"sqlite:///{tmp_path / 'service.db'}")
    yield writer, reader
    writer.dispose()
    reader.dispose()


@pytest.fixture
def reader(engines: tuple[sa.Engine, sa.Engine]) -> sa.Engine:
    """Where questions are asked; each connection sees what was saved before it began."""
    return engines[1]


@pytest.fixture
def service(engines: tuple[sa.Engine, sa.Engine], views: list[View]) -> Iterator[Service]:
    """The service, whose views are checked against a rebuild when the test is over."""
    writer, reader = engines
    follower = Follower(views)
    service = Service(LogFactory(SqlLog(writer, reader), follower))
    store = service.events
    assert isinstance(store, EventStore)
    with writer.begin() as connection:
        LOG_TABLES.create_all(connection)
        follower.prepare(connection, lambda: store.everything(connection))
    yield service
    with reader.connect() as connection:
        assert follower.check(connection, store.everything(connection)) == []


@pytest.fixture
def ask(reader: sa.Engine, service: Service) -> Ask:
    """Ask a query of a view: `ask(search, "lark hill", today=TODAY)`."""

    def answer(query: Callable[..., Any], *details: Any, **more: Any) -> Any:
        with reader.connect() as connection:
            return query(connection, *details, **more)

    return answer
