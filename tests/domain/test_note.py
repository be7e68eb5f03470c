"""A note: every version is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.aggregate import OccurredInTheFuture, ReasonNeeded
from domain.note import NotAWayToRestrict, Note, NoteSaysNothing, NoteType, NoteWithdrawn, RestrictedNoteStaysInside
from domain.vocabulary import Audience, Personal, Sensitivity
from tests.scenario import TODAY, given, signed

VISIT, SCHOOL, HEAD = (UUID(int=number) for number in range(1, 4))
TOMORROW = TODAY + timedelta(days=1)
UNWELL = Personal(HEAD, "The head is unwell until March")


def a_note(**changes: Any) -> Note:
    said: dict[str, Any] = {
        "on_kind": "visit",
        "on_record": VISIT,
        "school": SCHOOL,
        "note_type": NoteType.TELEPHONE,
        "heading": "Call with the office",
        "text": "The visit moves to the afternoon.",
    }
    with signed():
        return Note.write("N-2026-0001", **said | changes)


def a_restricted_note() -> Note:
    return a_note(sensitivity=Sensitivity.RESTRICTED, about_person=UNWELL)


def test_a_note_stands_on_a_record_and_concerns_its_school_and_the_person_it_tells_of() -> None:
    note = a_note(about_person=UNWELL)

    assert (note.on_kind, note.on_record) == ("visit", VISIT)
    assert note.about().school == SCHOOL
    assert note._pending[0].meta.about.people == (HEAD,)
    assert note.latest.about_person == UNWELL


@pytest.mark.parametrize("empty", ["heading", "text"])
def test_a_note_says_something(empty: str) -> None:
    with pytest.raises(NoteSaysNothing) as refusal:
        a_note(**{empty: " "})
    assert refusal.value.field == empty


def test_a_note_tells_of_a_day_gone_by() -> None:
    with pytest.raises(OccurredInTheFuture):
        a_note(on=TOMORROW)


def test_a_note_is_ordinary_or_restricted() -> None:
    with pytest.raises(NotAWayToRestrict):
        a_note(sensitivity=Sensitivity.SAFEGUARDING)


def test_a_restricted_note_is_for_the_service_alone() -> None:
    with pytest.raises(RestrictedNoteStaysInside):
        a_note(sensitivity=Sensitivity.RESTRICTED, visible_to=Audience.SCHOOL)


def test_a_revised_note_keeps_what_it_said_before() -> None:
    given(a_note()).when(
        lambda note: note.revise(heading="Call with the office", text="It moves to Friday.", reason="Misheard")
    ).then(Note.Revised, reason="Misheard").then_holds(
        lambda note: (
            [version.text for version in note.versions]
            == ["The visit moves to the afternoon.", "It moves to Friday."]
        )
    )


def test_a_note_is_not_revised_without_a_reason() -> None:
    given(a_note()).when(lambda note: note.revise(heading="Call", text="Friday", reason=" ")).then_refused(
        ReasonNeeded
    )


def test_a_withdrawn_note_keeps_its_text_and_is_not_revised() -> None:
    given(a_note()).when(lambda note: note.withdraw(reason="On the wrong visit")).then(
        Note.Withdrawn, reason="On the wrong visit"
    ).then_holds(lambda note: note.latest.text == "The visit moves to the afternoon.").when(
        lambda note: note.revise(heading="Call", text="Friday", reason="Better")
    ).then_refused(NoteWithdrawn).when(lambda note: note.withdraw(reason="Again")).then_refused(NoteWithdrawn)


def test_a_restricted_note_stays_restricted_in_all_its_history() -> None:
    given(a_restricted_note()).when(lambda note: note.revise(heading="Call", text="Friday", reason="Better")).then(
        Note.Revised, sensitivity=Sensitivity.RESTRICTED
    ).when(lambda note: note.withdraw(reason="Wrong")).then(Note.Withdrawn, sensitivity=Sensitivity.RESTRICTED)
