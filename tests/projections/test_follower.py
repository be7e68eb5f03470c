"""Views in step with the log: inline, rebuilt, checked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from uuid import UUID, uuid4

import pytest

from projections.checking import Difference, Stopped
from projections.rebuilding import Rebuilt, rebuild
from projections.view import Row, View, ViewTable, replace
from tests import notebook as told
from tests.notebook import NOON, VIEWS, Notebook, NotebookSystem, OpenNotebook, command, entries, notebooks, tagged


@pytest.fixture
def desk(url: str) -> Iterator[NotebookSystem]:
    with closing(NotebookSystem(url)) as desk:
        yield desk


def a_notebook(desk: NotebookSystem, *lines: str, tags: tuple[str, ...] = ()) -> UUID:
    def make() -> Notebook:
        notebook = Notebook.open()
        for line in lines:
            notebook.write(line, *tags)
        return notebook

    with command():
        return desk.service.add(make).id


def uses(desk: NotebookSystem) -> dict[tuple[str, UUID], int]:
    return {(row.tag, row.notebook): row.uses for row in desk.read(tagged.rows)}


def test_what_was_saved_is_in_the_views_at_once_and_only_in_its_own_row(desk: NotebookSystem) -> None:
    first, second = a_notebook(desk, "one"), a_notebook(desk)
    with command():
        desk.service.change(Notebook, first, lambda notebook: notebook.write("two"))
    assert desk.read(notebooks.get, first) == OpenNotebook(
        id=first, title="Notes", lines=2, spent=Decimal("2.50"), last_written=NOON.date()
    )
    assert desk.read(notebooks.get, second) == OpenNotebook(
        id=second, title="Notes", lines=0, spent=Decimal(0), last_written=None
    )
    assert desk.differences() == []


def test_an_event_may_touch_several_rows(desk: NotebookSystem) -> None:
    first, second = a_notebook(desk, "one", tags=("ink", "red")), a_notebook(desk, "one", tags=("ink",))
    with command():
        desk.service.change(Notebook, first, lambda notebook: notebook.write("two", "red", "blue"))
    assert uses(desk) == {("ink", first): 1, ("red", first): 2, ("blue", first): 1, ("ink", second): 1}
    assert desk.differences() == []


def test_one_save_may_touch_a_row_many_times_and_many_rows(desk: NotebookSystem) -> None:
    tags = tuple(f"tag {number}" for number in range(450))
    id = a_notebook(desk, "one", "two", "three", tags=tags)
    with command():
        desk.service.change(Notebook, id, lambda notebook: notebook.write("four", *tags))
    assert set(uses(desk).values()) == {4}
    assert len(uses(desk)) == 450
    assert desk.differences() == []


def test_a_fold_that_gives_nothing_removes_the_row(desk: NotebookSystem) -> None:
    kept, gone = a_notebook(desk), a_notebook(desk)
    with command():
        desk.service.change(Notebook, gone, Notebook.shut)
    assert [row.id for row in desk.read(notebooks.rows)] == [kept]
    assert desk.differences() == []


def test_a_row_made_and_removed_in_one_save_was_never_there(desk: NotebookSystem) -> None:
    def make() -> Notebook:
        notebook = Notebook.open()
        notebook.shut()
        return notebook

    with command():
        desk.service.add(make)
    assert desk.read(notebooks.rows) == []
    assert desk.differences() == []


def test_a_journal_has_a_row_for_each_event(desk: NotebookSystem) -> None:
    first, second = a_notebook(desk, "one"), a_notebook(desk)
    rows = desk.read(entries.rows, entries.table.select().order_by(entries.table.c.position))
    assert [(row.position, row.notebook, row.topic) for row in rows] == [
        (1, first, "notebook.opened"),
        (2, first, "notebook.written"),
        (3, second, "notebook.opened"),
    ]
    assert [row.recorded_at for row in rows] == [event.meta.recorded_at for event in desk.events()]


def test_a_rebuild_gives_what_saving_gave(desk: NotebookSystem) -> None:
    ids = [a_notebook(desk, "one", "two", tags=("ink", "red")) for _ in range(3)]
    with command():
        desk.service.change(Notebook, ids[1], Notebook.shut)
    before = {view_table.table.name: desk.read(view_table.rows) for view in VIEWS for view_table in view.tables}
    for view in VIEWS:
        assert rebuild(desk.log, view) == Rebuilt(view.name, 10, [])
    for view in VIEWS:
        for view_table in view.tables:
            assert sorted(desk.read(view_table.rows), key=repr) == sorted(before[view_table.table.name], key=repr)


def test_a_check_finds_a_row_that_was_changed_removed_or_planted(desk: NotebookSystem) -> None:
    first, second = a_notebook(desk, "one"), a_notebook(desk)
    assert desk.differences() == []
    desk.execute(f"UPDATE test_notebooks SET lines = 7 WHERE id = '{first.hex}'")
    [changed] = desk.differences()
    assert (changed.table, changed.key, changed.live.lines, changed.rebuilt.lines) == (
        "test_notebooks",
        (first,),
        7,
        1,
    )

    desk.execute(f"DELETE FROM test_notebooks WHERE id = '{first.hex}'")
    [removed] = desk.differences()
    assert (removed.key, removed.live, removed.rebuilt.lines) == ((first,), None, 1)

    planted = uuid4()
    desk.execute(f"UPDATE test_notebooks SET id = '{planted.hex}' WHERE id = '{second.hex}'")
    assert {(row.key, row.live is None, row.rebuilt is None) for row in desk.differences()} == {
        ((first,), True, False),
        ((second,), True, False),
        ((planted,), False, True),
    }


def test_a_rebuild_of_one_view_mends_that_and_leaves_the_others(desk: NotebookSystem) -> None:
    a_notebook(desk, "one")
    desk.execute("DELETE FROM test_entries")
    desk.execute("UPDATE test_notebooks SET lines = 7")
    rebuild(desk.log, VIEWS[0])
    assert {difference.table for difference in desk.differences()} == {"test_entries"}


def test_views_are_filled_when_first_met_and_left_alone_afterwards(url: str) -> None:
    without = NotebookSystem(url, views=[])
    id = a_notebook(without, "one")
    without.close()
    first = NotebookSystem(url)
    assert first.refilled == ["test_notebooks", "test_entries"]
    assert first.read(notebooks.get, id).lines == 1
    first.execute("UPDATE test_notebooks SET lines = 7")
    first.close()
    second = NotebookSystem(url)
    assert second.refilled == []
    assert second.read(notebooks.get, id).lines == 7
    second.close()


def test_a_view_whose_code_has_changed_is_refilled_even_with_other_columns(url: str) -> None:
    before = NotebookSystem(url)
    id = a_notebook(before, "one")
    before.execute("UPDATE views SET fingerprint = 'of yesterday' WHERE name = 'test_notebooks'")
    before.execute("ALTER TABLE test_notebooks DROP COLUMN lines")
    before.close()
    after = NotebookSystem(url)
    assert after.refilled == ["test_notebooks"]
    assert after.read(notebooks.get, id).lines == 1
    assert after.differences() == []
    after.close()


def a_module(tmp_path: Path, name: str, source: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    path = tmp_path / f"{name}.py"
    path.write_text(source, encoding="utf-8")
    module = ModuleType(name)
    module.__file__ = str(path)
    monkeypatch.setitem(__import__("sys").modules, name, module)
    return module


def test_a_fingerprint_covers_the_files_of_rows_and_folds_and_those_named_beside_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = a_module(tmp_path, "told_words", "COLOURS = ['red']\n", monkeypatch)
    own = View("test_notebooks", notebooks)
    assert notebooks.modules == {told.__name__}
    assert own.fingerprint == View("another", notebooks).fingerprint
    assert own.fingerprint != View("test_notebooks", notebooks, told_in=[words]).fingerprint

    class Colour(Row):
        id: UUID

    folded_elsewhere = ViewTable("test_colours", Colour, key=("id",))

    def fold(row: Colour | None, event: Notebook.Opened) -> Colour | None:
        return row

    fold.__module__ = words.__name__
    folded_elsewhere.on(Notebook.Opened)(fold)
    assert folded_elsewhere.modules == {__name__, words.__name__}
    assert View("colours", folded_elsewhere).fingerprint != own.fingerprint
    folded_elsewhere.table.metadata.remove(folded_elsewhere.table)


def test_a_fold_that_answers_with_another_row_is_found_out(url: str) -> None:
    class Wrong(Row):
        id: UUID
        title: str

    view_table = ViewTable("test_wrong", Wrong, key=("id",))

    @view_table.on(Notebook.Opened)
    def opened(row: Wrong | None, event: Notebook.Opened) -> Wrong | None:
        return Wrong(id=uuid4(), title=event.title)

    desk = NotebookSystem(url, views=[View("test_wrong", view_table)])
    a_notebook(desk)
    [stopped] = desk.differences()
    assert stopped.position == 1
    assert "WrongKey" in stopped.error
    desk.close()
    view_table.table.metadata.remove(view_table.table)


def test_a_sheet_of_keys_alone_can_be_filled_twice(url: str) -> None:
    class Used(Row):
        title: str

    view_table = ViewTable("test_used", Used, key=("title",))

    @view_table.on(Notebook.Opened, key=lambda event: (event.title,))
    def opened(row: Used | None, event: Notebook.Opened) -> Used | None:
        return Used(title=event.title)

    desk = NotebookSystem(url, views=[View("test_used", view_table)])
    a_notebook(desk)
    a_notebook(desk)
    assert desk.read(view_table.rows) == [Used(title="Notes")]
    assert desk.differences() == []
    desk.close()
    view_table.table.metadata.remove(view_table.table)


def test_rows_are_asked_for_by_key_and_by_query(desk: NotebookSystem) -> None:
    first, second = a_notebook(desk, "one", tags=("ink",)), a_notebook(desk, "one", "two", tags=("ink",))
    assert desk.read(tagged.get, "ink", second).uses == 2
    assert desk.read(tagged.get, "red", second) is None
    longest = notebooks.table.select().order_by(notebooks.table.c.lines.desc()).limit(1)
    assert [row.id for row in desk.read(notebooks.rows, longest)] == [second]
    assert first != second


def test_a_difference_says_what_is_and_what_should_be(desk: NotebookSystem) -> None:
    id = a_notebook(desk)
    row = desk.read(notebooks.get, id)
    desk.execute("UPDATE test_notebooks SET title = 'Scribbles'")
    assert desk.differences() == [Difference("test_notebooks", (id,), replace(row, title="Scribbles"), row)]


def test_a_view_that_cannot_take_an_event_stops_alone_and_is_filled_again_after_the_fix(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = NotebookSystem(url)
    id = a_notebook(desk, "one", "spill the ink", "and on")
    with command():
        desk.service.change(Notebook, id, lambda notebook: notebook.write("and further"))
    assert len(desk.read(entries.rows)) == 5
    [stopped] = desk.differences()
    assert isinstance(stopped, Stopped)
    assert (stopped.view, stopped.position) == ("test_notebooks", 3)
    assert "spill the ink" in stopped.error
    desk.close()

    still_broken = NotebookSystem(url)
    assert still_broken.refilled == ["test_notebooks"]
    assert still_broken.differences() == [stopped]
    still_broken.close()

    monkeypatch.setattr(told, "POISON", "something else")
    mended = NotebookSystem(url)
    assert mended.refilled == ["test_notebooks"]
    assert mended.differences() == []
    assert mended.read(notebooks.get, id).lines == 4
    mended.close()
