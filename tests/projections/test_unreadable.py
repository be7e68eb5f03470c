"""An event that this release cannot read stops the views that read it, and no others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from domain.service import Unreadable
from projections.checking import Stopped, unreadable_in
from projections.event_log import EVENTS
from projections.follower import CannotFold
from projections.following import Following, IsStopped, keep_inline, let_follow
from projections.rebuilding import prepare, rebuild
from projections.view_status import view_statuses
from tests.damage import damage, write_strange_event
from tests.databases import Databases, with_log
from tests.notebook import VIEWS, Notebook, NotebookSystem, command, entries, notebooks

OF_NOTEBOOKS, OF_ENTRIES = VIEWS

FROM_ANOTHER_RELEASE = (
    ({"topic": "notebook.burnt"}, "this release knows no event of that kind", ["test_entries"]),
    ({"topic": "diary.begun"}, "this release knows no event of that kind", ["test_entries"]),
    (
        {"topic": "notebook.written", "state": '{"line": "one", "mood": "glad"}'},
        "Object contains unknown field `mood`",
        ["test_notebooks", "test_entries"],
    ),
    (
        {"topic": "notebook.written", "state": '{"line": "on'},
        "Input data was truncated",
        ["test_notebooks", "test_entries"],
    ),
    (
        {"topic": "notebook.written", "state": "{}"},
        "missing required field `line`",
        ["test_notebooks", "test_entries"],
    ),
)


@pytest.fixture
def desk(url: str) -> Iterator[NotebookSystem]:
    with closing(NotebookSystem(url)) as desk:
        yield desk


def a_notebook(desk: NotebookSystem, *lines: str) -> UUID:
    with command():
        made = desk.service.add(Notebook.open)
    for line in lines:
        with command():
            desk.service.change(Notebook, made.id, lambda notebook, line=line: notebook.write(line))
    return made.id


def stopped_views(desk: NotebookSystem) -> list[str]:
    with desk.reader.connect() as connection:
        known = view_statuses(connection)
    return [view.name for view in VIEWS if known[view.name].stopped_at is not None]


@pytest.mark.parametrize(("columns", "why", "readers"), FROM_ANOTHER_RELEASE)
def test_it_is_named_with_its_position_and_stops_the_views_that_read_it(
    desk: NotebookSystem, columns: dict[str, Any], why: str, readers: list[str]
) -> None:
    a_notebook(desk, "one")
    position = write_strange_event(desk.writer, **columns)
    later = a_notebook(desk, "two", "three")

    [unreadable] = unreadable_in(desk.log)
    assert (unreadable.position, unreadable.topic) == (position, columns["topic"])
    assert str(unreadable).startswith(f"Event {position} ({columns['topic']}) cannot be read: ")
    assert why in str(unreadable)
    found = [each for each in desk.differences() if isinstance(each, Stopped)]
    assert {(each.view, each.position) for each in found} == {(name, position) for name in readers}

    for view in VIEWS:
        if view.name in readers:
            with pytest.raises(CannotFold, match=rf"^Event {position} ") as refused:
                rebuild(desk.log, view)
            assert refused.value.position == position
        else:
            rebuild(desk.log, view)
    assert stopped_views(desk) == readers
    assert desk.read(notebooks.get, later).lines == 2

    with command():
        desk.service.change(Notebook, later, lambda notebook: notebook.write("four"))
    assert desk.service.find(Notebook, later).lines == ["two", "three", "four"]
    if OF_NOTEBOOKS.name not in readers:
        assert desk.read(notebooks.get, later).lines == 3


@pytest.mark.parametrize(("columns", "why", "readers"), FROM_ANOTHER_RELEASE)
def test_a_start_refills_what_does_not_read_it_and_leaves_the_rest_as_it_was(
    url: str, columns: dict[str, Any], why: str, readers: list[str]
) -> None:
    desk = NotebookSystem(url)
    id = a_notebook(desk, "one")
    write_strange_event(desk.writer, **columns)
    desk.execute("UPDATE views SET fingerprint = 'of yesterday'")
    assert prepare(desk.log, desk.follower) == ["test_notebooks", "test_entries"]
    assert stopped_views(desk) == readers
    assert desk.read(notebooks.get, id).lines == 1
    assert len(desk.read(entries.rows)) == 2
    desk.close()


@pytest.mark.parametrize(("columns", "why", "readers"), FROM_ANOTHER_RELEASE)
def test_of_the_views_that_follow_only_those_that_read_it_stand_still(
    desk: NotebookSystem, columns: dict[str, Any], why: str, readers: list[str]
) -> None:
    for view in VIEWS:
        let_follow(desk.log, view)
    a_notebook(desk, "one")
    position = write_strange_event(desk.writer, **columns)
    later = a_notebook(desk, "two")
    following = Following(desk.log, desk.follower)
    while following.step():
        pass
    assert stopped_views(desk) == readers
    with desk.reader.connect() as connection:
        known = view_statuses(connection)
        last = desk.log.last_position(connection)
    for view in VIEWS:
        if view.name in readers:
            assert known[view.name].stopped_at == position
            with pytest.raises(IsStopped, match=f"Event {position} "):
                keep_inline(desk.log, desk.follower, view)
        else:
            assert known[view.name].position == last
            keep_inline(desk.log, desk.follower, view)
    assert (desk.read(notebooks.get, later) is not None) is (OF_NOTEBOOKS.name not in readers)


def test_events_that_nobody_reads_do_not_hold_a_following_view_up(desk: NotebookSystem) -> None:
    let_follow(desk.log, OF_NOTEBOOKS)
    a_notebook(desk, "one")
    position = write_strange_event(desk.writer, topic="notebook.burnt")
    following = Following(desk.log, desk.follower)
    while following.step():
        pass
    with desk.reader.connect() as connection:
        assert view_statuses(connection)[OF_NOTEBOOKS.name].position == position


def test_its_record_cannot_be_opened_and_others_can(desk: NotebookSystem) -> None:
    damaged, other = a_notebook(desk, "one"), a_notebook(desk, "two")
    with desk.reader.connect() as connection:
        asked = sa.select(EVENTS.c.position).where(EVENTS.c.stream_id == damaged, EVENTS.c.version == 2)
        position = connection.execute(asked).scalar_one()
    damage(desk.writer, position, state="{")
    for act in (
        lambda: desk.service.find(Notebook, damaged),
        lambda: desk.service.find_with_history(Notebook, damaged),
        lambda: desk.service.change(Notebook, damaged, lambda notebook: notebook.write("three")),
    ):
        with command(), pytest.raises(Unreadable, match=rf"Event {position} \(notebook\.written\) cannot be read"):
            act()
    with command():
        desk.service.change(Notebook, other, lambda notebook: notebook.write("three"))


def test_a_signature_that_cannot_be_read_stops_the_view_that_asks_for_it(desk: NotebookSystem) -> None:
    a_notebook(desk, "one")
    with desk.reader.connect() as connection:
        last = desk.log.last_position(connection)
    damage(desk.writer, last, meta='{"weather": "rain"}')
    [unreadable] = unreadable_in(desk.log)
    assert str(unreadable).startswith(
        f"Event {last} (notebook.written) cannot be read: Object contains unknown field"
    )
    [stopped] = desk.differences()
    assert isinstance(stopped, Stopped)
    assert (stopped.view, stopped.position) == ("test_notebooks", last)
    with pytest.raises(CannotFold, match=f"Event {last} cannot be read"):
        rebuild(desk.log, OF_NOTEBOOKS)
    rebuild(desk.log, OF_ENTRIES)
    assert stopped_views(desk) == ["test_notebooks"]


NO_TEXT: list[tuple[dict[str, Any], str]] = [
    ({"state": sa.text("x'00ff'")}, "state: Expected `str`, got `bytes`"),
    ({"state": sa.text("CAST(x'ff' AS TEXT)")}, "state: Expected `str`, got `bytes`"),
    ({"meta": sa.text("CAST(x'ff' AS TEXT)")}, "meta: Expected `str`, got `bytes`"),
    ({"topic": sa.text("CAST(x'ff' AS TEXT)")}, "topic: Expected `str`, got `bytes`"),
    ({"stream_id": sa.text("'nobody'")}, "originator_id: Invalid UUID"),
    ({"event_id": sa.text("'nothing'")}, "event_id: Invalid UUID"),
    ({"recorded_at": sa.text("'some day'")}, "recorded_at: Invalid RFC3339 encoded datetime"),
    ({"version": sa.text("'many'")}, "originator_version: Expected `int`, got `str`"),
]


@pytest.mark.parametrize(("columns", "why"), NO_TEXT)
def test_a_row_that_holds_what_no_column_may_hides_no_other(
    sqlite_databases: Databases, columns: dict[str, Any], why: str
) -> None:
    """Columns of PostgreSQL take nothing else than what they are for."""
    with sqlite_databases.like(with_log) as url, closing(NotebookSystem(url)) as desk:
        a_notebook(desk, "one", "two")
        damage(desk.writer, 2, **columns)
        [unreadable] = unreadable_in(desk.log)
        assert unreadable.position == 2
        assert why in str(unreadable)
        stopped = [each for each in desk.differences() if isinstance(each, Stopped)]
        assert {each.position for each in stopped} == {2}
        assert "test_entries" in {each.view for each in stopped}
