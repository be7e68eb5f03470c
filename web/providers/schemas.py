"""What is asked when a provider is registered, described, vetted, suspended and removed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from domain.provider import ConflictNature, Evidence, ProviderKind, Requirement
from domain.vocabulary import Phase, ServiceType
from web.commands.fields import (
    RecordField,
    SchoolField,
    day_field,
    days_field,
    line_field,
    money_field,
    person_field,
    reason_field,
)

OFFERS, SPECIALISTS, PEOPLE, STAFF = "offers", "specialists", "people", "staff"
"""What the forms offer to choose from: the provider's own offers and specialists, everybody known to the service, and
those who work in it."""

ENGAGEMENTS, NOT_CONFIRMED = "engagements", "not_confirmed"
"""The provider's engagements under way, and those that are proposed or agreed."""


def kind() -> fields.Field[Any]:
    return fields.Enum(
        ProviderKind,
        by_value=True,
        required=True,
        metadata={"label": "Whose the provider is", "widget": "radios", "noun": "whose the provider is"},
    )


def chosen_person(label: str, among: str, *, required: bool, **metadata: Any) -> RecordField:
    """One of the people that the form offers."""

    def choices(context: Mapping[str, Any]) -> Any:
        return context[among]

    return person_field(required=required, metadata={"label": label, "choices": choices, **metadata})


def host_school() -> SchoolField:
    return SchoolField(
        metadata={
            "label": "Host school",
            "hint": "The URN of the school of a school-based provider in this authority",
            "width": 10,
        }
    )


def other_authority() -> fields.String:
    return line_field(
        required=False,
        label="Other authority",
        hint="The authority of a school-based provider from elsewhere",
    )


class RegisterOrganisation(Schema):
    trading_as = line_field(label="Name", noun="the provider's name")
    kind = kind()
    host_school = host_school()
    authority = other_authority()
    email = fields.Email(load_default="", validate=validate.Length(max=254), metadata={"label": "E-mail address"})
    telephone = line_field(required=False, longest=40, label="Telephone number")
    website = line_field(required=False, longest=300, label="Website")


class RegisterPractitioner(Schema):
    name = line_field(label="The person's name", noun="the person's name")
    email = fields.Email(load_default="", validate=validate.Length(max=254), metadata={"label": "E-mail address"})
    trading_as = line_field(required=False, label="Trading name", hint="If they trade under another name")
    kind = kind()
    teaches = fields.Boolean(
        required=True, metadata={"label": "Teaches pupils", "noun": "whether this person teaches pupils"}
    )
    host_school = host_school()
    authority = other_authority()
    website = line_field(required=False, longest=300, label="Website")


class RenameProvider(Schema):
    trading_as = line_field(required=False, label="Name or trading name")
    name = line_field(required=False, label="The person's own name", hint="Of a sole practitioner only")


class ChangeProviderContact(Schema):
    email = fields.Email(load_default="", validate=validate.Length(max=254), metadata={"label": "E-mail address"})
    telephone = line_field(required=False, longest=40, label="Telephone number")
    website = line_field(required=False, longest=300, label="Website")


class OfferServices(Schema):
    """A subject in every chosen phase and by every chosen service."""

    subject = line_field(label="Subject", longest=100, noun="the subject")
    phases = fields.List(
        fields.Enum(Phase, by_value=True),
        required=True,
        validate=validate.Length(min=1),
        metadata={"noun": "a phase"},
    )
    services = fields.List(
        fields.Enum(ServiceType, by_value=True),
        required=True,
        validate=validate.Length(min=1),
        metadata={"label": "Kinds of service", "noun": "a kind of service"},
    )


class WithdrawOffers(Schema):
    offers = fields.List(
        fields.String(validate=validate.Length(1, 300)),
        required=True,
        validate=validate.Length(min=1),
        metadata={
            "label": "What the provider no longer offers",
            "noun": "what the provider no longer offers",
            "choices": lambda context: context[OFFERS],
        },
    )


class SetCoverage(Schema):
    areas = fields.List(
        fields.String(validate=validate.Length(1, 100)),
        load_default=list,
        validate=validate.Length(max=200),
        metadata={
            "label": "Areas",
            "hint": "Authorities or regions, one on each line. Leave empty if the provider works anywhere.",
        },
    )


class SetDayRate(Schema):
    from_ = day_field("From", name="from")
    day_rate = money_field(label="Day rate", hint="In pounds, without VAT")
    vat_registered = fields.Boolean(
        required=True, metadata={"label": "Registered for VAT", "noun": "whether the provider is registered for VAT"}
    )


class DeclareCapacity(Schema):
    from_ = day_field("From", name="from")
    to = day_field("To", hint="The last day of the period")
    days = days_field(label="Days free")


class AddSpecialist(Schema):
    person = chosen_person(
        "Somebody known to the service",
        PEOPLE,
        required=False,
        widget="person",
        hint="Start to type a name. Leave empty for somebody new.",
    )
    name = line_field(required=False, label="Name of somebody new")
    email = fields.Email(
        load_default="", validate=validate.Length(max=254), metadata={"label": "E-mail address of somebody new"}
    )
    subjects = fields.List(
        fields.String(validate=validate.Length(1, 100)),
        load_default=list,
        validate=validate.Length(max=50),
        metadata={"hint": "One on each line. Leave empty for all that the provider offers."},
    )
    teaches = fields.Boolean(
        required=True, metadata={"label": "Teaches pupils", "noun": "whether this person teaches pupils"}
    )

    @validates_schema
    def one_of_them(self, values: dict[str, Any], **_: Any) -> None:
        if not values.get("person") and not values.get("name", "").strip():
            raise ValidationError("Choose a person, or enter the name of somebody new", "person")
        if values.get("person") and values.get("name", "").strip():
            raise ValidationError("Choose a person or enter a new name, not both", "name")


class NoteLeaving(Schema):
    person = chosen_person("Who left", SPECIALISTS, required=True, widget="select", noun="who left")
    on = day_field("First day on which they are no longer there", required=False, hint="Leave empty for today")
    reason = reason_field()


def _item() -> fields.Field[Any]:
    return fields.Enum(
        Requirement,
        by_value=True,
        required=True,
        metadata={"label": "Requirement", "widget": "select", "noun": "the requirement"},
    )


def _whose() -> RecordField:
    return chosen_person(
        "Whose it is",
        SPECIALISTS,
        required=False,
        widget="select",
        hint="Leave empty for insurance, data-protection terms and declarations, which are the provider's own.",
    )


class MeetRequirement(Schema):
    item = _item()
    person = _whose()
    checked_on = day_field("Checked on")
    evidence = fields.Enum(
        Evidence,
        by_value=True,
        required=True,
        metadata={
            "label": "What was seen",
            "noun": "what was seen",
            "hint": "Only that it was seen is kept, never a copy or a certificate number.",
        },
    )
    expires = day_field("Last day on which it holds", required=False, hint="Leave empty if it has no end of its own")
    checked_by = chosen_person("Checked by", STAFF, required=False, widget="select", hint="Leave empty if it was you")


class ExemptRequirement(Schema):
    item = _item()
    person = _whose()
    until = day_field("Until the end of")
    reason = reason_field("Why it may be done without")


class RevokeRequirement(Schema):
    item = _item()
    person = _whose()
    on = day_field("From", required=False, hint="Leave empty for today")
    reason = reason_field("Why it no longer counts")


class DeclareConflict(Schema):
    nature = fields.Enum(
        ConflictNature, by_value=True, required=True, metadata={"label": "What ties them", "noun": "what ties them"}
    )
    school = SchoolField(metadata={"label": "School", "hint": "The school's URN", "width": 10})
    body = line_field(required=False, label="Another body", hint="If it is not a school in the register")
    person = chosen_person(
        "Whose tie it is", SPECIALISTS, required=False, widget="select", hint="Leave empty for the provider's own"
    )
    from_ = day_field("From", name="from")
    to = day_field("To", required=False, hint="Leave empty while it lasts")


class SuspendProvider(Schema):
    reason = reason_field("Why the provider is suspended")
    pause = fields.List(
        RecordField("engagement", "BE"),
        load_default=list,
        metadata={
            "label": "Engagements under way to be paused",
            "hint": "Those that you tick wait until somebody resumes them. The others go on as soon as the "
            "provider is reinstated.",
            "choices": lambda context: context[ENGAGEMENTS],
        },
    )
    cancel = fields.List(
        RecordField("engagement", "BE"),
        load_default=list,
        metadata={
            "label": "Engagements proposed or agreed to be cancelled",
            "hint": "Of those that you tick, the request is taken up again. The others cannot be confirmed until "
            "the provider is reinstated.",
            "choices": lambda context: context[NOT_CONFIRMED],
        },
    )


class ReinstateProvider(Schema):
    from_ = day_field("From", required=False, name="from", hint="Leave empty for today")
    reason = reason_field("Why the provider is reinstated")


class RemoveProvider(Schema):
    reason = reason_field()
