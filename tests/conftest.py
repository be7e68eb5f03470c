"""What tests of several floors share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.databases import (
    Databases,
    databases,
    each_database,
    each_databases,
    postgresql_databases,
    sqlite_databases,
    with_views,
)
from tests.postgresql import postgresql, postgresql_database
from tests.randomness import chance, pytest_report_header
from tests.sample_authority import Clock, SampleAuthority
from web.runtime.services import Services

__all__ = [
    "chance",
    "databases",
    "each_database",
    "each_databases",
    "postgresql",
    "postgresql_database",
    "postgresql_databases",
    "pytest_report_header",
    "sqlite_databases",
]


class AtOnce:
    """Says why a test failed as soon as it has: the summary of a run that is broken off is never written."""

    def __init__(self, terminal: pytest.TerminalReporter) -> None:
        self._terminal = terminal

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._terminal.ensure_newline()
            self._terminal.write_sep("_", f"{report.nodeid}, {report.when}, after {report.duration:.1f} s")
            self._terminal.write_line(report.longreprtext)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if isinstance(terminal, pytest.TerminalReporter):
        config.pluginmanager.register(AtOnce(terminal))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def services(databases: Databases, clock: Clock) -> Iterator[Services]:
    """services on a database of its own, empty but for its tables."""
    with databases.like(with_views) as url, closing(Services(url, clock=clock)) as services:
        yield services


@pytest.fixture
def sample(services: Services, clock: Clock) -> SampleAuthority:
    """An authority with nobody in it yet."""
    return SampleAuthority(services, clock)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real files; tests that read it say so when it is absent."""
    named = os.environ.get("SIS_REAL_DATA", "")
    if not named or not Path(named).is_dir():
        pytest.skip("SIS_REAL_DATA names no folder of real files")
    return Path(named).resolve()
