"""How the API shows a record of visit."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from domain.record_of_visit import Answered, ExtentOfAgreement, RecordOfVisit, RecordStatus, Respondent
from domain.vocabulary import Purpose, Side, VisitKind
from web.commands.fields import RecordField, SchoolField, person_field
from web.records.schemas import AJudgement, AnIssue, APractice, ASection


class AgreedActionOut(Schema):
    number = fields.Integer()
    text = fields.String()
    owner_side = fields.Enum(Side, by_value=True)
    owner = person_field(allow_none=True)
    due = fields.Date()
    purpose = fields.Enum(Purpose, by_value=True)


class RecordContentOut(Schema):
    """What a record says, without the sections that are not for the person who asks."""

    sections = fields.List(fields.Nested(ASection))
    judgements = fields.List(fields.Nested(AJudgement))
    issues = fields.List(fields.Nested(AnIssue))
    actions = fields.List(fields.Nested(AgreedActionOut))
    good_practice = fields.List(fields.Nested(APractice))


class IssuedVersionOut(Schema):
    number = fields.Integer()
    content = fields.Nested(RecordContentOut)
    content_hash = fields.String(
        metadata={"description": "SHA-256 of the whole content, restricted sections included"}
    )
    issued_on = fields.Date()
    respond_by = fields.Date(
        allow_none=True, metadata={"description": "Null where the school may not read it and was not asked"}
    )
    recipients = fields.List(person_field())
    reason = fields.String(metadata={"description": "Why it took the place of the version before"})


class IssueAnswerOut(Schema):
    issue = fields.Integer()
    text = fields.String()


class RecordResponseOut(Schema):
    respondent = fields.Enum(Respondent, by_value=True)
    person = person_field(allow_none=True)
    on = fields.Date()
    version = fields.Integer()
    agrees = fields.Enum(ExtentOfAgreement, by_value=True)
    overall = fields.String()
    answers = fields.List(fields.Nested(IssueAnswerOut))


class PresentationOut(Schema):
    meeting_on = fields.Date()
    minute = fields.String()
    version = fields.Integer()


class CompletionOut(Schema):
    number = fields.Integer()
    on = fields.Date()
    note = fields.String()


class ActionHandOverOut(Schema):
    number = fields.Integer()
    owner = person_field()
    due = fields.Date()
    on = fields.Date()


class RecordOut(Schema):
    """A record of visit as the API shows it: to a school the version that was issued last, to the service what is
    being written."""

    reference = fields.String()
    version = fields.Integer()
    visit = RecordField("visit", "V")
    school = SchoolField()
    kind = fields.Enum(VisitKind, by_value=True)
    purpose = fields.Enum(Purpose, by_value=True)
    author = person_field()
    visited_on = fields.Date()
    status = fields.Enum(RecordStatus, by_value=True)
    needs_assurance = fields.Boolean()
    assured_by = person_field(allow_none=True)
    content = fields.Nested(RecordContentOut)
    correction = fields.String(metadata={"description": "What is being corrected"})
    versions = fields.List(fields.Nested(IssuedVersionOut))
    answered = fields.Dict(keys=fields.Enum(Respondent, by_value=True), values=fields.Enum(Answered, by_value=True))
    responses = fields.List(fields.Nested(RecordResponseOut))
    present_by = fields.Date(
        allow_none=True, metadata={"description": "The last day to present it to the governing body"}
    )
    presentations = fields.List(fields.Nested(PresentationOut))
    presentation_waived = fields.Boolean()
    completed = fields.List(
        fields.Nested(CompletionOut), metadata={"description": "The agreed actions that are done"}
    )
    actions_handed_over = fields.List(
        fields.Nested(ActionHandOverOut),
        metadata={"description": "The agreed actions that were handed over since the version was issued"},
    )

    def get_attribute(self, obj: Any, attr: str, default: Any) -> Any:
        """What stands by number in the record is listed here."""
        if attr == "completed" and isinstance(obj, RecordOfVisit):
            return [{"number": number, "on": each.on, "note": each.note} for number, each in obj.completed.items()]
        if attr == "actions_handed_over" and isinstance(obj, RecordOfVisit):
            handed = obj.handed_over.items()
            return [
                {"number": number, "owner": each.owner, "due": each.due, "on": each.on} for number, each in handed
            ]
        return super().get_attribute(obj, attr, default)
