"""Somebody keeps a transaction open for long: reading, or in the middle of a save. The others go on."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from time import monotonic
from uuid import UUID

import pytest
import sqlalchemy as sa

from domain.service import Unavailable
from projections.codec import stored
from projections.following import Following, let_follow
from projections.rebuilding import rebuild
from projections.view_status import view_statuses
from tests.databases import Databases, with_log
from tests.notebook import VIEWS, Notebook, NotebookSystem, command, entries, notebooks

PATIENCE = 180
HELD_UP_SECONDS = 0.3


@pytest.fixture
def url(each_databases: Databases) -> Iterator[str]:
    with each_databases.like(with_log) as url:
        yield url


@pytest.fixture
def desk(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[NotebookSystem]:
    soon = f"SET LOCAL lock_timeout = '{HELD_UP_SECONDS}s'"
    monkeypatch.setattr("projections.event_log.postgresql._GIVE_UP", soon)
    desk = NotebookSystem(url)
    yield desk
    assert desk.differences() == []
    desk.close()


def is_sqlite(desk: NotebookSystem) -> bool:
    return desk.writer.dialect.name == "sqlite"


def a_notebook(desk: NotebookSystem) -> UUID:
    with command():
        return desk.service.add(Notebook.open).id


def write(desk: NotebookSystem, id: UUID, line: str = "one") -> None:
    with command():
        desk.service.change(Notebook, id, lambda notebook: notebook.write(line, "tag"))


@contextmanager
def reading(desk: NotebookSystem) -> Iterator[sa.Connection]:
    """Somebody has begun to read the views, and does not come to an end."""
    with desk.reader.begin() as connection:
        assert len(notebooks.rows(connection)) == 1
        yield connection
        assert [row.lines for row in notebooks.rows(connection)] == [1]


def test_commands_and_followers_go_on_while_somebody_reads_for_long(desk: NotebookSystem, url: str) -> None:
    id = a_notebook(desk)
    write(desk, id)
    let_follow(desk.log, VIEWS[1])
    other = NotebookSystem(url)
    following = Following(other.log, other.follower)
    with reading(desk):
        for number in range(200):
            write(desk, id, f"{number} {'x' * 500}")
        while len(other.read(entries.rows)) < 202:
            following.step()
    assert len(desk.service.find(Notebook, id).lines) == 201
    other.close()


def test_a_file_beside_which_the_changes_pile_up_is_small_again_after_the_reader_has_ended(
    desk: NotebookSystem, url: str
) -> None:
    if not is_sqlite(desk):
        return
    id, log = a_notebook(desk), Path(f"{sa.make_url(url).database}-wal")
    write(desk, id)
    with reading(desk):
        for number in range(1500):
            write(desk, id, f"{number}")
            if log.stat().st_size > 5_000_000:
                break
    assert log.stat().st_size > 5_000_000
    write(desk, id)
    size = log.stat().st_size
    for number in range(200):
        write(desk, id, f"{number}")
    assert log.stat().st_size == size


def test_a_rebuild_ends_while_somebody_reads_for_long_or_says_that_it_cannot(desk: NotebookSystem) -> None:
    id = a_notebook(desk)
    write(desk, id)
    with reading(desk):
        if is_sqlite(desk):
            rebuild(desk.log, VIEWS[0])
        else:
            with pytest.raises(Unavailable, match="reading or writing for too long; nothing was changed: try again"):
                rebuild(desk.log, VIEWS[0])
        write(desk, id)
    assert desk.differences() == []
    write(desk, id)
    assert rebuild(desk.log, VIEWS[0]).differing == []


@pytest.fixture
def held_up(postgresql_databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[NotebookSystem]:
    """On PostgreSQL, where one save does not wait for another."""
    soon = f"SET LOCAL lock_timeout = '{HELD_UP_SECONDS}s'"
    monkeypatch.setattr("projections.event_log.postgresql._GIVE_UP", soon)
    with postgresql_databases.like(with_log) as url:
        desk = NotebookSystem(url)
        yield desk
        assert desk.differences() == []
        desk.close()


@contextmanager
def saving(desk: NotebookSystem) -> Iterator[None]:
    """Somebody has appended to the log, and does not come to an end; at last it is given up."""
    with command():
        records = [stored(event) for event in Notebook.open().collect_events()]
    with desk.writer.connect() as connection, connection.begin() as transaction:
        desk.log.append(connection, records, looked_at={})
        yield
        transaction.rollback()


def test_a_rebuild_that_cannot_have_the_log_for_itself_lets_the_others_go_on(held_up: NotebookSystem) -> None:
    """They wait behind it, but not for long."""
    desk = held_up
    id, ended, longest = a_notebook(desk), Event(), [0.0]

    def keep_writing() -> int:
        lines = 0
        while not ended.is_set():
            began = monotonic()
            write(desk, id)
            lines, longest[0] = lines + 1, max(longest[0], monotonic() - began)
        return lines

    with ThreadPoolExecutor(1) as threads:
        with saving(desk):
            writing = threads.submit(keep_writing)
            for view in VIEWS:
                with pytest.raises(Unavailable, match="try again"):
                    rebuild(desk.log, view)
        for view in VIEWS:
            rebuild(desk.log, view)
        ended.set()
        lines = writing.result(PATIENCE)
    assert lines > 0
    assert desk.read(notebooks.get, id).lines == lines
    assert longest[0] < HELD_UP_SECONDS * 10


def test_a_view_is_not_set_to_follow_or_inline_behind_everybody_s_back(held_up: NotebookSystem) -> None:
    desk = held_up
    with saving(desk), pytest.raises(Unavailable, match="try again"):
        let_follow(desk.log, VIEWS[0])
    with desk.reader.connect() as connection:
        assert not view_statuses(connection)["test_notebooks"].follows
