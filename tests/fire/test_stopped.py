"""A view that cannot take an event stops alone, however many save at that moment; the service goes on."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import UUID

import pytest

from projections.checking import Stopped
from projections.rebuilding import prepare
from projections.view import Row, View, ViewTable
from tests import notebook as told
from tests.databases import Databases, with_log
from tests.notebook import POISON, VIEWS, Notebook, NotebookSystem, command, entries, notebooks

WRITERS = 6
PATIENCE = 180
BLOT = "a blot"


class Titled(Row):
    id: UUID
    blots: int


titled = ViewTable("test_titled", Titled, key=("id",))


@titled.on(Notebook.Opened)
def opened(row: Titled | None, event: Notebook.Opened) -> Titled | None:
    return Titled(id=event.meta.stream, blots=0)


@titled.on(Notebook.Written)
def written(row: Titled | None, event: Notebook.Written) -> Titled | None:
    if event.line == BLOT:
        raise ArithmeticError(event.line)
    return row


ALL_VIEWS = [*VIEWS, View("test_titled", titled)]


@pytest.fixture
def url(each_databases: Databases) -> Iterator[str]:
    with each_databases.like(with_log) as url:
        yield url


@pytest.fixture
def desk(url: str) -> Iterator[NotebookSystem]:
    desk = NotebookSystem(url, ALL_VIEWS)
    yield desk
    desk.close()


def a_notebook(desk: NotebookSystem) -> UUID:
    with command():
        return desk.service.add(Notebook.open).id


def test_several_views_are_stopped_at_one_moment_and_no_command_is_refused_for_it(
    desk: NotebookSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    books, ready = [a_notebook(desk) for _ in range(WRITERS)], Barrier(WRITERS)

    def spill(number: int) -> None:
        ready.wait(PATIENCE)
        for line in ("one", (POISON, BLOT)[number % 2], "two"):
            with command():
                desk.service.change(Notebook, books[number], lambda notebook: notebook.write(line))  # noqa: B023

    with ThreadPoolExecutor(WRITERS) as threads:
        list(threads.map(spill, range(WRITERS)))
    assert [len(desk.service.find(Notebook, id).lines) for id in books] == [3] * WRITERS
    assert len(desk.read(entries.rows)) == 4 * WRITERS
    stopped = desk.differences()
    assert [found.view for found in stopped if isinstance(found, Stopped)] == ["test_notebooks", "test_titled"]
    assert [POISON in str(stopped[0]), BLOT in str(stopped[1])] == [True, True]

    monkeypatch.setattr(told, "POISON", "mended")
    monkeypatch.setattr(__name__ + ".BLOT", "mended")
    assert prepare(desk.log, desk.follower) == ["test_notebooks", "test_titled"]
    assert desk.differences() == []
    assert [desk.read(notebooks.get, id).lines for id in books] == [3] * WRITERS


def test_a_clock_that_is_set_back_does_not_take_the_log_with_it(desk: NotebookSystem) -> None:
    """Neither the service's own clock nor the database's."""
    ahead = datetime.now(UTC) + timedelta(days=400)
    desk.log.clock = lambda: ahead
    id = a_notebook(desk)
    desk.log.clock = lambda: ahead - timedelta(hours=1)
    a_notebook(desk)
    desk.log.clock = None
    with command():
        desk.service.change(Notebook, id, lambda notebook: notebook.write("by the database's own clock"))
    assert [event.meta.recorded_at for event in desk.events()] == [ahead] * 3
