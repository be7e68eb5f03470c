"""A reading of restricted records: what one answer showed, school by school."""

from __future__ import annotations

from uuid import UUID

from domain.reading import Door, Reading
from tests.scenario import TODAY, signed

FIRST, SECOND, SCHOOL = (UUID(int=number) for number in range(1, 4))


def test_what_one_answer_showed_is_one_record_with_an_entry_for_each_school() -> None:
    with signed() as signature:
        reading = Reading.of({SCHOOL: [FIRST, SECOND], None: [SCHOOL]}, Door.SHEET)

    assert reading.id == signature.command
    assert (reading.read_on, reading.door) == (TODAY, Door.SHEET)
    assert reading.records == {FIRST, SECOND, SCHOOL}
    assert [event.meta.about.school for event in reading.pending] == [SCHOOL, None]
