"""Commands whose events are saved at once: each as if it were alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from eventsourcing.persistence import IntegrityError

from projections.codec import stored
from projections.event_log.store import Saving
from tests.notebook import POISON, Notebook, NotebookSystem, command


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[NotebookSystem]:
    desk = NotebookSystem(tmp_path / "desk.sqlite")
    yield desk
    desk.close()


def opened(desk: NotebookSystem) -> UUID:
    with command():
        return desk.service.add(Notebook.open).id


def saving(desk: NotebookSystem, id: UUID, line: str, *, looked_at: dict[UUID, int] | None = None) -> Saving:
    """What a command has to save that writes a line in a notebook."""
    with command():
        notebook = desk.service.find(Notebook, id)
        notebook.write(line, "tag")
        events = notebook.collect_events()
    return Saving(desk.log, [stored(event) for event in events], looked_at or {}, desk.follower.plan, events)


def at_once(desk: NotebookSystem, *savings: Saving) -> bool:
    """Save them at once; whether that could be done."""
    first, *others = savings
    return desk.log.commit(lambda connection: first.at_once(others, connection)) is not None


def written(desk: NotebookSystem) -> list[str]:
    return [event.line for event in desk.events() if isinstance(event, Notebook.Written)]


def test_the_events_of_several_commands_are_folded_as_if_each_came_alone(desk: NotebookSystem) -> None:
    ids = [opened(desk) for _ in range(3)]
    savings = [saving(desk, id, f"line {number}") for number, id in enumerate(ids)]
    assert at_once(desk, *savings)
    assert written(desk) == ["line 0", "line 1", "line 2"]
    assert [event.meta.position for each in savings for event in each.events] == [4, 5, 6]
    assert desk.differences() == []


def test_a_command_that_looked_at_what_another_one_changes_is_not_saved_with_it(desk: NotebookSystem) -> None:
    read, changed = opened(desk), opened(desk)
    one, other = saving(desk, changed, "a"), saving(desk, read, "b", looked_at={changed: 1})
    assert not at_once(desk, one, other)
    assert written(desk) == []
    desk.log.commit(one)
    with pytest.raises(IntegrityError):
        desk.log.commit(other)


def test_commands_that_saw_a_record_at_different_versions_are_not_saved_at_once(desk: NotebookSystem) -> None:
    seen, first, second = opened(desk), opened(desk), opened(desk)
    savings = [saving(desk, first, "a", looked_at={seen: 1}), saving(desk, second, "b", looked_at={seen: 2})]
    assert not at_once(desk, *savings)


def test_commands_that_know_the_views_differently_are_not_saved_at_once(desk: NotebookSystem) -> None:
    first = saving(desk, opened(desk), "a")
    desk.store.learn()
    assert not at_once(desk, first, saving(desk, opened(desk), "b"))


def test_two_commands_on_one_record_are_refused_at_once(desk: NotebookSystem) -> None:
    id = opened(desk)
    with pytest.raises(IntegrityError):
        at_once(desk, saving(desk, id, "a"), saving(desk, id, "b"))
    assert written(desk) == []


def test_a_view_that_cannot_take_an_event_stops_when_each_command_is_saved_alone(desk: NotebookSystem) -> None:
    good, bad = saving(desk, opened(desk), "a"), saving(desk, opened(desk), POISON)
    with pytest.raises(Exception, match="cannot take"):
        at_once(desk, good, bad)
    for each in (good, bad):
        desk.log.commit(each)
    assert written(desk) == ["a", POISON]
    with desk.database.reader.connect() as connection:
        lines = connection.execute(sa.text("SELECT sum(lines) FROM test_notebooks")).scalar()
    assert lines == 1
