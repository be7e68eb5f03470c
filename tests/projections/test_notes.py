"""The notes view: notes and files of a record, without what restricted notes say."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.attachment import Attachment
from domain.note import Note, NoteType
from domain.service import Service
from domain.vocabulary import Personal, Sensitivity
from projections import notes
from projections.notes import files_of, written
from tests.projections.conftest import Ask
from tests.scenario import TODAY, signed

VIEWS = [notes.VIEW]

VISIT, REQUEST, SCHOOL, HEAD, OFFICER = uuid4(), uuid4(), uuid4(), uuid4(), uuid4()


def write(service: Service, number: int, record: UUID, **more: Any) -> UUID:
    with signed(by=OFFICER):
        return service.add(
            lambda: Note.write(
                f"N-2026-000{number}",
                on_kind="visit",
                on_record=record,
                school=SCHOOL,
                note_type=NoteType.MEETING,
                heading="Met the head",
                text="Attendance is rising.",
                **more,
            )
        ).id


def attach(service: Service, number: int, record: UUID, file_name: str, **more: Any) -> UUID:
    with signed(by=OFFICER):
        return service.add(
            lambda: Attachment.add(
                f"F-2026-000{number}",
                on_kind="visit",
                on_record=record,
                file_name=file_name,
                size=10,
                sha256="0a" * 32,
                **more,
            )
        ).id


@pytest.fixture
def note(service: Service) -> UUID:
    return write(service, 1, VISIT)


def test_a_note_stands_with_its_record_and_its_school(service: Service, ask: Ask, note: UUID) -> None:
    other = write(service, 2, REQUEST)

    found = ask(written, on=VISIT)
    assert [(one.id, one.text, one.written_on, one.written_by) for one in found] == [
        (note, "Attendance is rising.", TODAY, OFFICER)
    ]
    assert [one.id for one in ask(written, schools=[SCHOOL])] == [other, note]


def test_a_revised_note_shows_its_latest_version_and_how_many_there_were(
    service: Service, ask: Ask, note: UUID
) -> None:
    write(service, 2, VISIT)
    with signed():
        service.change(
            Note, note, lambda note: note.revise(heading="Met the deputy", text="It is flat.", reason="Misheard")
        )

    found = ask(written, on=VISIT)
    assert [(one.heading, one.text, one.versions, one.revised_on) for one in found] == [
        ("Met the head", "Attendance is rising.", 1, None),
        ("Met the deputy", "It is flat.", 2, TODAY),
    ]


def test_what_a_restricted_note_says_is_not_in_the_view(service: Service, ask: Ask, note: UUID) -> None:
    unwell = Personal(HEAD, "Unwell until March")
    restricted = write(service, 2, VISIT, sensitivity=Sensitivity.RESTRICTED, about_person=unwell)
    with signed():
        service.change(Note, restricted, lambda note: note.revise(heading="Call", text="Worse.", reason="News"))

    found = ask(written, on=VISIT)[0]
    assert (found.id, found.is_restricted, found.heading, found.text) == (restricted, True, "", "")
    assert not ask(written, on=VISIT)[1].is_restricted


def test_a_withdrawn_note_is_listed_no_more(service: Service, ask: Ask, note: UUID) -> None:
    kept = write(service, 2, VISIT)
    with signed():
        service.change(Note, note, lambda note: note.withdraw(reason="Wrong visit"))

    assert [one.id for one in ask(written, on=VISIT)] == [kept]
    assert service.find(Note, note).latest.text == "Attendance is rising."


def test_files_stand_with_their_record_until_they_are_withdrawn(service: Service, ask: Ask) -> None:
    plan = attach(service, 1, VISIT, "plan.pdf")
    photograph = attach(service, 2, VISIT, "wall.png")
    attach(service, 3, REQUEST, "quote.docx")

    assert [(one.id, one.media_type, one.added_by) for one in ask(files_of, VISIT)] == [
        (photograph, "image/png", OFFICER),
        (plan, "application/pdf", OFFICER),
    ]
    with signed():
        service.change(Attachment, plan, lambda attachment: attachment.withdraw(reason="Old"))
    assert [one.id for one in ask(files_of, VISIT)] == [photograph]
