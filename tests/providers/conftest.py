"""A broker's desk on a real database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from domain.service import Service
from projections.database import open_database
from projections.event_log import LogFactory, open_log
from projections.follower import Follower
from tests.databases import Databases, with_log
from tests.providers.brokerage_scenario import BrokerageScenario


@pytest.fixture
def desk(databases: Databases) -> Iterator[BrokerageScenario]:
    with databases.like(with_log) as url:
        database = open_database(url)
        with closing(Service(LogFactory(open_log(database), Follower([])))) as service:
            yield BrokerageScenario(service)
        database.close()
