"""Days that are seldom meant, as pages and API ask about them: what is unusual, and why it is right all the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from marshmallow import Schema, fields, validate

from domain.unusual_days import DayQuestion, Unusual, questions_about
from web.commands.fields import NO_PUPILS, text_field
from web.runtime.services import Services
from web.runtime.terms import bank_holidays, terms_around


class UnusualDays(Schema):
    """What a command asks where a day that it takes is unusual: on a page once that is known, by API at any time."""

    unusual = fields.List(
        fields.Enum(Unusual, by_value=True),
        load_default=list,
        validate=validate.Length(max=len(Unusual)),
        metadata={
            "widget": "hidden",
            "description": "What is unusual about the date and right all the same, as a refusal has named it",
        },
    )
    why_unusual = text_field(
        required=False,
        longest=2000,
        rows=2,
        widget="once_asked",
        after="on",
        label="Why this is right",
        hint=f"This will be kept in the audit trail. {NO_PUPILS}",
        is_reason=True,
    )


def day_in_school(services: Services, day: date) -> Iterator[DayQuestion]:
    """What is unusual about a day for a visit or a session."""
    return questions_about(day, services.today(), terms=terms_around(services, day), bank_holidays=bank_holidays())
