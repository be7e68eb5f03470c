"""What is asked when a visit is planned, changed and held; and how the API shows a visit."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from domain.calendar import Term
from domain.visit import AgendaKind, CancelledBy, Visitor, VisitStatus
from domain.vocabulary import Purpose, Side, VisitKind
from web.commands.correcting import CorrectedOut, Correcting
from web.commands.fields import (
    NO_PUPILS,
    RecordField,
    SchoolField,
    choice_field,
    chosen_person,
    day_field,
    line_field,
    person_field,
    reason_field,
    text_field,
)
from web.commands.on_behalf import OnBehalfOut, RecordedElsewhere
from web.commands.unusual_days import UnusualDays
from web.forms.numbers import WholeNumber
from web.layout.filter_fields import school_filter

SCHOOLS, VISITORS, ITEMS = "schools", "visitors", "items"
"""What a form offers: the schools that may be visited, the people who may visit, the items of an agenda."""

CAPACITIES = ("officer", "consultant", "director")

KEPT_BACK = "Null where the visit is shown only in outline"


def _minutes(label: str = "Length of the visit in minutes", *, required: bool = False) -> WholeNumber:
    return WholeNumber(
        required=required,
        validate=validate.Range(1, 1440),
        metadata={"label": label, "width": 4},
    )


def _starts_at() -> fields.Time:
    return fields.Time(metadata={"label": "Start time", "hint": "For example, 9:30am"})


def _school(*, required: bool = True) -> SchoolField:
    return SchoolField(
        required=required,
        metadata={
            "label": "School",
            "hint": "Start typing its name or URN",
            "widget": "school",
            "choices": itemgetter(SCHOOLS),
        },
    )


class AVisitor(Schema):
    person = chosen_person("Name", VISITORS, noun="the visitor's name")
    capacity = fields.String(
        required=True,
        validate=validate.OneOf(CAPACITIES),
        metadata={"label": "Role on the visit", "widget": "select", "noun": "the visitor's role"},
    )


def _visitors() -> fields.List[Any]:
    return fields.List(
        fields.Nested(AVisitor),
        required=True,
        validate=validate.Length(min=1, max=20, error="Choose at least one visitor"),
        metadata={"label": "Visitors", "row_label": "Visitor", "noun": "at least one visitor"},
    )


def _lead() -> fields.Field[Any]:
    return chosen_person("Led by", VISITORS, required=False, hint="Leave blank if the first visitor leads")


class _Visiting(Schema):
    """Whoever leads is one of the visitors: the first, unless another is named."""

    @post_load
    def led(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        values["visitors"] = [Visitor(**visitor) for visitor in values["visitors"]]
        values["lead"] = values.get("lead") or values["visitors"][0].person
        return values


class PlanVisit(_Visiting, UnusualDays):
    school = _school()
    kind = choice_field(VisitKind, "Type of visit")
    purpose = fields.Enum(Purpose, by_value=True, required=True)
    on = day_field("Date of the visit", noun="the date of the visit")
    starts_at = _starts_at()
    minutes = _minutes()
    visitors = _visitors()
    lead = _lead()
    focus = text_field(label="Focus", hint=f"What the visit will look at. {NO_PUPILS}", rows=3)
    concern = RecordField(
        "concern", "CC", metadata={"label": "Related concern", "hint": "For example, CC-2026-0142", "width": 20}
    )
    request = RecordField(
        "support-request",
        "SR",
        metadata={"label": "Related support request", "hint": "Its reference", "width": 20},
    )


class RecordUnplanned(_Visiting, UnusualDays):
    school = _school()
    kind = choice_field(VisitKind, "Type of visit")
    purpose = fields.Enum(Purpose, by_value=True, required=True)
    on = day_field("Date of the visit", noun="the date of the visit")
    minutes = _minutes(required=True)
    visitors = _visitors()
    lead = _lead()
    focus = text_field(label="Focus", hint=f"What the visit looked at. {NO_PUPILS}", rows=3)
    attendees = line_field(
        label="Who from the school was there",
        hint="Give roles, not names, for example headteacher and chair of governors",
        longest=500,
        noun="who was there",
    )
    remote = fields.Boolean(
        load_default=False, metadata={"label": "It took place by video or phone", "widget": "checkboxes"}
    )
    reason = reason_field("Why it was not planned")


class ConfirmVisit(Schema):
    on = day_field("Date of the visit", widget="hidden")
    starts_at = _starts_at()
    minutes = _minutes()
    expected = line_field(
        required=False,
        label="Who from the school will attend",
        hint="Give roles, not names, for example headteacher and chair of governors",
        longest=500,
    )


class RecordDayAgreed(RecordedElsewhere):
    starts_at = _starts_at()
    minutes = _minutes()
    expected = line_field(
        required=False,
        label="Who from the school will attend",
        hint="Give roles, not names, for example headteacher and chair of governors",
        longest=500,
    )


class DisownDayAgreed(Schema):
    reason = reason_field("What is wrong with it")


class AddAgendaItem(Schema):
    kind = choice_field(
        AgendaKind,
        "Type of agenda item",
        widget="radios",
        choices=[
            (AgendaKind.SCHOOL.value, "Something the school wants to talk about"),
            (AgendaKind.PROGRAMME.value, "Part of the service's programme"),
            (AgendaKind.CELEBRATION.value, "Something to celebrate, or good practice to share"),
        ],
    )
    text = text_field(label="Agenda item", hint=NO_PUPILS, rows=3, longest=2000)


class WithdrawAgendaItem(Schema):
    number = WholeNumber(
        required=True,
        validate=validate.Range(1, 1000),
        metadata={
            "label": "Agenda item to remove",
            "widget": "radios",
            "choices": itemgetter(ITEMS),
            "noun": "the agenda item to remove",
        },
    )


class ChangeVisitors(_Visiting):
    visitors = _visitors()
    lead = _lead()
    reason = reason_field("Why the visitors are changing")


class RescheduleVisit(UnusualDays):
    on = day_field("New date of the visit")
    starts_at = _starts_at()
    side = fields.Enum(
        Side,
        by_value=True,
        required=True,
        validate=validate.OneOf([Side.SCHOOL, Side.SERVICE]),
        metadata={
            "label": "Who asked to change the date?",
            "noun": "who asked to change the date",
            "widget": "radios",
            "choices": [(Side.SCHOOL.value, "The school"), (Side.SERVICE.value, "The service")],
        },
    )
    reason = reason_field()


class CancelVisit(Schema):
    cause = choice_field(CancelledBy, "Cancelled because of", noun="what it was cancelled because of")
    reason = reason_field()


class MissVisit(Schema):
    reason = reason_field("Why the visit did not take place")


class HoldVisit(UnusualDays):
    on = day_field("Date the visit took place", noun="the date the visit took place")
    minutes = _minutes(required=True)
    attendees = line_field(
        label="Who from the school was there",
        hint="Give roles, not names, for example headteacher and chair of governors",
        longest=500,
        noun="who was there",
    )
    remote = fields.Boolean(
        load_default=False, metadata={"label": "It took place by video or phone", "widget": "checkboxes"}
    )


class CorrectVisit(Correcting):
    school = _school(required=False)
    kind = choice_field(VisitKind, "Type of visit", required=False)
    purpose = choice_field(Purpose, "Purpose", required=False)
    focus = text_field(required=False, label="Focus", hint=NO_PUPILS, rows=3)
    held_on = day_field("Date the visit took place", required=False)
    minutes = _minutes()
    attended = line_field(
        "present",
        required=False,
        label="Who from the school was there",
        hint="Give roles, not names, for example headteacher and chair of governors",
        longest=500,
    )


class StartRecord(Schema):
    needs_assurance = fields.Boolean(
        load_default=False,
        metadata={
            "label": "The record needs quality assurance by a second person before it is issued",
            "widget": "checkboxes",
        },
    )


class CloseVisit(Schema):
    """Nothing is asked."""


class VisitorOut(Schema):
    person = person_field()
    visits_as = fields.String(attribute="capacity")


class AgendaItemOut(Schema):
    number = fields.Integer()
    kind = fields.Enum(AgendaKind, by_value=True)
    text = fields.String()
    side = fields.Enum(Side, by_value=True)


class VisitOut(CorrectedOut):
    """A visit as the API shows it."""

    reference = fields.String()
    version = fields.Integer()
    school = SchoolField()
    kind = fields.Enum(VisitKind, by_value=True, allow_none=True, metadata={"description": KEPT_BACK})
    purpose = fields.Enum(Purpose, by_value=True, allow_none=True, metadata={"description": KEPT_BACK})
    status = fields.Enum(VisitStatus, by_value=True)
    focus = fields.String()
    on = fields.Date()
    starts_at = fields.Time(allow_none=True)
    minutes = fields.Integer(allow_none=True)
    academic_year = fields.Integer(metadata={"description": "The year in which the school year starts"})
    term = fields.Enum(Term, by_value=True)
    visitors = fields.List(fields.Nested(VisitorOut))
    lead = person_field()
    agenda = fields.List(fields.Nested(AgendaItemOut), attribute="items")
    expected = fields.String()
    agreement_recorded = fields.Nested(
        OnBehalfOut,
        attribute="agreement",
        allow_none=True,
        metadata={"description": "That the school agreed the day, as others recorded it for the school"},
    )
    held_on = fields.Date(allow_none=True)
    write_by = fields.Date(allow_none=True, metadata={"description": "The last day to issue its record"})
    present = fields.String(attribute="attended")
    remote = fields.Boolean(
        allow_none=True,
        metadata={
            "description": "Whether it was held by video or phone. Null until it is held, and where the visit is "
            "shown only in outline"
        },
    )
    concern = RecordField("concern", "CC", allow_none=True)
    request = RecordField("support-request", "SR", allow_none=True)
    record_of_visit = RecordField("record-of-visit", "ROV", allow_none=True, attribute="written_up")


VisitFilters = Schema.from_dict(
    {
        "status": fields.List(fields.Enum(VisitStatus, by_value=True), metadata={"label": "Status"}),
        "kind": fields.List(fields.Enum(VisitKind, by_value=True), metadata={"label": "Type of visit"}),
        "school": school_filter(),
        "since": fields.Date(metadata={"label": "From"}),
        "until": fields.Date(metadata={"label": "To"}),
        "mine": fields.Boolean(metadata={"label": "Whose visits"}),
    },
    name="VisitFilters",
)


class CoverageFilters(Schema):
    academic_year = WholeNumber(
        validate=validate.Range(2000, 2098),
        metadata={"label": "School year", "description": "The year in which it starts; this year unless given"},
    )
    term = fields.Enum(
        Term, by_value=True, metadata={"label": "Term", "description": "The current term unless given"}
    )
