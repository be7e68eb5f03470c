"""What tests of several floors share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgresql import postgresql, postgresql_database
from tests.world import Clock, World
from web.migrate import upgrade
from web.office import Office

__all__ = ["postgresql", "postgresql_database"]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def office(tmp_path: Path, clock: Clock) -> Iterator[Office]:
    """An office on a database of its own, empty but for its tables."""
    office = Office(f"sqlite:///{tmp_path / 'service.sqlite'}", clock=clock)
    upgrade(office.writer)
    office.prepare_views()
    yield office
    office.close()


@pytest.fixture
def world(office: Office, clock: Clock) -> World:
    """An authority with nobody in it yet."""
    return World(office, clock)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real files; tests that read it say so when it is absent."""
    named = os.environ.get("SIS_REAL_DATA", "")
    if not named or not Path(named).is_dir():
        pytest.skip("SIS_REAL_DATA names no folder of real files")
    return Path(named).resolve()
