"""A connection that is lost in the middle of a command: done or not, it is found out, and it is done once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from uuid import UUID, uuid4

import pytest

from domain.service import ATTEMPTS, AlreadyDone, Unavailable
from projections.event_log.faults import FAULTS
from projections.following import Following, let_follow
from projections.rebuilding import rebuild
from tests.cut_connection import Moment, Wire, wire_to
from tests.databases import Databases, with_log
from tests.notebook import VIEWS, Notebook, NotebookSystem, command, notebooks

MOMENTS: tuple[Moment, ...] = ("before", "after")


@pytest.fixture
def url(postgresql_databases: Databases) -> Iterator[str]:
    with postgresql_databases.like(with_log) as url:
        yield url


@pytest.fixture
def at_the_wire(url: str) -> Iterator[tuple[Wire, NotebookSystem]]:
    with wire_to(url) as (wire, through):
        desk = NotebookSystem(through)
        desk.log.max_notification_id()  # with its first connection SQLAlchemy asks, and commits, on its own account
        yield wire, desk
        assert desk.differences() == []
        desk.close()


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("word", ["append_events", "COMMIT"])
def test_a_command_is_done_once_wherever_its_connection_is_lost(
    at_the_wire: tuple[Wire, NotebookSystem], word: str, moment: Moment
) -> None:
    wire, desk = at_the_wire
    with command():
        id = desk.service.add(Notebook.open).id
    wire.cut(word, moment)
    with command():
        desk.service.change(Notebook, id, lambda notebook: notebook.write("one", "red"))
    assert wire.cuts == 1
    assert desk.service.find(Notebook, id).lines == ["one"]
    assert desk.read(notebooks.get, id).lines == 1


def test_a_database_that_is_lost_again_and_again_is_away_and_nobody_else_is_blamed(
    at_the_wire: tuple[Wire, NotebookSystem],
) -> None:
    wire, desk = at_the_wire
    with command():
        id = desk.service.add(Notebook.open).id
    wire.cut("append_events", "before", times=ATTEMPTS)
    with command(), pytest.raises(Unavailable):
        desk.service.change(Notebook, id, lambda notebook: notebook.write("one", "red"))
    assert wire.cuts == ATTEMPTS
    assert desk.service.find(Notebook, id).lines == []


@pytest.mark.parametrize("moment", [*MOMENTS, "late"])
def test_an_append_without_views_is_done_once_too(url: str, moment: Moment) -> None:
    with wire_to(url) as (wire, through):
        desk = NotebookSystem(through, views=[])
        wire.cut("append_events", moment)
        with command():
            id = desk.service.add(Notebook.open).id
        assert wire.cuts == 1
        assert [event.meta.stream for event in desk.events()] == [id]
        desk.close()


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_question_is_asked_again(at_the_wire: tuple[Wire, NotebookSystem], moment: Moment) -> None:
    wire, desk = at_the_wire
    with command():
        id = desk.service.add(Notebook.open).id
    wire.cut("SELECT stream_id", moment)
    assert desk.service.find(Notebook, id).title == "Notes"
    assert wire.cuts == 1


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_command_that_is_sent_again_by_its_sender_is_known(
    at_the_wire: tuple[Wire, NotebookSystem], moment: Moment
) -> None:
    wire, desk = at_the_wire
    sent = uuid4()
    wire.cut("COMMIT", moment)
    with command(sent):
        id = desk.service.add(Notebook.open).id
    with command(sent), pytest.raises(AlreadyDone) as done:
        desk.service.add(Notebook.open)
    assert done.value.stream == id
    assert len(desk.events()) == 1


@pytest.mark.parametrize("moment", MOMENTS)
def test_what_follows_takes_each_event_once(at_the_wire: tuple[Wire, NotebookSystem], moment: Moment) -> None:
    wire, desk = at_the_wire
    let_follow(desk.log, VIEWS[0])
    with command():
        id = desk.service.add(Notebook.open).id
    following = Following(desk.log, desk.follower)
    for lines, word in enumerate(("UPDATE views", "COMMIT"), 1):
        with command():
            desk.service.change(Notebook, id, lambda notebook: notebook.write("one"))
        wire.cut(word, moment)
        while lines_told(desk, id) < lines:
            with suppress(Unavailable, *FAULTS):
                following.step()
        assert lines_told(desk, id) == lines
        assert wire.cuts == lines


def lines_told(desk: NotebookSystem, id: UUID) -> int:
    row = desk.read(notebooks.get, id)
    return row.lines if row else 0


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("word", ["view_rebuilds", "ALTER TABLE", "COMMIT"])
def test_a_rebuild_whose_connection_is_lost_is_called_again(
    at_the_wire: tuple[Wire, NotebookSystem], word: str, moment: Moment
) -> None:
    wire, desk = at_the_wire
    with command():
        desk.service.add(Notebook.open)
    desk.execute("UPDATE test_notebooks SET lines = 7")
    wire.cut(word, moment)
    with pytest.raises((Unavailable, *FAULTS)):
        rebuild(desk.log, VIEWS[0])
    assert wire.cuts == 1
    rebuild(desk.log, VIEWS[0])
    assert desk.differences() == []
