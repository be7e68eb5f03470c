"""Views that follow the log: brought forward in another process, each event once, none missed."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event as Flag
from threading import Thread
from time import monotonic
from typing import Any
from uuid import UUID

import pytest

from domain.service import TooManyAtOnce
from projections.checking import Stopped
from projections.codec import stored
from projections.following import Following, IsStopped, keep_inline, let_follow
from projections.view import Row, View, ViewTable
from projections.view_status import ViewStatus, view_statuses
from tests import notebook as told
from tests.databases import Databases, with_log
from tests.notebook import POISON, VIEWS, Notebook, NotebookSystem, command, entries, notebooks

OF_NOTEBOOKS, OF_ENTRIES = VIEWS
PATIENCE = 180
"""Seconds until what is waited for is given up."""


@pytest.fixture
def desk(url: str) -> Iterator[NotebookSystem]:
    desk = NotebookSystem(url)
    yield desk
    desk.close()


def a_notebook(desk: NotebookSystem, *lines: str) -> UUID:
    def make() -> Notebook:
        notebook = Notebook.open()
        for line in lines:
            notebook.write(line, "tag")
        return notebook

    with command():
        return desk.service.add(make).id


def write(desk: NotebookSystem, id: UUID, line: str) -> None:
    """Write a line, however often others are quicker."""
    try:
        with command():
            desk.service.change(Notebook, id, lambda notebook: notebook.write(line, "tag"))
    except TooManyAtOnce:
        write(desk, id, line)


def catch_up(desk: NotebookSystem) -> int:
    """Follow to the end; returns how many batches it took."""
    following, batches = Following(desk.log, desk.follower), 0
    while any(
        each.follows and each.stopped_at is None and each.position < end_of_log(desk)
        for each in desk.read(view_statuses).values()
    ):
        batches += following.step() > 0
    return batches


def status_of(desk: NotebookSystem, view: View) -> ViewStatus:
    found: dict[str, ViewStatus] = desk.read(view_statuses)
    return found[view.name]


def position(desk: NotebookSystem, number: int) -> int:
    """Where the log has an event, counted from 1: positions may have gaps."""
    return desk.events()[number - 1].meta.position or 0


def end_of_log(desk: NotebookSystem) -> int:
    return desk.log.max_notification_id() or 0


def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline, pause = monotonic() + PATIENCE, Flag()
    while not is_so():
        assert monotonic() < deadline, "waited in vain"
        pause.wait(0.01)


@contextmanager
def running(url: str) -> Iterator[None]:
    """Have the views that follow brought forward meanwhile, as by a process of its own."""
    ended = Flag()

    def run() -> None:
        desk = NotebookSystem(url)
        Following(desk.log, desk.follower).run(lambda: not ended.is_set())
        desk.close()

    thread = Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_a_view_that_follows_gets_what_was_saved_when_it_is_brought_forward(desk: NotebookSystem) -> None:
    first = a_notebook(desk, "one")
    let_follow(desk.log, OF_NOTEBOOKS)
    second = a_notebook(desk, "one", "two")
    write(desk, first, "two")
    assert desk.read(notebooks.get, second) is None
    assert desk.read(notebooks.get, first).lines == 1
    assert len(desk.read(entries.rows)) == 6
    assert desk.differences() == []

    catch_up(desk)
    assert desk.read(notebooks.get, first).lines == 2
    assert desk.read(notebooks.get, second).lines == 2
    assert status_of(desk, OF_NOTEBOOKS).position == end_of_log(desk)
    assert desk.differences() == []


def test_views_that_follow_from_different_positions_reach_the_end_together(desk: NotebookSystem) -> None:
    let_follow(desk.log, OF_NOTEBOOKS)
    a_notebook(desk, "one")
    let_follow(desk.log, OF_ENTRIES)
    a_notebook(desk, "one")
    catch_up(desk)
    assert {status_of(desk, view).position for view in VIEWS} == {end_of_log(desk)}
    assert desk.differences() == []


def test_events_are_taken_in_batches(desk: NotebookSystem, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.following.TOGETHER", 10)
    for view in VIEWS:
        let_follow(desk.log, view)
    for _ in range(5):
        a_notebook(desk, "one", "two", "three", "four")
    assert catch_up(desk) == 3
    assert desk.differences() == []


def test_whoever_follows_is_told_when_something_is_saved(desk: NotebookSystem, url: str) -> None:
    let_follow(desk.log, OF_ENTRIES)
    with running(url):
        for number in range(3):
            a_notebook(desk)
            until(lambda: len(desk.read(entries.rows)) == number + 1)  # noqa: B023  # asked before the next turn
    assert desk.differences() == []


def test_two_who_follow_never_take_an_event_twice(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.following.TOGETHER", 5)
    desks = [NotebookSystem(url) for _ in range(3)]
    writer, *followers = desks
    for view in VIEWS:
        let_follow(writer.log, view)
    for number in range(30):
        a_notebook(writer, f"line {number}")
    with ThreadPoolExecutor(2) as threads:
        batches = list(threads.map(catch_up, followers))
    assert sum(batches) >= 12
    catch_up(writer)
    assert status_of(writer, OF_ENTRIES).position == end_of_log(writer)
    assert len(writer.read(entries.rows)) == 60
    assert writer.differences() == []
    for desk in desks:
        desk.close()


def test_the_second_one_waits_until_the_first_has_ended(desk: NotebookSystem, url: str) -> None:
    let_follow(desk.log, OF_ENTRIES)
    other, waits, ended = NotebookSystem(url), Flag(), Flag()
    second = Following(other.log, other.follower)
    with running(url):
        a_notebook(desk)
        until(lambda: len(desk.read(entries.rows)) == 1)
        thread = Thread(target=lambda: second.run(lambda: not ended.is_set(), busy=waits.set))
        thread.start()
        assert waits.wait(PATIENCE)
    a_notebook(desk)
    until(lambda: len(desk.read(entries.rows)) == 2)
    ended.set()
    thread.join(PATIENCE)
    other.close()


def test_a_view_that_cannot_take_an_event_stops_there_alone_and_goes_on_after_the_fix(
    desk: NotebookSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    for view in VIEWS:
        let_follow(desk.log, view)
    id = a_notebook(desk, "one", POISON, "three")
    write(desk, id, "four")
    catch_up(desk)
    stopped = status_of(desk, OF_NOTEBOOKS)
    assert (stopped.position, stopped.stopped_at) == (position(desk, 2), position(desk, 3))
    assert stopped.error == f"test_notebooks cannot take notebook.written: ArithmeticError: {POISON}"
    assert desk.read(notebooks.get, id).lines == 1
    assert len(desk.read(entries.rows)) == 5
    assert desk.differences() == [Stopped("test_notebooks", position(desk, 3), stopped.error)]
    with pytest.raises(IsStopped, match=f"event {position(desk, 3)}"):
        keep_inline(desk.log, desk.follower, OF_NOTEBOOKS)

    monkeypatch.setattr(told, "POISON", "something else")
    following = Following(desk.log, desk.follower)
    following.run(lambda: status_of(desk, OF_NOTEBOOKS).position < end_of_log(desk))
    assert status_of(desk, OF_NOTEBOOKS).stopped_at is None
    assert desk.read(notebooks.get, id).lines == 4
    assert desk.differences() == []


def test_a_view_stops_at_the_first_event_that_any_of_its_sheets_cannot_take(url: str) -> None:
    class Line(Row):
        id: UUID

    later, earlier = (ViewTable(f"test_lines_{number}", Line, key=("id",)) for number in (1, 2))

    def refusing(line: str) -> Callable[[Line | None, Notebook.Written], Line | None]:
        def fold(_: Line | None, event: Notebook.Written) -> Line | None:
            if event.line == line:
                raise ArithmeticError(line)
            return Line(id=event.meta.stream)

        return fold

    later.on(Notebook.Written)(refusing("three"))
    earlier.on(Notebook.Written)(refusing("two"))
    view = View("test_lines", later, earlier)
    desk = NotebookSystem(url, views=[view])
    let_follow(desk.log, view)
    a_notebook(desk, "one", "two", "three")
    catch_up(desk)
    stopped = status_of(desk, view)
    assert (stopped.position, stopped.stopped_at) == (position(desk, 2), position(desk, 3))
    assert len(desk.read(later.rows)) == len(desk.read(earlier.rows)) == 1
    desk.close()
    for view_table in (later, earlier):
        view_table.table.metadata.remove(view_table.table)


def test_a_view_goes_to_and_fro_while_others_write_and_misses_nothing(desk: NotebookSystem, url: str) -> None:
    shared, ended = a_notebook(desk), Flag()

    def keep_writing(number: int) -> int:
        own, lines = NotebookSystem(url), 0
        while not ended.is_set():
            write(own, shared, f"{number}: {lines}")
            lines += 1
        own.close()
        return lines

    with ThreadPoolExecutor(2) as threads:
        writing = [threads.submit(keep_writing, number) for number in range(2)]
        with running(url):
            for _ in range(3):
                for view in VIEWS:
                    let_follow(desk.log, view)
                saved = end_of_log(desk)
                until(lambda: end_of_log(desk) > saved + 20)  # noqa: B023  # asked before the next turn
                for view in VIEWS:
                    keep_inline(desk.log, desk.follower, view)
                    assert not status_of(desk, view).follows
        ended.set()
        written = sum(done.result(PATIENCE) for done in writing)
    assert desk.differences() == []
    assert desk.read(notebooks.get, shared).lines == written


def test_what_was_kept_in_step_and_stopped_does_not_come_back_by_following(desk: NotebookSystem) -> None:
    a_notebook(desk, "one", POISON)
    assert status_of(desk, OF_NOTEBOOKS).stopped_at == position(desk, 3)
    let_follow(desk.log, OF_ENTRIES)
    a_notebook(desk)
    catch_up(desk)
    assert status_of(desk, OF_NOTEBOOKS).stopped_at == position(desk, 3)
    assert status_of(desk, OF_ENTRIES).position == position(desk, 4)


def test_a_position_that_was_given_up_holds_nobody_up(postgresql_databases: Databases) -> None:
    with postgresql_databases.like(with_log) as url:
        desk = NotebookSystem(url)
        let_follow(desk.log, OF_ENTRIES)
        following = Following(desk.log, desk.follower)
        with desk.writer.connect() as other:
            given_up = other.begin()
            with command():
                events = Notebook.open().collect_events()
            desk.log.append(other, [stored(event) for event in events], looked_at={})
            a_notebook(desk)
            assert [following.step() for _ in range(3)] == [0, 0, 0]
            given_up.rollback()
        until(lambda: following.step() == 1)
        assert status_of(desk, OF_ENTRIES).position == position(desk, 1)
        assert desk.differences() == []
        desk.close()


KILLED = """
import os, signal, sys
from projections import following
from tests.notebook import NotebookSystem

desk = NotebookSystem(sys.argv[1])
following.TOGETHER = 5
steps = following.Following(desk.log, desk.follower)
steps.step()
moved = following.moved

def die(connection, name, old, new):
    moved(connection, name, old, new)
    if name == "test_entries":
        os.kill(os.getpid(), signal.SIGKILL)
    return True

following.moved = die
steps.step()
"""


def test_whoever_follows_after_one_that_was_killed_goes_on_exactly_there(desk: NotebookSystem, url: str) -> None:
    for view in VIEWS:
        let_follow(desk.log, view)
    for _ in range(4):
        a_notebook(desk, "one", "two", "three")
    program: list[Any] = [sys.executable, "-c", KILLED, url]
    done = subprocess.run(program, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert {status_of(desk, view).position for view in VIEWS} == {position(desk, 5)}
    assert desk.differences() == []
    catch_up(desk)
    assert {status_of(desk, view).position for view in VIEWS} == {end_of_log(desk)}
    assert len(desk.read(entries.rows)) == 16
    assert desk.differences() == []
