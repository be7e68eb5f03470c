"""Long records are kept ready, and are never out of date for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from domain.note import Note
from domain.record_cache import KEPT_ANEW, KEPT_FROM_VERSION
from domain.service import NotFound
from tests.notebook import Desk, Notebook, command


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[tuple[Desk, Desk]]:
    """Two processes' worth of service on one file."""
    both = Desk(tmp_path / "kept.sqlite"), Desk(tmp_path / "kept.sqlite")
    yield both
    for desk in both:
        desk.close()


def a_long_notebook(desk: Desk, lines: int = KEPT_FROM_VERSION) -> UUID:
    def make() -> Notebook:
        notebook = Notebook.open()
        for number in range(lines):
            notebook.write(str(number))
        return notebook

    with command():
        return desk.service.add(make).id


def write(desk: Desk, id: UUID, line: str) -> None:
    with command():
        desk.service.change(Notebook, id, lambda notebook: notebook.write(line))


def test_only_what_happened_since_is_read_of_a_long_record(
    desks: tuple[Desk, Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, _ = desks
    id = a_long_notebook(desk)
    first = desk.service.find(Notebook, id)
    asked: list[int | None] = []
    select = desk.log.select_events

    def listening(*args: object, **more: object) -> object:
        found = select(*args, **more)  # type: ignore[arg-type]  # handed on as they came
        asked.append(len(found))
        return found

    monkeypatch.setattr(desk.log, "select_events", listening)
    again = desk.service.find(Notebook, id)
    assert asked == [0]
    assert again is not first
    assert vars(again) == vars(first)


def test_a_kept_record_knows_what_another_process_has_saved(desks: tuple[Desk, Desk]) -> None:
    desk, other = desks
    id = a_long_notebook(desk)
    desk.service.find(Notebook, id)
    for number in range(KEPT_ANEW + 5):
        write(other, id, f"by the other {number}")
        assert desk.service.find(Notebook, id).lines[-1] == f"by the other {number}"
    assert desk.service.find(Notebook, id).version == other.service.find(Notebook, id).version
    write(desk, id, "by this one")
    assert other.service.find(Notebook, id).lines[-1] == "by this one"
    assert desk.differences() == []


def test_what_is_done_to_a_copy_and_not_saved_is_not_kept(desks: tuple[Desk, Desk]) -> None:
    desk, _ = desks
    id = a_long_notebook(desk)
    with command():
        desk.service.find(Notebook, id).write("never saved")
    assert desk.service.find(Notebook, id).lines[-1] != "never saved"
    assert not desk.service.find(Notebook, id).has_changed


def test_a_record_as_it_was_is_not_taken_from_what_is_kept(desks: tuple[Desk, Desk]) -> None:
    desk, _ = desks
    id = a_long_notebook(desk)
    desk.service.find(Notebook, id)
    assert desk.service.find(Notebook, id, version=3).lines == ["0", "1"]
    assert desk.service.find(Notebook, id).version == KEPT_FROM_VERSION + 1


def test_a_kept_record_of_another_kind_is_not_found(desks: tuple[Desk, Desk]) -> None:
    desk, _ = desks
    id = a_long_notebook(desk)
    desk.service.find(Notebook, id)
    with pytest.raises(NotFound):
        desk.service.find(Note, id)
