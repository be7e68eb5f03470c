"""What is asked when a request is raised, judged and brokered, and by each of its ends."""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from domain.support_request import InHouse, Payer, Route, SupportLevel, UnmetCause, Urgency
from domain.vocabulary import Phase, SupportKind
from web.commands.confirming import Confirming, why_unusual
from web.commands.correcting import Correcting
from web.commands.decided import DecidedElsewhere, WhyNeeded, alternatives_field
from web.commands.fields import (
    NO_PUPILS,
    RecordField,
    SchoolField,
    choice_field,
    chosen_person,
    chosen_provider,
    day_field,
    days_field,
    line_field,
    money_field,
    provider_field,
    reason_field,
    text_field,
)
from web.forms.numbers import WholeNumber

SCHOOLS, SUBJECTS, OFFICERS, BROKERS = "schools", "subjects", "officers", "brokers"
RANKED, SHORTLIST, QUOTES, OTHERS, IN_HOUSE = "ranked", "shortlist", "quotes", "others", "in_house"
"""What forms offer: schools, subjects, people by their part, providers by how near they have come, the school's other
requests, and those who may help from within."""

SINGLE_PROVIDER = "Why only one provider is asked"


def _providers(label: str, among: str, nobody: str, **metadata: Any) -> fields.List[Any]:
    return fields.List(
        provider_field(),
        required=True,
        validate=[validate.Length(1, 200, error=nobody)],
        metadata={"label": label, "choices": itemgetter(among), "noun": "at least one provider", **metadata},
    )


def _council_part() -> fields.Decimal:
    return money_field(
        required=False, label="The most that the council pays", hint="Excluding VAT. Only if both pay", width=10
    )


def _other_subject() -> fields.String:
    return line_field(required=False, longest=100, label="Another subject or theme")


def _listed_subject() -> fields.String:
    return line_field(
        required=False,
        longest=100,
        label="Subject",
        widget="select",
        choices=itemgetter(SUBJECTS),
        hint="If it is not in the list, leave this blank and enter it below",
    )


class OfASubject(Confirming):
    """A subject of the list, or another."""

    subject = _listed_subject()
    other_subject = _other_subject()
    why_unusual = why_unusual("other_subject")

    @validates_schema
    def one_subject(self, values: Mapping[str, Any], **_: Any) -> None:
        listed, other = values.get("subject", "").strip(), values.get("other_subject", "").strip()
        if not listed and not other:
            raise ValidationError("Select a subject or enter another one", "subject")
        if listed and other and listed.casefold() != other.casefold():
            raise ValidationError("Select a subject or enter another one, not both", "other_subject")

    @post_load
    def named(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        other = values.pop("other_subject", "").strip()
        values["subject"] = values.get("subject", "").strip() or other
        return values


class RaiseRequest(OfASubject):
    school = SchoolField(
        required=True,
        metadata={
            "label": "School",
            "hint": "Start typing its name or URN",
            "widget": "school",
            "choices": itemgetter(SCHOOLS),
        },
    )
    kind = choice_field(SupportKind, "What is needed", widget="radios", noun="what is needed")
    subject = _listed_subject()
    other_subject = _other_subject()
    phase = fields.Enum(Phase, by_value=True, required=True, metadata={"noun": "the phase"})
    need = text_field(label="What the school needs help with", hint=NO_PUPILS, noun="what the school needs help with")
    outcome_wanted = text_field(
        label="What should be different afterwards", rows=3, noun="what should be different afterwards"
    )
    needed_from = day_field("Help needed from", noun="the date help is needed from")
    needed_by = day_field("Help needed until", noun="the date help is needed until")
    urgency = fields.Enum(
        Urgency, by_value=True, load_default=Urgency.ROUTINE, metadata={"label": "How soon an answer is needed"}
    )
    delegates = WholeNumber(
        validate=validate.Range(1, 1000),
        metadata={"label": "How many people the training is for", "hint": "For training only", "width": 4},
    )
    budget = money_field(required=False, label="Budget", hint="Excluding VAT, if you know it", width=10)
    fund = line_field(required=False, longest=100, label="Fund", hint="Code or name of the fund that will pay")
    payer = choice_field(
        Payer,
        "Who pays",
        widget="radios",
        required=False,
        hint="If nobody says so, it counts as the council",
    )
    council_part = _council_part()
    area = line_field(
        required=False,
        longest=100,
        label="Area",
        hint="Only if the provider must work in a particular area",
    )
    visit = RecordField(
        "visit",
        "V",
        metadata={"label": "Visit where the need was found", "hint": "For example, V-2026-0142", "width": 20},
    )
    concern = RecordField(
        "concern", "CC", metadata={"label": "Related concern", "hint": "For example, CC-2026-0142", "width": 20}
    )


class ChangeSubject(OfASubject):
    reason = reason_field("Why the subject is changed")


class CorrectRequest(Correcting):
    needed_from = day_field("Help needed from", required=False)
    needed_by = day_field("Help needed until", required=False)
    phase = choice_field(Phase, "Phase", required=False)
    need = text_field(required=False, label="What the school needs help with", hint=NO_PUPILS)
    outcome_wanted = text_field(required=False, label="What should be different afterwards", rows=3)
    urgency = choice_field(Urgency, "How soon an answer is needed", required=False)
    delegates = WholeNumber(
        validate=validate.Range(1, 1000),
        metadata={"label": "How many people the training is for", "hint": "For training only", "width": 4},
    )
    area = line_field(required=False, longest=100, label="Area")


class AcknowledgeRequest(Schema):
    officer = chosen_person("Who will answer the school", OFFICERS, noun="who will answer the school")
    answer_by = day_field("Answer promised by", noun="the date the answer is promised by")


class TriageRequest(Schema):
    broker = chosen_person("Broker", BROKERS)
    level = choice_field(SupportLevel, "Level of help", noun="the level of help")
    route = choice_field(Route, "How to meet the need", noun="how to meet the need")
    note = text_field(required=False, rows=3, label="Note", hint=NO_PUPILS)


class AskForInformation(Schema):
    question = text_field(rows=3, label="Question to the school", noun="the question")


class GiveInformation(Schema):
    answer = text_field(label="Answer", hint=NO_PUPILS)


class ReassignRequest(Schema):
    broker = chosen_person("New broker", BROKERS)
    reason = reason_field("Why the broker is changing")


class _Ceiling(Schema):
    ceiling = money_field(label="Approved limit", hint="The most we can spend, excluding VAT", width=10)


class ApproveSpending(WhyNeeded, _Ceiling):
    pass


class RecordApproval(DecidedElsewhere, _Ceiling):
    pass


class StatePayer(Schema):
    payer = choice_field(Payer, "Who pays", widget="radios", noun="who pays")
    council_part = _council_part()
    reason = text_field(required=False, rows=3, label="How this is known", is_reason=True)


class AgreePrice(Schema):
    price = money_field(label="The most that the school pays", hint="Excluding VAT", width=10)


class RecordPriceAgreement(AgreePrice):
    came_on = day_field("Date received", noun="the date it was received")
    reason = reason_field("Who it came from and how", noun="who it came from and how")


class ShortlistProviders(Schema):
    days = days_field(
        required=False,
        label="Days of support",
        hint="If you enter them, prices and free days are compared too. In half days, like 2.5",
    )
    chosen = _providers(
        "Providers for the shortlist", RANKED, "Choose at least one provider", hint="Best matches first"
    )


class RemoveFromShortlist(Schema):
    provider = chosen_provider("Provider", SHORTLIST)
    reason = reason_field("Why you are removing it")


class OpenTender(Schema):
    brief = text_field(label="Brief", hint=f"Providers will read this. {NO_PUPILS}", rows=8)
    reply_by = day_field("Replies by")
    question_deadline = day_field(
        "Questions by", required=False, hint="Leave blank to take questions until replies are due"
    )
    invite = _providers("Providers to invite", SHORTLIST, "Choose at least one provider to invite")
    reason = text_field(
        required=False,
        longest=2000,
        rows=3,
        label=SINGLE_PROVIDER,
        hint="Only if you are inviting one provider. Above your own limit, a director decides on it first",
        is_reason=True,
    )
    alternatives = alternatives_field()


class PreferQuote(Schema):
    provider = chosen_provider("Provider", QUOTES)
    preference = text_field(rows=3, longest=2000, label="Why you prefer it", noun="why you prefer it")


class EndRequest(Schema):
    """A request comes to an end for a reason."""

    reason = reason_field()


class ReopenRequest(Schema):
    reason = reason_field("Why you are reopening it")


class RecordUnmet(Confirming):
    cause = choice_field(
        UnmetCause, "Why it could not be met", widget="radios", noun="why the request could not be met"
    )
    why_unusual = why_unusual("cause")
    reason = reason_field("What was tried, and what stood against it")


class SignpostRequest(Schema):
    to = line_field(
        "signposted_to", longest=300, label="Signposted to", noun="where you are signposting the school to"
    )
    reason = reason_field("Why this will meet the need")


class MeetRequestInHouse(Schema):
    met_by = choice_field(InHouse, "Who meets the need", widget="radios", noun="who meets the need")
    person = chosen_person("Person", IN_HOUSE, required=False)
    note = text_field(rows=3, longest=2000, label="What they will do", hint=NO_PUPILS, noun="what they will do")


class MergeRequest(Schema):
    into = RecordField(
        "support-request",
        "SR",
        required=True,
        metadata={
            "label": "Request that meets the same need",
            "hint": "Another open request from the school",
            "widget": "select",
            "choices": itemgetter(OTHERS),
        },
    )
    reason = reason_field()


class CloseRequest(Schema):
    outcome = text_field(label="Outcome", rows=4, noun="the outcome")
