"""What is asked when somebody decides, and how the API shows a decision."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from domain.decision import Basis, DecisionStatus, Heard
from domain.delegation import Act, Decider
from web.commands.fields import (
    ANY_RECORD,
    SchoolField,
    chosen_person,
    day_field,
    money_field,
    person_field,
    provider_field,
    reason_field,
    text_field,
)
from web.decisions.earlier import EarlierEntry
from web.layout.filter_fields import SchoolFilter

PEOPLE = "people"
"""What forms offer: who may be given a condition to meet."""

OF_ENTRY = {"widget": "hidden", "description": "The id of the entry of the audit trail that names you."}


class GiveDecision(Schema):
    shown = fields.String(
        required=True, metadata={"widget": "hidden", "description": "The fingerprint of the terms as you read them."}
    )
    lower_limit = money_field(
        required=False,
        label="Lower limit",
        hint="Only if you approve less than was asked for, excluding VAT",
        width=10,
    )
    condition = text_field(
        required=False, rows=2, label="Condition", hint="Something that has to be done as well, if there is any"
    )
    owner = chosen_person("Who has to do it", PEOPLE, required=False)
    due = day_field("Date it is due", required=False)

    @validates_schema
    def condition_is_whole(self, values: dict[str, Any], **_: Any) -> None:
        given = {name: bool(values.get(name)) for name in ("condition", "owner", "due")}
        if any(given.values()):
            asked = {
                "condition": "Enter the condition",
                "owner": "Choose who has to do it",
                "due": "Enter the date it is due",
            }
            wrong = {name: [asked[name]] for name, is_given in given.items() if not is_given}
            if wrong:
                raise ValidationError(wrong)


class RefuseDecision(Schema):
    reason = reason_field("Why you refuse")


class WithdrawDecision(Schema):
    reason = reason_field("Why you no longer ask")


class AskMore(Schema):
    enquiry = text_field(rows=3, label="Your question", noun="your question")


class AnswerDecider(Schema):
    answer = text_field(rows=3, label="Your answer", noun="your answer")
    lower_sum = money_field(
        required=False,
        label="Lower sum",
        hint="Only if you ask for less than before, excluding VAT",
        width=10,
    )


class AskAgain(Schema):
    reason = reason_field("Why this is needed")


class MarkRead(Schema):
    pass


class ConfirmDecision(Schema):
    pass


class DisownDecision(Schema):
    reason = reason_field("What is wrong with it")


class ConfirmEarlier(Schema):
    entry = EarlierEntry(required=True, metadata=OF_ENTRY)


class DisownEarlier(Schema):
    entry = EarlierEntry(required=True, metadata=OF_ENTRY)
    reason = reason_field("What is wrong with it")


class MeetCondition(Schema):
    note = text_field(rows=3, label="What was done", noun="what was done")


class DecideAfterwards(Schema):
    reason = reason_field("Why you decide this")


class SettleDisowned(Schema):
    reason = reason_field("What was ended or corrected")


class TermOut(Schema):
    label = fields.String()
    value = fields.String()


class ConditionOut(Schema):
    text = fields.String()
    owner = person_field()
    due = fields.Date()
    met_on = fields.Date(allow_none=True)


class EnquiryOut(Schema):
    text = fields.String(metadata={"description": "What somebody who is to decide wants to know."})
    by = person_field(allow_none=True)
    on = fields.Date()
    answer = fields.String()
    answered_by = person_field(allow_none=True)
    answered_on = fields.Date(allow_none=True)
    changed = fields.List(fields.String(), metadata={"description": "The terms that were others with the answer."})


class DecisionOut(Schema):
    """A decision as it stands today."""

    reference = fields.String()
    version = fields.Integer()
    act = fields.Enum(Act, by_value=True, attribute="question.act")
    scheme_row = fields.String(attribute="route.row")
    status = fields.Enum(DecisionStatus, by_value=True, attribute="standing")
    basis = fields.Enum(Basis, by_value=True)
    record = fields.String(
        attribute="question.subject_reference",
        metadata={"description": "The record it is about.", "refers_to": ANY_RECORD},
    )
    school = SchoolField(attribute="question.school", allow_none=True)
    provider = provider_field(attribute="question.provider", allow_none=True)
    net = fields.Decimal(as_string=True, places=2, attribute="question.net", allow_none=True)
    together = fields.Decimal(
        as_string=True,
        places=2,
        attribute="question.together",
        allow_none=True,
        metadata={
            "description": "The sum with what the same provider, or the same school and need, had in 12 months, "
            "where another row of the scheme would decide that."
        },
    )
    terms = fields.List(fields.Nested(TermOut), attribute="question.terms")
    fingerprint = fields.String(
        attribute="question.fingerprint",
        metadata={"description": "To be sent back as what was shown, by the person who approves."},
    )
    asker = person_field(allow_none=True)
    asked_on = fields.Date()
    reason = fields.String(attribute="asked_because")
    asked_of = fields.List(fields.Enum(Decider, by_value=True), attribute="posts_today")
    passes_on = fields.Date(allow_none=True)
    lapses_on = fields.Date(
        allow_none=True, metadata={"description": "Null while an answer is awaited, as no day is counted"}
    )
    enquiries = fields.List(fields.Nested(EnquiryOut))
    first_by = person_field(allow_none=True, metadata={"description": "Who approved it as the first of two people."})
    first_on = fields.Date(allow_none=True)
    decider = person_field(allow_none=True)
    decided_as = fields.Enum(Decider, by_value=True, allow_none=True)
    decided_for = person_field(allow_none=True, metadata={"description": "Whose deputy the decider was."})
    decided_on = fields.Date(allow_none=True)
    lower_limit = fields.Decimal(as_string=True, places=2, allow_none=True, attribute="limit")
    condition_set = fields.Nested(ConditionOut, allow_none=True, attribute="condition")
    refused_because = fields.String()
    failed_because = fields.String(
        metadata={"description": "Why it could not be carried out when it was last approved."}
    )
    changed = fields.List(fields.String(), metadata={"description": "What overtook it."})
    earlier = fields.String(
        attribute="earlier.reference",
        dump_default=None,
        allow_none=True,
        metadata={"description": "The same as it was asked before.", "refers_to": "DN"},
    )
    entry_id = fields.UUID(
        attribute="entry",
        allow_none=True,
        metadata={
            "description": "The entry of the audit trail that the decider answered for, where others recorded it "
            "before decisions were kept."
        },
    )
    heard = fields.Enum(Heard, by_value=True, allow_none=True)
    evidence = fields.String()
    confirm_by = fields.Date(allow_none=True)
    confirmed_on = fields.Date(allow_none=True)
    disowned_because = fields.String()
    settled_because = fields.String(metadata={"description": "What was ended or corrected after it was disowned."})


class DecisionFilters(Schema):
    school = SchoolFilter("school", "school", "URN", metadata={"label": "School", "hint": "URN, name or postcode"})
    status = fields.List(
        fields.Enum(DecisionStatus, by_value=True), metadata={"label": "Status", "choices": itemgetter("status")}
    )
    act = fields.Enum(Act, by_value=True, metadata={"label": "What is decided"})
    asker = person_field(metadata={"label": "Asked by"})
    decider = person_field(metadata={"label": "Decided by"})
    marked = fields.Boolean(
        metadata={
            "label": "With earlier spending",
            "description": "Whether a limit would have caught it with what went before.",
        }
    )
    for_me = fields.Boolean(metadata={"label": "Whose move", "description": "What is yours to decide today."})
