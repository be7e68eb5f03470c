"""What is asked while an engagement is proposed, agreed, delivered, changed, ended and evaluated."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from domain.engagement import Attainment, BreachAnswer, BrokeredEngagement, EngagementStatus, Outcome
from domain.vocabulary import Side, SupportKind
from web.commands.correcting import Correcting
from web.commands.decided import alternatives_field
from web.commands.fields import (
    NO_PUPILS,
    RecordField,
    choice_field,
    chosen_person,
    day_field,
    days_field,
    line_field,
    money_field,
    provider_field,
    reason_field,
    text_field,
)
from web.commands.on_behalf import WHOSE, RecordedElsewhere
from web.commands.unusual_days import UnusualDays
from web.forms.messages import lower_first
from web.forms.numbers import WholeNumber
from web.layout.filter_fields import school_filter

REQUESTS, PROVIDERS, SPECIALISTS, SESSIONS, BREACHES = "requests", "providers", "specialists", "sessions", "breaches"
"""What forms offer: requests, providers and people who may be engaged, and the sessions that are planned."""

OF_SCHOOL, OF_PROVIDER = "of_school", "of_provider"
"""Who may agree for the school, and who for the provider."""

OBJECTIVE = "objective_"
"""How the question about an objective begins on the page, before its number."""


def _session() -> WholeNumber:
    return WholeNumber(
        required=True,
        validate=validate.Range(1, 10_000),
        metadata={"label": "Session", "widget": "radios", "choices": itemgetter(SESSIONS), "noun": "a session"},
    )


def _side(label: str) -> fields.Enum[Any]:
    return choice_field(Side, label, widget="radios", noun=lower_first(label.rstrip("?")))


class ProposeDirectly(Schema):
    request = RecordField(
        "support-request",
        "SR",
        required=True,
        metadata={"label": "Support request", "widget": "select", "choices": itemgetter(REQUESTS)},
    )
    provider = provider_field(
        required=True,
        metadata={
            "label": "Provider",
            "hint": "Council services and schools' specialists only. Ask all others for a quote",
            "widget": "select",
            "choices": itemgetter(PROVIDERS),
        },
    )
    specialist = chosen_person("Specialist", SPECIALISTS, noun="a specialist")
    scope = text_field(label="What the provider will do", hint=NO_PUPILS, noun="what the provider will do")
    objectives = fields.List(
        fields.String(validate=validate.Length(1, 1000)),
        required=True,
        data_key="work_objectives",
        validate=validate.Length(1, 50),
        metadata={"label": "Objectives", "hint": "Enter one on each line", "noun": "at least one objective"},
    )
    days = days_field(label="Days of support")
    net = money_field(label="Price excluding VAT", noun="the price excluding VAT")
    vat = money_field(label="VAT", hint="Enter 0 if no VAT is charged", noun="the VAT")
    begins = day_field("First day of work", noun="the first day of work")
    ends = day_field("Last day of work", noun="the last day of work")
    reason = reason_field("Why you are not asking for quotes", noun="why you are not asking for quotes")
    alternatives = alternatives_field()


class AgreeTerms(Schema):
    """Nothing is asked: the terms are shown."""


class RecordAgreement(RecordedElsewhere):
    """How a side agreed elsewhere."""


class RecordAgreementOfService(RecordedElsewhere):
    whose = chosen_person(
        "Who agreed", WHOSE, name="on_behalf_of", hint="They are asked to confirm it", noun="who agreed"
    )


class ConfirmAgreement(Schema):
    """Nothing is asked: the terms are shown."""


class DisownAgreement(Schema):
    reason = reason_field("What is wrong with it")


class ConfirmEngagement(Schema):
    """Nothing is asked: terms and clearance are shown."""


class PlanSession(UnusualDays):
    on = day_field("Date of the session", noun="the date of the session")
    days = days_field(label="Length in days")
    minutes = WholeNumber(
        validate=validate.Range(1, 1440), metadata={"label": "Length in minutes", "width": 4, "suffix": "minutes"}
    )
    place = line_field(required=False, label="Place", hint="Leave blank if it is at the school", load_default="")


class DeliverSession(UnusualDays):
    number = _session()
    on = day_field("Date it took place", noun="the date it took place")
    days = days_field(label="Length in days")
    note = text_field(label="What was done", hint=NO_PUPILS, noun="what was done")
    attended = WholeNumber(
        validate=validate.Range(1, 10_000), metadata={"label": "How many people took part", "width": 5}
    )


class CorrectSession(Correcting, UnusualDays):
    number = _session()
    on = day_field("Date", required=False)
    days = days_field(label="Length in days", required=False)
    minutes = WholeNumber(
        validate=validate.Range(1, 1440), metadata={"label": "Length in minutes", "width": 4, "suffix": "minutes"}
    )
    place = line_field(required=False, label="Place")
    note = text_field(required=False, label="What was done", hint=NO_PUPILS)
    attended = WholeNumber(
        validate=validate.Range(1, 10_000), metadata={"label": "How many people took part", "width": 5}
    )


class FollowUpBreach(Schema):
    number = WholeNumber(
        required=True,
        metadata={"label": "Session", "noun": "a session", "widget": "radios", "choices": itemgetter(BREACHES)},
    )
    told = text_field(rows=2, label="Who was informed, and when", noun="who was informed")
    followed = text_field(rows=3, label="What was done", noun="what was done")


class CloseBreach(Schema):
    number = WholeNumber(
        required=True,
        metadata={"label": "Session", "noun": "a session", "widget": "radios", "choices": itemgetter(BREACHES)},
    )
    answer = fields.Enum(
        BreachAnswer,
        by_value=True,
        required=True,
        data_key="breach_answer",
        metadata={"label": "What it came to", "widget": "radios", "noun": "what it came to"},
    )
    reason = reason_field("What shows this")


class WithdrawReport(Schema):
    number = _session()
    reason = reason_field("How you know that it did not take place")


class CancelSession(Schema):
    number = _session()
    side = _side("Who cancelled?")
    chargeable = fields.Boolean(
        load_default=False,
        metadata={"label": "Charge for the session. This uses up its days", "widget": "checkboxes"},
    )
    reason = reason_field("Why it was cancelled")


class MissSession(Schema):
    number = _session()
    side = _side("Who did it fail on?")
    chargeable = fields.Boolean(
        load_default=False,
        metadata={"label": "Charge for the session. This uses up its days", "widget": "checkboxes"},
    )
    reason = reason_field("Why it was not held")


class SubstituteSpecialist(Schema):
    specialist = chosen_person("New specialist", SPECIALISTS, noun="a specialist")
    reason = reason_field("Why the specialist is changing")


class AgreeVariation(Schema):
    days = days_field(label="Total days of support")
    net = money_field(label="Total price excluding VAT", noun="the price excluding VAT")
    ends = day_field("Last day of work", noun="the last day of work")
    school_by = chosen_person("Who agreed for the school", OF_SCHOOL, noun="who agreed")
    school_on = day_field("Date the school agreed", noun="the date the school agreed")
    provider_by = chosen_person("Who agreed for the provider", OF_PROVIDER, noun="who agreed")
    provider_on = day_field("Date the provider agreed", noun="the date the provider agreed")
    reason = reason_field("Why the terms are changing")


class PauseEngagement(Schema):
    reason = reason_field("Why you are pausing the work")


class ResumeEngagement(Schema):
    reason = reason_field("Why the work is resuming")


class CompleteEngagement(Schema):
    """Nothing is asked."""


class EndEngagementEarly(Schema):
    side = _side("Who is ending the work?")
    reason = reason_field("Why the work is ending early")


class CancelEngagement(Schema):
    side = _side("Who is cancelling?")
    reason = reason_field("Why it is being cancelled")


def _rating(label: str) -> WholeNumber:
    ratings = validate.OneOf([5, 4, 3, 2, 1], ["5, very good", "4", "3", "2", "1, poor"])
    return WholeNumber(
        required=True, validate=ratings, metadata={"label": label, "widget": "radios", "noun": label.lower()}
    )


def _comment() -> fields.String:
    return text_field(label="Comment", hint=f"What the work changed, and what you would do differently. {NO_PUPILS}")


def _attainment(label: str) -> fields.Enum[Any]:
    return choice_field(Attainment, label, widget="radios", noun=f"how far this was met: {label}")


class AnOutcome(Schema):
    objective = line_field("work_objective", longest=1000, label="Objective, as written in the terms")
    attainment = _attainment("How far it was met")


class EvaluateEngagement(Schema):
    quality = _rating("Quality of the work")
    impact = _rating("Impact of the work")
    outcomes = fields.List(fields.Nested(AnOutcome), required=True, validate=validate.Length(max=50))
    comment = _comment()

    @post_load
    def in_words(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        values["outcomes"] = tuple(Outcome(**each) for each in values["outcomes"])
        return values


class _OnPage(Schema):
    @post_load
    def in_words(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        asked = [name for name in self.fields if name.startswith(OBJECTIVE)]
        outcomes = tuple(Outcome(self.fields[name].metadata["label"], values.pop(name)) for name in asked)
        return {**values, "outcomes": outcomes}


def evaluation_of(engagement: BrokeredEngagement) -> type[Schema]:
    """What a school is asked about this work: two ratings, how far each objective was met, and a comment."""
    objectives = {
        f"{OBJECTIVE}{number}": _attainment(objective)
        for number, objective in enumerate(engagement.work.objectives, 1)
    }
    asked: dict[str, Any] = {
        "quality": _rating("Quality of the work"),
        "impact": _rating("Impact of the work"),
        **objectives,
        "comment": _comment(),
    }
    return _OnPage.from_dict(asked, name="EvaluateOnPage")


class WaiveEvaluation(Schema):
    reason = reason_field("Why there will be no evaluation")


class CloseEngagement(Schema):
    outcome = text_field(label="Outcome of the request", hint=NO_PUPILS, noun="the outcome of the request")


class EngagementFilters(Schema):
    status = fields.List(fields.Enum(EngagementStatus, by_value=True), metadata={"label": "Status"})
    school = school_filter()
    provider = provider_field(metadata={"label": "Provider"})
    kind = fields.Enum(SupportKind, by_value=True, metadata={"label": "Type of support"})
    subject = fields.String(validate=validate.Length(1, 200), metadata={"label": "Subject"})
    awaiting = fields.Enum(Side, by_value=True, metadata={"label": "Waiting for agreement from"})
    evaluation_due = fields.Boolean(metadata={"label": "Evaluation"})
