"""What is asked when a request is raised, judged and brokered, and by each of its ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from domain.support_request import InHouse, Route, SupportLevel, Urgency
from domain.vocabulary import Phase, SupportKind
from web.commands.fields import (
    RecordField,
    day_field,
    days_field,
    line_field,
    money_field,
    person_field,
    provider_field,
    reason_field,
    text_field,
)
from web.commands.linked_records import SchoolThere
from web.forms.numbers import WholeNumber

SCHOOLS, SUBJECTS, OFFICERS, BROKERS, APPROVERS = "schools", "subjects", "officers", "brokers", "approvers"
RANKED, SHORTLIST, QUOTES, OTHERS, IN_HOUSE = "ranked", "shortlist", "quotes", "others", "in_house"
"""What forms offer: schools, subjects, people by their part, providers by how near they have come, the school's other
requests, and those who may help from within."""

NO_PUPILS = "Do not include names of pupils."
SINGLE_PROVIDER = "Why only one provider is asked"


def _offered(name: str) -> Callable[[Mapping[str, Any]], Any]:
    return lambda context: context[name]


def _person(label: str, among: str, *, required: bool = True, **metadata: Any) -> RecordField:
    return person_field(
        required=required, metadata={"label": label, "widget": "select", "choices": _offered(among), **metadata}
    )


def _provider(label: str, among: str, **metadata: Any) -> RecordField:
    return provider_field(
        required=True, metadata={"label": label, "widget": "radios", "choices": _offered(among), **metadata}
    )


def _providers(label: str, among: str, nobody: str, **metadata: Any) -> fields.List[Any]:
    return fields.List(
        provider_field(),
        required=True,
        validate=[validate.Length(1, 200, error=nobody)],
        metadata={"label": label, "choices": _offered(among), "noun": "at least one provider", **metadata},
    )


class RaiseRequest(Schema):
    school = SchoolThere(
        required=True,
        metadata={
            "label": "School",
            "hint": "Begin to type its name or URN",
            "widget": "school",
            "choices": _offered(SCHOOLS),
        },
    )
    kind = fields.Enum(
        SupportKind,
        by_value=True,
        required=True,
        metadata={"label": "What is needed", "widget": "radios", "noun": "what is needed"},
    )
    subject = line_field(
        required=False,
        longest=100,
        label="Subject",
        widget="select",
        choices=_offered(SUBJECTS),
        hint="If it is not in the list, leave this empty and enter it below",
    )
    other_subject = line_field(required=False, longest=100, label="Another subject or theme")
    phase = fields.Enum(Phase, by_value=True, required=True, metadata={"noun": "the phase"})
    need = text_field(label="What the school needs help with", hint=NO_PUPILS, noun="what the school needs help with")
    outcome_wanted = text_field(
        label="What should be different afterwards", rows=3, noun="what should be different afterwards"
    )
    needed_from = day_field("Help is needed from")
    needed_by = day_field("Help is needed until")
    urgency = fields.Enum(
        Urgency, by_value=True, load_default=Urgency.ROUTINE, metadata={"label": "How soon an answer is needed"}
    )
    delegates = WholeNumber(
        validate=validate.Range(1, 1000),
        metadata={"label": "How many people the training is for", "hint": "For training only", "width": 4},
    )
    budget = money_field(required=False, label="Budget", hint="Without VAT, if it is known", width=10)
    fund = line_field(required=False, longest=100, label="Fund", hint="The code or name of the fund that pays")
    area = line_field(
        required=False,
        longest=100,
        label="Area",
        hint="Where the help is needed, if only providers who work there will do",
    )
    visit = RecordField("visit", "V", metadata={"label": "Visit that showed the need", "width": 20})
    concern = RecordField("concern", "CC", metadata={"label": "Concern that the need belongs to", "width": 20})

    @validates_schema
    def one_subject(self, values: Mapping[str, Any], **_: Any) -> None:
        listed, other = values.get("subject", "").strip(), values.get("other_subject", "").strip()
        if not listed and not other:
            raise ValidationError("Select a subject, or enter another one", "subject")
        if listed and other and listed.casefold() != other.casefold():
            raise ValidationError("Select a subject or enter another one, not both", "other_subject")

    @post_load
    def named(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        other = values.pop("other_subject", "").strip()
        values["subject"] = values.get("subject", "").strip() or other
        return values


class AcknowledgeRequest(Schema):
    officer = _person("Who answers the school", OFFICERS, noun="who answers the school")
    answer_by = day_field("Answer promised by", noun="the day by which the school gets an answer")


class TriageRequest(Schema):
    broker = _person("Broker", BROKERS)
    level = fields.Enum(
        SupportLevel,
        by_value=True,
        required=True,
        metadata={"label": "How much help is needed", "noun": "how much help is needed"},
    )
    route = fields.Enum(
        Route,
        by_value=True,
        required=True,
        metadata={"label": "How the need shall be met", "noun": "how the need shall be met"},
    )
    note = text_field(required=False, rows=3, label="Note", hint=NO_PUPILS)


class AskForInformation(Schema):
    question = text_field(rows=3, label="Question to the school", noun="the question")


class GiveInformation(Schema):
    answer = text_field(label="Answer", hint=NO_PUPILS)


class ReassignRequest(Schema):
    broker = _person("New broker", BROKERS)
    reason = reason_field("Why the broker changes")


class ApproveToBroker(Schema):
    ceiling = money_field(label="Ceiling", hint="The most that may be committed, without VAT", width=10)
    approver = _person("Approved by", APPROVERS, noun="who approved it")


class ShortlistProviders(Schema):
    days = days_field(
        required=False,
        label="Days of support",
        hint="If you have an idea of them, prices and free days are compared too. In half days, like 2.5",
    )
    chosen = _providers(
        "Providers for the shortlist", RANKED, "Choose at least one provider", hint="Those who fit, best first"
    )


class RemoveFromShortlist(Schema):
    provider = _provider("Provider", SHORTLIST)
    reason = reason_field("Why it is taken off")


class OpenTender(Schema):
    brief = text_field(label="Brief", hint=f"This is what providers read. {NO_PUPILS}", rows=8)
    reply_by = day_field("Replies by")
    question_deadline = day_field(
        "Questions by", required=False, hint="Leave empty to take questions until replies are due"
    )
    invite = _providers("Providers to invite", SHORTLIST, "Choose at least one provider to invite")
    reason = text_field(
        required=False,
        longest=2000,
        rows=3,
        label=SINGLE_PROVIDER,
        hint="Only where you invite one provider alone",
        is_reason=True,
    )


class PreferQuote(Schema):
    provider = _provider("Provider", QUOTES)
    preference = text_field(rows=3, longest=2000, label="Why this one", noun="why this one")


class EndRequest(Schema):
    """A request comes to an end for a reason."""

    reason = reason_field()


class ReopenRequest(Schema):
    reason = reason_field("Why it is taken up again")


class SignpostRequest(Schema):
    to = line_field(longest=300, label="Where the school is pointed to", noun="where the school is pointed to")
    reason = reason_field("Why this will meet the need")


class MeetRequestInHouse(Schema):
    met_by = fields.Enum(
        InHouse,
        by_value=True,
        required=True,
        metadata={"label": "Who meets the need", "widget": "radios", "noun": "who meets the need"},
    )
    person = _person("Person", IN_HOUSE, required=False)
    note = text_field(rows=3, longest=2000, label="What is done", hint=NO_PUPILS, noun="what is done")


class MergeRequest(Schema):
    into = RecordField(
        "support-request",
        "SR",
        required=True,
        metadata={
            "label": "Request that meets the same need",
            "hint": "Another open request of the school",
            "widget": "select",
            "choices": _offered(OTHERS),
        },
    )
    reason = reason_field()


class CloseRequest(Schema):
    outcome = text_field(label="What came of it", rows=4, noun="what came of it")
