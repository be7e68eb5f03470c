"""Note: what somebody noted beside a record: a telephone call, a meeting, something seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.aggregate import Aggregate, Event, Refusal, reasoned, requires
from domain.text import plain
from domain.vocabulary import About, Audience, LabelledEnum, Personal, SchoolId, Sensitivity


class NoteType(LabelledEnum):
    TELEPHONE = "telephone"
    MEETING = "meeting"
    EMAIL = "email"
    OBSERVATION = "observation"
    GENERAL = "general"


@dataclass(frozen=True, slots=True)
class NoteVersion:
    """The note as it stood after an event; `about_person` is kept apart, because it tells of a person."""

    heading: str
    text: str
    about_person: Personal | None
    written_on: date
    written_by: UUID | None
    reason: str = ""


class NoteSaysNothing(Refusal):
    """A note has a heading and a text."""


class NotAWayToRestrict(Refusal):
    """A note is ordinary or restricted."""


class RestrictedNoteStaysInside(Refusal):
    """A restricted note can be visible only to the service."""


class NoteWithdrawn(Refusal):
    """The note was withdrawn."""


def must_stand(note: Note, _: date) -> None:
    if note.withdrawn_on is not None:
        raise NoteWithdrawn("This note has been withdrawn. Write a new one instead.")


class Note(Aggregate):
    """A typed note on a record, of which every version is kept."""

    KIND = "note"
    prefix = "N"

    on_kind: str
    on_record: UUID
    school: UUID | None
    provider: UUID | None
    note_type: NoteType
    sensitivity: Sensitivity
    visible_to: Audience

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.versions: list[NoteVersion] = []
        self.withdrawn_on: date | None = None

    class Written(Event):
        TOPIC = "note.written"
        says = "{by} wrote a note ({note_type}): {heading}"
        reference: str
        on_kind: str
        on_record: UUID
        school: SchoolId | None
        provider: UUID | None
        note_type: NoteType
        heading: str
        text: str
        about_person: Personal | None
        visible_to: Audience

        def apply(self, note: Note) -> None:
            note.reference = self.reference
            note.on_kind = self.on_kind
            note.on_record = self.on_record
            note.school = self.school
            note.provider = self.provider
            note.note_type = self.note_type
            note.sensitivity = self.meta.sensitivity
            note.visible_to = self.visible_to
            note.keep(self, self.heading, self.text, self.about_person)

    class Revised(Event):
        TOPIC = "note.revised"
        says = "{by} changed the note “{heading}”: {reason}"
        heading: str
        text: str
        about_person: Personal | None

        def apply(self, note: Note) -> None:
            note.keep(self, self.heading, self.text, self.about_person)

    class Withdrawn(Event):
        TOPIC = "note.withdrawn"
        says = "{by} withdrew the note: {reason}"

        def apply(self, note: Note) -> None:
            note.withdrawn_on = self.meta.occurred_on

    class RestrictedNoteRead(Event):
        """A restricted note was opened. It stands in older logs; now the reading of whatever is restricted is a
        record of its own (domain.reading)."""

        TOPIC = "note.restricted-note-read"
        says = "{reader} read the restricted note"
        reader: UUID

        def apply(self, note: Note) -> None: ...

    @property
    def latest(self) -> NoteVersion:
        """The note as it stands."""
        return self.versions[-1]

    @property
    def is_restricted(self) -> bool:
        """Whether only those with a right to restricted notes may read it, and their reading is recorded."""
        return self.sensitivity is not Sensitivity.ORDINARY

    def about(self) -> About:
        people = (version.about_person.person for version in self.versions if version.about_person)
        return About(school=self.school, provider=self.provider).with_people(*people)

    def keep(self, event: Event, heading: str, text: str, about_person: Personal | None) -> None:
        """Remember a version."""
        meta = event.meta
        version = NoteVersion(heading, text, about_person, meta.occurred_on, meta.signature.actor, meta.reason)
        self.versions.append(version)

    @classmethod
    def write(
        cls,
        reference: str,
        *,
        on_kind: str,
        on_record: UUID,
        note_type: NoteType,
        heading: str,
        text: str,
        school: UUID | None = None,
        provider: UUID | None = None,
        about_person: Personal | None = None,
        sensitivity: Sensitivity = Sensitivity.ORDINARY,
        visible_to: Audience = Audience.SERVICE,
        on: date | None = None,
    ) -> Note:
        """Note something on a record; `on` is the day it tells of, today by default."""
        if sensitivity not in {Sensitivity.ORDINARY, Sensitivity.RESTRICTED}:
            raise NotAWayToRestrict("Choose ordinary or restricted", field="sensitivity")
        if sensitivity is Sensitivity.RESTRICTED and visible_to is not Audience.SERVICE:
            raise RestrictedNoteStaysInside(
                "A restricted note can be visible only to the service", field="visible_to"
            )
        heading, text = _said(heading, text)
        note = cls.named(reference)
        written = cls.Written(
            reference=reference,
            on_kind=on_kind,
            on_record=on_record,
            school=school,
            provider=provider,
            note_type=note_type,
            heading=heading,
            text=text,
            about_person=about_person,
            visible_to=visible_to,
        )
        note.record(written, occurred=on, dated="happened_on", sensitivity=sensitivity)
        return note

    @requires(must_stand)
    def revise(self, *, heading: str, text: str, reason: str, about_person: Personal | None = None) -> None:
        """Write the note anew; what it said before is kept."""
        heading, text = _said(heading, text)
        revised = self.Revised(heading=heading, text=text, about_person=about_person)
        self.record(revised, reason=reasoned(reason), sensitivity=self.sensitivity)

    @requires(must_stand)
    def withdraw(self, *, reason: str) -> None:
        """Take the note off the record; its text stays in the history."""
        self.record(self.Withdrawn(), reason=reasoned(reason), sensitivity=self.sensitivity)


def _said(heading: str, text: str) -> tuple[str, str]:
    if not plain(heading):
        raise NoteSaysNothing("Enter a heading", field="heading")
    if not plain(text):
        raise NoteSaysNothing("Enter the note", field="text")
    return plain(heading), plain(text)
