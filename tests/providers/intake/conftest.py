"""A service on a real database with the schools view, and what an import asks of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import pytest

from domain.school import School
from domain.service import Service
from projections import schools
from projections.event_log import EventStore
from projections.schools import KnownSchool
from projections.view import View
from tests.databases import Databases, with_log
from tests.projections.conftest import Ask, ask, database, reader, service
from tests.scenario import signed

__all__ = ["ask", "database", "reader", "service"]

Lookup = Callable[[Sequence[int]], Mapping[int, KnownSchool]]


@pytest.fixture
def url(databases: Databases) -> Iterator[str]:
    with databases.like(with_log) as url:
        yield url


@pytest.fixture
def views() -> list[View]:
    return [schools.VIEW]


@pytest.fixture
def known(ask: Ask) -> Lookup:
    return lambda urns: ask(schools.known_register, urns)


@pytest.fixture
def told(service: Service, ask: Ask) -> Callable[[], list[Any]]:
    """Every event of the log."""
    store = service.events
    assert isinstance(store, EventStore)
    return lambda: ask(lambda connection: list(store.everything(connection)))


@pytest.fixture
def change(service: Service, ask: Ask) -> Callable[[int, Callable[[School], object]], None]:
    """Change the school of a URN."""

    def changed(urn: int, decide: Callable[[School], object]) -> None:
        school: UUID = ask(schools.by_urn, urn).id
        with signed():
            service.change(School, school, decide)

    return changed
