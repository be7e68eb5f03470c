"""Two authorities in one deployment, in every place that an authority can have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from tests.databases import Databases
from web.authorities import places
from web.authorities.directory import Directory
from web.settings import Settings

SETTINGS = Settings("", secret_key="only for tests", testing=True)


@pytest.fixture
def place(each_databases: Databases) -> Iterator[Callable[[str], str]]:
    """The address of a place of that name: schemas of one PostgreSQL database, or SQLite files."""
    with each_databases.like() as url:
        if places.schema_of(url) is None:
            yield lambda name: url.replace(".sqlite", f"-{name}.sqlite")
        else:
            yield lambda name: places.in_schema(url, name.replace("-", "_"))


@pytest.fixture
def directory(place: Callable[[str], str]) -> Iterator[Directory]:
    """An empty directory."""
    with closing(Directory(place("directory"))) as directory:
        yield directory
