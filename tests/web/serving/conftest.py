"""A service in processes of its own, as users run it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.databases import SqliteDatabases, with_views
from tests.served import Served, served
from tests.world import Clock, World
from web.accounts import sessions
from web.office import Office


@pytest.fixture(scope="package")
def service(sqlite_databases: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Two workers with a director signed in, and a second for requests to arrive."""
    with sqlite_databases.like(with_views) as url:
        with closing(Office(url)) as office:
            office.prepare_views()
            director = World(office, Clock()).director()
            with office.write() as connection:
                cookie = sessions.begin(connection, director, office.now())
        log = tmp_path_factory.mktemp("served") / "log"
        with served(url, log, "--workers", "2", "--seconds", "1") as found:
            found.cookie = cookie
            found.until(lambda: found.has_started(2), "the workers did not start")
            yield found
