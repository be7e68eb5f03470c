"""The event log: what it keeps, in which order, and what survives."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from multiprocessing import get_context
from typing import Any
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import IntegrityError, NotSupportedError

from domain.aggregate import Event
from domain.service import TooManyAtOnce, Unavailable
from projections.codec import stored
from projections.event_log import EVENTS, LogFactory
from projections.follower import Follower
from tests.databases import Databases, with_log
from tests.notebook import NOON, Notebook, NotebookSystem, command, notebooks


@pytest.fixture
def desk(url: str) -> Iterator[NotebookSystem]:
    with closing(NotebookSystem(url)) as desk:
        yield desk
        assert desk.differences() == []


def is_sqlite(desk: NotebookSystem) -> bool:
    return desk.writer.dialect.name == "sqlite"


def a_notebook(desk: NotebookSystem, *lines: str) -> UUID:
    def make() -> Notebook:
        notebook = Notebook.open()
        for line in lines:
            notebook.write(line)
        return notebook

    with command():
        return desk.service.add(make).id


def some_events(*lines: str) -> list[Event]:
    with command():
        notebook = Notebook.open()
        for line in lines:
            notebook.write(line)
    return notebook.collect_events()


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def test_events_are_kept_in_the_order_of_saving(desk: NotebookSystem) -> None:
    first, second = a_notebook(desk, "one"), a_notebook(desk)
    with command():
        desk.service.change(Notebook, first, lambda notebook: notebook.write("two"))
    found = [(event.meta.position, event.meta.stream, event.meta.version) for event in desk.events()]
    assert found == [(1, first, 1), (2, first, 2), (3, second, 1), (4, first, 3)]


def test_a_saved_event_knows_where_and_when_it_was_taken_as_does_the_one_that_is_read(desk: NotebookSystem) -> None:
    events = some_events("one")
    desk.store.put(events)
    assert [event.meta for event in events] == [event.meta for event in desk.events()]
    assert all(event.meta.recorded_at for event in events)


def test_the_time_recorded_is_the_database_s(desk: NotebookSystem) -> None:
    def now() -> datetime:
        asked = "SELECT datetime('now') || 'Z'" if is_sqlite(desk) else "SELECT now()::text"
        text = desk.read(lambda connection: connection.exec_driver_sql(asked).scalar_one())
        return datetime.fromisoformat(text)

    before = now()
    with command(at=NOON - timedelta(days=400)):
        desk.service.add(Notebook.open)
    [event] = desk.events()
    assert event.meta.recorded_at is not None
    assert before <= event.meta.recorded_at < now() + timedelta(seconds=1)
    assert event.meta.occurred == NOON - timedelta(days=400)


def test_the_time_recorded_is_the_clock_s_where_one_is_set_and_never_goes_back(url: str) -> None:
    clock = Clock()
    desk = NotebookSystem(url, clock=clock)
    a_notebook(desk)
    clock.now = NOON - timedelta(hours=1)
    a_notebook(desk)
    clock.now = NOON + timedelta(seconds=1)
    a_notebook(desk)
    assert [event.meta.recorded_at for event in desk.events()] == [NOON, NOON, NOON + timedelta(seconds=1)]
    desk.log.clock = None
    clock.now = NOON
    a_notebook(desk)
    times = [event.meta.recorded_at or NOON for event in desk.events()]
    assert times == sorted(times)
    desk.close()


def test_a_version_is_taken_once(desk: NotebookSystem) -> None:
    events = some_events("one")
    desk.store.put(events)
    with command():
        rival = Notebook(events[0].meta.stream)
        rival.record(Notebook.Opened(title="rival"))
    with pytest.raises(IntegrityError):
        desk.store.put(rival.collect_events())
    assert len(desk.events()) == 2


def test_an_event_id_is_taken_once(desk: NotebookSystem) -> None:
    sent = uuid4()
    for outcome in (1, 2):
        with command(sent):
            events = Notebook.open().collect_events()
        if outcome == 1:
            desk.store.put(events)
        else:
            with pytest.raises(IntegrityError):
                desk.store.put(events)
    assert len(desk.events()) == 1


def test_a_record_that_does_not_exist_can_be_held_to_that(desk: NotebookSystem) -> None:
    absent = uuid4()
    desk.store.put(some_events(), looked_at={absent: 0})
    with pytest.raises(IntegrityError):
        desk.store.put(some_events(), looked_at={absent: 1})


def test_an_event_is_found_by_its_id(desk: NotebookSystem) -> None:
    a_notebook(desk, "one")
    saved = desk.events()[1]
    assert desk.store.event(saved.meta.event_id) == saved
    assert desk.store.event(uuid4()) is None


def test_the_events_of_one_record_are_read_between_versions_either_way(desk: NotebookSystem) -> None:
    a_notebook(desk, "not", "these")
    id = a_notebook(desk, "one", "two", "three")

    def versions(**asked: Any) -> list[int]:
        found = desk.log.select_events(id, **asked)
        assert {event.originator_id for event in found} <= {id}
        return [event.originator_version for event in found]

    assert versions() == [1, 2, 3, 4]
    assert versions(gt=1) == [2, 3, 4]
    assert versions(gt=1, lte=3) == [2, 3]
    assert versions(desc=True) == [4, 3, 2, 1]
    assert versions(desc=True, limit=1) == [4]
    assert versions(lte=3, limit=2) == [1, 2]
    assert versions(lte=0) == []


def test_events_are_read_at_positions(desk: NotebookSystem) -> None:
    a_notebook(desk, "one", "two")
    a_notebook(desk)
    found = desk.read(desk.store.at, [4, 2, 99])
    assert [event.meta.position for event in found] == [2, 4]
    assert found == [desk.events()[1], desk.events()[3]]
    assert desk.read(desk.store.at, []) == []


def test_the_whole_log_is_read_page_by_page(desk: NotebookSystem, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.event_log.store.PAGE", 2)
    a_notebook(desk, "one", "two", "three", "four")
    assert [event.meta.position for event in desk.events()] == [1, 2, 3, 4, 5]
    later = desk.read(lambda connection: list(desk.store.everything(connection, after=3)))
    assert [event.meta.position for event in later] == [4, 5]


def test_the_library_s_notifications_can_be_narrowed(desk: NotebookSystem) -> None:
    a_notebook(desk, "one", "two")
    a_notebook(desk)

    def ids(*asked: Any, **narrowed: Any) -> list[int]:
        return [found.id for found in desk.log.select_notifications(*asked, **narrowed)]

    assert ids(1, 10) == [1, 2, 3, 4]
    assert ids(None, 10) == [1, 2, 3, 4]
    assert ids(2, 2) == [2, 3]
    assert ids(2, 10, inclusive_of_start=False) == [3, 4]
    assert ids(1, 10, stop=2) == [1, 2]
    assert ids(1, 10, topics=["notebook.opened"]) == [1, 4]
    assert ids(2, 10, 3, ["notebook.opened", "notebook.written"]) == [2, 3]
    assert ids(5, 10) == []
    [second] = desk.log.select_notifications(2, 1)
    assert (second.topic, second.originator_version) == ("notebook.written", 2)
    assert b'"one"' in second.state


def test_the_last_position_is_none_in_an_empty_log(desk: NotebookSystem) -> None:
    assert desk.log.max_notification_id() is None
    a_notebook(desk, "one")
    assert desk.log.max_notification_id() == 2


def test_events_can_be_appended_without_views(url: str) -> None:
    desk = NotebookSystem(url, views=[])
    a_notebook(desk)
    records: Any = [stored(event) for event in some_events("one", "two")]
    assert list(desk.log.insert_events(records)) == [2, 3, 4]
    assert [event.meta.position for event in desk.events()] == [1, 2, 3, 4]
    desk.close()


def test_what_this_log_does_not_do_is_said(desk: NotebookSystem) -> None:
    factory = LogFactory(desk.log, Follower([]))
    for asked in (
        desk.log.subscribe,
        factory.aggregate_recorder,
        factory.tracking_recorder,
        factory.process_recorder,
    ):
        with pytest.raises(NotSupportedError):
            asked()


def test_state_and_meta_can_be_read_as_json_by_anybody(desk: NotebookSystem) -> None:
    a_notebook(desk, "one")
    asked = "SELECT state::json ->> 'line', meta::json ->> 'post' FROM events WHERE version = 2"
    if is_sqlite(desk):
        asked = asked.replace("::json", "")
    assert desk.read(lambda connection: tuple(connection.exec_driver_sql(asked).one())) == ("one", "officer")


def test_the_columns_are_what_sqlalchemy_would_have_written(desk: NotebookSystem) -> None:
    a_notebook(desk, "one")
    rows = desk.read(lambda connection: connection.execute(EVENTS.select().order_by(EVENTS.c.position)).all())
    metas = [event.meta for event in desk.events()]
    assert [(row.stream_id, row.version, row.event_id, row.recorded_at) for row in rows] == [
        (meta.stream, meta.version, meta.event_id, meta.recorded_at) for meta in metas
    ]


KILLED = """
import os, signal, sys
from uuid import UUID
from projections.follower import Plan
from tests.notebook import Notebook, NotebookSystem, command

url, id, way = sys.argv[1], UUID(sys.argv[2]), sys.argv[3]
desk = NotebookSystem(url)
with command():
    desk.service.change(Notebook, id, lambda notebook: notebook.write("kept"))
print("kept", flush=True)

def die(plan, connection, events, generation, **_):
    assert connection.exec_driver_sql("SELECT count(*) FROM events").scalar() == 3
    os._exit(9) if way == "exit" else os.kill(os.getpid(), signal.SIGKILL)

Plan.follow = die
with command():
    desk.service.change(Notebook, id, lambda notebook: notebook.write("lost"))
"""


@pytest.mark.parametrize("way", ["exit", "kill"])
def test_a_process_killed_in_the_middle_of_a_command_leaves_all_of_the_last_and_nothing_of_that_one(
    desk: NotebookSystem, url: str, way: str
) -> None:
    id = a_notebook(desk)
    program = [sys.executable, "-c", KILLED, url, str(id), way]
    done = subprocess.run(program, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode in {9, -signal.SIGKILL}, done.stderr
    assert done.stdout == "kept\n"
    assert desk.service.find(Notebook, id).lines == ["kept"]
    assert desk.read(notebooks.get, id).lines == 1
    with command():
        desk.service.change(Notebook, id, lambda notebook: notebook.write("next"))
    assert [event.meta.version for event in desk.events()] == [1, 2, 3]
    if is_sqlite(desk):
        assert desk.read(lambda connection: connection.exec_driver_sql("PRAGMA integrity_check").scalar()) == "ok"


def write_in_a_process(url: str, own: UUID, common: UUID) -> int:
    """Forty commands of a process of its own, half of them on the record that the other writes too."""
    desk = NotebookSystem(url)
    for turn in range(40):
        write_until_done(desk, own if turn % 2 else common, f"{own} {turn}")
    desk.close()
    return os.getpid()


def write_until_done(desk: NotebookSystem, id: UUID, line: str) -> None:
    try:
        with command():
            desk.service.change(Notebook, id, lambda notebook: notebook.write(line, "tag"))
    except TooManyAtOnce:
        write_until_done(desk, id, line)


def test_two_processes_write_to_one_database_and_lose_nothing(desk: NotebookSystem, url: str) -> None:
    common, *own = a_notebook(desk), a_notebook(desk), a_notebook(desk)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        writing = [processes.submit(write_in_a_process, url, id, common) for id in own]
        pids = {done.result(timeout=180) for done in writing}
    assert os.getpid() not in pids
    assert [len(desk.service.find(Notebook, id).lines) for id in (*own, common)] == [20, 20, 40]
    events = desk.events()
    assert len(events) == 83
    of_each = [[event for event in events if event.meta.stream == id] for id in (*own, common)]
    for some in of_each if not is_sqlite(desk) else [*of_each, events]:
        times = [event.meta.recorded_at or NOON for event in some]
        assert times == sorted(times)


def test_a_file_that_is_locked_says_so_and_keeps_nothing(
    sqlite_databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite_databases.like(with_log) as url:
        patient = NotebookSystem(url)
        monkeypatch.setattr("projections.database.BUSY_SECONDS", 0.05)
        impatient = NotebookSystem(url)
        with patient.writer.begin(), pytest.raises(Unavailable, match="locked"):
            a_notebook(impatient)
        assert impatient.events() == []
        impatient.close()
        patient.close()
