"""What is recorded for somebody else, in forms, in the API and in the words of every page, list and sheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from domain.on_behalf import CONFIRM_WITHIN, Confirmation, Heard, OnBehalf
from domain.vocabulary import Side
from projections.recorded import RecordedForOther, in_doubt
from web.access.context import Snapshot
from web.commands.choices import Choices, distinct_options
from web.commands.fields import chosen_person, day_field, person_field, text_field
from web.runtime.services import Services
from web.runtime.terms import last_day

WHOSE = "whose"
"""What forms offer: the people whose word may be recorded."""


def confirm_by(services: Services) -> date:
    """The last day to confirm what is recorded for somebody today."""
    return last_day(services, lambda _: CONFIRM_WITHIN)[0]


def in_words(recorder: str, whose: str, confirmation: Confirmation) -> str:
    """How what was recorded for somebody stands, as "recorded by S. Boateng; not yet confirmed by S. Jellicoe"."""
    stands = {
        Confirmation.NOT_CONFIRMED: f"not yet confirmed by {whose}",
        Confirmation.CONFIRMED: f"confirmed by {whose}",
        Confirmation.DISOWNED: f"disowned by {whose}",
    }
    return f"recorded by {recorder}; {stands[confirmation]}"


def agreed_in_words(recorded: OnBehalf, side: Side, names: Mapping[UUID, str]) -> str:
    """The same of an agreement of a side, with the name of whoever has spoken."""
    return in_words(*_who(recorded.recorder, recorded.said_by or recorded.whose, side, names), recorded.confirmation)


def doubts_in_words(recorded: Iterable[RecordedForOther], names: Mapping[UUID, str]) -> str:
    """What of a row was recorded for somebody and is not confirmed, or is disowned; empty where nothing is."""
    said = [
        in_words(*_who(each.recorder, each.whose, each.side, names), each.confirmation) for each in in_doubt(recorded)
    ]
    return "; ".join(said)[:1].upper() + "; ".join(said)[1:]


def _who(recorder: UUID | None, whose: UUID | None, side: Side, names: Mapping[UUID, str]) -> tuple[str, str]:
    return (
        names.get(recorder, "somebody") if recorder else "the service",
        names.get(whose, "somebody") if whose else f"the {side}",
    )


def ids_in(recorded: Iterable[OnBehalf | RecordedForOther | None]) -> Iterable[UUID | None]:
    """The people who need a name."""
    for each in recorded:
        if each is not None:
            yield from (each.recorder, each.whose, getattr(each, "said_by", None))


def people_to_choose(snapshot: Snapshot, people: Choices) -> Mapping[str, Any]:
    """What a form for `RecordedElsewhere` looks up: those whose word it may be."""
    return {WHOSE: distinct_options(snapshot, people), "came_on": snapshot.services.today()}


class RecordedElsewhere(Schema):
    """What somebody said in a meeting or by email, as it is recorded for them."""

    whose = chosen_person(
        "Who agreed",
        WHOSE,
        name="on_behalf_of",
        required=False,
        hint="Leave blank if they are not in the list. They are asked to confirm it",
    )
    heard = fields.Enum(
        Heard,
        by_value=True,
        required=True,
        metadata={"label": "How they told you", "widget": "radios", "noun": "how they told you"},
    )
    came_on = day_field("Date they told you", noun="the date they told you")
    evidence = text_field(
        rows=2,
        label="Evidence",
        hint="Who said it, and where it can be read, like the minute or the email",
        noun="what shows that they agreed",
    )


class OnBehalfOut(Schema):
    """What was recorded for somebody, and what they say of it."""

    whose = person_field(
        allow_none=True,
        data_key="on_behalf_of",
        metadata={"description": "Whose word it is. Null where nobody is named: then it is the side's."},
    )
    recorder = person_field(allow_none=True)
    came_on = fields.Date()
    heard = fields.Enum(
        Heard, by_value=True, allow_none=True, metadata={"description": "Null where it was not asked for."}
    )
    evidence = fields.String()
    confirm_by = fields.Date(allow_none=True)
    confirmation = fields.Enum(Confirmation, by_value=True)
    said_by = person_field(allow_none=True, metadata={"description": "Who confirmed or disowned it."})
    said_on = fields.Date(allow_none=True)
    disowned_because = fields.String(attribute="why")
