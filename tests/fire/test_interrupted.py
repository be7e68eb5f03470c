"""A rebuild is killed at any moment, while others write, and called again: it ends, and the views are right."""

from __future__ import annotations

from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from random import Random
from threading import Event
from typing import Any

import pytest
import sqlalchemy as sa

from projections import rebuilding, shadow_table
from projections.rebuilding import rebuild
from projections.tables import REBUILDS
from tests.databases import Databases, with_log
from tests.notebook import Notebook, NotebookSystem, command
from tests.processes import process
from tests.projections.test_shared_rows import ALL_VIEWS, COLOURS
from tests.randomness import MOMENTS
from tests.running_service import until

pytestmark = pytest.mark.fire

EVENTS = 3000
STAGES = ("folding", "writing")
ENOUGH = 40
"""Moments among which some are in the middle of each stage."""

TOGETHER = 40
"""Rows written in one transaction, and held in memory: few, so that most moments are in the middle of something."""


@pytest.fixture
def url(each_databases: Databases) -> Iterator[str]:
    with each_databases.like(with_log) as url:
        yield url


def write_a_lot(desk: NotebookSystem) -> None:
    made: list[Any] = []
    while len(made) < EVENTS:
        with command():
            notebook = Notebook.open()
            for number in range(5):
                notebook.write(f"{number}", COLOURS[number % 3])
            if len(made) % 4:
                notebook.shut()
        made += notebook.collect_events()
    desk.store.put(made)


def keep_rebuilding(url: str) -> None:
    shadow_table.WRITTEN_TOGETHER = TOGETHER
    rebuilding.WRITTEN_TOGETHER = TOGETHER
    rebuilding.MOST_ROWS = 5 * TOGETHER
    desk = NotebookSystem(url, ALL_VIEWS)
    while True:
        for view in ALL_VIEWS:
            assert not rebuild(desk.log, view).differing


def keep_writing(url: str) -> None:
    desk = NotebookSystem(url, ALL_VIEWS)
    with command():
        shared = desk.service.add(Notebook.open).id
    while True:
        with command():
            desk.service.add(Notebook.open)
        with command():
            desk.service.change(Notebook, shared, lambda notebook: notebook.write("more", "red", "blue"))


def kill(running: BaseProcess) -> None:
    assert running.is_alive(), "it has ended by itself"
    running.kill()
    running.join()


def test_a_rebuild_that_is_killed_is_called_again_and_ends_with_the_right_rows(url: str, chance: Random) -> None:
    desk = NotebookSystem(url, ALL_VIEWS)
    write_a_lot(desk)
    writing, stages = process(keep_writing, url), set[str]()
    for _ in range(MOMENTS):
        rebuilding = process(keep_rebuilding, url)
        there = chance.choice(STAGES)
        until(lambda: stage(desk) == there, f"no rebuild was seen {there}")  # noqa: B023
        Event().wait(chance.choice((0, chance.uniform(0, 0.1))))
        kill(rebuilding)
        stages.add(stage(desk))
    kill(writing)
    written = len(desk.events())
    assert written > EVENTS + MOMENTS
    for view in ALL_VIEWS:
        assert not rebuild(desk.log, view).differing
    assert desk.differences() == []
    assert stage(desk) == "not begun"
    assert not [name for name in sa.inspect(desk.writer).get_table_names() if "__" in name]
    if MOMENTS >= ENOUGH:
        assert set(STAGES) <= stages
    desk.close()


def stage(desk: NotebookSystem) -> str:
    """Where the rebuilds are."""
    with desk.database.primary.connect() as connection:
        left = connection.execute(sa.select(REBUILDS.c.is_writing)).scalars().all()
    if not left:
        return "not begun"
    return "writing" if any(left) else "folding"
