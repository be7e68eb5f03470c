"""Commits shared by threads: each command as if it were alone, and one wait for the disk."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from random import Random
from threading import Event, Timer, get_ident
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from domain.service import TooManyAtOnce
from projections.database import Database, open_database
from projections.event_log.grouping import MOST_TOGETHER, Group, Joint
from projections.event_log.sqlite import SqliteLog
from tests.notebook import IsShut, Notebook, NotebookSystem, command

PATIENCE = 180
THREADS = 16


class WrongLine(Exception):
    """The work has thought better of it."""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path / 'lines.sqlite'}")
    with database.writer.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE lines (line TEXT PRIMARY KEY, above TEXT)")
        connection.exec_driver_sql(
            "CREATE TABLE notes (line TEXT REFERENCES lines (line) DEFERRABLE INITIALLY DEFERRED)"
        )
    yield database
    database.close()


@pytest.fixture
def group(database: Database) -> Group:
    return Group(database.writer)


def lines(database: Database) -> list[str]:
    with database.reader.connect() as connection:
        return [row.line for row in connection.exec_driver_sql("SELECT line FROM lines ORDER BY rowid")]


def writing(line: str) -> Callable[[sa.Connection], str]:
    def write(connection: sa.Connection) -> str:
        connection.exec_driver_sql("INSERT INTO lines (line) VALUES (?)", (line,))
        return line

    return write


def failing(line: str, error: BaseException) -> Callable[[sa.Connection], str]:
    def fail(connection: sa.Connection) -> str:
        writing(line)(connection)
        raise error

    return fail


def until(is_so: Callable[[], bool]) -> None:
    """Look again and again, and fail where it does not come to be."""
    for _ in range(PATIENCE * 1000):
        if is_so():
            return
        Event().wait(0.001)
    raise AssertionError("it did not come to be")


@contextmanager
def held_up(group: Group, threads: ThreadPoolExecutor, first: BaseException | None = None) -> Iterator[Future[str]]:
    """While a first job is at work in its transaction, whatever else is handed in has to wait."""
    began, goes_on = Event(), Event()

    def work(connection: sa.Connection) -> str:
        began.set()
        assert goes_on.wait(PATIENCE)
        return writing("first")(connection) if first is None else failing("first", first)(connection)

    leading = threads.submit(group.commit, work)
    assert began.wait(PATIENCE)
    try:
        yield leading
    finally:
        goes_on.set()


def hand_in(group: Group, threads: ThreadPoolExecutor, *jobs: Callable[[sa.Connection], str]) -> list[Future[str]]:
    """Hand jobs in one after the other, and see that they wait."""
    handed: list[Future[str]] = []
    for job in jobs:
        handed.append(threads.submit(group.commit, job))
        until(lambda: len(group._waiting) == len(handed))
    return handed


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(MOST_TOGETHER * 2) as threads:
        yield threads


def outcome(done: Future[str]) -> str:
    """What a job gave, or the kind of error that it raised."""
    try:
        return done.result(PATIENCE)
    except BaseException as error:
        return type(error).__name__


def test_what_waits_meanwhile_is_committed_together(
    group: Group, database: Database, threads: ThreadPoolExecutor
) -> None:
    commits: list[int] = []
    sa.event.listen(database.writer, "commit", lambda _: commits.append(get_ident()))
    with held_up(group, threads) as first:
        rest = hand_in(group, threads, *map(writing, "abcdefgh"))
        assert lines(database) == []
    assert [outcome(done) for done in (first, *rest)] == ["first", *"abcdefgh"]
    assert lines(database) == ["first", *"abcdefgh"]
    assert len(commits) == 2
    assert len(set(commits)) == 2, "one of those who waited commits for the others"


def test_not_more_than_so_many_are_committed_together(
    group: Group, database: Database, threads: ThreadPoolExecutor
) -> None:
    commits: list[object] = []
    sa.event.listen(database.writer, "commit", commits.append)
    many = [f"line {number}" for number in range(MOST_TOGETHER + 1)]
    with held_up(group, threads):
        rest = hand_in(group, threads, *map(writing, many))
    assert [outcome(done) for done in rest] == many
    assert len(commits) == 3


@pytest.mark.parametrize("at", range(4))
def test_a_job_that_fails_is_undone_alone(
    group: Group, database: Database, threads: ThreadPoolExecutor, at: int
) -> None:
    jobs = [*map(writing, "abc")]
    jobs.insert(at, failing("wrong", WrongLine()))
    with held_up(group, threads):
        rest = hand_in(group, threads, *jobs)
    outcomes = [*"abc"]
    outcomes.insert(at, "WrongLine")
    assert [outcome(done) for done in rest] == outcomes
    assert lines(database) == ["first", *"abc"]


def test_a_job_that_the_database_refuses_is_undone_alone(
    group: Group, database: Database, threads: ThreadPoolExecutor
) -> None:
    with held_up(group, threads):
        rest = hand_in(group, threads, *map(writing, "abac"))
    assert [outcome(done) for done in rest] == ["a", "b", "IntegrityError", "c"]
    assert lines(database) == ["first", *"abc"]


class Line(Joint[str]):
    """A line that can be written at once with others, unless one of them is to stand alone."""

    def __init__(self, line: str) -> None:
        self.line = line

    def __call__(self, connection: sa.Connection) -> str:
        return writing(self.line)(connection)

    def at_once(self, others: Sequence[Line], connection: sa.Connection) -> list[str] | None:
        lines = [each.line for each in (self, *others)]
        if "alone" in lines:
            return None
        connection.exec_driver_sql(
            "INSERT INTO lines (line, above) VALUES (?, 'at once')", [(line,) for line in lines]
        )
        return lines


def written_at_once(database: Database) -> list[str]:
    with database.reader.connect() as connection:
        return [row.line for row in connection.exec_driver_sql("SELECT line FROM lines WHERE above = 'at once'")]


def test_work_of_a_kind_is_done_at_once_and_in_order(
    group: Group, database: Database, threads: ThreadPoolExecutor
) -> None:
    with held_up(group, threads):
        rest = hand_in(group, threads, *map(Line, "abc"))
    assert [outcome(done) for done in rest] == [*"abc"]
    assert lines(database) == ["first", *"abc"]
    assert written_at_once(database) == [*"abc"]


@pytest.mark.parametrize(
    ("jobs", "outcomes"),
    [
        ([Line("a"), Line("alone"), Line("b")], ["a", "alone", "b"]),
        ([Line("a"), writing("of another kind"), Line("b")], ["a", "of another kind", "b"]),
        ([Line("a"), Line("b"), Line("a"), Line("c")], ["a", "b", "IntegrityError", "c"]),
    ],
    ids=["one stands alone", "one is of another kind", "one fails"],
)
def test_what_cannot_be_done_at_once_is_done_one_after_another(
    group: Group,
    database: Database,
    threads: ThreadPoolExecutor,
    jobs: list[Callable[[sa.Connection], str]],
    outcomes: list[str],
) -> None:
    with held_up(group, threads):
        rest = hand_in(group, threads, *jobs)
    assert [outcome(done) for done in rest] == outcomes
    assert lines(database) == ["first", *(line for line in outcomes if line != "IntegrityError")]
    assert written_at_once(database) == []


def test_the_first_one_s_failure_is_its_own(group: Group, database: Database, threads: ThreadPoolExecutor) -> None:
    with held_up(group, threads, WrongLine()) as first:
        rest = hand_in(group, threads, *map(writing, "ab"))
    assert [outcome(done) for done in (first, *rest)] == ["WrongLine", "a", "b"]
    assert lines(database) == ["a", "b"]


def test_a_commit_that_fails_fails_for_all_who_were_in_it_and_for_nobody_else(
    group: Group, database: Database, threads: ThreadPoolExecutor
) -> None:
    def orphan(connection: sa.Connection) -> str:
        connection.exec_driver_sql("INSERT INTO notes VALUES ('of no line')")
        return "noted"

    with held_up(group, threads) as first:
        rest = hand_in(group, threads, writing("a"), orphan, failing("wrong", WrongLine()), writing("b"))
    assert outcome(first) == "first"
    assert [outcome(done) for done in rest] == ["IntegrityError", "IntegrityError", "WrongLine", "IntegrityError"]
    assert lines(database) == ["first"]
    assert group.commit(writing("c")) == "c"


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(1)], ids=repr)
def test_a_thread_told_to_end_while_it_commits_for_others_fails_what_it_had_in_hand_and_no_more(
    group: Group, database: Database, threads: ThreadPoolExecutor, error: BaseException
) -> None:
    with held_up(group, threads) as first:
        told_to_end, *others = hand_in(group, threads, failing("wrong", error), *map(writing, "ab"))
        later = [threads.submit(group.commit, writing(f"later {each}")) for each in range(MOST_TOGETHER)]
    assert outcome(first) == "first"
    assert outcome(told_to_end) == type(error).__name__
    kept = [done.result(PATIENCE) for done in (*others, *later) if outcome(done) not in {"OperationalError"}]
    assert set(lines(database)) == {"first", *kept}
    assert group.commit(writing("c")) == "c"


def test_a_thread_told_to_end_while_it_waits_holds_up_nobody(
    group: Group, database: Database, threads: ThreadPoolExecutor
) -> None:
    class ToldToEnd(Exception):
        """By a signal."""

    def end(*_: object) -> None:
        raise ToldToEnd

    before = signal.signal(signal.SIGUSR1, end)
    try:
        with held_up(group, threads):
            Timer(0.05, signal.pthread_kill, (get_ident(), signal.SIGUSR1)).start()
            with pytest.raises(ToldToEnd):
                group.commit(writing("told to end"))
            rest = [threads.submit(group.commit, writing(line)) for line in "ab"]
        assert [outcome(done) for done in rest] == ["a", "b"]
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert group.commit(writing("c")) == "c"
    assert sorted(set(lines(database)) - {"told to end"}) == ["a", "b", "c", "first"]


def test_whoever_returns_has_been_committed(group: Group, database: Database, threads: ThreadPoolExecutor) -> None:
    def write(number: int) -> bool:
        return group.commit(writing(f"line {number}")) in lines(database)

    assert all(threads.map(write, range(200)))


def test_commands_that_wait_are_saved_by_the_statements_of_one(tmp_path: Path, threads: ThreadPoolExecutor) -> None:
    desk = NotebookSystem(tmp_path / "desk.sqlite")
    with desk.writer.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE lines (line TEXT PRIMARY KEY, above TEXT)")
        driver = connection.connection.driver_connection
        connection.commit()
    assert driver is not None
    statements: list[str] = []
    assert isinstance(desk.log, SqliteLog)
    group = desk.log._group

    def write(line: str) -> str:
        with command():
            desk.service.add(lambda: Notebook.open(line))
        return line

    with held_up(group, threads):
        waiting = [threads.submit(write, line) for line in "abcdefgh"]
        until(lambda: len(group._waiting) == len(waiting))
        driver.set_trace_callback(statements.append)
    assert [outcome(done) for done in waiting] == [*"abcdefgh"]
    driver.set_trace_callback(None)
    ends = [statement for statement in statements if "view_generations" in statement]
    assert len(ends) == 1, "the end of the log is looked up once for all"
    assert len([event for event in desk.events() if isinstance(event, Notebook.Opened)]) == len(waiting)
    assert desk.differences() == []
    desk.close()


def test_commands_of_many_threads_are_all_there_once(tmp_path: Path, chance: Random) -> None:
    desk = NotebookSystem(tmp_path / "desk.sqlite")
    with command():
        shared = desk.service.add(Notebook.open).id
    with command():
        shut = desk.service.add(Notebook.open).id
    with command():
        desk.service.change(Notebook, shut, Notebook.shut)
    seeds = [chance.random() for _ in range(THREADS)]

    def work(number: int) -> list[tuple[UUID, str]]:
        random, done = Random(seeds[number]), []
        with command():
            own = desk.service.add(Notebook.open).id
        for turn in range(15):
            id, line = random.choice((own, own, shared, shut)), f"{number} {turn}"
            try:
                _write(desk, id, line)
            except IsShut:
                assert id == shut
                continue
            done.append((id, line))
        return done

    with ThreadPoolExecutor(THREADS) as threads:
        done = [line for each in threads.map(work, range(THREADS)) for line in each]
    written = [(event.meta.stream, event.line) for event in desk.events() if isinstance(event, Notebook.Written)]
    assert Counter(written) == Counter(done)
    assert not any(id == shut for id, _ in done)
    assert desk.differences() == []
    desk.close()


def _write(desk: NotebookSystem, id: UUID, line: str) -> None:
    while True:
        try:
            with command():
                desk.service.change(Notebook, id, lambda notebook: notebook.write(line, "tag"))
            return
        except TooManyAtOnce:
            continue


SAYING = """
import sys
from itertools import count
from pathlib import Path
from threading import Thread
from tests.notebook import Notebook, NotebookSystem, command

desk = NotebookSystem(Path(sys.argv[1]))

def write(number):
    with command():
        id = desk.service.add(Notebook.open).id
    for turn in count():
        line = f"{sys.argv[2]} {number} {turn}"
        with command():
            desk.service.change(Notebook, id, lambda notebook: notebook.write(line))
        sys.stdout.write(line + "\\n")
        sys.stdout.flush()

for number in range(6):
    Thread(target=write, args=(number,)).start()
"""


def test_what_was_said_to_be_saved_before_several_processes_were_killed_is_in_the_file(
    tmp_path: Path, chance: Random
) -> None:
    path = tmp_path / "desk.sqlite"
    desk = NotebookSystem(path)
    said: list[str] = []
    running = [
        subprocess.Popen([sys.executable, "-c", SAYING, path, str(each)], stdout=subprocess.PIPE, text=True)
        for each in range(2)
    ]
    for process in running:
        said += [_line(process.stdout) for _ in range(chance.randint(30, 90))]
    for process in running:
        process.kill()
    for process in running:
        with process as ended:
            assert ended.stdout is not None
            said += [line.strip() for line in ended.stdout if line.endswith("\n")]
    written = Counter(event.line for event in desk.events() if isinstance(event, Notebook.Written))
    assert set(said) <= set(written)
    assert set(written.values()) == {1}
    assert len(written) - len(said) <= 2 * 6, "each thread had one line at most of which it had not told"
    assert desk.differences() == []
    desk.close()


def _line(output: Any) -> str:
    line: str = output.readline()
    assert line.endswith("\n")
    return line.strip()
