"""The tail of the log in PostgreSQL: read while others append, without passing what is still on its way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from domain.aggregate import Event
from domain.service import Unavailable
from projections.codec import stored
from projections.event_log import Tail
from projections.event_log.postgresql import COPIED_FROM
from tests.databases import Databases, with_log
from tests.notebook import Notebook, NotebookSystem, command

READINGS = 2
"""So often a reader looks at most for what is behind a position that was given up: once for what is before it."""


@pytest.fixture
def url(postgresql_databases: Databases) -> Iterator[str]:
    with postgresql_databases.like(with_log) as url:
        yield url


@pytest.fixture
def desk(url: str) -> Iterator[NotebookSystem]:
    desk = NotebookSystem(url, views=[])
    yield desk
    desk.close()


def some_events(number: int = 1) -> list[Event]:
    with command():
        notebook = Notebook.open()
        for line in range(number - 1):
            notebook.write(str(line))
    return notebook.collect_events()


class Appending:
    """A transaction that has drawn positions, and has not ended yet."""

    def __init__(self, desk: NotebookSystem, number: int = 1) -> None:
        self._connection = desk.writer.connect()
        self._transaction = self._connection.begin()
        records = [stored(event) for event in some_events(number)]
        self.positions = list(desk.log.append(self._connection, records, looked_at={}).positions)

    def commit(self) -> None:
        self._transaction.commit()
        self._connection.close()

    def roll_back(self) -> None:
        self._transaction.rollback()
        self._connection.close()


def appended(desk: NotebookSystem, number: int = 1) -> list[int]:
    """Events appended at once, by their positions."""
    appending = Appending(desk, number)
    appending.commit()
    return appending.positions


def read(tail: Tail, *, times: int = READINGS, limit: int = 1000) -> list[int]:
    return [record.position or 0 for _ in range(times) for record in tail.next(limit)]


@pytest.mark.parametrize("number", [1, 3, COPIED_FROM])
def test_a_position_that_may_still_be_filled_is_not_passed(desk: NotebookSystem, number: int) -> None:
    before = appended(desk)
    slow = Appending(desk, number)
    after = appended(desk)
    tail = desk.log.tail()
    assert read(tail, times=10) == before
    slow.commit()
    assert read(tail) == [*slow.positions, *after]
    assert slow.positions == list(range(before[-1] + 1, after[0]))


def test_a_reader_that_does_not_mind_gaps_would_miss_it(desk: NotebookSystem) -> None:
    slow = Appending(desk)
    after = appended(desk)
    careless = Tail(desk.log)
    assert read(careless) == after
    slow.commit()
    assert read(careless) == []


@pytest.mark.parametrize("number", [1, 3, COPIED_FROM])
def test_a_position_that_was_given_up_is_passed(desk: NotebookSystem, number: int) -> None:
    before = appended(desk)
    slow = Appending(desk, number)
    after = appended(desk)
    tail = desk.log.tail()
    assert read(tail) == before
    slow.roll_back()
    assert read(tail) == after


def test_what_was_given_up_before_anybody_looked_is_passed_too(desk: NotebookSystem) -> None:
    Appending(desk, 2).roll_back()
    found = appended(desk)
    Appending(desk).roll_back()
    found += appended(desk)
    assert read(desk.log.tail()) == found


def test_a_connection_that_breaks_off_gives_its_positions_up(desk: NotebookSystem) -> None:
    slow = Appending(desk)
    after = appended(desk)
    tail = desk.log.tail()
    assert read(tail) == []
    backend = slow._connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    with desk.database.primary.connect() as connection:
        connection.exec_driver_sql("SELECT pg_terminate_backend(%s, 5000)", (backend,))
    slow._connection.invalidate()
    assert read(tail) == after


def test_of_several_open_transactions_each_is_waited_for(desk: NotebookSystem) -> None:
    slow = [Appending(desk) for _ in range(4)]
    last = appended(desk)
    tail = desk.log.tail()
    assert read(tail) == []
    slow[2].commit()
    assert read(tail) == []
    slow[0].commit()
    assert read(tail) == slow[0].positions
    slow[3].roll_back()
    assert read(tail) == []
    slow[1].commit()
    assert read(tail) == [*slow[1].positions, *slow[2].positions, *last]


def test_one_that_begins_while_a_reader_waits_is_waited_for_too(desk: NotebookSystem) -> None:
    slow = Appending(desk)
    seen = appended(desk)
    tail = desk.log.tail()
    assert read(tail) == []
    later = Appending(desk)
    seen += appended(desk)
    slow.roll_back()
    assert read(tail) == seen[:1]
    later.commit()
    assert read(tail) == [*later.positions, *seen[1:]]


def test_a_reader_that_starts_in_the_middle_waits_at_its_first_position_already(desk: NotebookSystem) -> None:
    start = appended(desk, 3)[-1]
    slow = Appending(desk)
    after = appended(desk)
    tail = desk.log.tail(start)
    assert read(tail) == []
    slow.commit()
    assert read(tail) == [*slow.positions, *after]


def test_a_reader_that_starts_in_the_middle_passes_what_was_given_up(desk: NotebookSystem) -> None:
    start = appended(desk, 3)[-1]
    Appending(desk).roll_back()
    after = appended(desk)
    assert read(desk.log.tail(start)) == after
    assert read(desk.log.tail(after[-1])) == []


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_end_where_they_may_and_leave_nothing_out(desk: NotebookSystem, limit: int) -> None:
    found = appended(desk, 3)
    slow = Appending(desk, 2)
    after = appended(desk, 3)
    tail = desk.log.tail()
    assert read(tail, times=10, limit=limit) == found
    slow.commit()
    assert read(tail, times=10, limit=limit) == [*slow.positions, *after]


def test_where_nobody_else_can_append_nothing_is_waited_for(desk: NotebookSystem) -> None:
    Appending(desk).roll_back()
    after = appended(desk)
    with desk.writer.begin() as connection:
        desk.log.hold_still(connection)
        assert [record.position for record in desk.log.tail().rest(connection)] == after


def test_no_append_is_under_way_where_all_are_held_still(
    desk: NotebookSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projections.event_log.postgresql._GIVE_UP", "SET LOCAL lock_timeout = '50ms'")
    slow = Appending(desk)
    with pytest.raises(Unavailable, match="nothing was changed: try again"):
        desk.log.commit(desk.log.hold_still)
    slow.commit()
    desk.log.commit(desk.log.hold_still)


def test_waiting_for_a_position_draws_no_transaction_id(desk: NotebookSystem) -> None:
    asked = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
    slow = Appending(desk)
    appended(desk)
    with ExitStack() as kept, desk.database.primary.connect() as connection:
        kept.callback(slow.roll_back)
        before = connection.exec_driver_sql(asked).one()
        assert read(desk.log.tail(), times=50) == []
        assert connection.exec_driver_sql(asked).one() == before


def test_a_long_transaction_that_appends_nothing_holds_nobody_up(desk: NotebookSystem) -> None:
    with desk.writer.begin() as long:
        long.exec_driver_sql("SELECT pg_current_xact_id()")
        Appending(desk).roll_back()
        found = appended(desk)
        assert read(desk.log.tail()) == found


def test_a_long_append_to_another_log_holds_nobody_up(desk: NotebookSystem, postgresql_databases: Databases) -> None:
    with postgresql_databases.like(with_log) as url:
        elsewhere = NotebookSystem(url, views=[])
        slow = Appending(elsewhere)
        Appending(desk).roll_back()
        found = appended(desk)
        assert read(desk.log.tail()) == found
        slow.commit()
        elsewhere.close()
