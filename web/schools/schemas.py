"""What is asked about a school's care and its successions; and how the API shows a school."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from domain.school import Answer
from domain.vocabulary import LabelledEnum, Purpose
from web.commands.fields import (
    NO_PUPILS,
    ValuesOf,
    chosen_person,
    day_field,
    line_field,
    person_field,
    reason_field,
    text_field,
)
from web.forms.numbers import WholeNumber

OFFICERS, STAND_INS, CATEGORIES, PROPOSALS = "officers", "stand-ins", "categories", "proposals"
"""What a form offers: those who may have a school, and stand in; the need categories; what waits for an answer."""


class SuccessionOutcome(LabelledEnum):
    """What a confirmed link between two URNs means."""

    GOES_ON = "goes_on"
    WENT_INTO = "went_into"

    @property
    def label(self) -> str:
        return {
            "goes_on": "The same school has a new URN and keeps its history",
            "went_into": "The school closed and merged into another, which has its own history",
        }[self.value]


class AssignOfficer(Schema):
    officer = chosen_person("Link officer", OFFICERS, noun="the officer")
    from_ = day_field("First day", name="from", noun="the first day")
    reason = reason_field()


class ReleaseOfficer(Schema):
    until = day_field("Last day", noun="the last day")
    reason = reason_field()


class ArrangeCover(Schema):
    officer = chosen_person("Who will cover", STAND_INS, noun="who will cover")
    from_ = day_field("First day", name="from", noun="the first day")
    to = day_field("Last day", name="until", noun="the last day")
    reason = reason_field()


class EndCover(Schema):
    until = day_field("Last day", noun="the last day")
    reason = reason_field()


class SetNeedCategory(Schema):
    category = fields.String(
        required=True,
        validate=validate.Length(1, 40),
        metadata={
            "label": "Level of support",
            "widget": "radios",
            "choices": lambda context: context[CATEGORIES],
            "noun": "the level of support",
        },
    )
    from_ = day_field("Applies from", name="from", noun="the date it applies from")
    review_due = day_field("Review by", noun="the date to review it by")
    panel_on = day_field("Date of the panel", required=False, hint="If a panel has discussed it")
    rationale = text_field(
        label="Reason for this level",
        hint=f"This will be kept in the audit trail. {NO_PUPILS}",
        noun="the reason for this level",
        is_reason=True,
    )


class NoteExternalSupport(Schema):
    provided_by = line_field(label="Who provides the support")
    arranged_by = line_field(label="Who arranged it", hint="For example, the trust, a hub, the diocese or the school")
    from_ = day_field("From", name="from", noun="the first day")
    expected_end = day_field("Expected end date", required=False)
    told_by = line_field(label="Who told us", hint="Their role, not their name")


class SchoolFileFilters(Schema):
    purpose = fields.List(fields.Enum(Purpose, by_value=True), metadata={"label": "Purpose"})


class ExplainAbsence(Schema):
    closed = day_field("Date it closed", noun="the date it closed", required=False, hint="Only if it has closed")
    reason = reason_field()


class AnswerSuccession(Schema):
    urn = WholeNumber(
        required=True,
        validate=validate.Range(1, 9_999_999),
        metadata={
            "label": "Later school",
            "widget": "radios",
            "choices": lambda context: context[PROPOSALS],
            "noun": "the later school",
        },
    )
    reason = reason_field()


class ConfirmSuccession(AnswerSuccession):
    outcome = fields.Enum(
        SuccessionOutcome,
        by_value=True,
        required=True,
        data_key="meaning",
        metadata={"label": "What happened", "noun": "what happened"},
    )

    class Meta:
        fields = ("urn", "outcome", "reason")


class PeriodOut(Schema):
    officer = person_field()
    from_ = fields.Date(data_key="from")
    until = fields.Date(allow_none=True)


class CoverOut(Schema):
    officer = person_field()
    from_ = fields.Date(data_key="from")
    until = fields.Date(attribute="to")


class NeedOut(Schema):
    category = fields.String()
    from_ = fields.Date(data_key="from")
    review_due = fields.Date()
    rationale = fields.String()
    scheme = fields.String()


class GroupOut(Schema):
    uid = fields.String()
    name = fields.String()
    group_type = fields.String(attribute="kind")
    joined = fields.Date(allow_none=True)


class AreaGradeOut(Schema):
    area = fields.String()
    grade = fields.String()


class InspectionOut(Schema):
    urn = fields.Integer()
    inspected_on = fields.Date()
    overall_grade = fields.String(attribute="rating")
    framework = fields.String()
    grades = fields.List(fields.Nested(AreaGradeOut))


class SuccessionOut(Schema):
    urn = fields.Integer()
    link_type = fields.String(attribute="kind")
    on = fields.Date(allow_none=True)
    decision = fields.Enum(Answer, by_value=True, attribute="answer")


class SchoolOut(Schema):
    """A school as the API shows it; `urns` are all it ever had, the present one last."""

    urn = fields.Integer()
    urns = fields.List(fields.Integer())
    version = fields.Integer()
    name = fields.String()
    details = fields.Dict(
        keys=fields.String(),
        values=fields.Raw(metadata={"type": ["string", "integer", "null"]}),
        metadata={"description": "Other details from the national register"},
    )
    head = fields.String(allow_none=True)
    dated = fields.Date()
    is_closed = fields.Boolean()
    link_officers = fields.List(fields.Nested(PeriodOut))
    covers = fields.List(fields.Nested(CoverOut))
    needs = fields.List(fields.Nested(NeedOut))
    groups = ValuesOf(fields.Nested(GroupOut))
    inspections = ValuesOf(fields.Nested(InspectionOut))
    successions = ValuesOf(fields.Nested(SuccessionOut))
