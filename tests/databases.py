"""Databases for the tests, of both kinds the service knows.

Each is copied from a model that is made once in a session, which takes a fraction of the time.
"""

from __future__ import annotations

import os
import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa

from projections.database import open_database
from tests.postgresql import Server
from web.runtime.migrate import upgrade
from web.runtime.services import Services

KINDS = ("sqlite", "postgresql")

USUAL = os.environ.get("SIS_TEST_DATABASE", "sqlite")
"""The kind on which tests run that do not care."""

Made = Callable[[str], None]
"""What makes something of the empty database at a URL, and lets go of it."""


def with_log(url: str) -> None:
    """The tables of the log and the door, and no views."""
    with closing(open_database(url)) as database:
        upgrade(database.writer)


def with_views(url: str) -> None:
    """Everything that services needs."""
    services = Services(url)
    upgrade(services.writer)
    services.prepare_views()
    services.close()


class Databases(ABC):
    """Makes databases of one kind."""

    @abstractmethod
    def like(self, made: Made | None = None) -> AbstractContextManager[str]:
        """The URL of a database of the caller's own: an empty one, or one like `made` makes it."""


class SqliteDatabases(Databases):
    """Files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)
        self._models: dict[Made, Path] = {}

    @contextmanager
    def like(self, made: Made | None = None) -> Iterator[str]:
        path = self._folder / f"{next(self._numbers)}.sqlite"
        if made:
            shutil.copyfile(self._model(made), path)
        yield f"sqlite:///{path}"
        for file in self._folder.glob(f"{path.name}*"):
            file.unlink()

    def _model(self, made: Made) -> Path:
        if made not in self._models:
            path = self._models[made] = self._folder / f"{made.__name__}.sqlite"
            made(f"sqlite:///{path}")
        return self._models[made]


class PostgresqlDatabases(Databases):
    """Databases of a server."""

    def __init__(self, server: Server, kept: ExitStack) -> None:
        self._server = server
        self._kept = kept
        self._models: dict[Made, str] = {}

    @contextmanager
    def like(self, made: Made | None = None) -> Iterator[str]:
        with self._server.database(self._model(made) if made else "template0") as url:
            yield url

    def _model(self, made: Made) -> str:
        if made not in self._models:
            url = self._kept.enter_context(self._server.database())
            made(url)
            self._models[made] = str(sa.make_url(url).database)
        return self._models[made]


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> Databases:
    return SqliteDatabases(tmp_path_factory.mktemp("databases"))


@pytest.fixture(scope="session")
def postgresql_databases(postgresql: Server) -> Iterator[Databases]:
    with ExitStack() as kept:
        yield PostgresqlDatabases(postgresql, kept)


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest) -> Databases:
    """Where tests that do not care have their databases from: SQLite, or what SIS_TEST_DATABASE names."""
    found = request.getfixturevalue(f"{USUAL}_databases")
    assert isinstance(found, Databases)
    return found


@pytest.fixture(params=KINDS)
def each_databases(request: pytest.FixtureRequest) -> Databases:
    """The same of one kind and of the other: the test runs on both."""
    found = request.getfixturevalue(f"{request.param}_databases")
    assert isinstance(found, Databases)
    return found


@pytest.fixture
def each_database(each_databases: Databases) -> Iterator[str]:
    """The URL of an empty database, of one kind and of the other: the test runs on both."""
    with each_databases.like() as url:
        yield url
