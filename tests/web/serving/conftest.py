"""A service in processes of its own, as users run it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.databases import SqliteDatabases, with_views
from tests.running_service import Served, served
from tests.sample_authority import Clock, SampleAuthority
from web.accounts import sessions
from web.runtime.services import Services


@pytest.fixture(scope="package")
def service(sqlite_databases: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Two workers with a director signed in, and a second for requests to arrive."""
    with sqlite_databases.like(with_views) as url:
        with closing(Services(url)) as services:
            services.prepare_views()
            director = SampleAuthority(services, Clock()).director()
            with services.write() as connection:
                cookie = sessions.begin(connection, director, services.now())
        log = tmp_path_factory.mktemp("served") / "log"
        with served(url, log, "--workers", "2", "--seconds", "1") as found:
            found.cookie = cookie
            found.until(lambda: found.has_started(2), "the workers did not start")
            yield found
