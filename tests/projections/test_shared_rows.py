"""Rows of views on which many records write, by many processes and threads at once, on either kind of database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from random import Random
from uuid import UUID

import pytest

from domain.service import TooManyAtOnce, UnitOfWork
from projections.rebuilding import rebuild
from projections.view import Key, Row, View, ViewTable, replace
from tests.notebook import VIEWS, Notebook, NotebookSystem, command, notebooks
from tests.processes import processes

PROCESSES = 4
THREADS = 3
COMMANDS = 20
COLOURS = ("red", "blue", "green")


class Told(Row):
    """What was told under a tag, in whichever notebook: the order of the telling makes the chain."""

    tag: str
    lines: int
    chain: str
    last: str


told = ViewTable("test_told", Told, key=("tag",))


def tags_of(event: Notebook.Written) -> Iterator[Key]:
    return ((tag,) for tag in event.tags)


@told.on_each(Notebook.Written, keys=tags_of)
def line_told(row: Told | None, event: Notebook.Written, key: Key) -> Told | None:
    row = row or Told(tag=key[0], lines=0, chain="", last="")
    chain = sha256(f"{row.chain} {event.line}".encode()).hexdigest()
    return replace(row, lines=row.lines + 1, chain=chain, last=event.line)


ALL_VIEWS = [*VIEWS, View("test_told", told)]


@pytest.fixture
def desk(url: str) -> Iterator[NotebookSystem]:
    desk = NotebookSystem(url, ALL_VIEWS)
    yield desk
    desk.close()


def a_notebook(desk: NotebookSystem) -> UUID:
    with command():
        return desk.service.add(Notebook.open).id


def write_in_threads(url: str, seed: float, shared: list[UUID]) -> list[tuple[UUID, str]]:
    """Commands of several threads of one process; returns every line written, and in which notebook."""
    desk = NotebookSystem(url, ALL_VIEWS)
    with ThreadPoolExecutor(THREADS) as threads:
        writing = [threads.submit(write, desk, Random(f"{seed} {each}"), shared) for each in range(THREADS)]
        done = [line for each in writing for line in each.result()]
    desk.close()
    return done


def write(desk: NotebookSystem, random: Random, shared: list[UUID]) -> list[tuple[UUID, str]]:
    own, done = a_notebook(desk), []
    for _ in range(COMMANDS):
        line = f"{own} {len(done)}"
        tags = random.sample(COLOURS, random.randint(1, len(COLOURS)))
        written_in = random.choice(([own], [random.choice(shared)], random.sample(shared, 2)))
        write_until_done(desk, partial(write_in_all, written_in, line, tags))
        done += [(id, line) for id in written_in]
    return done


def write_in_all(written_in: list[UUID], line: str, tags: list[str], work: UnitOfWork) -> None:
    for id in written_in:
        work.find(Notebook, id).write(line, *tags)


def write_until_done(desk: NotebookSystem, decide: partial[None]) -> None:
    try:
        with command():
            desk.service.do(decide)
    except TooManyAtOnce:
        write_until_done(desk, decide)


def test_whoever_writes_where_the_views_are_what_the_log_says(desk: NotebookSystem, url: str, chance: Random) -> None:
    shared = [a_notebook(desk) for _ in range(3)]
    with processes(PROCESSES) as crowd:
        writing = [crowd.submit(write_in_threads, url, chance.random(), shared) for _ in range(PROCESSES)]
        done = [line for each in writing for line in each.result(timeout=240)]
    assert desk.differences() == []
    written = [(event.meta.stream, event.line) for event in desk.events() if isinstance(event, Notebook.Written)]
    assert Counter(written) == Counter(done)
    assert len(set(done)) == len(done)
    for row in desk.read(notebooks.rows):
        assert row.lines == sum(id == row.id for id, _ in done)


def test_the_order_in_which_events_are_kept_is_the_order_in_which_they_made_a_shared_row(
    desk: NotebookSystem,
) -> None:
    for line in ("one", "two"):
        id = a_notebook(desk)
        with command():
            desk.service.change(Notebook, id, lambda notebook, line=line: notebook.write(line, "red"))
    assert desk.read(told.get, "red").last == "two"
    desk.execute("UPDATE test_told SET chain = 'of another order'")
    assert [difference.table for difference in desk.differences()] == ["test_told"]
    assert rebuild(desk.log, ALL_VIEWS[-1]).differing == [("test_told", ("red",))]
    assert desk.differences() == []
