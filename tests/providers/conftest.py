"""A broker's desk on a real SQLite file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from domain.service import Service
from projections.database import open_database
from projections.event_log import LOG_TABLES, LogFactory, open_log
from projections.follower import Follower
from tests.providers.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    database = open_database(f"sqlite:///{tmp_path / 'desk.db'}")
    with database.writer.begin() as connection:
        LOG_TABLES.create_all(connection)
    with closing(Service(LogFactory(open_log(database), Follower([])))) as service:
        yield Desk(service)
    database.writer.dispose()
    database.reader.dispose()
