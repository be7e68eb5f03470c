"""Corrections of what was entered wrongly, declared alike for every kind of record, and as the API tells them."""

from __future__ import annotations

from datetime import date, time
from enum import Enum
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from domain.aggregate import Aggregate
from domain.correction import RestsOnIt
from domain.vocabulary import About
from projections import links
from web import formats
from web.access.context import RequestContext
from web.access.identity import allow, concerned
from web.access.name_cache import rows_of
from web.access.policy import Action
from web.commands.fields import person_field, reason_field
from web.forms.references import ReferenceField

CORRECT = "correct"
TITLE = "Correct what was entered"


class Correcting(Schema):
    """What is asked where something was entered wrongly: what is left out, or stays as it is, was right."""

    reason = reason_field("What was wrong")


LEAD = "Change only what was entered wrongly. What it said until now is still shown, with your reason."
DONE = "Corrected. The page says what was entered before"


def must_be_theirs_at(context: RequestContext, action: Action, school: UUID) -> None:
    """Raises Forbidden where whoever asks may not do this at the school that a record is to be of."""
    with context.read() as snapshot:
        where = concerned(snapshot, About(school=school))
    allow(context, action, where)


def nothing_must_hang_on(context: RequestContext, record: Aggregate, *, field: str = "school") -> None:
    """Raises RestsOnIt, naming it, where another record hangs on this one, and is of the school that this is of."""
    with context.read() as snapshot:
        hanging = [link.record for link in links.linked_to(snapshot.connection, record.id)]
        named = rows_of(snapshot, hanging)
    for each in hanging:
        if each in named:
            raise RestsOnIt(
                f"{named[each].detail} belongs to this and is about the same school. Correct or withdraw it first",
                field=field,
            )
    if hanging:
        raise RestsOnIt("Something that you cannot open belongs to this and is about the same school", field=field)


class _Value(ReferenceField):
    """A value as text, as programs tell it: of a record its reference, of a school its URN."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        if value is None or isinstance(value, UUID):
            return super()._serialize(value, attr, obj, **kwargs)
        if isinstance(value, Enum):
            return str(value.value)
        return value.isoformat() if isinstance(value, (date, time)) else str(value)


class RestatedOut(Schema):
    """What was entered wrongly and put right."""

    field = fields.String(metadata={"description": "What was entered wrongly, by its name in the record"})
    part = fields.String(
        data_key="of_part",
        metadata={"description": "The part of the record, as “Session 3”; empty for the record itself"},
    )
    now = _Value(metadata={"description": "What it is, as text"})
    was = _Value(allow_none=True, metadata={"description": "What was entered. Null where it was left out"})
    on = fields.Date(data_key="restated_on")
    by = person_field(data_key="restated_by", allow_none=True)
    reason = fields.String(metadata={"description": "What was wrong"})


class CorrectedOut(Schema):
    """What the API shows of a record that can be corrected."""

    restated = fields.List(
        fields.Nested(RestatedOut), metadata={"description": "What was entered wrongly and put right, in order"}
    )


def restated_in_words(day: date | None) -> str:
    """That something of a row was restated, beside it; empty where nothing was."""
    return f"Restated on {formats.short_date(day)}" if day else ""
