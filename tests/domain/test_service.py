"""Find a record, change it, save several together: what happens when others do the same."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import RecordConflictError

from domain.aggregate import Aggregate
from domain.service import (
    AlreadyDone,
    NotFound,
    SentAsAnother,
    Service,
    Stale,
    TooManyAtOnce,
    UnitOfWork,
    before_saving,
)
from domain.signature import acting
from tests.databases import Databases, with_log
from tests.notebook import IsShut, Notebook, NotebookSystem, command, entries, notebooks


@pytest.fixture
def desk(each_databases: Databases) -> Iterator[NotebookSystem]:
    with each_databases.like(with_log) as url, closing(NotebookSystem(url)) as desk:
        yield desk
        assert desk.differences() == []


@pytest.fixture
def service(desk: NotebookSystem) -> Service:
    return desk.service


def a_notebook(service: Service, *lines: str) -> UUID:
    def make() -> Notebook:
        notebook = Notebook.open()
        for line in lines:
            notebook.write(line)
        return notebook

    with command():
        return service.add(make).id


def lines(service: Service, id: UUID) -> list[str]:
    return service.find(Notebook, id).lines


def test_a_record_is_found_as_it_is_and_as_it_was(service: Service) -> None:
    id = a_notebook(service, "one", "two")
    assert service.find(Notebook, id).lines == ["one", "two"]
    assert service.find(Notebook, id).version == 3
    assert service.find(Notebook, id, version=2).lines == ["one"]


def test_a_record_nobody_made_is_not_found(service: Service) -> None:
    with pytest.raises(NotFound):
        service.find(Notebook, uuid4())


class Album(Aggregate):
    KIND = "album"


def test_a_record_is_not_found_as_another_kind(service: Service) -> None:
    id = a_notebook(service)
    with pytest.raises(NotFound):
        service.find(Album, id)

    def both(work: UnitOfWork) -> None:
        work.find(Notebook, id)
        work.find(Album, id)

    with command(), pytest.raises(NotFound):
        service.do(both)


def meeting_once(service: Service, id: UUID, barrier: Barrier, line: str, *, at: int | None = None) -> list[int]:
    """Write a line; wait for the other officer between reading and writing, the first time only."""
    seen: list[int] = []

    def write(notebook: Notebook) -> None:
        seen.append(notebook.version)
        if len(seen) == 1:
            barrier.wait(timeout=120)
        notebook.write(line)

    with command():
        service.change(Notebook, id, write, at=at)
    return seen


def test_of_two_officers_changing_a_record_at_once_one_decides_again_on_what_the_other_did(service: Service) -> None:
    id = a_notebook(service)
    barrier = Barrier(2)
    with ThreadPoolExecutor(2) as officers:
        tries = [officers.submit(meeting_once, service, id, barrier, line) for line in ("hers", "his")]
    assert sorted(attempt.result() for attempt in tries) == [[1], [1, 2]]
    assert sorted(lines(service, id)) == ["hers", "his"]


def test_of_two_officers_who_name_the_version_they_saw_the_second_is_told_it_is_stale(service: Service) -> None:
    id = a_notebook(service)
    barrier = Barrier(2)
    with ThreadPoolExecutor(2) as officers:
        tries = [officers.submit(meeting_once, service, id, barrier, line, at=1) for line in ("hers", "his")]
    failures = [attempt.exception() for attempt in tries if attempt.exception()]
    assert len(failures) == 1
    assert isinstance(failures[0], Stale)
    assert failures[0].decided_at == 1
    assert failures[0].record.version == 2
    assert len(lines(service, id)) == 1


@pytest.mark.parametrize("at", [1, 3], ids=["older", "not yet there"])
def test_a_command_on_another_version_is_refused_before_it_decides(service: Service, at: int) -> None:
    id = a_notebook(service, "one")
    decided: list[Notebook] = []
    with command(), pytest.raises(Stale):
        service.change(Notebook, id, decided.append, at=at)
    assert decided == []


def test_a_command_may_take_a_record_in_hand_twice_at_the_version_it_was_shown(service: Service) -> None:
    id = a_notebook(service)

    def twice(work: UnitOfWork) -> None:
        work.find(Notebook, id, at=1).write("one")
        work.find(Notebook, id, at=1).write("two")

    with command():
        service.do(twice)
    assert lines(service, id) == ["one", "two"]


def test_a_command_that_others_keep_overtaking_gives_up_and_saves_nothing(service: Service) -> None:
    id = a_notebook(service)

    def overtaken(notebook: Notebook) -> None:
        with command():
            service.change(Notebook, id, lambda same: same.write("theirs"))
        notebook.write("ours")

    with command(), pytest.raises(TooManyAtOnce):
        service.change(Notebook, id, overtaken)
    assert lines(service, id) == ["theirs", "theirs", "theirs"]


def test_a_command_sent_again_is_done_already_though_the_record_has_moved_on(service: Service) -> None:
    id, sent = a_notebook(service), uuid4()
    with command(sent):
        service.change(Notebook, id, lambda notebook: notebook.write("one"))
    with command():
        service.change(Notebook, id, lambda notebook: notebook.write("two"))
    with command(sent), pytest.raises(AlreadyDone) as done:
        service.change(Notebook, id, lambda notebook: notebook.write("one"))
    assert done.value.stream == id
    assert lines(service, id) == ["one", "two"]


def test_a_command_sent_again_is_done_already_though_it_would_now_be_refused_or_stale(service: Service) -> None:
    id, sent = a_notebook(service), uuid4()
    with command(sent):
        service.change(Notebook, id, Notebook.shut, at=1)
    with command(sent), pytest.raises(AlreadyDone):
        service.change(Notebook, id, Notebook.shut)
    with command(sent), pytest.raises(AlreadyDone):
        service.change(Notebook, id, Notebook.shut, at=1)
    with command(), pytest.raises(IsShut):
        service.change(Notebook, id, Notebook.shut)


def test_a_record_begun_by_a_command_sent_again_is_begun_once(service: Service) -> None:
    sent = uuid4()
    with command(sent):
        begun = service.add(Notebook.open).id
    with command(sent), pytest.raises(AlreadyDone) as done:
        service.add(Notebook.open)
    assert done.value.stream == begun


def test_a_command_sent_again_is_known_by_what_it_did_first_not_by_the_record_it_took_first(service: Service) -> None:
    giving, taking, sent = a_notebook(service), a_notebook(service), uuid4()

    def move(work: UnitOfWork) -> None:
        given = work.find(Notebook, giving)
        work.find(Notebook, taking).write("taken")
        given.write("given")

    with command(sent):
        service.do(move)
    with command(sent), pytest.raises(AlreadyDone) as done:
        service.do(move)
    assert done.value.stream == taking
    assert (lines(service, giving), lines(service, taking)) == (["given"], ["taken"])


def test_an_id_that_stands_for_another_command_is_refused_aloud(service: Service) -> None:
    mine, other = a_notebook(service), a_notebook(service)
    with command() as sent:
        service.change(Notebook, mine, lambda notebook: notebook.write("one"), at=1)

    somebody_else = replace(sent, actor=uuid4())
    for signature, id, what in (
        (somebody_else, mine, lambda notebook: notebook.write("one")),
        (sent, other, lambda notebook: notebook.write("one")),
        (sent, mine, Notebook.shut),
    ):
        with acting(signature), pytest.raises(SentAsAnother):
            service.change(Notebook, id, what)
    with acting(somebody_else), pytest.raises(SentAsAnother):
        service.change(Notebook, mine, lambda notebook: notebook.write("one"), at=1)
    with acting(somebody_else):
        assert service.done() is None
    with acting(sent):
        assert service.done() == mine
    assert (lines(service, mine), lines(service, other)) == (["one"], [])


def test_a_record_begun_again_under_the_same_name_is_begun_once(service: Service) -> None:
    def begin() -> Notebook:
        notebook = Notebook.named("2026")
        notebook.record(Notebook.Opened(title="2026"))
        return notebook

    with command():
        service.add(begin)
    with command(), pytest.raises(TooManyAtOnce):
        service.add(begin)
    assert service.find(Notebook, Notebook.named("2026").id).version == 1


def test_several_records_are_saved_together(service: Service, desk: NotebookSystem) -> None:
    first, second = a_notebook(service), a_notebook(service)

    def move(work: UnitOfWork) -> None:
        work.find(Notebook, first).write("gone to the second")
        work.find(Notebook, second).write("come from the first")

    with command() as signature:
        service.do(move)
    both = [event for event in desk.events() if event.meta.signature.command == signature.command]
    assert [event.meta.stream for event in both] == [first, second]
    assert len({event.meta.recorded_at for event in both}) == 1
    assert len({event.meta.event_id for event in both}) == 2


def test_when_one_of_several_records_was_overtaken_none_is_saved(service: Service, desk: NotebookSystem) -> None:
    first, second = a_notebook(service), a_notebook(service)
    before = len(desk.events())

    def overtaken(work: UnitOfWork) -> None:
        work.find(Notebook, first).write("ours")
        work.find(Notebook, second).write("ours")
        with command():
            service.change(Notebook, second, lambda notebook: notebook.write("theirs"))

    with command(), pytest.raises(TooManyAtOnce):
        service.do(overtaken)
    assert lines(service, first) == []
    assert len(desk.events()) == before + 3
    assert desk.read(notebooks.get, first).lines == 0


def test_a_record_only_looked_at_is_held_to_the_version_that_was_seen(service: Service) -> None:
    rule, other = a_notebook(service), a_notebook(service)
    seen: list[int] = []

    def by_the_rule(work: UnitOfWork) -> None:
        seen.append(work.find(Notebook, rule).version)
        if len(seen) == 1:
            with command():
                service.change(Notebook, rule, lambda notebook: notebook.write("a new rule"))
        work.find(Notebook, other).write("decided")

    with command():
        service.do(by_the_rule)
    assert seen == [1, 2]
    assert lines(service, other) == ["decided"]


def test_an_append_that_fails_leaves_nothing_in_the_views(service: Service, desk: NotebookSystem) -> None:
    id = a_notebook(service)
    with command():
        late = service.find(Notebook, id)
        late.write("late")
    with command():
        service.change(Notebook, id, lambda notebook: notebook.write("first"))
    rows = desk.read(entries.rows)
    with pytest.raises(RecordConflictError):
        service.save_together([late])
    assert desk.read(entries.rows) == rows


def test_a_command_that_changes_nothing_saves_nothing(service: Service, desk: NotebookSystem) -> None:
    id = a_notebook(service)
    with command():
        assert service.change(Notebook, id, lambda notebook: notebook.title) == "Notes"
    assert len(desk.events()) == 1


def test_the_library_can_read_the_whole_log_in_sections(service: Service) -> None:
    id = a_notebook(service, *"abcdefghijk")
    section = service.notification_log["1,10"]
    assert [item.id for item in section.items] == list(range(1, 11))
    assert section.next_id is not None
    last = service.notification_log[section.next_id]
    assert [(item.id, item.originator_id, item.originator_version) for item in last.items] == [
        (11, id, 11),
        (12, id, 12),
    ]


def test_the_library_can_save_a_record_too(service: Service) -> None:
    with command():
        notebook = Notebook.open()
        service.save(notebook)
    assert service.find(Notebook, notebook.id).title == "Notes"


def test_eight_officers_writing_at_once_lose_nothing(service: Service, desk: NotebookSystem) -> None:
    ids = [a_notebook(service) for _ in range(8)]

    def write_fifty(officer: int) -> None:
        for turn in range(50):
            with command():
                service.change(Notebook, ids[officer], lambda notebook, line=f"{turn}": notebook.write(line))

    with ThreadPoolExecutor(8) as officers:
        list(officers.map(write_fifty, range(8)))
    assert all(lines(service, id) == [f"{turn}" for turn in range(50)] for id in ids)
    positions = [event.meta.position for event in desk.events()]
    assert len(positions) == 408
    assert positions == sorted(set(positions))


def test_what_is_to_be_done_before_anything_is_saved_is_done_once_and_not_in_vain(service: Service) -> None:
    saved: list[UUID] = []

    def first() -> None:
        saved.append(a_notebook(service, "first"))

    with before_saving(first):
        with command():
            service.do(lambda _: None)
        assert saved == []
        a_notebook(service, "second")
        a_notebook(service, "third")
    a_notebook(service, "fourth")
    assert [lines(service, id) for id in saved] == [["first"]]
