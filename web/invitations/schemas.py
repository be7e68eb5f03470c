"""What a provider is asked when it answers an invitation; and how the API shows an invitation to it."""

from __future__ import annotations

from marshmallow import Schema, fields

from domain.tender import DeclineReason
from domain.vocabulary import Phase
from web.brokerage.quote_fields import GiveQuote, QuoteOut
from web.commands.fields import (
    NO_PUPILS,
    SchoolField,
    choice_field,
    day_field,
    provider_field,
    reason_field,
    text_field,
)
from web.invitations.own_invitation import InvitationProgress


class AskQuestion(Schema):
    question = text_field(
        label="Your question",
        hint=f"All invited providers see it with the answer, without your name. {NO_PUPILS}",
        noun="your question",
        rows=3,
        longest=4000,
    )


class ReviseQuote(GiveQuote):
    reason = reason_field("Why the quote is changing")


class WithdrawQuote(Schema):
    reason = reason_field("Why you are withdrawing the quote")


class DeclineInvitation(Schema):
    why = choice_field(DeclineReason, "Why you are declining", widget="radios", noun="why you are declining")
    reason = reason_field("In your own words", noun="your reason in your own words")
    unavailable_until = day_field(
        "Not available until", required=False, hint="Leave blank if you can be asked again at any time"
    )


class OwnQuestionOut(Schema):
    text = fields.String()
    answer = fields.String(metadata={"description": "Empty until it is answered"})
    own = fields.Boolean(metadata={"description": "Whether your organisation asked it"})


class OwnInvitationOut(Schema):
    """An invitation as the API shows it to the provider that holds it."""

    reference = fields.String()
    version = fields.Integer()
    provider = provider_field()
    school = SchoolField()
    school_name = fields.String()
    school_phase = fields.Enum(Phase, by_value=True, allow_none=True)
    school_area = fields.String()
    subject = fields.String()
    phase = fields.Enum(Phase, by_value=True, allow_none=True)
    needed_from = fields.Date(allow_none=True)
    needed_by = fields.Date(allow_none=True)
    brief = fields.String()
    invited_on = fields.Date()
    reply_by = fields.Date()
    question_deadline = fields.Date()
    status = fields.Enum(InvitationProgress, by_value=True)
    questions = fields.List(fields.Nested(OwnQuestionOut))
    quote = fields.Nested(QuoteOut, allow_none=True)
    unavailable_until = fields.Date(allow_none=True)
