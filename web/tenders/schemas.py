"""What is asked while quotes are sought and one is chosen; and how the API shows a tender."""

from __future__ import annotations

from operator import itemgetter

from marshmallow import Schema, fields, validate

from domain.tender import DeclineReason, InvitationStatus, TenderStatus
from domain.vocabulary import Side
from web.brokerage.quote_fields import GiveQuote, QuoteOut
from web.commands.decided import DecidedElsewhere
from web.commands.fields import (
    RecordField,
    SchoolField,
    ValuesOf,
    choice_field,
    chosen_provider,
    day_field,
    line_field,
    provider_field,
    reason_field,
    text_field,
)
from web.forms.numbers import WholeNumber
from web.layout.filter_fields import school_filter

INVITED = "invited"
"""The providers that may still answer, as forms offer them."""

UNANSWERED, SHORTLIST, QUOTES = "unanswered", "shortlist", "quotes"
"""What forms offer: questions without an answer, those who may be invited, and quotes."""


class InviteProviders(Schema):
    invite = fields.List(
        provider_field(),
        required=True,
        validate=validate.Length(1, 200, error="Choose at least one provider to invite"),
        metadata={
            "label": "Providers to invite",
            "hint": "Providers on the shortlist who are not invited yet",
            "choices": itemgetter(SHORTLIST),
            "noun": "at least one provider to invite",
        },
    )


class AnswerTenderQuestion(Schema):
    number = WholeNumber(
        required=True,
        validate=validate.Range(1, 10_000),
        metadata={"label": "Question", "widget": "radios", "choices": itemgetter(UNANSWERED)},
    )
    answer = text_field(label="Answer", hint="All invited providers will see the question and the answer.")


class _Answered(Schema):
    provider = chosen_provider("Provider", INVITED)
    came_on = day_field("Date received", noun="the date it was received")


class RecordQuote(GiveQuote, _Answered):
    reason = reason_field("Who it came from and how", noun="who it came from and how")


class RecordRefusal(_Answered):
    why = choice_field(DeclineReason, "Why the provider declined", widget="radios", noun="why the provider declined")
    reason = reason_field(
        "What the provider said, who it came from and how", noun="what the provider said, who it came from and how"
    )
    unavailable_until = day_field(
        "Not available until", required=False, hint="Leave blank if the provider can be asked again at any time"
    )


class ExtendReplyBy(Schema):
    reply_by = day_field("New deadline for replies")
    reason = reason_field("Why you are extending it")


class LapseUnanswered(Schema):
    """Nothing is asked: invitations without a reply end."""


class RecordPreference(Schema):
    provider = chosen_provider("Provider the school prefers", QUOTES)
    preference = text_field(rows=3, longest=2000, label="What the school said", noun="what the school said")


class SelectProvider(Schema):
    provider = chosen_provider("Provider", QUOTES)
    rationale = reason_field("Why this is the best choice", noun="why this is the best choice")
    tie = text_field(
        required=False,
        rows=2,
        longest=500,
        label="Your connection with the school or a provider",
        hint="Only if there is one. Somebody else then decides",
    )


class RecordSelection(DecidedElsewhere, SelectProvider):
    pass


class ProposeWork(Schema):
    scope = text_field(label="What the provider will do", noun="what the provider will do")
    objectives = fields.List(
        line_field(longest=500),
        required=True,
        data_key="work_objectives",
        validate=validate.Length(1, 20, error="Enter at least one objective"),
        metadata={
            "label": "Objectives",
            "hint": "Enter one on each line. The school will say at the end how far each was met.",
            "noun": "at least one objective",
        },
    )
    begins = day_field("First day of work", noun="the first day of work")
    ends = day_field("Last day of work", noun="the last day of work")


class WithdrawSelection(Schema):
    reason = reason_field("Why you are withdrawing the selection")


class CloseTender(Schema):
    reason = reason_field("Why no provider is chosen")


class InvitedOut(Schema):
    provider = provider_field()
    status = fields.Enum(InvitationStatus, by_value=True)
    clearance = fields.String(metadata={"description": "What was known of the clearance when it was invited"})
    invited_on = fields.Date()
    quote = fields.Nested(QuoteOut, allow_none=True)
    declined_by = fields.Enum(Side, by_value=True, allow_none=True)
    unavailable_until = fields.Date(allow_none=True)


class TenderQuestionOut(Schema):
    number = fields.Integer()
    provider = provider_field()
    text = fields.String()
    answer = fields.String()


class TenderOut(Schema):
    """A tender as those who broker see it."""

    reference = fields.String()
    version = fields.Integer()
    status = fields.Enum(TenderStatus, by_value=True)
    request = RecordField("support-request", "SR")
    school = SchoolField()
    brief = fields.String()
    reply_by = fields.Date()
    question_deadline = fields.Date()
    single_provider = fields.Boolean()
    invitations = ValuesOf(fields.Nested(InvitedOut))
    questions = fields.List(fields.Nested(TenderQuestionOut))
    preferred = provider_field(allow_none=True)
    selected = provider_field(allow_none=True)
    rationale = fields.String()


class TenderFilters(Schema):
    status = fields.List(fields.Enum(TenderStatus, by_value=True), metadata={"label": "Status"})
    school = school_filter()
