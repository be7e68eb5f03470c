"""What a command asks about answers that are possible and seldom meant, and what is kept of why they are right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from marshmallow import Schema, fields, validate

from domain.text import either
from domain.unusual import Oddity, Unusual
from web.commands.fields import NO_PUPILS, text_field
from web.runtime.authority import subjects_of
from web.runtime.services import Services


def why_unusual(after: str) -> fields.String:
    """Why an unusual answer is right; on a page it is asked beside the question that it comes after."""
    return text_field(
        required=False,
        longest=2000,
        rows=2,
        widget="once_asked",
        after=after,
        label="Why this is right",
        hint=f"This will be kept in the audit trail. {NO_PUPILS}",
        is_reason=True,
    )


class Confirming(Schema):
    """What a command asks where an answer is unusual: on a page once that is known, by API at any time. With it goes
    `why_unusual`, whose place each command names."""

    unusual = fields.List(
        fields.Enum(Unusual, by_value=True),
        load_default=list,
        validate=validate.Length(max=len(Unusual)),
        metadata={
            "widget": "hidden",
            "description": "What is unusual about the answers and right all the same, as a refusal has named it",
        },
    )


def unknown_subjects(services: Services, words: Iterable[str]) -> Iterator[Oddity]:
    """Asks about each word that is not on the list of subjects."""
    listed = subjects_of(services)
    for word in words:
        if word and listed.find(word) is None:
            meant = listed.like(word)
            like = f", which has {either(meant)}" if meant else ""
            yield Oddity(Unusual.UNKNOWN_SUBJECT, f"“{word}” is not on the list of subjects{like}")
