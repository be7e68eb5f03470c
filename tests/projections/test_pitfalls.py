"""What persistence modules for event logs have been seen to do wrong, one test for each: this one does not.

Tried elsewhere: a safe and durable SQLite whose writers take their lock at once (test_database), upgrades at one
moment (tests/test_migrations), a command cut off at its commit (test_lost_connection), two who follow at once
(test_following).
"""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from itertools import pairwise
from threading import Event
from time import monotonic
from typing import Any
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa

import domain
from domain.aggregate import EVENTS
from projections.codec import stored
from projections.event_log import SqlLog
from projections.following import LISTEN_SECONDS, Following, keep_inline, let_follow
from projections.rebuilding import rebuild
from tests.databases import Databases, with_log
from tests.notebook import VIEWS, Notebook, NotebookSystem, command, notebooks
from tests.postgresql import QUICK, Server
from tests.processes import processes

MANY = 5000
PATIENCE = 60


@pytest.fixture
def desk(url: str) -> Iterator[NotebookSystem]:
    desk = NotebookSystem(url)
    yield desk
    assert desk.differences() == []
    desk.close()


def a_notebook(desk: NotebookSystem, *lines: str, tags: tuple[str, ...] = ()) -> UUID:
    def make() -> Notebook:
        notebook = Notebook.open()
        for line in lines:
            notebook.write(line, *tags)
        return notebook

    with command():
        return desk.service.add(make).id


# A driver that sends without reading what comes back hangs for ever once both sides' buffers are full


def append_many(url: str) -> int:
    """One long record, and many short ones in one transaction; returns how many events are there."""
    desk = NotebookSystem(url)
    a_notebook(desk, *(f"{number} {'x' * 500}" for number in range(MANY - 1)), tags=("ink",))
    made = []
    for number in range(MANY // 2):
        with command():
            notebook = Notebook.open(f"{number}")
            notebook.write("one", "red")
        made += notebook.collect_events()
    desk.store.put(made)
    for view in VIEWS:
        rebuild(desk.log, view)
    assert desk.differences() == []
    found = len(desk.events())
    desk.close()
    return found


@pytest.mark.parametrize("way", ["TCP", "unix socket"])
def test_thousands_of_events_are_saved_at_once_over_any_kind_of_connection(postgresql: Server, way: str) -> None:
    with postgresql.database() as url, processes(1) as apart:
        with_log(url)
        address = sa.make_url(url)
        if way == "unix socket":
            address = address.set(host=None, port=None)
            address = address.update_query_dict({"host": str(postgresql.folder), "port": str(postgresql.port)})
        saved = apart.submit(append_many, address.render_as_string(hide_password=False))
        assert saved.result(timeout=PATIENCE * 2) == 2 * MANY


def test_nothing_is_sent_to_postgresql_in_the_driver_s_pipeline_mode(
    postgresql_databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: psycopg.Connection[Any]) -> None:
        raise AssertionError("pipeline mode can hang for ever (psycopg issue 685)")

    for way in ("pipeline", "_pipeline_nolock"):
        monkeypatch.setattr(psycopg.Connection, way, refuse)
    with postgresql_databases.like(with_log) as url:
        desk = NotebookSystem(url)
        with pytest.raises(AssertionError, match="685"), desk.writer.begin() as connection:
            connection.connection.cursor().executemany("SELECT %s", [(1,), (2,)])
        for number in (1, 3, 400):
            a_notebook(desk, *("line",) * number, tags=("ink", "red"))
        let_follow(desk.log, VIEWS[0])
        for number in (1, 3, 400):
            a_notebook(desk, *("line",) * number, tags=("ink", "red"))
        keep_inline(desk.log, desk.follower, VIEWS[0])
        for view in VIEWS:
            rebuild(desk.log, view)
        assert desk.differences() == []
        desk.close()


# A wake-up that is lost leaves a reader asleep until the next event


def test_what_is_saved_between_listening_and_the_first_reading_is_not_slept_through(desk: NotebookSystem) -> None:
    with desk.log.listening() as wait:
        tail = desk.log.tail()
        save_unheard(desk)
        assert len(tail.next()) == 1
        save_unheard(desk)
        assert not is_slept_through(wait)
        assert len(tail.next()) == 1


def is_slept_through(wait: Callable[[float], None]) -> bool:
    began = monotonic()
    wait(PATIENCE)
    return monotonic() - began > PATIENCE / 2


def save_unheard(desk: NotebookSystem) -> None:
    with command():
        desk.store.put(Notebook.open().collect_events())
    desk.log.announce()


@contextmanager
def listening_slowly(desk: NotebookSystem, log: SqlLog, listening: Callable[[], Any]) -> Iterator[Any]:
    """As the log does it, but an event is saved just after the listening has begun."""
    with listening() as wait:
        a_notebook(desk)
        yield wait


def test_a_follower_finds_what_was_saved_while_it_began_to_listen(
    desk: NotebookSystem, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_follow(desk.log, VIEWS[0])
    other = NotebookSystem(url)
    listening = other.log.listening
    monkeypatch.setattr(other.log, "listening", lambda: listening_slowly(desk, other.log, listening))
    monkeypatch.setattr("projections.following.LISTEN_SECONDS", PATIENCE)
    began = monotonic()
    Following(other.log, other.follower).run(lambda: not other.read(notebooks.rows))
    assert monotonic() - began < PATIENCE / 2
    other.close()


def test_a_follower_finds_by_itself_what_nobody_told_it_of(
    desk: NotebookSystem, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process that saved it was killed before it could say so."""
    let_follow(desk.log, VIEWS[0])
    monkeypatch.setattr(desk.log, "announce", lambda: None)
    other, waits = NotebookSystem(url), list[float]()
    rows: list[int] = []

    def goes_on() -> bool:
        waits.append(monotonic())
        rows.append(len(other.read(notebooks.rows)))
        if len(waits) == 2:
            a_notebook(desk)
        return not rows[-1]

    Following(other.log, other.follower).run(goes_on)
    assert rows[-1] == 1
    assert all(after - before < LISTEN_SECONDS + PATIENCE / 2 for before, after in pairwise(waits))
    other.close()


# Processes that start together make tables and functions in each other's way


def test_many_processes_that_start_together_on_an_empty_database_all_come_up(each_database: str) -> None:
    with processes(6) as crowd:
        started = [crowd.submit(start_and_write, each_database, number) for number in range(6)]
        assert sum(each.result(timeout=PATIENCE * 2) for each in started) == 6
    desk = NotebookSystem(each_database)
    assert desk.refilled == []
    assert sorted(row.title for row in desk.read(notebooks.rows)) == [str(number) for number in range(6)]
    assert desk.differences() == []
    desk.close()


def start_and_write(url: str, number: int) -> int:
    desk = NotebookSystem(url)
    with command():
        desk.service.add(lambda: Notebook.open(str(number)))
    desk.close()
    return 1


# Asking each event for its protocols takes more than half of the time of a load


def test_a_load_asks_no_event_for_its_protocols(desk: NotebookSystem, monkeypatch: pytest.MonkeyPatch) -> None:
    id = a_notebook(desk, *("line",) * 100)
    asked: list[type] = []
    protocol = type(__import__("typing").Protocol)
    usual = protocol.__instancecheck__

    def noted(cls: Any, instance: Any) -> bool:
        if getattr(cls, "_is_protocol", False) and "eventsourcing" in cls.__module__:
            asked.append(cls)
        return bool(usual(cls, instance))

    monkeypatch.setattr(protocol, "__instancecheck__", noted)
    assert len(desk.service.find(Notebook, id).lines) == 100
    with command():
        desk.service.change(Notebook, id, lambda notebook: notebook.write("line"))
    assert asked == []


# A notification within a transaction lets one transaction commit at a time


def test_a_command_commits_while_another_transaction_is_held_up_with_its_notification() -> None:
    waiting = {**QUICK, "synchronous_commit": "local", "synchronous_standby_names": "nobody"}
    with Server(**waiting) as server, server.database() as url:
        with_log(url)
        name = str(sa.make_url(url).database)
        desk = NotebookSystem(url)
        let_follow(desk.log, VIEWS[0])
        with ThreadPoolExecutor(2) as threads, psycopg.connect(url.replace("+psycopg", "")) as holding:
            holding.execute("SET synchronous_commit = on")
            holding.execute("CREATE TABLE anything ()")
            holding.execute("NOTIFY anything")
            committing = threads.submit(holding.commit)
            try:
                _until(lambda: ("SyncRep",) in server.execute(_WAITS, database=name))
                saving = threads.submit(a_notebook, desk)
                _until(lambda: len(desk.events()) == 1)
                assert not committing.done()
            finally:
                server.configure(synchronous_standby_names="")
            committing.result(PATIENCE)
            saving.result(PATIENCE)
        desk.close()


_WAITS = "SELECT wait_event FROM pg_stat_activity WHERE datname = current_database()"


def _until(is_so: Callable[[], bool]) -> None:
    for _ in range(PATIENCE * 50):
        if is_so():
            return
        Event().wait(0.01)
    raise AssertionError("it did not come to be")


# A topic is known only when its module has been imported

KNOWN = """
import json, sys
__import__(sys.argv[1])
from domain.aggregate import EVENTS
print(json.dumps(sorted(EVENTS)))
"""


@pytest.mark.parametrize("program", ["web", "web.console.following"], ids=["serving", "following"])
def test_a_process_that_has_just_started_knows_every_topic_there_is(program: str) -> None:
    for module in pkgutil.walk_packages(domain.__path__, "domain."):
        import_module(module.name)
    said = subprocess.run([sys.executable, "-c", KNOWN, program], capture_output=True, check=True).stdout
    assert json.loads(said) == sorted(
        topic for topic, event in EVENTS.items() if event.__module__.startswith("domain.")
    )


# An outer transaction that a log of another database joins by mistake


def test_what_is_saved_elsewhere_in_the_midst_of_a_transaction_is_none_of_it(each_databases: Databases) -> None:
    class ThoughtBetterOf(Exception):
        pass

    with each_databases.like(with_log) as one, each_databases.like(with_log) as other:
        here, there = NotebookSystem(one), NotebookSystem(other)
        with command():
            records = [stored(event) for event in Notebook.open("here").collect_events()]

        def append(connection: sa.Connection) -> None:
            here.log.append(connection, records, looked_at={})
            a_notebook(there)
            raise ThoughtBetterOf

        with pytest.raises(ThoughtBetterOf):
            here.log.commit(append)
        assert here.events() == []
        assert [row.title for row in there.read(notebooks.rows)] == ["Notes"]
        here.close()
        there.close()


# State that only the library can read


def test_what_is_stored_is_plain_text(desk: NotebookSystem) -> None:
    a_notebook(desk, "in plain words")
    found = desk.read(lambda connection: connection.exec_driver_sql("SELECT state FROM events").scalars().all())
    assert [json.loads(state) for state in found][1]["line"] == "in plain words"


# Positions that change, or come again


def test_a_position_is_never_given_to_another_event(desk: NotebookSystem, url: str) -> None:
    class ThoughtBetterOf(Exception):
        pass

    def give_up(connection: sa.Connection) -> None:
        with command():
            records = [stored(event) for event in Notebook.open("given up").collect_events()]
        desk.log.append(connection, records, looked_at={})
        raise ThoughtBetterOf

    for _ in range(3):
        a_notebook(desk, "one")
        with pytest.raises(ThoughtBetterOf):
            desk.log.commit(give_up)
    before = [(event.meta.position, event.meta.event_id) for event in desk.events()]
    with pytest.raises(sa.exc.DBAPIError):
        desk.execute(f"DELETE FROM events WHERE position = {before[-1][0]}")
    vacuum(desk)
    assert [(event.meta.position, event.meta.event_id) for event in desk.events()] == before
    desk.close()
    again = NotebookSystem(url)
    a_notebook(again)
    after = [(event.meta.position, event.meta.event_id) for event in again.events()]
    assert after[:-1] == before
    assert after[-1][0] > before[-1][0]
    again.close()


def vacuum(desk: NotebookSystem) -> None:
    with desk.database.primary.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("VACUUM" if connection.dialect.name == "sqlite" else "VACUUM FULL events")


def test_a_number_in_a_file_is_the_event_s_own_position_and_not_its_place_in_the_table(
    sqlite_databases: Databases,
) -> None:
    """SQLite may number rows anew where their number is no column of the table."""
    with sqlite_databases.like(with_log) as url:
        desk = NotebookSystem(url)
        declared = desk.read(lambda connection: sa.inspect(connection).get_pk_constraint("events"))
        assert declared["constrained_columns"] == ["position"]
        a_notebook(desk, "one")
        asked = "SELECT count(*) FROM events WHERE rowid = position"
        assert desk.read(lambda connection: connection.exec_driver_sql(asked).scalar()) == 2
        desk.close()
