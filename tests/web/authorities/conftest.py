"""Two authorities in one deployment, in every place that an authority can have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from tests.databases import Databases
from web.authorities import places
from web.authorities.directory import Directory

Place = Callable[[str], str]
"""The address of a place, by a name."""


def places_of(url: str) -> Place:
    """Schemas of a PostgreSQL database, or files beside a SQLite file."""
    if places.schema_of(url) is None:
        return lambda name: url.replace(".sqlite", f"-{name}.sqlite")
    return lambda name: places.in_schema(url, name.replace("-", "_"))


@pytest.fixture
def place(each_databases: Databases) -> Iterator[Place]:
    """Places of one kind and of the other: the test runs on both."""
    with each_databases.like() as url:
        yield places_of(url)


@pytest.fixture
def directory(place: Place) -> Iterator[Directory]:
    """An empty directory."""
    with closing(Directory(place("directory"))) as directory:
        yield directory
