"""What is asked when a note is written, revised and withdrawn; and how the API shows one."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from domain.note import NoteType
from domain.vocabulary import Audience, Personal, Sensitivity
from web.access.readers import audience_field
from web.commands.attachments import TAKES_NOTES, PlaceField
from web.commands.fields import (
    NO_PUPILS,
    choice_field,
    chosen_person,
    day_field,
    line_field,
    person_field,
    reason_field,
    text_field,
)

PEOPLE, SENSITIVITIES = "people", "sensitivities"
"""What the form offers to choose from: people, and whether a note may be restricted."""


class Said(Schema):
    """What a note says. What it says about a person stands apart from the rest, under that person's name."""

    heading = line_field(noun="a heading")
    text = text_field(label="Note", hint=NO_PUPILS, noun="the note")
    person = chosen_person(
        "Person the note is about (if it says something personal)", PEOPLE, required=False, widget="person"
    )
    about_person = text_field(
        required=False,
        rows=3,
        label="What it says about that person",
        hint="Leave empty if you did not choose a person",
    )

    @validates_schema
    def both_or_neither(self, values: dict[str, Any], **_: Any) -> None:
        told = values.get("about_person", "").strip()
        if told and not values.get("person"):
            raise ValidationError("Choose the person this is about", "person")
        if values.get("person") and not told:
            raise ValidationError("Enter what the note says about this person", "about_person")

    @post_load
    def personal(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        person, told = values.pop("person", None), values.pop("about_person", "").strip()
        return {**values, "about_person": Personal(person, told) if person else None}


class WriteNote(Said):
    on = PlaceField(
        TAKES_NOTES,
        required=True,
        data_key="record",
        metadata={"label": "Record", "hint": "Its reference, or the URN of a school", "width": 20},
    )
    note_type = choice_field(NoteType, "Type of note", noun="the type of note")
    happened_on = day_field("Date it happened", required=False, hint="Leave empty for today")
    sensitivity = fields.Enum(
        Sensitivity,
        by_value=True,
        load_default=Sensitivity.ORDINARY,
        validate=validate.OneOf([Sensitivity.ORDINARY, Sensitivity.RESTRICTED]),
        metadata={
            "hint": "Only a few people can read a restricted note. We record who reads it, once a day.",
            "widget": "radios",
            "choices": lambda context: context[SENSITIVITIES],
        },
    )
    visible_to = audience_field()

    class Meta:
        fields = (
            "on",
            "note_type",
            "happened_on",
            "heading",
            "text",
            "person",
            "about_person",
            "sensitivity",
            "visible_to",
        )

    @post_load
    def placed(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """With school and provider, by which the right to write is judged."""
        return {**values, "school": values["on"].school, "provider": values["on"].provider}


class ReviseNote(Said):
    reason = reason_field("Reason for the change")


class WithdrawNote(Schema):
    reason = reason_field("Reason for withdrawing it")


class NoteVersionOut(Schema):
    heading = fields.String()
    text = fields.String()
    person = person_field(attribute="about_person.person", allow_none=True, dump_default=None)
    about_person = fields.String(attribute="about_person.value", allow_none=True, dump_default=None)
    written_on = fields.Date()
    written_by = person_field(allow_none=True)
    reason = fields.String()


class NoteOut(Schema):
    """A note as the API shows it, the latest version last. Texts are empty for those who may not read them."""

    reference = fields.String()
    version = fields.Integer()
    record = PlaceField(TAKES_NOTES, attribute="on_record")
    note_type = fields.Enum(NoteType, by_value=True)
    sensitivity = fields.Enum(Sensitivity, by_value=True)
    visible_to = fields.Enum(Audience, by_value=True)
    versions = fields.List(fields.Nested(NoteVersionOut))
    withdrawn_on = fields.Date(allow_none=True)


class NoteFilters(Schema):
    record = PlaceField(TAKES_NOTES, metadata={"label": "Record", "hint": "Its reference, or the URN of a school"})
