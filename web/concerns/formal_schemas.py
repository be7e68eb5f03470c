"""What is asked at each formal step of a concern, and how the API shows the ladder."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from domain.concern.ladder import (
    Body,
    Compliance,
    Contact,
    Ground,
    InspectionCategory,
    LadderStep,
    NationalStep,
    NoticeEnd,
    NoticeKind,
    Power,
    Waivable,
)
from domain.concern.ladder.parts import BOARD_LEAST
from web.commands.fields import choice_field, day_field, line_field, person_field, reason_field, text_field
from web.forms.numbers import WholeNumber

TO_USE = [power for power in Power if power is not Power.SUSPEND_FOR_MISMANAGEMENT]
"""The powers that a notice may say will be used."""


def _dated(label: str, hint: str = "Leave empty for the day on which it is decided") -> fields.Date:
    return day_field(label, required=False, hint=hint)


def _fact_of(label: str) -> fields.Date:
    return day_field(label, required=False, hint="Leave empty for today")


def _several(kind: type[Any], label: str, among: list[Any], **metadata: Any) -> fields.List[Any]:
    return fields.List(
        fields.Enum(kind, by_value=True),
        required=True,
        validate=validate.Length(min=1, error="Choose at least one"),
        metadata={"label": label, "choices": [(each.value, each.label) for each in among], **metadata},
    )


class Decided(Schema):
    """A step on which somebody else decides."""

    reason = reason_field("Why this is needed")


class Moderate(Schema):
    text = text_field(label="What the panel found", hint="Who was there by role, and what they looked at")
    on = _fact_of("Date of the panel")


class WaiveStep(Schema):
    step = choice_field(Waivable, "Step to leave out", widget="radios")
    reason = reason_field("Why it cannot wait")


class PreWarn(Decided):
    text = text_field(label="What the letter says", rows=8)
    answer_by = day_field("Answer expected by")
    on = _dated("Date of the letter")


class GiveNotice(Decided):
    kind = choice_field(NoticeKind, "Type of notice", widget="radios")
    notice_ground = choice_field(
        Ground,
        "Ground",
        required=False,
        allow_none=True,
        hint="Section 60(2). Leave empty for a notice on pay and conditions",
    )
    matters = text_field(label="Matters on which it rests", hint="In the words of the notice", rows=8)
    action_required = text_field(label="Action the governing body has to take", hint="In the words of the notice")
    comply_by = day_field("Last day of the compliance period", hint="As the notice states it")
    intends = _several(Power, "Powers that may be used if it is not complied with", TO_USE)
    copies = _several(
        Body,
        "Copies sent at the same time",
        [body for body in Body if body not in (Body.GOVERNING_BODY, Body.TRUST)],
        hint="Section 60(6): the headteacher, the diocese or the appointer of foundation governors, and the "
        "Secretary of State",
    )
    on = _dated("Date of the notice")


class AnswerLetter(Schema):
    text = text_field(label="The school's answer", rows=8)
    on = _fact_of("Date of the answer")


class AssessCompliance(Decided):
    compliance = choice_field(Compliance, "Has the school complied?", widget="radios")
    text = text_field(label="What was found")
    on = _dated("Date of the assessment")


class NotifyIntention(Decided):
    text = text_field(label="What the letter to the governing body says")
    intends = _several(Power, "Powers to be used", TO_USE)
    on = _dated(
        "Date of the letter",
        "Leave empty for the day on which it is decided. Reasonable notice in writing; five working days are usual",
    )


class WithdrawNotice(Schema):
    reason = reason_field("Why it is withdrawn")


class RecordContact(Schema):
    contacted = choice_field(Body, "Who")
    contact = choice_field(Contact, "What was done", widget="radios")
    text = text_field(required=False, label="What they said", rows=3)
    on = _fact_of("Date")


class RecordConsent(Schema):
    letter = line_field(
        label="Letter", longest=500, hint="For example, the Regional Director's letter and its number"
    )
    on = day_field("Date of the letter")


class RecordCategory(Schema):
    inspection_category = choice_field(InspectionCategory, "Outcome", widget="radios")
    on = day_field("Date of the inspection")
    text = text_field(required=False, label="Details", rows=3)


class RecordNationalStep(Schema):
    step = choice_field(NationalStep, "What the Secretary of State did", widget="radios")
    letter = line_field(label="Letter", longest=500)
    on = day_field("Date of the letter")


class UsePower(Decided):
    text = text_field(label="What is done")
    on = _dated("Date of the step")


class AppointBoard(UsePower):
    members = WholeNumber(
        required=True, validate=validate.Range(BOARD_LEAST, 50), metadata={"label": "Number of members", "width": 3}
    )
    from_ = day_field(
        "In office from",
        name="from",
        required=False,
        hint="Governors leave office then. Leave empty for the same day",
    )


class EndPower(Schema):
    power = choice_field(Power, "Power")
    reason = reason_field("Why it is not used any longer")


class Refer(Decided):
    text = text_field(label="What is sent to the Regions Group")
    trust_informed = fields.Boolean(
        load_default=False, metadata={"label": "The trust has been informed", "widget": "checkboxes"}
    )
    on = _dated("Date of the referral")


class RecordReferralAnswer(Schema):
    text = text_field(label="What the Regions Group answered")
    on = _fact_of("Date of the answer")


class LadderEntryOut(Schema):
    on = fields.Date()
    step = fields.Enum(LadderStep, by_value=True)
    detail = fields.String()
    text = fields.String()
    by = person_field(allow_none=True)
    first = person_field(
        allow_none=True, metadata={"description": "Who gave the decision first, where two people decided."}
    )


class NoticeOut(Schema):
    kind = fields.Enum(NoticeKind, by_value=True)
    on = fields.Date()
    comply_by = fields.Date()
    intends = fields.List(fields.Enum(Power, by_value=True))
    compliance = fields.Enum(Compliance, by_value=True, allow_none=True)
    assessed_on = fields.Date(allow_none=True)
    intention_on = fields.Date(allow_none=True)
    powers_until = fields.Date(metadata={"description": "The last day to use sections 63 and 64 after it."})
    ended_on = fields.Date(allow_none=True)
    end = fields.Enum(NoticeEnd, by_value=True, allow_none=True)


class PowerOut(Schema):
    power = fields.Enum(Power, by_value=True)
    on = fields.Date()
    from_ = fields.Date(data_key="from")
    ended_on = fields.Date(allow_none=True)
